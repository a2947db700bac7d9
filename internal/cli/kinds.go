// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"encoding/json"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/counterfoil/counterfoil/internal/app"
	"github.com/counterfoil/counterfoil/internal/config"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

func newKinds(env *environment) *cobra.Command {
	c := &cobra.Command{
		Use: "kinds", Short: "Check and describe the kinds of records", RunE: onlyCommands,
		Long: "Kinds of records are the built-in ones and those of the organisation's own folder. See docs/kinds.md.",
	}
	c.AddCommand(newKindsCheck(env), newKindsList(env), newKindsSchema(env))
	return c
}

func newKindsCheck(env *environment) *cobra.Command {
	return &cobra.Command{
		Use: "check [DIR]", Short: "List all faults of the kinds in a folder", Args: usage(cobra.MaximumNArgs(1)),
		Long: "Reads the built-in kinds with those in the folder, as a start does, and lists every fault with its file and line.\n" +
			"It needs no server. Exit code 3: there are faults.",
		RunE: func(_ *cobra.Command, args []string) error {
			dir := ""
			if len(args) == 1 {
				dir = args[0]
			}
			set, faults := app.LoadKinds(dir)
			return env.kindFaults(set, faults)
		},
	}
}

func (env *environment) kindFaults(set *kind.Set, faults config.Faults) error {
	switch {
	case env.json:
		if err := env.print(map[string]any{"ok": set != nil, "faults": list(faults)}); err != nil {
			return err
		}
	case len(faults) == 0:
		fmt.Fprintf(env.out, "%d kinds have no faults.\n", len(set.Kinds()))
	default:
		for _, f := range faults {
			fmt.Fprintln(env.out, f)
		}
	}
	if set == nil {
		return &exitError{code: exitBroken}
	}
	return nil
}

// kinds reads the kinds a command works on; with faults it lists them instead.
func (env *environment) kinds(dir string) (*kind.Set, error) {
	set, faults := app.LoadKinds(dir)
	if set == nil {
		return nil, env.kindFaults(nil, faults)
	}
	return set, nil
}

// kindLine is a kind in a list.
type kindLine struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	Number string `json:"number"`
	Fields int    `json:"fields"`
	States int    `json:"states"`
	Moves  int    `json:"moves"`
}

func newKindsList(env *environment) *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use: "list", Short: "List the kinds of records", Args: usage(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			set, err := env.kinds(dir)
			if err != nil {
				return err
			}
			lines := make([]kindLine, len(set.Kinds()))
			for i, k := range set.Kinds() {
				lines[i] = kindLine{k.ID, k.Title, k.Number, len(k.Fields), len(k.States), len(k.Moves)}
			}
			if env.json {
				return env.print(lines)
			}
			w := tabwriter.NewWriter(env.out, 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "KIND\tTITLE\tNUMBER\tFIELDS\tSTATES\tMOVES")
			for _, l := range lines {
				fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%d\t%d\n", l.ID, l.Title, l.Number, l.Fields, l.States, l.Moves)
			}
			return w.Flush()
		},
	}
	c.Flags().StringVar(&dir, "kinds", "", "folder of the organisation's own kinds")
	return c
}

func newKindsSchema(env *environment) *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use: "schema KIND", Short: "Print the JSON Schema of a kind's values", Args: usage(cobra.ExactArgs(1)),
		Long: "Prints the JSON Schema (2020-12) that values of the kind are validated against, for programs that read or write records.",
		RunE: func(_ *cobra.Command, args []string) error {
			set, err := env.kinds(dir)
			if err != nil {
				return err
			}
			k, err := set.Kind(args[0])
			if err != nil {
				return &exitError{exitUsage, fmt.Sprintf("there is no kind %q; counterfoil kinds list names all", args[0])}
			}
			e := json.NewEncoder(env.out)
			e.SetIndent("", "  ")
			e.SetEscapeHTML(false)
			return e.Encode(k.Schema())
		},
	}
	c.Flags().StringVar(&dir, "kinds", "", "folder of the organisation's own kinds")
	return c
}
