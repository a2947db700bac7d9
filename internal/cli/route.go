// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"fmt"
	"net/http"
	"net/url"

	"github.com/spf13/cobra"

	"github.com/counterfoil/counterfoil/internal/control"
)

func newSystemTry(env *environment) *cobra.Command {
	var q control.Trial
	c := &cobra.Command{
		Use:   "try SLUG [--days N] [--requests N] [--people N]",
		Short: "Allow a trial of a system that is not approved yet",
		Long: "Gives a system that was requested a route for a while, with limits: at most 30 days, so many requests a day (UTC), so\n" +
			"many people. It ends by itself. Once tried, the trial is renewed: all of it ends within 90 days of the first day. The\n" +
			"console lets its owner allow the first trial and somebody else renew it; here the operator does it in their place, and\n" +
			"the record says so.",
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			return env.with(c.Context(), func(cl *client) error {
				var s control.System
				if err := cl.call(c.Context(), http.MethodPost, "/v1/systems/"+url.PathEscape(args[0])+"/trial", q, &s); err != nil {
					return err
				}
				if env.json {
					return env.print(s)
				}
				fmt.Fprintf(env.out, "%s may be tried for %d days: %d requests a day, %d people.\nNext: counterfoil key create --system %s --person EMAIL\n",
					s.Slug, q.Days, q.Requests, q.People, s.Slug)
				return nil
			})
		},
	}
	c.Flags().IntVar(&q.Days, "days", 14, "days it lasts, at most 30")
	c.Flags().IntVar(&q.Requests, "requests", 1000, "requests a day")
	c.Flags().IntVar(&q.People, "people", 10, "people who may take part")
	return c
}

func newSystemStop(env *environment) *cobra.Command {
	var q control.Stop
	c := &cobra.Command{
		Use:   "stop SLUG --reason WHY",
		Short: "Take a system its route at once",
		Long:  "Suspends a system that is in use, or ends its trial. Requests that come from then on are refused; answers under way are finished.",
		Args:  usage(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			return env.with(c.Context(), func(cl *client) error {
				var s control.System
				if err := cl.call(c.Context(), http.MethodPost, "/v1/systems/"+url.PathEscape(args[0])+"/stop", q, &s); err != nil {
					return err
				}
				if env.json {
					return env.print(s)
				}
				fmt.Fprintf(env.out, "%s is stopped: it is %s, and has no route.\n", s.Slug, s.State)
				return nil
			})
		},
	}
	c.Flags().StringVar(&q.Reason, "reason", "", "why it is stopped")
	return c
}
