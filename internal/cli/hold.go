// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"github.com/counterfoil/counterfoil/internal/control"
)

func newHold(env *environment) *cobra.Command {
	c := &cobra.Command{Use: "hold", Short: "Keep something from being erased", RunE: onlyCommands}
	c.AddCommand(newHoldAdd(env), newHoldRelease(env), newHoldList(env))
	return c
}

func newHoldAdd(env *environment) *cobra.Command {
	var q control.NewHold
	var until string
	var who prover
	c := &cobra.Command{
		Use:   "add (--person EMAIL | --interaction ID | --everything) --reason TEXT --as EMAIL",
		Short: "Stop erasure and retention for a person, an interaction or everything",
		Args:  usage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			var err error
			if until != "" {
				if q.Until, err = moment("--until", until); err != nil {
					return err
				}
			}
			if q.Proof, err = who.proof(env); err != nil {
				return err
			}
			return env.hold(c, "/v1/holds", q)
		},
	}
	c.Flags().StringVar(&q.Person, "person", "", "one person: e-mail address or id")
	c.Flags().StringVar(&q.Interaction, "interaction", "", "one interaction: its id")
	c.Flags().BoolVar(&q.Everything, "everything", false, "the whole ledger")
	c.Flags().StringVar(&q.Reason, "reason", "", "why; it is shown to whoever is refused an erasure")
	c.Flags().StringVar(&until, "until", "", "date on which it ends by itself (default: when it is released)")
	who.flags(c)
	return c
}

func newHoldRelease(env *environment) *cobra.Command {
	var who prover
	c := &cobra.Command{
		Use: "release ID --as EMAIL", Short: "End a hold", Args: usage(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			p, err := who.proof(env)
			if err != nil {
				return err
			}
			return env.hold(c, "/v1/holds/"+url.PathEscape(args[0])+"/release", p)
		},
	}
	who.flags(c)
	return c
}

// hold sends a question whose answer is one hold, and shows that.
func (env *environment) hold(c *cobra.Command, path string, q any) error {
	return env.with(c.Context(), func(cl *client) error {
		var h control.Hold
		if err := cl.call(c.Context(), http.MethodPost, path, q, &h); err != nil {
			return err
		}
		if env.json {
			return env.print(h)
		}
		fmt.Fprintf(env.out, "Hold %s on %s is %s.\n", h.ID, h.On, holdState(&h))
		return nil
	})
}

func newHoldList(env *environment) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List holds", Args: usage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			return env.with(c.Context(), func(cl *client) error {
				var list []control.Hold
				if err := cl.call(c.Context(), http.MethodGet, "/v1/holds", nil, &list); err != nil {
					return err
				}
				return rows(env, list, "ID\tON\tSTATE\tPLACED BY\tPLACED\tREASON", func(h control.Hold) string {
					return strings.Join([]string{h.ID, h.On, holdState(&h), h.PlacedBy, day(h.Placed), h.Reason}, "\t")
				})
			})
		},
	}
}

func holdState(h *control.Hold) string {
	switch {
	case !h.Released.IsZero():
		return "released by " + h.ReleasedBy
	case !h.InForce:
		return "over"
	case h.Until.IsZero():
		return "in force"
	default:
		return "in force until " + day(h.Until)
	}
}
