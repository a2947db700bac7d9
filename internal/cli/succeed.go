// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"log/slog"
	"net/http"

	"github.com/spf13/cobra"

	"github.com/counterfoil/counterfoil/internal/app"
	"github.com/counterfoil/counterfoil/internal/control"
)

func newSucceed(env *environment) *cobra.Command {
	var q app.Succession
	var reason, which string
	c := &cobra.Command{
		Use: "succeed", Short: "Let the log go on under another name and key, after an older copy was put back or a key stolen", Args: usage(cobra.NoArgs),
		Long: "With the server stopped: makes a new name and key, takes over all entries of the log and of its registry, and records under which\n" +
			"name they go on. The former name never signs again, so nothing it signed is contradicted. Whoever kept a head of what is lost\n" +
			"can still show it. A call that was cut off is finished by the next.",
		RunE: func(c *cobra.Command, _ []string) error {
			if reason != "restored" && reason != "compromised" {
				return &exitError{exitUsage, "--reason is restored or compromised"}
			}
			var ok bool
			if q.Node, q.Registry, ok = logs(which); !ok {
				return &exitError{exitUsage, "--log is node, registry or both"}
			}
			if err := env.dataIsThere(); err != nil {
				return err
			}
			log := slog.New(slog.NewTextHandler(env.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
			done, err := app.Succeed(c.Context(), app.Options{Data: env.data, Log: log, Version: env.version, Offline: true}, q)
			if err != nil {
				return told(err)
			}
			if env.json {
				return env.print(done)
			}
			env.showContinued(done, reason == "compromised")
			return nil
		},
	}
	c.Flags().StringVar(&reason, "reason", "restored", "restored or compromised: says what is to be done next")
	c.Flags().StringVar(&which, "log", "both", "node, registry or both")
	c.Flags().StringVar(&q.FormerKey, "former-key", "", "file of the former signing key, if it does not lie in keys/")
	c.Flags().StringVar(&q.Origin, "origin", "", "the new name; empty makes one")
	return c
}

func logs(which string) (node, registry, ok bool) {
	return which != "registry", which != "node", which == "node" || which == "registry" || which == "both"
}

func (env *environment) showContinued(done []app.Continued, compromised bool) {
	for _, one := range done {
		what := "Log"
		if one.Log == "registry" {
			what = "Registry"
		}
		fmt.Fprintf(env.out, "%s %s goes on as %s from entry %d on.\nVerifier key: %s\n", what, one.Former, one.Origin, one.Entry, one.Verifier)
		if one.Lost > 0 {
			fmt.Fprintf(env.out, "Lost: %d entries that %s had signed are not in it, entries %d to %d.\n", one.Lost, one.Former, one.Entry, one.Entry+one.Lost-1)
		}
		if !one.Linked {
			fmt.Fprintf(env.out, "The former key was not at hand and did not sign this: whoever holds it needs the new one, handed over by a way they trust.\n")
		}
	}
	fmt.Fprintln(env.out, "Back up the folder keys, and hand the new verifier keys to all who verify. Witnesses need that of the registry.")
	if !compromised {
		return
	}
	fmt.Fprintln(env.out, "Now say up to where the stolen key counts. Up to what witnesses have seen:")
	for _, one := range done {
		fmt.Fprintf(env.out, "  counterfoil ledger compromised --log %s --at-last-cosigned --data %s\n", one.Log, env.data)
	}
}

func newCompromised(env *environment) *cobra.Command {
	var q control.Compromise
	var which string
	c := &cobra.Command{
		Use: "compromised --log node|registry (--size N | --at-last-cosigned)", Short: "Record up to where a key that was stolen counts", Args: usage(cobra.NoArgs),
		Long: "Records that no head above a size counts that only the stolen key signed. The key must not sign any more: let the log go on\n" +
			"under another with ledger succeed --reason compromised. The entries stay, now under heads of the new key.",
		RunE: func(c *cobra.Command, _ []string) error {
			node, registry, ok := logs(which)
			if !ok || node && registry {
				return &exitError{exitUsage, "--log is node or registry"}
			}
			if c.Flags().Changed("size") == q.AtLastCosigned {
				return &exitError{exitUsage, "say up to where the key counts, with --size or --at-last-cosigned"}
			}
			q.Registry = registry
			var out control.Compromised
			err := env.with(c.Context(), func(cl *client) error {
				return cl.call(c.Context(), http.MethodPost, "/v1/ledger/compromised", q, &out)
			})
			if err != nil {
				return err
			}
			if env.json {
				return env.print(out)
			}
			fmt.Fprintf(env.out, "Log %s: heads by this key count for %d entries at most.\nKey: %s\n", out.Origin, out.Size, out.Key)
			return nil
		},
	}
	c.Flags().StringVar(&which, "log", "", "node or registry")
	c.Flags().Uint64Var(&q.Size, "size", 0, "entries up to which the key counts")
	c.Flags().BoolVar(&q.AtLastCosigned, "at-last-cosigned", false, "count it for what witnesses have seen, and no more")
	c.Flags().StringVar(&q.Key, "key", "", "verifier key that was stolen; empty takes the one that ended last")
	return c
}
