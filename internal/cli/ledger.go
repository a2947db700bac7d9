// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/counterfoil/counterfoil/internal/control"
	"github.com/counterfoil/counterfoil/internal/registry"
)

func newLedger(env *environment) *cobra.Command {
	c := &cobra.Command{Use: "ledger", Short: "Look after the ledger, its keys and those who vouch for it", RunE: onlyCommands}
	c.AddCommand(newLedgerStatus(env), newLedgerExport(env), newRotateKey(env), newRetireKey(env), newSucceed(env), newCompromised(env), newRotateRoot(env))
	return c
}

func newLedgerStatus(env *environment) *cobra.Command {
	return &cobra.Command{
		Use: "status", Short: "Tell how log and registry stand, and who has vouched for them", Args: usage(cobra.NoArgs),
		Long: "Asks the running server. Exit code 1: the log cannot record, or an alarm, the witnesses' quorum or a time-stamp needs a person.",
		RunE: func(c *cobra.Command, _ []string) error {
			hc, err := control.Dial(c.Context(), env.data)
			if err != nil {
				return err
			}
			var s control.LedgerStatus
			if err := (&client{http: hc}).call(c.Context(), http.MethodGet, "/v1/ledger", nil, &s); err != nil {
				return err
			}
			if env.json {
				err = env.print(s)
			} else {
				showLedger(env.out, &s)
			}
			if err == nil && (!s.Healthy || s.Overdue) {
				err = &exitError{code: exitFailed}
			}
			return err
		},
	}
}

func showLedger(w io.Writer, s *control.LedgerStatus) {
	fmt.Fprintf(w, "Log %s: %d entries, %d under the newest signed head.\n", s.Origin, s.Size, s.Head)
	fmt.Fprintf(w, "Root of that head: %s\n", s.Root)
	showKeys(w, s.VerifierKeys)
	if s.Problem != "" {
		fmt.Fprintf(w, "Problem: %s\n", s.Problem)
	}
	r := &s.Registry
	fmt.Fprintf(w, "\nRegistry %s: %d entries, %d entries of the log are entered%s.\n", r.Origin, r.Size, r.Covered, at(", looked at last ", r.LastRound))
	showKeys(w, r.VerifierKeys)
	if r.Alarm != "" {
		fmt.Fprintf(w, "ALARM: %s\n", r.Alarm)
	}
	if r.Problem != "" && r.Problem != r.Alarm {
		fmt.Fprintf(w, "Problem: %s\n", r.Problem)
	}
	showWitnesses(w, r)
	showAuthorities(w, r)
}

func showKeys(w io.Writer, keys []string) {
	for i, key := range keys {
		note := ""
		if i > 0 {
			note = " (the former key, until it is retired)"
		}
		fmt.Fprintf(w, "Verifier key: %s%s\n", key, note)
	}
}

func showWitnesses(w io.Writer, r *registry.Status) {
	if len(r.Witnesses) == 0 {
		fmt.Fprintln(w, "\nNo witness is configured: see registry.policy.")
		return
	}
	fmt.Fprintln(w)
	for _, one := range r.Witnesses {
		fmt.Fprintf(w, "Witness %s: %s.%s%s\n", one.Name, reached("cosigned", one.Size, one.Time), flag(one.Alarm, "ALARM"), problem(one.Problem))
	}
	if q := r.Quorum; q.Asked {
		fmt.Fprintf(w, "Quorum: %s.%s\n", reached("reached at", q.Size, q.Time), flag(q.Overdue, "OVERDUE"))
	}
}

func showAuthorities(w io.Writer, r *registry.Status) {
	if len(r.Authorities) == 0 {
		fmt.Fprintln(w, "\nNo time-stamp authority is configured: see registry.timestamps.")
		return
	}
	fmt.Fprintln(w)
	for _, one := range r.Authorities {
		fmt.Fprintf(w, "Time-stamps of %s: %s.%s%s%s\n", one.Name, reached("over", one.Size, one.Time),
			flag(one.Overdue, "OVERDUE"), flag(one.Ending, "Its certificate ends on "+one.Expires.Format(time.DateOnly)+"; add another authority, or its new roots."), problem(one.Problem))
	}
}

// reached says up to which entry of the registry somebody has vouched.
func reached(how string, size uint64, t time.Time) string {
	if t.IsZero() {
		return "nothing yet"
	}
	return fmt.Sprintf("%s %d entries%s", how, size, at(" on ", t))
}

// at is a time behind its preposition; nothing for a time that never was.
func at(before string, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return before + t.Format(time.RFC3339)
}

func flag(set bool, text string) string {
	if !set {
		return ""
	}
	return " " + text
}

func problem(text string) string {
	if text == "" {
		return ""
	}
	return "\n  Last request: " + text
}

func newRotateKey(env *environment) *cobra.Command {
	var q control.WhichLog
	c := &cobra.Command{
		Use: "rotate-key", Short: "Put a new signing key in force beside the present one", Args: usage(cobra.NoArgs),
		Long: "Makes a new key, records it signed by both, and from then on both sign every head. So whoever holds only the old verifier\n" +
			"key still verifies. Hand out the new one, then end the old one with retire-key.",
		RunE: func(c *cobra.Command, _ []string) error {
			out, err := env.changeKey(c, "/v1/ledger/rotate-key", q)
			if err != nil || env.json {
				return err
			}
			fmt.Fprintf(env.out, "Log %s has a new signing key. Both keys sign until the former one is retired.\n", out.Origin)
			showKeys(env.out, out.VerifierKeys)
			fmt.Fprintln(env.out, "Back up the folder keys. Hand the new verifier key to all who verify this log, then run: counterfoil ledger retire-key"+flag(q.Registry, "--registry"))
			return nil
		},
	}
	c.Flags().BoolVar(&q.Registry, "registry", false, "the registry's key instead of the node's")
	return c
}

func newRetireKey(env *environment) *cobra.Command {
	var q control.WhichLog
	c := &cobra.Command{
		Use: "retire-key", Short: "End the former signing key after a rotation", Args: usage(cobra.NoArgs),
		Long: "Records that the former key signs no more, and deletes it. Heads it signed before stay good. Whoever holds only its verifier\n" +
			"key cannot verify newer heads: hand out the new one first.",
		RunE: func(c *cobra.Command, _ []string) error {
			out, err := env.changeKey(c, "/v1/ledger/retire-key", q)
			if err != nil || env.json {
				return err
			}
			fmt.Fprintf(env.out, "Log %s: the former key is retired and deleted.\n", out.Origin)
			showKeys(env.out, out.VerifierKeys)
			return nil
		},
	}
	c.Flags().BoolVar(&q.Registry, "registry", false, "the registry's key instead of the node's")
	return c
}

// changeKey asks for a change of a key, of the server or in this process.
func (env *environment) changeKey(c *cobra.Command, path string, q control.WhichLog) (control.KeyChange, error) {
	var out control.KeyChange
	err := env.with(c.Context(), func(cl *client) error { return cl.call(c.Context(), http.MethodPost, path, q, &out) })
	if err == nil && env.json {
		err = env.print(out)
	}
	return out, err
}
