// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"net/http"

	"github.com/spf13/cobra"

	"github.com/counterfoil/counterfoil/internal/control"
)

func newReindex(env *environment) *cobra.Command {
	diff := false
	c := &cobra.Command{
		Use: "reindex [--diff]", Short: "Rebuild the index from the ledger, or compare it", Args: usage(cobra.NoArgs),
		Long: "Reads the ledger from its first entry into an index beside the one in use, which answers until the new one takes its place. Sessions stay.\n" +
			"Interrupted, the next run goes on where it ended. With --diff the index in use is compared with the new one and left as it is; exit code 3: they differ.",
		RunE: func(c *cobra.Command, _ []string) error {
			return env.with(c.Context(), func(cl *client) error {
				if diff {
					return compareIndex(c, env, cl)
				}
				return reindex(c, env, cl)
			})
		},
	}
	c.Flags().BoolVar(&diff, "diff", false, "compare the index with the ledger, and change nothing")
	return c
}

func reindex(c *cobra.Command, env *environment, cl *client) error {
	show := progress(env, "entries projected")
	var total uint64
	err := cl.lines(c.Context(), http.MethodPost, "/v1/reindex", func(l control.Line) error {
		show(l.Progress.Done, l.Progress.Total)
		total = l.Progress.Total
		return nil
	})
	if err != nil {
		return err
	}
	if env.json {
		return env.print(map[string]uint64{"entries": total})
	}
	fmt.Fprintf(env.out, "The index is rebuilt from %d entries.\n", total)
	return nil
}

// compareIndex prints differences as they come; as JSON they are a line each.
func compareIndex(c *cobra.Command, env *environment, cl *client) error {
	show := progress(env, "entries projected")
	differences := 0
	err := cl.lines(c.Context(), http.MethodPost, "/v1/reindex/diff", func(l control.Line) error {
		if l.Difference == nil {
			show(l.Progress.Done, l.Progress.Total)
			return nil
		}
		differences++
		if env.json {
			return env.print(l.Difference)
		}
		fmt.Fprintln(env.out, describeDifference(l.Difference))
		return nil
	})
	switch {
	case err != nil:
		return err
	case differences > 0:
		return &exitError{exitBroken, fmt.Sprintf("the index is not what the ledger says in %d places; keep a copy of index.db if you want to know why, then run: counterfoil reindex", differences)}
	case !env.json:
		fmt.Fprintln(env.out, "The index is what the ledger says.")
	}
	return nil
}

func describeDifference(d *control.Difference) string {
	if d.Table == "" {
		return "the file is damaged: " + d.Key
	}
	where := d.Table + " " + d.Key
	if d.Column != "" {
		where += ", " + d.Column
	}
	if d.Entry != nil {
		where = fmt.Sprintf("entry %d: %s", *d.Entry, where)
	}
	switch {
	case d.Column != "":
		return where + ": index has " + d.Found + ", ledger " + d.Expected
	case d.Found == "":
		return where + ": missing in the index"
	default:
		return where + ": in the index, not in the ledger"
	}
}
