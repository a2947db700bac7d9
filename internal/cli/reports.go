// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/app"
	"github.com/counterfoil/counterfoil/internal/config"
	"github.com/counterfoil/counterfoil/internal/evidence"
	"github.com/counterfoil/counterfoil/internal/policy"
	"github.com/counterfoil/counterfoil/verify"
)

// showReport prints what verify found: the verdict first, then what it rests on.
func showReport(env *environment, r verify.Report) error {
	var b strings.Builder
	switch r.Integrity {
	case verify.IntegrityOK:
		fmt.Fprintf(&b, "The record is intact: %d entries, %d intents, %d outcomes, %d of them abandoned.\n", r.Entries, r.Intents, r.Outcomes, r.Abandoned)
	case verify.IntegrityHashes:
		fmt.Fprintf(&b, "The hashes of %d entries are right. What the entries say, and their payloads, were not checked.\n", r.Entries)
	default:
		fmt.Fprintf(&b, "The record is broken: %d problems in %d entries.\n", len(r.Problems), r.Entries)
	}
	for _, p := range r.Problems {
		fmt.Fprintf(&b, "  %s, %s: %s\n", p.Class, p.Where, p.Text)
	}
	list := func(head string, lines []string) {
		if len(lines) > 0 {
			fmt.Fprintln(&b, head)
		}
		for _, l := range lines {
			fmt.Fprintf(&b, "  %s\n", l)
		}
	}
	list("Checked:", r.Checked)
	list("Not checked:", r.Unchecked)
	_, err := env.out.Write([]byte(b.String()))
	return err
}

// showInteraction prints one interaction for people.
func showInteraction(env *environment, v *evidence.View) error {
	w := tabwriter.NewWriter(env.out, 0, 0, 2, ' ', 0)
	row := func(label, format string, args ...any) { fmt.Fprintf(w, label+"\t"+format+"\n", args...) }
	row("Interaction", "%s", v.ID)
	row("Opened", "%s", v.Opened.Format("2006-01-02 15:04:05.000000Z"))
	row("Result", "%s", ending(v))
	row("System", "%s", orUnknown(v.System.Slug))
	row("Person", "%s", orUnknown(known(v.Person.ID)))
	row("Model", "%s at %s (%s, %s)", v.Model, v.Provider, v.Dialect, v.Operation)
	row("Decision", "%s by %s", v.Decision.Effect, orNone(v.Decision.Rule))
	row("On the answer", "%s by %s", v.AnswerDecision.Effect, orNone(v.AnswerDecision.Rule))
	row("Masked", "%d values", v.Redactions)
	for _, f := range v.Findings {
		row("Found", "%s in the %s at %s, bytes %d to %d, %s", f.Type, f.Phase, f.Where, f.Start, f.End, f.Action)
	}
	for _, g := range v.Guards {
		row("Guard", "%s (%s): %s %s", g.Name, g.Phase, g.Status, g.Reason)
	}
	for _, e := range v.Entries {
		row("Entry", "%d, %s, leaf %s", e.Index, e.Kind, e.Leaf)
	}
	verdict := "holds: recomputed on this machine"
	if !v.Proof.Verified {
		verdict = "does NOT hold: " + strings.Join(v.Proof.Problems, "; ")
	}
	row("Proof", "%s, tree size %d", verdict, v.Proof.TreeSize)
	return w.Flush()
}

// ending says how an interaction ended, and why where there is a reason.
func ending(v *evidence.View) string {
	if v.Result == nil {
		return "in progress"
	}
	text := v.Result.String()
	if v.Reason != "" {
		text += " (" + v.Reason + ")"
	}
	return fmt.Sprintf("%s, status %d", text, v.Status)
}

func known(id counterfoil.ID) string {
	if id.IsZero() {
		return ""
	}
	return id.String()
}

func orUnknown(text string) string {
	if text == "" {
		return "unknown"
	}
	return text
}

func orNone(rule string) string {
	if rule == "" {
		return "no rule"
	}
	return rule
}

// checkPolicy prints the report of a rules file.
func (env *environment) checkPolicy(path string) error {
	report, ok, faults := policy.CheckReport(path, policy.Options{})
	if env.json {
		if err := env.print(map[string]any{"ok": ok, "report": report, "faults": list(faults)}); err != nil {
			return err
		}
	} else {
		fmt.Fprint(env.out, report)
		for _, f := range faults {
			fmt.Fprintln(env.err, f)
		}
	}
	if !ok {
		return &exitError{code: exitBroken}
	}
	return nil
}

// checkConfig prints all faults of a configuration file and of its rules.
func (env *environment) checkConfig(path string, cfg *config.Config, faults config.Faults) error {
	broken := faults.Err() != nil
	if cfg != nil {
		more, err := app.CheckRules(cfg)
		if err != nil {
			return err
		}
		faults = append(faults, more...)
		broken = broken || more.Err() != nil
	}
	switch {
	case env.json:
		if err := env.print(map[string]any{"ok": !broken, "faults": list(faults)}); err != nil {
			return err
		}
	case len(faults) == 0:
		fmt.Fprintf(env.out, "%s has no faults.\n", path)
	default:
		for _, f := range faults {
			fmt.Fprintln(env.out, f)
		}
	}
	if broken {
		return &exitError{code: exitBroken}
	}
	return nil
}

// list is never null in JSON.
func list(faults config.Faults) config.Faults {
	if faults == nil {
		return config.Faults{}
	}
	return faults
}
