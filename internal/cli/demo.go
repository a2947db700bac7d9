// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"github.com/counterfoil/counterfoil/internal/app"
	"github.com/counterfoil/counterfoil/internal/demo"
)

func newDemo(env *environment) *cobra.Command {
	var seed uint64
	var until string
	c := &cobra.Command{
		Use: "demo", Short: "Fill an empty directory with an invented organisation to look around in", Args: usage(cobra.NoArgs),
		Long: "Fills the data directory, which must be empty, with Northgate Mutual: an invented insurer, its AI systems, and nine months of history, good and bad.\n" +
			"Everything goes through the same engine and the same gateway as real use, with a clock that is set; the ledger and every page say so.\n" +
			"Then start it: counterfoil run --data DIR. The same --seed and --until give the same records; ids and keys differ.",
		RunE: func(c *cobra.Command, _ []string) error {
			end := time.Now().UTC()
			if until != "" {
				day, err := time.Parse(time.DateOnly, until)
				if err != nil {
					return &exitError{exitUsage, "--until is a date such as 2026-11-24"}
				}
				end = day
			}
			log := slog.New(slog.NewTextHandler(env.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
			report, err := app.Demonstrate(c.Context(), app.Options{Data: env.data, Log: log, Version: env.version, Out: env.out}, end, seed)
			if err != nil {
				return err
			}
			return showDemo(env, &report)
		},
	}
	c.Flags().Uint64Var(&seed, "seed", 1, "of what is left to chance: which requests come when")
	c.Flags().StringVar(&until, "until", "", "the history ends on the Sunday before this day, such as 2026-11-24 (default: today)")
	return c
}

func showDemo(env *environment, r *demo.Report) error {
	if env.json {
		return env.print(map[string]any{
			"acts": r.Acts, "requests": r.Requests, "answers": r.Statuses,
			"from": r.From.Format(time.DateOnly), "to": r.To.Format(time.DateOnly), "sign_in": demo.SignIn, "password": demo.Password,
		})
	}
	fmt.Fprintf(env.out, "Filled with an invented organisation: %d acts of its people and %d requests through the gateway, from %s to %s.\n",
		r.Acts, r.Requests, r.From.Format(time.DateOnly), r.To.Format(time.DateOnly))
	fmt.Fprintf(env.out, "Start it:  counterfoil run --data %s\nSign in as %s, password: %s\n", env.data, demo.SignIn, demo.Password)
	return nil
}
