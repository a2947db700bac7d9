// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/counterfoil/counterfoil/internal/control"
	"github.com/counterfoil/counterfoil/internal/evidence"
)

func newInteractions(env *environment) *cobra.Command {
	var limit int
	var since string
	c := &cobra.Command{
		Use: "interactions", Short: "List interactions, newest first", Args: usage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			q := url.Values{}
			if limit < 0 {
				return &exitError{exitUsage, "--limit is a number from 0, which means all"}
			}
			if limit > 0 {
				q.Set("limit", strconv.Itoa(limit))
			}
			if since != "" {
				t, err := moment("--since", since)
				if err != nil {
					return err
				}
				q.Set("since", t.Format(time.RFC3339Nano))
			}
			return env.with(c.Context(), func(cl *client) error {
				if env.json {
					return cl.lines(c.Context(), http.MethodGet, "/v1/interactions?"+q.Encode(), func(l control.Line) error { return env.print(l.Interaction) })
				}
				w := tabwriter.NewWriter(env.out, 0, 0, 2, ' ', 0)
				fmt.Fprintln(w, "OPENED\tID\tSYSTEM\tMODEL\tDECISION\tRESULT\tFINDINGS")
				err := cl.lines(c.Context(), http.MethodGet, "/v1/interactions?"+q.Encode(), func(l control.Line) error {
					i := l.Interaction
					_, err := fmt.Fprintln(w, strings.Join([]string{i.Opened.Format("2006-01-02 15:04:05.000Z"), i.ID, i.System, i.Model, i.Effect, i.Result, counts(i.Findings)}, "\t"))
					return err
				})
				if err != nil {
					return err
				}
				return w.Flush()
			})
		},
	}
	c.Flags().IntVar(&limit, "limit", 0, "at most so many (default: all)")
	c.Flags().StringVar(&since, "since", "", "only those opened at or after this time, such as 2026-11-24T09:00:00Z, or a duration back from now such as 2h")
	return c
}

// moment reads a time or a duration back from now.
func moment(flag, text string) (time.Time, error) {
	if d, err := time.ParseDuration(text); err == nil {
		return time.Now().UTC().Add(-d), nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, &exitError{exitUsage, fmt.Sprintf("%s %q is neither a time such as 2026-11-24T09:00:00Z nor a duration such as 2h", flag, text)}
}

func counts(findings map[string]uint64) string {
	names := make([]string, 0, len(findings))
	for name, n := range findings {
		names = append(names, fmt.Sprintf("%s:%d", name, n))
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

func newInteraction(env *environment) *cobra.Command {
	return &cobra.Command{
		Use: "interaction ID", Short: "Show one interaction with its findings, guards and proof", Args: usage(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			return env.with(c.Context(), func(cl *client) error {
				var raw json.RawMessage
				if err := cl.call(c.Context(), http.MethodGet, "/v1/interactions/"+url.PathEscape(args[0]), nil, &raw); err != nil {
					return err
				}
				if env.json {
					_, err := fmt.Fprintf(env.out, "%s\n", raw)
					return err
				}
				var v evidence.View
				if err := json.Unmarshal(raw, &v); err != nil {
					return fmt.Errorf("read answer: %w", err)
				}
				return showInteraction(env, &v)
			})
		},
	}
}
