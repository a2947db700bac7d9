// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/counterfoil/counterfoil/internal/control"
)

func newPack(env *environment) *cobra.Command {
	c := &cobra.Command{Use: "pack", Short: "Make evidence packs", RunE: onlyCommands}
	c.AddCommand(newPackCreate(env))
	return c
}

func newPackCreate(env *environment) *cobra.Command {
	var q control.NewPack
	var from, to string
	c := &cobra.Command{
		Use: "create", Short: "Write an evidence pack of a stretch of time", Args: usage(cobra.NoArgs),
		Long: "Writes one zip file that proves what the ledger holds of a time, to somebody who has neither this server nor its disk.\n" +
			"--to is not included, and a date means its beginning: --from 2026-10-01 --to 2027-01-01 is a quarter, and packs of\n" +
			"adjoining times hold every entry once. Texts stay out unless --disclose names them; each disclosure is recorded first.",
		RunE: func(c *cobra.Command, _ []string) error {
			if from == "" || to == "" || q.File == "" {
				return &exitError{exitUsage, "--from, --to and --out are required, such as --from 2026-10-01 --to 2027-01-01 --out pack.zip"}
			}
			var err error
			if q.Since, err = moment("--from", from); err != nil {
				return err
			}
			if q.Until, err = moment("--to", to); err != nil {
				return err
			}
			for _, path := range []*string{&q.File, &q.SignWith} {
				if *path == "" {
					continue
				}
				if *path, err = filepath.Abs(*path); err != nil {
					return fmt.Errorf("find %s: %w", *path, err)
				}
			}
			var p control.Pack
			err = env.with(c.Context(), func(cl *client) error {
				return cl.work(c.Context(), "/v1/packs", q, progress(env, "entries or files"), &p)
			})
			if err != nil {
				return err
			}
			if env.json {
				return env.print(p)
			}
			env.showPack(p)
			return nil
		},
	}
	c.Flags().StringVar(&from, "from", "", "beginning: a date, a time such as 2026-11-24T09:00:00Z, or a duration before now")
	c.Flags().StringVar(&to, "to", "", "end, not included")
	c.Flags().StringVar(&q.System, "system", "", "only the interactions of the AI system with this slug")
	c.Flags().StringVar(&q.Disclose, "disclose", "none", "texts to put in: none, interactions, records, all")
	c.Flags().StringVar(&q.File, "out", "", "file to write; it must not be there yet")
	c.Flags().StringVar(&q.SignWith, "sign-with", "", "key to sign the list of files with (default: the log's own)")
	return c
}

// absentWords says on the terminal what a code of docs/pack-format.md means.
var absentWords = map[string]string{
	"other_entries":     "entries of other AI systems",
	"payloads_withheld": "texts that were not asked for",
	"payloads_erased":   "texts that were erased",
	"registry":          "the registry: this node has none",
	"registry_head":     "a head of the registry that covers the time; make the pack again later to have one",
	"cosignatures":      "cosignatures of witnesses",
	"timestamp_after":   "a time-stamp from outside behind the range",
	"timestamp_before":  "a time-stamp from outside before the range",
}

func (env *environment) showPack(p control.Pack) {
	fmt.Fprintf(env.out, "%s: %d entries (%d to %d) of log %s, under a head of %d.\n", p.File, p.Entries, p.From, p.To-1, p.Origin, p.Size)
	fmt.Fprintf(env.out, "Interactions: %d, %d of them open at the end. Texts disclosed: %d, withheld: %d, erased: %d.\n", p.Intents, p.Open, p.Disclosed, p.Withheld, p.Erased)
	for _, code := range p.Absent {
		fmt.Fprintf(env.out, "Not in it: %s.\n", absentWords[code])
	}
	fmt.Fprintf(env.out, "SHA-256 %s, %d bytes.\n", p.SHA256, p.Bytes)
}
