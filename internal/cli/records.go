// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/counterfoil/counterfoil/internal/control"
)

func newSystem(env *environment) *cobra.Command {
	c := &cobra.Command{Use: "system", Short: "Register, try, stop and list AI systems", RunE: onlyCommands}
	c.AddCommand(newSystemAdd(env), newSystemList(env), newSystemModels(env), newSystemTry(env), newSystemStop(env))
	return c
}

func newSystemAdd(env *environment) *cobra.Command {
	var q control.NewSystem
	c := &cobra.Command{
		Use:   "add --name NAME --owner EMAIL [--model MODEL]…",
		Short: "Register an AI system",
		Long: "Registers an AI system, so that keys can be issued for it. Once a system lists models, only those may be used;\n" +
			"a name may end in * to stand for all that begin so. Without any, each interaction carries a warning.\n\n" +
			"A system that is not approved has no route. Its approval is a matter for the people in their roles, in the console;\n" +
			"until then `system try` allows a trial with an end.",
		Args: usage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			env.mayCreate = true // a system may be registered before the first start
			return env.with(c.Context(), func(cl *client) error {
				var s control.System
				if err := cl.call(c.Context(), http.MethodPost, "/v1/systems", q, &s); err != nil {
					return err
				}
				if env.json {
					return env.print(s)
				}
				fmt.Fprintf(env.out, "%s %s is registered as %s. It has no route until it is approved or tried.\nNext: counterfoil system try %s\n", s.Number, s.Name, s.Slug, s.Slug)
				return nil
			})
		},
	}
	c.Flags().StringVar(&q.Name, "name", "", "name of the system")
	c.Flags().StringVar(&q.Owner, "owner", "", "e-mail address of the person who answers for it")
	c.Flags().StringArrayVar(&q.Models, "model", nil, "a model it may use; repeat for more")
	return c
}

func newSystemModels(env *environment) *cobra.Command {
	var q control.NewSystem
	c := &cobra.Command{
		Use:   "models SLUG [--model MODEL]…",
		Short: "Replace the list of models a system may use",
		Args:  usage(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			return env.with(c.Context(), func(cl *client) error {
				var s control.System
				if err := cl.call(c.Context(), http.MethodPut, "/v1/systems/"+url.PathEscape(args[0])+"/models", q, &s); err != nil {
					return err
				}
				if env.json {
					return env.print(s)
				}
				fmt.Fprintf(env.out, "%s may use: %s\n", s.Slug, models(s.Models))
				return nil
			})
		},
	}
	c.Flags().StringArrayVar(&q.Models, "model", nil, "a model it may use; repeat for more")
	return c
}

func models(list []string) string {
	if len(list) == 0 {
		return "none listed"
	}
	return strings.Join(list, ", ")
}

func newSystemList(env *environment) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List AI systems", Args: usage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			return env.with(c.Context(), func(cl *client) error {
				var list []control.System
				if err := cl.call(c.Context(), http.MethodGet, "/v1/systems", nil, &list); err != nil {
					return err
				}
				return rows(env, list, "NUMBER\tSLUG\tNAME\tOWNER\tSTATE\tROUTE\tMODELS", func(s control.System) string {
					return strings.Join([]string{s.Number, s.Slug, s.Name, s.Owner, s.State, s.Route, models(s.Models)}, "\t")
				})
			})
		},
	}
}

func newKey(env *environment) *cobra.Command {
	c := &cobra.Command{Use: "key", Short: "Issue, list and revoke keys", RunE: onlyCommands}
	c.AddCommand(newKeyCreate(env), newKeyList(env), newKeyRevoke(env))
	return c
}

func newKeyCreate(env *environment) *cobra.Command {
	var q control.NewKey
	c := &cobra.Command{
		Use:   "create --system SLUG --person EMAIL",
		Short: "Issue a key of a system to a person or a workload",
		Long:  "Issues a key. It is shown once; only its hash is kept. Clients present it in place of the provider's key.",
		Args:  usage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			return env.with(c.Context(), func(cl *client) error {
				var k control.Key
				if err := cl.call(c.Context(), http.MethodPost, "/v1/keys", q, &k); err != nil {
					return err
				}
				if env.json {
					return env.print(k)
				}
				fmt.Fprintf(env.out, "%s\nShown once. It belongs to %s and is valid until %s. Revoke: counterfoil key revoke %s\n", k.Secret, k.System, day(k.Expires), k.ID)
				return nil
			})
		},
	}
	c.Flags().StringVar(&q.System, "system", "", "slug of the system the key belongs to")
	c.Flags().StringVar(&q.Person, "person", "", "e-mail address of the person who uses the key or answers for the workload")
	c.Flags().BoolVar(&q.Workload, "workload", false, "the key is used by a program, not by the person")
	c.Flags().DurationVar(&q.Valid, "valid", 0, "how long the key is valid, such as 720h (default 90 days, at most a year)")
	return c
}

func newKeyList(env *environment) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List keys", Args: usage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			return env.with(c.Context(), func(cl *client) error {
				var list []control.Key
				if err := cl.call(c.Context(), http.MethodGet, "/v1/keys", nil, &list); err != nil {
					return err
				}
				return rows(env, list, "ID\tENDS IN\tSYSTEM\tPERSON\tKIND\tSTATE\tEXPIRES", func(k control.Key) string {
					kind := "personal"
					if k.Workload {
						kind = "workload"
					}
					return strings.Join([]string{k.ID, "…" + k.Hint, k.System, k.Person, kind, k.State, day(k.Expires)}, "\t")
				})
			})
		},
	}
}

func newKeyRevoke(env *environment) *cobra.Command {
	return &cobra.Command{
		Use: "revoke ID", Short: "Revoke a key at once, by its id or its last characters", Args: usage(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			return env.with(c.Context(), func(cl *client) error {
				var k control.Key
				if err := cl.call(c.Context(), http.MethodPost, "/v1/keys/"+url.PathEscape(args[0])+"/revoke", nil, &k); err != nil {
					return err
				}
				if env.json {
					return env.print(k)
				}
				fmt.Fprintf(env.out, "Key %s of %s is revoked. The next request with it is refused.\n", k.ID, k.System)
				return nil
			})
		},
	}
}

// rows prints a list as a table, or a JSON object a line.
func rows[T any](env *environment, list []T, head string, row func(T) string) error {
	if env.json {
		for _, v := range list {
			if err := env.print(v); err != nil {
				return err
			}
		}
		return nil
	}
	w := tabwriter.NewWriter(env.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, head)
	for _, v := range list {
		fmt.Fprintln(w, row(v))
	}
	return w.Flush()
}

func day(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.UTC().Format("2 Jan 2006 15:04 UTC")
}
