// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"context"
	"fmt"

	"github.com/counterfoil/counterfoil"
)

// takeKeys enters what happened to the node's signing keys up to a head, so that
// whoever verifies the registry knows the key of every head in it. The caller holds
// mu.
func (r *Registry) takeKeys(ctx context.Context, head counterfoil.Checkpoint) error {
	if err := r.enrol(ctx, head); err != nil {
		return err
	}
	for _, at := range r.cfg.Node.KeyEntries() {
		if uint64(at) >= head.Size {
			break
		}
		e, err := entry(r.cfg.Node, at)
		if err != nil {
			return fmt.Errorf("read what happened to the node's key: %w", err)
		}
		// A succession leads from the origin known before to the one enrolled, and a
		// compromise says how much of what was known counts.
		before := uint64(at) < r.known.since && e.Key.Event != counterfoil.KeySucceeded && e.Key.Event != counterfoil.KeyCompromised
		if before || r.known.events[e.Key.Text()] {
			continue
		}
		if err := r.append(ctx, &counterfoil.Entry{Kind: counterfoil.KindKey, Key: e.Key}); err != nil {
			return err
		}
	}
	return nil
}

// enrol states, once for each origin, the key the node's log has now. What happened
// to its keys before lies in the node's log.
func (r *Registry) enrol(ctx context.Context, head counterfoil.Checkpoint) error {
	if r.known.enrolled {
		return nil
	}
	event := counterfoil.KeyEvent{
		Event: counterfoil.KeyEnrolled, Origin: head.Origin, Key: r.cfg.Node.VerifierKey(), Size: head.Size, Root: head.Root,
	}
	if err := r.cfg.Node.SignKeyEvent(&event); err != nil {
		return fmt.Errorf("enrol the node's key: %w", err)
	}
	return r.append(ctx, &counterfoil.Entry{Kind: counterfoil.KindKey, Key: &event})
}

// TakeKeys enters what happened to the node's keys now, without waiting for the next
// round. It asks nobody.
func (r *Registry) TakeKeys(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.read(ctx); err != nil {
		return err
	}
	size := r.cfg.Node.Size()
	root, err := r.cfg.Node.Root(size)
	if err != nil {
		return err
	}
	return r.takeKeys(ctx, counterfoil.Checkpoint{Origin: r.cfg.Node.Origin(), Size: size, Root: root})
}

// RotateKey rotates the registry's own key; see ledger.RotateKey.
func (r *Registry) RotateKey(ctx context.Context) (counterfoil.KeyEvent, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.begin(ctx); err != nil {
		return counterfoil.KeyEvent{}, err
	}
	return r.log.RotateKey(ctx)
}

// RetireKey ends the overlap of such a rotation.
func (r *Registry) RetireKey(ctx context.Context) (counterfoil.KeyEvent, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.begin(ctx); err != nil {
		return counterfoil.KeyEvent{}, err
	}
	return r.log.RetireKey(ctx)
}
