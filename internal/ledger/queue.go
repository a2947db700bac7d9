// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"context"
	"time"

	"github.com/counterfoil/counterfoil"
)

const (
	// admissionWait is how long an entry waits for a place in the queue.
	admissionWait = 50 * time.Millisecond
	// queueBytes bounds what waits, beside the number of entries.
	queueBytes = 64 << 20
	// A batch takes at most this many entries and about this many bytes.
	batchEntries = 4096
	batchBytes   = 4 << 20
)

// request is one entry on its way to the disk.
type request struct {
	kind    counterfoil.Kind
	id      counterfoil.ID
	closed  bool   // an intent that carries its outcome
	raw     []byte // encoded entry; the buffer is reused
	leaf    counterfoil.Hash
	payload []byte                                    // sealed, owned by the caller
	crc     uint32                                    // of payload
	event   *counterfoil.KeyEvent                     // about the log's own keys; nil for all others
	build   func(before counterfoil.Checkpoint) error // completes the request where it comes to lie; nil when it is complete

	index   counterfoil.Index // set by the committer
	frameAt int64
	err     error
	wake    chan bool // true: lead the next batch; false: done

	batch []*request // what this request leads, when it does
}

func (r *request) bytes() int { return len(r.raw) + len(r.payload) }

// queue holds what waits for the committer. Whoever finds no leader becomes it:
// it commits what waits, its own entry first, and hands over to the first that
// came meanwhile. So a lone caller commits without waking anybody.
type queue struct {
	waiting []*request
	bytes   int
	begun   bool          // something was admitted since Open
	leading bool          // somebody commits, or was woken to
	space   chan struct{} // closed when a batch was taken; nil when nobody waits
	quiet   chan struct{} // closed when the leader is gone; nil when nobody waits
}

// enqueue admits r and reports whether the caller has to lead. Outcomes and gaps
// are always admitted; everything else waits for a place at most admissionWait.
func (l *Ledger) enqueue(ctx context.Context, r *request) (lead bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	q := &l.queue
	var patience <-chan time.Time
	for {
		if err := l.refusal(r); err != nil {
			return false, err
		}
		if usesReserve(r.kind) || q.hasPlace(l.cfg.QueueLimit) {
			break
		}
		if patience == nil {
			patience = time.After(admissionWait)
		}
		if err := l.waitForSpace(ctx, patience); err != nil {
			return false, err
		}
	}
	q.begun = true
	q.waiting = append(q.waiting, r)
	q.bytes += r.bytes()
	lead = !q.leading
	q.leading = true
	return lead, nil
}

// Admits tells whether an entry of any kind would be taken now: there is space, and
// a place in the queue.
func (l *Ledger) Admits() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return !l.closed && l.Health() == nil && l.queue.hasPlace(l.cfg.QueueLimit)
}

// hasPlace tells whether one more entry may wait. The caller holds mu.
func (q *queue) hasPlace(limit int) bool {
	return len(q.waiting) == 0 || len(q.waiting) < limit && q.bytes < queueBytes
}

// usesReserve tells which entries may use the space that is filled already when
// no more can be had: those that state how something ended.
func usesReserve(k counterfoil.Kind) bool {
	return k == counterfoil.KindOutcome || k == counterfoil.KindGap
}

// refusal says why r cannot be taken at all. The caller holds mu.
func (l *Ledger) refusal(r *request) error {
	switch {
	case l.closed:
		return ErrClosed
	case l.poisoned.Load() != nil:
		return *l.poisoned.Load()
	case usesReserve(r.kind):
		return nil
	case l.full.Load() != nil:
		return fullError(*l.full.Load())
	case r.kind == counterfoil.KindBoot && l.queue.begun:
		return errLateBoot
	default:
		return nil
	}
}

// waitForSpace waits without mu, which the caller holds before and after.
func (l *Ledger) waitForSpace(ctx context.Context, patience <-chan time.Time) error {
	if l.queue.space == nil {
		l.queue.space = make(chan struct{})
	}
	space := l.queue.space
	l.mu.Unlock()
	defer l.mu.Lock()
	select {
	case <-space:
		return nil
	case <-patience:
		return ErrBusy
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// take moves the next batch into dst. Only the leader calls it.
func (l *Ledger) take(dst []*request) []*request {
	l.mu.Lock()
	defer l.mu.Unlock()
	q := &l.queue
	n, bytes := 0, 0
	for n < len(q.waiting) && n < batchEntries && (n == 0 || bytes+q.waiting[n].bytes() <= batchBytes) {
		bytes += q.waiting[n].bytes()
		n++
	}
	dst = append(dst, q.waiting[:n]...)
	rest := copy(q.waiting, q.waiting[n:])
	clear(q.waiting[rest:])
	q.waiting = q.waiting[:rest]
	q.bytes -= bytes
	if q.space != nil {
		close(q.space)
		q.space = nil
	}
	return dst
}

// handOver wakes the next leader, if anybody waits.
func (l *Ledger) handOver() {
	l.mu.Lock()
	defer l.mu.Unlock()
	q := &l.queue
	if len(q.waiting) > 0 {
		q.waiting[0].wake <- true
		return
	}
	q.leading = false
	if q.quiet != nil {
		close(q.quiet)
		q.quiet = nil
	}
}

// idle returns a channel that is closed once nobody leads. The caller holds mu
// and has made sure that nothing more is admitted.
func (q *queue) idle() <-chan struct{} {
	quiet := make(chan struct{})
	if q.leading {
		q.quiet = quiet
	} else {
		close(quiet)
	}
	return quiet
}
