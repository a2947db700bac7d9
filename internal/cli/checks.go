// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"net/http"
	"os"

	"github.com/spf13/cobra"

	"github.com/counterfoil/counterfoil/internal/app"
	"github.com/counterfoil/counterfoil/internal/config"
	"github.com/counterfoil/counterfoil/internal/control"
	"github.com/counterfoil/counterfoil/internal/detect"
	"github.com/counterfoil/counterfoil/internal/policy"
)

func newVerify(env *environment) *cobra.Command {
	var hashesOnly bool
	c := &cobra.Command{
		Use: "verify", Short: "Check the ledger in the data directory", Args: usage(cobra.NoArgs),
		Long: "Checks hashes, tree, signatures, that every intent has exactly one outcome, and the commitments of all payloads.\n" +
			"It only reads, also while a server runs. Exit code 0: intact. 3: broken in several ways; 10 and more: in one, see docs/verify.md.",
		RunE: func(c *cobra.Command, _ []string) error {
			if err := env.dataIsThere(); err != nil {
				return err
			}
			show := progress(env, "entries checked")
			report, err := app.Verify(c.Context(), env.data, app.Check{Progress: func(n uint64) { show(n, 0) }, HashesOnly: hashesOnly})
			if err != nil {
				return err
			}
			if env.json {
				err = env.print(report)
			} else {
				err = showReport(env, report)
			}
			if err != nil {
				return err
			}
			return verdict(report)
		},
	}
	c.Flags().BoolVar(&hashesOnly, "hashes-only", false, "check hashes, tree, heads and signatures, and neither what entries say nor their payloads")
	return c
}

// progress prints to the terminal, never into output that is read by programs.
func progress(env *environment, what string) func(done, total uint64) {
	f, ok := env.err.(*os.File)
	if !ok {
		return func(uint64, uint64) {}
	}
	if info, err := f.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return func(uint64, uint64) {}
	}
	return func(done, total uint64) { fmt.Fprintf(env.err, "\r%d of %d %s", done, total, what) }
}

func newReload(env *environment) *cobra.Command {
	return &cobra.Command{
		Use: "reload", Short: "Make the running server read its configuration and rules again", Args: usage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			hc, err := control.Dial(c.Context(), env.data)
			if err != nil {
				return err
			}
			cl := &client{http: hc}
			var r control.Reloaded
			if err := cl.call(c.Context(), http.MethodPost, "/v1/reload", nil, &r); err != nil {
				return err
			}
			if env.json {
				return env.print(r)
			}
			if !r.Changed {
				fmt.Fprintln(env.out, "Nothing has changed.")
			} else {
				fmt.Fprintf(env.out, "In force for every interaction from now on: configuration %.12s, rules %.12s.\n", r.Config, r.Policy)
			}
			for _, n := range r.Notes {
				fmt.Fprintln(env.out, n)
			}
			return nil
		},
	}
}

func newStatus(env *environment) *cobra.Command {
	return &cobra.Command{
		Use: "status", Short: "Tell how the running server stands", Args: usage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			hc, err := control.Dial(c.Context(), env.data)
			if err != nil {
				return err
			}
			var s control.Status
			if err := (&client{http: hc}).call(c.Context(), http.MethodGet, "/v1/status", nil, &s); err != nil {
				return err
			}
			if env.json {
				return env.print(s)
			}
			fmt.Fprintf(env.out, "Counterfoil %s, log %s: %d entries, %d of them in the index.\n", s.Version, s.Origin, s.Entries, s.Projected)
			if !s.Healthy {
				return &exitError{exitFailed, s.Problem}
			}
			return nil
		},
	}
}

func newDetect(env *environment) *cobra.Command {
	var o detect.RunOptions
	c := &cobra.Command{
		Use: "detect", Short: "Find personal data and secrets in text from standard input", Args: usage(cobra.NoArgs),
		Long: "Reads text, or with --jsonl one JSON object {\"id\", \"text\"} a line, and prints what the live path would find and where.\n" +
			"It never prints the values.",
		RunE: func(*cobra.Command, []string) error {
			o.JSON = env.json
			if o.Offsets != "bytes" && o.Offsets != "codepoints" {
				return &exitError{exitUsage, "--offsets is bytes or codepoints"}
			}
			return detect.Run(env.in, env.out, o)
		},
	}
	c.Flags().BoolVar(&o.JSONL, "jsonl", false, "read JSON lines")
	c.Flags().StringVar(&o.Offsets, "offsets", "bytes", "count offsets in bytes or codepoints")
	return c
}

func newPolicy(env *environment) *cobra.Command {
	c := &cobra.Command{Use: "policy", Short: "Check rules", RunE: onlyCommands}
	c.AddCommand(&cobra.Command{
		Use: "check FILE", Short: "Check a rules file and run every rule's examples", Args: usage(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			return env.checkPolicy(args[0])
		},
	}, &cobra.Command{
		Use: "starter", Short: "Print the built-in starter rules, to begin a rules file with", Args: usage(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			_, err := env.out.Write(policy.Starter())
			return err
		},
	})
	return c
}

func newConfig(env *environment) *cobra.Command {
	c := &cobra.Command{Use: "config", Short: "Check the configuration", RunE: onlyCommands}
	c.AddCommand(&cobra.Command{
		Use: "check FILE", Short: "List all faults of a configuration file and of its rules", Args: usage(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			cfg, faults := config.Load(args[0], os.LookupEnv, config.Overrides{})
			return env.checkConfig(args[0], cfg, faults)
		},
	})
	return c
}
