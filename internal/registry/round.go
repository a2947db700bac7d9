// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/counterfoil/counterfoil"
)

// errContradicted is the alarm of a node's log that is not the one the registry knows.
var errContradicted = errors.New("the node's log does not bear out what the registry knows of it: it was set back to an older copy, or replaced. " +
	"Stop the server, keep a copy of the data directory, and run counterfoil verify")

// Run asks others to vouch for what was entered, which Enter did, and then makes a
// round every interval, until ctx ends.
func (r *Registry) Run(ctx context.Context) {
	ticker := time.NewTicker(r.cfg.Interval)
	defer ticker.Stop()
	for steps := r.first; ; steps = r.round {
		_ = r.do(ctx, steps) // kept for Status, and logged when it changes
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// first is the round behind Enter. If that failed it is tried again, since others
// who vouch do not make up for it.
func (r *Registry) first(ctx context.Context) error {
	r.mu.Lock()
	failed := r.trouble != nil
	r.mu.Unlock()
	if failed {
		return r.round(ctx)
	}
	return r.vouch(ctx)
}

// Enter enters the node's log as it is now, if it grew, and asks nobody. A server
// does so before it says where it is reached, so that the registry knows of every
// start.
func (r *Registry) Enter(ctx context.Context) error { return r.do(ctx, r.takeIn) }

// Round enters the node's log as it is now, if it grew, and asks for the
// cosignatures and stamps that are due. What others fail to give is no error.
func (r *Registry) Round(ctx context.Context) error { return r.do(ctx, r.round) }

// do takes steps of a round while no other round is under way.
func (r *Registry) do(ctx context.Context, steps func(context.Context) error) error {
	r.rounds.Lock()
	defer r.rounds.Unlock()
	err := steps(ctx)
	if ctx.Err() != nil {
		return context.Cause(ctx) // the process stops; nothing failed
	}
	r.conclude(err)
	return err
}

func (r *Registry) round(ctx context.Context) error {
	if err := r.takeIn(ctx); err != nil {
		return err
	}
	return r.vouch(ctx)
}

// vouch has others vouch for the registry. The order makes a token bound the node's
// entries from both sides: those under the head taken in existed when the authority
// signed, and those behind the anchor in the node's log did not yet.
func (r *Registry) vouch(ctx context.Context) error {
	if !r.hasEntries() {
		return nil // nothing could be entered yet
	}
	signed, err := r.askWitnesses(ctx)
	if err != nil {
		return err
	}
	stamped, err := r.stamp(ctx, signed)
	if err != nil {
		return err
	}
	if stamped {
		if signed, err = r.askWitnesses(ctx); err != nil { // for a head that covers the token
			return err
		}
	}
	return r.anchorInNode(ctx, signed)
}

func (r *Registry) hasEntries() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.known != nil && r.log.Size() > 0
}

// takeIn enters the node's head, and the registry's own former head with the
// cosignatures it got. So cosignatures never cause growth by themselves.
func (r *Registry) takeIn(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.read(ctx); err != nil {
		return err
	}
	signed, err := r.cfg.Node.Checkpoint(ctx)
	if err != nil {
		return fmt.Errorf("sign the node's head: %w", err)
	}
	head, err := counterfoil.ParseCheckpoint(signed)
	if err != nil {
		return err
	}
	if err := r.bearsOut(head); err != nil {
		return err
	}
	if err := r.takeKeys(ctx, head); err != nil {
		return err
	}
	if head.Size == r.known.head.Size || head.Size == r.quiet {
		return nil
	}
	err = r.anchor(ctx, &counterfoil.Anchor{Type: counterfoil.AnchorHead, Origin: head.Origin, Size: head.Size, Root: head.Root, Data: signed})
	if err != nil || r.obtained.Size <= r.known.cosigned {
		return err
	}
	c := r.obtained
	return r.anchor(ctx, &counterfoil.Anchor{
		Type: counterfoil.AnchorCosigned, Origin: c.Origin, Size: c.Size, Root: c.Root, Time: c.time(), Data: c.signed,
	})
}

// bearsOut compares the node's log with the last head taken in. The caller holds mu.
func (r *Registry) bearsOut(head counterfoil.Checkpoint) error {
	before := r.known.head
	if before.Size > head.Size {
		return fmt.Errorf("%w (taken in: %d entries; now: %d)", errContradicted, before.Size, head.Size)
	}
	root, err := r.cfg.Node.Root(before.Size)
	if err != nil {
		return fmt.Errorf("compare the node's log with its last head: %w", err)
	}
	if before.Size > 0 && root != before.Root {
		return fmt.Errorf("%w (at %d entries the root is another)", errContradicted, before.Size)
	}
	return nil
}

// anchorInNode lets the node's log take in the registry's head that covers the newest
// token, if it has not yet.
func (r *Registry) anchorInNode(ctx context.Context, signed []byte) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.owed {
		return nil
	}
	head, err := counterfoil.ParseCheckpoint(signed)
	if err != nil {
		return err
	}
	a := &counterfoil.Anchor{Type: counterfoil.AnchorRegistry, Origin: head.Origin, Size: head.Size, Root: head.Root, Data: signed}
	if r.obtained.Size == head.Size {
		a.Data, a.Time = r.obtained.signed, r.obtained.time()
	}
	at, err := r.cfg.Node.Append(ctx, &counterfoil.Entry{Kind: counterfoil.KindAnchor, ID: counterfoil.NewID(), Anchor: a}, nil)
	if err != nil {
		return fmt.Errorf("take the registry's head into the node's log: %w", err)
	}
	r.owed = false
	if uint64(at.Index) == r.known.head.Size { // nothing else happened: no reason for a round
		r.quiet = uint64(at.Index) + 1
	}
	return nil
}
