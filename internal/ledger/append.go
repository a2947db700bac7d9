// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/counterfoil/counterfoil"
)

// Receipt says where an entry came to lie.
type Receipt struct {
	Index counterfoil.Index
	Leaf  counterfoil.Hash
}

var errLateBoot = fmt.Errorf("%w: a boot entry is the first a process writes", ErrConflict)

var requests = sync.Pool{New: func() any {
	return &request{raw: make([]byte, 0, 1024), wake: make(chan bool, 1)}
}}

// Append writes an entry with its sealed payload, which may be empty, and
// returns when both are durable. Payload and
// Commitment are both there or both absent. After an error neither is part of the log
// unless the error wraps ErrPoisoned: then nobody knows before the restart.
//
// Append completes the entry: Time when it is zero, Outcome.Intent from the
// open intent of the same ID, and of Boot the node's key and the log found at
// start. ctx counts only while waiting for a place in the queue; an admitted
// entry is waited for. sealed must not be changed before Append returns.
//
// Errors: ErrFull (never for an outcome while prepared space is left), ErrBusy,
// ErrConflict, ErrPoisoned, ErrClosed, counterfoil.ErrTooLarge.
func (l *Ledger) Append(ctx context.Context, e *counterfoil.Entry, sealed []byte) (Receipt, error) {
	if len(sealed) > counterfoil.MaxPayloadBytes {
		return Receipt{}, fmt.Errorf("append %s: payload of %d bytes: %w", e.Kind, len(sealed), counterfoil.ErrTooLarge)
	}
	r := requests.Get().(*request)
	defer r.recycle()
	if err := l.prepare(r, e, sealed); err != nil {
		return Receipt{}, fmt.Errorf("append %s: %w", e.Kind, err)
	}
	if err := l.await(ctx, r); err != nil {
		l.open.settle(e.Kind, e.ID, 0, false)
		return Receipt{}, fmt.Errorf("append %s: %w", e.Kind, err)
	}
	return Receipt{Index: r.index, Leaf: r.leaf}, nil
}

// AppendBuilt appends an entry that states where it lies, as a seal does: build is
// called when it is known which tree the entry follows on, and returns it. Until
// build returns nothing else is written, so it must not wait for anything. The
// entry is of the kind given, has no payload and is no intent or outcome. What
// holds for Append holds here.
func (l *Ledger) AppendBuilt(ctx context.Context, kind counterfoil.Kind, build func(before counterfoil.Checkpoint) (*counterfoil.Entry, error)) (Receipt, error) {
	r := requests.Get().(*request)
	defer r.recycle()
	r.kind = kind
	r.build = func(before counterfoil.Checkpoint) error {
		e, err := build(before)
		if err != nil {
			return err
		}
		if e.Kind != kind {
			return fmt.Errorf("%w: a %s entry was built", ErrConflict, e.Kind)
		}
		return l.prepare(r, e, nil)
	}
	if err := l.await(ctx, r); err != nil {
		return Receipt{}, fmt.Errorf("append %s: %w", kind, err)
	}
	return Receipt{Index: r.index, Leaf: r.leaf}, nil
}

// await queues r and returns when it is durable or refused.
func (l *Ledger) await(ctx context.Context, r *request) error {
	lead, err := l.enqueue(ctx, r)
	if err != nil {
		return err
	}
	if lead || <-r.wake {
		l.lead(r)
	}
	return r.err
}

// prepare does in the caller's goroutine what need not wait for the committer:
// completing, encoding, hashing.
func (l *Ledger) prepare(r *request, e *counterfoil.Entry, sealed []byte) error {
	if e.Time == 0 {
		e.Time = l.cfg.Clock.Now().UnixMicro()
	}
	if b := e.Boot; b != nil {
		b.NodeKey, b.PrevSize, b.PrevRoot = l.VerifierKey(), l.found.Size, l.found.Root
	}
	if (len(sealed) > 0) != (len(e.Commitment) > 0) {
		return errors.New("payload and commitment belong together")
	}
	if len(sealed) > 0 && l.cfg.PayloadDir == "" {
		return errors.New("this log has no payloads")
	}
	if k := e.Key; k != nil && l.keys.Load().history.concerns(k) {
		if r.build == nil {
			return fmt.Errorf("%w: an entry about the log's own keys is appended with AppendKeyEvent", ErrConflict)
		}
		r.event = k
	}
	intent, err := l.open.admit(e)
	if err != nil {
		return err
	}
	if e.Kind == counterfoil.KindOutcome && e.Outcome != nil {
		e.Outcome.Intent = intent
	}
	raw, err := counterfoil.AppendEntry(r.raw[:0], e)
	if err != nil {
		l.open.settle(e.Kind, e.ID, 0, false)
		return err
	}
	r.raw, r.kind, r.id, r.closed = raw, e.Kind, e.ID, e.Kind == counterfoil.KindIntent && e.Outcome != nil
	r.leaf = counterfoil.LeafHash(raw)
	r.payload, r.crc = sealed, counterfoil.Checksum(sealed)
	return nil
}

// recycle gives r back, without what belongs to the caller.
func (r *request) recycle() {
	clear(r.batch)
	*r = request{raw: r.raw[:0], wake: r.wake, batch: r.batch[:0]}
	requests.Put(r)
}

// lead commits one batch, which begins with the own entry, and hands over
// before it tells the others: the next batch need not wait for that.
func (l *Ledger) lead(own *request) {
	own.batch = l.take(own.batch[:0])
	l.commit(own.batch)
	l.handOver()
	for _, r := range own.batch {
		if r != own {
			r.wake <- false
		}
	}
}
