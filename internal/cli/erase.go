// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/counterfoil/counterfoil/internal/control"
)

func newErase(env *environment) *cobra.Command {
	var q control.NewErasure
	var before string
	var who prover
	c := &cobra.Command{
		Use:   "erase (--person EMAIL | --interaction ID | --before DATE) --basis CODE --reason TEXT --as EMAIL",
		Short: "Ask for an erasure, and decide on those asked for",
		Long: "Asks for an erasure and says what it would take. Nothing is erased until another administrator approves it.\n" +
			"The ledger's entries stay and verify; the text behind them is gone for good. See docs/erase.md.",
		Args: usage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			var err error
			if before != "" {
				if q.Before, err = moment("--before", before); err != nil {
					return err
				}
			}
			if q.Proof, err = who.proof(env); err != nil {
				return err
			}
			return env.erasure(c, "/v1/erasures", q)
		},
	}
	c.Flags().StringVar(&q.Person, "person", "", "everything of one person: e-mail address or id")
	c.Flags().StringVar(&q.Interaction, "interaction", "", "the texts of one interaction: its id")
	c.Flags().StringVar(&before, "before", "", "the texts of all interactions of months that ended by this date")
	c.Flags().StringVar(&q.Basis, "basis", "", "why it has to be: data_subject_request, consent_withdrawn, contract_end, recorded_in_error, court_order, or a code of your own")
	c.Flags().StringVar(&q.Reason, "reason", "", "in words, for example the number of the case; leave names out")
	who.flags(c)
	c.AddCommand(newEraseApprove(env), newEraseReject(env), newEraseList(env), newEraseShow(env))
	return c
}

// erasure sends a question whose answer is one request, and shows that.
func (env *environment) erasure(c *cobra.Command, path string, q any) error {
	var e control.Erasure
	err := env.with(c.Context(), func(cl *client) error {
		return cl.work(c.Context(), path, q, progress(env, "entries"), &e)
	})
	if err != nil {
		return err
	}
	if env.json {
		return env.print(e)
	}
	env.showErasure(&e)
	return nil
}

func newEraseApprove(env *environment) *cobra.Command {
	var who prover
	c := &cobra.Command{
		Use: "approve ID --as EMAIL", Short: "Approve a request of somebody else, and erase", Args: usage(cobra.ExactArgs(1)),
		Long: "Approves a request and carries it out. Whoever asked cannot approve. It cannot be undone.",
		RunE: func(c *cobra.Command, args []string) error {
			p, err := who.proof(env)
			if err != nil {
				return err
			}
			return env.erasure(c, "/v1/erasures/"+url.PathEscape(args[0])+"/approve", p)
		},
	}
	who.flags(c)
	return c
}

func newEraseReject(env *environment) *cobra.Command {
	var who prover
	c := &cobra.Command{
		Use: "reject ID --as EMAIL", Short: "Reject or withdraw a request", Args: usage(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			p, err := who.proof(env)
			if err != nil {
				return err
			}
			return env.with(c.Context(), func(cl *client) error {
				var e control.Erasure
				if err := cl.call(c.Context(), http.MethodPost, "/v1/erasures/"+url.PathEscape(args[0])+"/reject", p, &e); err != nil {
					return err
				}
				if env.json {
					return env.print(e)
				}
				env.showErasure(&e)
				return nil
			})
		},
	}
	who.flags(c)
	return c
}

func newEraseShow(env *environment) *cobra.Command {
	return &cobra.Command{
		Use: "show ID", Short: "Show a request, and what it would erase while it waits", Args: usage(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			return env.erasure(c, "/v1/erasures/"+url.PathEscape(args[0]), struct{}{})
		},
	}
}

func newEraseList(env *environment) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List requests, newest first", Args: usage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			return env.with(c.Context(), func(cl *client) error {
				var list []control.Erasure
				if err := cl.call(c.Context(), http.MethodGet, "/v1/erasures", nil, &list); err != nil {
					return err
				}
				return rows(env, list, "ID\tSTATE\tOF\tBASIS\tASKED BY\tASKED\tPAYLOADS ERASED", func(e control.Erasure) string {
					return strings.Join([]string{e.ID, e.State, erasedWhat(&e), e.Basis, e.RequestedBy, day(e.Requested), fmt.Sprint(e.Payloads)}, "\t")
				})
			})
		},
	}
}

// erasedWhat says in words what a request is about.
func erasedWhat(e *control.Erasure) string {
	switch {
	case e.Email != "":
		return "person " + e.Email
	case e.Person != "":
		return "person " + e.Person
	case e.Interaction != "":
		return "interaction " + e.Interaction
	case !e.Before.IsZero():
		return "interactions before " + e.Before.UTC().Format(time.DateOnly)
	default:
		return "somebody who was erased"
	}
}

func (env *environment) showErasure(e *control.Erasure) {
	fmt.Fprintf(env.out, "Request %s, %s: erase %s.\nBasis %s, asked by %s on %s.\n", e.ID, e.State, erasedWhat(e), e.Basis, e.RequestedBy, day(e.Requested))
	if e.Reason != "" {
		fmt.Fprintf(env.out, "Reason: %s\n", e.Reason)
	}
	if e.DecidedBy != "" {
		fmt.Fprintf(env.out, "Decided by %s on %s.\n", e.DecidedBy, day(e.Decided))
	}
	if e.State == "done" {
		fmt.Fprintf(env.out, "Payloads erased: %d. Entries of the erasure: %s.\nCopies in backups are not: see docs/erase.md.\n", e.Payloads, strings.Trim(fmt.Sprint(e.Entries), "[]"))
	}
	p := e.Preview
	if p == nil {
		return
	}
	fmt.Fprintf(env.out, "It would erase %d payloads by deleting %d wrapping keys.\n", p.Payloads, p.WrappingKeys)
	if e.Scope == "person" {
		fmt.Fprintf(env.out, "Virtual keys that end: %d, %d of them of programs. AI systems left without an owner: %d.\n", p.VirtualKeys, p.Workloads, p.Systems)
	}
	fmt.Fprintf(env.out, "Nothing is erased yet. Another administrator decides: counterfoil erase approve %s --as EMAIL\n", e.ID)
}
