// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil/internal/accounts"
	"github.com/counterfoil/counterfoil/internal/console"
	"github.com/counterfoil/counterfoil/internal/console/ledger"
	"github.com/counterfoil/counterfoil/internal/console/systems"
	"github.com/counterfoil/counterfoil/internal/demo"
	"github.com/counterfoil/counterfoil/internal/detect"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/sandbox"
)

// pages makes the console.
func (a *App) pages(ctx context.Context, gatewayURL, consoleURL string) (http.Handler, error) {
	invented, err := a.isDemonstration(ctx)
	if err != nil {
		return nil, fmt.Errorf("make the console: %w", err)
	}
	organisation := ""
	if invented {
		organisation = demonstrated
	}
	if !a.accounts.HasAdministrator() {
		a.setup.token, a.setup.hash = identity.NewToken()
	}
	rules := a.inForce()
	cfg := rules.config
	types := make([]detect.TypeInfo, 0, len(rules.types))
	for _, t := range rules.scanner.Types() {
		types = append(types, rules.types[t.Type])
	}
	var providers []systems.Provider
	for _, p := range cfg.Providers {
		providers = append(providers, systems.Provider{Name: p.Name, Dialect: p.Dialect, Region: p.Region})
	}
	c, err := console.New(console.Config{
		Index: freshIndex{a.index, a}, Directory: &a.roll, Accounts: a.accounts, Evidence: freshEvidence{a.evidence, a}, Recorder: a, Prover: a.prover, Erasures: consoleEraser{a.erasure, a}, Records: a.register, Kinds: a.kinds, Frameworks: a.frameworks, Ledger: a.ledger,
		Clock: a.clock, Log: a.log, Findings: types, Gateway: gatewayURL, Providers: providers,
		Registry: a.rounds.Status, Unrecorded: a.gaps.Unstated,
		Retention:    ledger.Retention{Interactions: cfg.Retention.Interactions.Duration, Records: cfg.Retention.Records.Duration},
		Organisation: organisation, Invented: invented,
		Version: a.options.Version, SetupToken: a.setup.hash, Address: address(cfg.Console.BehindProxy),
		TLS: cfg.Console.BehindProxy || strings.HasPrefix(consoleURL, "https:") || strings.HasPrefix(cfg.Console.URL, "https:"),
	})
	if err != nil {
		return nil, fmt.Errorf("make the console: %w", err)
	}
	return c.Handler(), nil
}

// sandboxProvider is the name under which requests reach the offline provider.
const sandboxProvider = "sandbox"

// firstKeyLife is how long the key printed at the start is valid.
const firstKeyLife = 24 * time.Hour

// welcome prints where things are and, until somebody has set the console up,
// the link to do so and a first request to try.
func (a *App) welcome(ctx context.Context, listeners []*listener) error {
	out := a.options.Out
	gatewayURL, consoleURL := listeners[0].address(), listeners[1].address()
	if u := a.inForce().config.Console.URL; u != "" {
		consoleURL = strings.TrimSuffix(u, "/")
	}
	fmt.Fprintf(out, "Counterfoil %s, log %s\n  gateway  %s\n  console  %s\n  data     %s\n", a.options.Version, a.ledger.Origin(), gatewayURL, consoleURL, a.options.Data)
	for _, l := range listeners[2:] {
		fmt.Fprintf(out, "  %s  %s\n", l.name, l.address())
	}
	playground, err := a.accounts.EnsureBuiltinPlayground(ctx, []string{sandbox.Model})
	if err != nil {
		return fmt.Errorf("register the Playground: %w", err)
	}
	if invented, err := a.isDemonstration(ctx); err != nil || invented {
		fmt.Fprintf(out, "\nA demonstration, all of it invented. Sign in to the console as %s, password: %s\n", demo.SignIn, demo.Password)
		return err
	}
	if a.setup.token == "" {
		return nil
	}
	fmt.Fprintf(out, "\nCreate the first administrator (this link works once):\n  %s/setup?token=%s\n", consoleURL, a.setup.token)
	secret, err := a.firstKey(ctx, playground)
	if err != nil {
		return err
	}
	if _, ok := a.inForce().providers[sandboxProvider]; ok {
		firstRequest(out, gatewayURL, secret, a.options.Data)
	}
	return nil
}

// firstKey makes the key of the printed request. Keys that an earlier start
// printed end now: only one is in force at a time.
func (a *App) firstKey(ctx context.Context, playground identity.System) (string, error) {
	for _, k := range a.roll.Snapshot().Keys() {
		printed := k.System == playground.ID && k.ForOwner() && !k.Expires.After(k.Created.Add(firstKeyLife))
		if printed && k.Revoked.IsZero() {
			if _, err := a.accounts.RevokeKey(ctx, operator, k.ID.String()); err != nil {
				return "", fmt.Errorf("end the key of an earlier start: %w", err)
			}
		}
	}
	_, secret, err := a.accounts.CreateKey(ctx, operator, accounts.NewKey{
		SystemSlug: playground.Slug, Workload: true, Expires: a.clock.Now().Add(firstKeyLife),
	})
	if err != nil {
		return "", fmt.Errorf("make the first key: %w", err)
	}
	return secret, nil
}

// firstRequest prints a command that sends invented data through the gateway.
func firstRequest(out io.Writer, gatewayURL, secret, data string) {
	fmt.Fprintf(out, `
Send a first request through the gateway to the offline provider "sandbox" (key valid for 24 hours):
  curl -s %s/sandbox/v1/chat/completions \
    -H 'Authorization: Bearer %s' -H 'Content-Type: application/json' \
    -d '{"model": "%s", "messages": [{"role": "user", "content": "Write to ada@example.com about card 4111 1111 1111 1111 and key AKIAIOSFODNN7EXAMPLE."}]}'

Then look, in the console or here:
  %s --data %s interactions
  %s --data %s verify
`, gatewayURL, secret, sandbox.Model, os.Args[0], data, os.Args[0], data)
}

// quiet sends what net/http complains of, mostly of clients, to the debug log.
func quiet(l *slog.Logger) *log.Logger { return slog.NewLogLogger(l.Handler(), slog.LevelDebug) }
