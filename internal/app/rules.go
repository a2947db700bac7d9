// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/config"
	"github.com/counterfoil/counterfoil/internal/control"
	"github.com/counterfoil/counterfoil/internal/detect"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/gap"
	"github.com/counterfoil/counterfoil/internal/gateway"
	"github.com/counterfoil/counterfoil/internal/gateway/dialect"
	"github.com/counterfoil/counterfoil/internal/gateway/dialect/anthropic"
	"github.com/counterfoil/counterfoil/internal/gateway/dialect/openai"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/policy"
	"github.com/counterfoil/counterfoil/internal/sandbox"
)

// rules is everything that decides interactions and comes from files. It is
// immutable and replaced as a whole.
type rules struct {
	config    *config.Config
	digest    counterfoil.Hash
	policy    *policy.Set
	scanner   *detect.Scanner
	types     map[string]detect.TypeInfo
	providers map[string]*gateway.Provider
}

// newRules reads what cfg points to. Transports of providers that did not
// change are taken over from before, with their connections.
func newRules(cfg *config.Config, before *rules) (*rules, error) {
	r := &rules{config: cfg, digest: cfg.Digest(), providers: map[string]*gateway.Provider{}}
	if err := r.detection(cfg.Dictionary); err != nil {
		return nil, err
	}
	if err := r.loadPolicy().Err(); err != nil {
		return nil, fmt.Errorf("the rules have faults:\n%w", err)
	}
	for _, p := range cfg.Providers {
		made, err := newProvider(p, before)
		if err != nil {
			return nil, err
		}
		r.providers[p.Name] = made
	}
	return r, nil
}

func (r *rules) detection(dictionary []config.Term) error {
	terms := make([]detect.Term, 0, len(dictionary))
	class := map[string]string{}
	for _, t := range dictionary {
		terms = append(terms, detect.Term{Type: t.Type, Values: t.Values, CaseSensitive: t.CaseSensitive, Score: t.Score})
		class[t.Type] = t.Class
	}
	var err error
	if r.scanner, err = detect.New(detect.Config{Dictionary: terms}); err != nil {
		return fmt.Errorf("prepare detection: %w", err)
	}
	r.types = map[string]detect.TypeInfo{}
	for _, t := range r.scanner.Types() {
		if c := class[t.Type]; c != "" {
			t.Class = c
		}
		r.types[t.Type] = t
	}
	return nil
}

// names are what a rule may list under mask.
func (r *rules) names() []string {
	set := map[string]bool{}
	for _, t := range r.types {
		set[t.Type], set[t.Class] = true, true
	}
	for _, class := range []string{detect.ClassPersonal, detect.ClassIdentifier, detect.ClassSecret, detect.ClassCustom} {
		set[class] = true
	}
	list := make([]string, 0, len(set))
	for n := range set {
		list = append(list, n)
	}
	return list
}

func (r *rules) loadPolicy() policy.Faults {
	var faults policy.Faults
	r.policy, faults = policy.Load(r.config.RulesPath(), policy.Options{Known: r.names()})
	return faults
}

// CheckRules lists the faults that a start with cfg would find in its rules,
// names that neither the detectors nor its dictionary know among them.
func CheckRules(cfg *config.Config) (policy.Faults, error) {
	r := &rules{config: cfg}
	if err := r.detection(cfg.Dictionary); err != nil {
		return nil, err
	}
	return r.loadPolicy(), nil
}

func newProvider(c config.Provider, before *rules) (*gateway.Provider, error) {
	p := &gateway.Provider{
		Name: c.Name, Secret: c.Secret.Reveal(),
		FirstByte: c.Timeouts.FirstByte.Duration, Idle: c.Timeouts.Idle.Duration, Total: c.Timeouts.Total.Duration,
	}
	if c.Fail.Mode == config.FailOpen {
		p.Unrecorded = gap.Bounds{Requests: uint64(c.Fail.Requests), Within: time.Duration(c.Fail.Seconds) * time.Second}
	}
	var d dialect.Dialect
	switch c.Dialect {
	case "openai":
		d = openai.Dialect{}
	case "anthropic":
		d = anthropic.Dialect{}
	default:
		return nil, fmt.Errorf("provider %s: unknown dialect %q", c.Name, c.Dialect)
	}
	p.Dialect = d
	if c.Origin == config.SandboxOrigin {
		p.Origin, p.Transport = &url.URL{Scheme: "http", Host: "sandbox"}, sandbox.Transport{}
		return p, nil
	}
	origin, err := url.Parse(strings.TrimSuffix(c.Origin, "/"))
	if err != nil {
		return nil, fmt.Errorf("provider %s: origin: %w", c.Name, err)
	}
	p.Origin = origin
	p.Transport = transport(c, before)
	return p, nil
}

// transport reuses the connections of an unchanged provider.
func transport(c config.Provider, before *rules) http.RoundTripper {
	if before != nil {
		for _, old := range before.config.Providers {
			if old.Name == c.Name && old.Origin == c.Origin && old.Timeouts == c.Timeouts {
				return before.providers[c.Name].Transport
			}
		}
	}
	dialer := &net.Dialer{Timeout: c.Timeouts.Connect.Duration, KeepAlive: 30 * time.Second}
	return &http.Transport{
		DialContext:         dialer.DialContext,
		Proxy:               http.ProxyFromEnvironment,
		TLSHandshakeTimeout: c.Timeouts.Connect.Duration,
		MaxIdleConns:        1024,
		MaxIdleConnsPerHost: 512,
		IdleConnTimeout:     90 * time.Second,
		ForceAttemptHTTP2:   true,
		DisableCompression:  true, // bytes pass as they are
	}
}

// inForce is what decides interactions that begin now.
func (a *App) inForce() *rules {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.rules
}

// state joins the rules with the register.
func (r *rules) state(s *identity.Snapshot) *gateway.State {
	return &gateway.State{
		Snapshot: s, Policy: r.policy, Scanner: r.scanner, Types: r.types, Providers: r.providers, Config: r.digest,
		Limits: gateway.Limits{RequestBytes: int64(r.config.Limits.RequestBytes), AnswerBytes: int64(r.config.Limits.AnswerBytes)},
	}
}

// Reload reads configuration and rules again and puts them in force for every
// interaction that begins from now on. A faulty file changes nothing.
// One reload follows the other, so that the ledger names last what is in force.
func (a *App) Reload(ctx context.Context) (control.Reloaded, error) {
	a.reloading.Lock()
	defer a.reloading.Unlock()
	cfg, err := loadConfig(a.options)
	if err != nil {
		return control.Reloaded{}, notReloaded(err)
	}
	a.mu.Lock()
	before := a.rules
	a.mu.Unlock()
	next, err := newRules(cfg, before)
	if err != nil {
		return control.Reloaded{}, notReloaded(err)
	}
	out := control.Reloaded{Config: next.digest.String(), Policy: next.policy.Digest().String()}
	recorded := next.digest != before.digest || next.policy.Digest() != before.policy.Digest()
	out.Changed = recorded || !sameSecrets(before.config.Providers, cfg.Providers)
	out.Notes = needRestart(before.config, cfg)
	if !out.Changed {
		return out, nil
	}
	if recorded {
		if err := a.recordConfig(ctx, next, "reload"); err != nil {
			return control.Reloaded{}, err
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.rules = next
	a.state.Store(next.state(a.state.Load().Snapshot))
	return out, nil
}

// sameSecrets compares what the digest leaves out: the keys of providers that
// are otherwise the same.
func sameSecrets(before, after []config.Provider) bool {
	return slices.EqualFunc(before, after, func(b, a config.Provider) bool { return b.Secret.Reveal() == a.Secret.Reveal() })
}

// recordConfig says in the ledger what is in force from here on; reason is a code.
func (a *App) recordConfig(ctx context.Context, next *rules, reason string) error {
	now := a.clock.Now()
	e := &counterfoil.Entry{
		Kind: counterfoil.KindConfig, ID: counterfoil.NewTimeID(now), Time: now.UnixMicro(),
		Config: &counterfoil.ConfigChange{Config: next.digest, Policy: next.policy.Digest(), Reason: reason},
	}
	if _, err := a.ledger.Append(ctx, e, nil); err != nil {
		return unavailable(err)
	}
	return nil
}

func notReloaded(err error) error {
	return &fault.Error{Kind: fault.KindInvalid, Public: "Not reloaded, what was in force stays in force: " + err.Error()}
}

// needRestart names changes that a running server does not take over.
func needRestart(before, after *config.Config) []string {
	var notes []string
	if before.Gateway != after.Gateway || before.Console != after.Console || before.Publish != after.Publish {
		notes = append(notes, "The listeners change at the next start.")
	}
	if before.Ledger != after.Ledger {
		notes = append(notes, "The ledger's sizes change at the next start.")
	}
	if !reflect.DeepEqual(before.Registry, after.Registry) {
		notes = append(notes, "The registry's witnesses and time-stamps change at the next start.")
	}
	return notes
}
