// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/control"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/ledger"
	"github.com/counterfoil/counterfoil/internal/registry"
)

// openRegistry opens the registry beside the ledger. Rounds are made by a server
// only: a command asks nobody outside.
func (a *App) openRegistry(ctx context.Context) error {
	cfg := a.rules.config
	c := a.options.registryConfig()
	c.Node, c.Interval = a.ledger, cfg.Registry.Interval.Duration
	var err error
	if c.Policy, _, err = cfg.TrustPolicy(); err != nil {
		return fmt.Errorf("read the trust policy: %w", err)
	}
	for _, t := range cfg.Registry.Timestamps {
		roots, err := cfg.RootsOf(t)
		if err != nil {
			return fmt.Errorf("read the roots of the time-stamp authority %s: %w", t.Name, err)
		}
		c.Authorities = append(c.Authorities, registry.Authority{Name: t.Name, URL: t.URL, Roots: roots, Interval: t.Interval.Duration})
	}
	if a.rounds, err = registry.Open(ctx, c); err != nil {
		return err
	}
	a.registry = a.rounds.Log()
	return nil
}

// registryConfig is what the options say of the registry.
func (o *Options) registryConfig() registry.Config {
	in := func(name string) string { return filepath.Join(o.Data, name) }
	return registry.Config{
		Dir: in("registry"), HeadsPath: in("registry-heads.db"), KeyPath: in("keys/registry.key"), Version: o.Version, Clock: o.Clock, Log: o.Log,
	}
}

// LedgerStatus implements control.Keeper.
func (a service) LedgerStatus(ctx context.Context) (control.LedgerStatus, error) {
	head, err := counterfoil.ParseCheckpoint(a.ledger.Published())
	if err != nil {
		return control.LedgerStatus{}, fault.Unavailable("The log has no signed head yet, as when the disk was full at the start.", err)
	}
	s := control.LedgerStatus{
		Origin: a.ledger.Origin(), VerifierKeys: a.ledger.VerifierKeys(), Size: a.ledger.Size(), Head: head.Size, Root: head.Root, Healthy: true,
	}
	if err := a.ledger.Health(); err != nil {
		s.Healthy, s.Problem = false, err.Error()
	}
	if s.Registry, err = a.rounds.Status(ctx); err != nil {
		return control.LedgerStatus{}, err
	}
	s.Overdue = s.Registry.Overdue()
	return s, nil
}

// RotateKey implements control.Keeper.
func (a service) RotateKey(ctx context.Context, q control.WhichLog) (control.KeyChange, error) {
	if q.Registry {
		event, err := a.rounds.RotateKey(ctx)
		return keyChange(a.registry, event, err)
	}
	// The registry learns the present key first, so that it knows both.
	if err := a.rounds.TakeKeys(ctx); err != nil {
		return control.KeyChange{}, keyFault(err)
	}
	if err := a.begin(ctx); err != nil {
		return control.KeyChange{}, keyFault(err)
	}
	event, err := a.ledger.RotateKey(ctx)
	if err == nil {
		a.tellRegistry(ctx)
	}
	return keyChange(a.ledger, event, err)
}

// RetireKey implements control.Keeper.
func (a service) RetireKey(ctx context.Context, q control.WhichLog) (control.KeyChange, error) {
	if q.Registry {
		event, err := a.rounds.RetireKey(ctx)
		return keyChange(a.registry, event, err)
	}
	if err := a.begin(ctx); err != nil {
		return control.KeyChange{}, keyFault(err)
	}
	event, err := a.ledger.RetireKey(ctx)
	if err == nil {
		a.tellRegistry(ctx)
	}
	return keyChange(a.ledger, event, err)
}

// tellRegistry enters a change of the node's key. If that fails, the next round does it.
func (a service) tellRegistry(ctx context.Context) {
	if err := a.rounds.TakeKeys(ctx); err != nil {
		a.log.Warn("the registry has not taken in the change of the key yet; the next round does", "err", err)
	}
}

func keyChange(l *ledger.Ledger, event counterfoil.KeyEvent, err error) (control.KeyChange, error) {
	if err != nil {
		return control.KeyChange{}, keyFault(err)
	}
	out := control.KeyChange{Origin: l.Origin(), VerifierKeys: l.VerifierKeys()}
	if event.Event == counterfoil.KeyRetired {
		out.Retired = event.Former
	}
	return out, nil
}

func keyFault(err error) error {
	switch {
	case errors.Is(err, ledger.ErrConflict):
		return fault.Conflict("The keys stay as they are. A key is rotated when one is in force, and retired when two are. See: counterfoil ledger status", err)
	case errors.Is(err, ledger.ErrFull), errors.Is(err, ledger.ErrBusy), errors.Is(err, ledger.ErrPoisoned):
		return unavailable(err)
	default:
		return err
	}
}
