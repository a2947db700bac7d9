// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/ledger"
)

// known is what the registry's entries say about the node's log and about its own
// former heads.
type known struct {
	origin   string                 // of the node's log
	head     counterfoil.Checkpoint // the node's head taken in last
	headAt   counterfoil.Index      // of its anchor
	enrolled bool
	since    uint64              // size of the node's log when it was enrolled
	events   map[string]bool     // texts of the key events taken in
	cosigned uint64              // size of the registry's own head taken in with cosignatures
	stamps   []counterfoil.Index // of the newest tokens, rising
}

// maxStamps is how many of the newest tokens are looked through for the last one of
// each authority.
const maxStamps = 256

// read reads the log from its first entry, once. A million entries, as a busy node
// makes in a year, took 2.5 seconds. The caller holds mu.
func (r *Registry) read(ctx context.Context) error {
	if r.known != nil {
		return nil
	}
	k := &known{origin: r.cfg.Node.Origin(), events: map[string]bool{}}
	err := r.log.Scan(ctx, 0, func(s ledger.Stored) error {
		e, err := counterfoil.DecodeEntry(s.Raw)
		if err != nil {
			return fmt.Errorf("entry %d: %w", s.Index, err)
		}
		k.take(e, s.Index)
		return nil
	})
	if err != nil {
		return fmt.Errorf("read the registry: %w", err)
	}
	if err := r.readCosigned(); err != nil {
		return err
	}
	if err := r.readStamps(k); err != nil {
		return err
	}
	r.known = k
	// A crash behind a token may have left the node's log without the anchor of it.
	n := len(k.stamps)
	r.owed = n > 0 && k.stamps[n-1] > k.headAt
	return nil
}

// take notes an entry of the registry.
func (k *known) take(e *counterfoil.Entry, at counterfoil.Index) {
	if b := e.Key; b != nil {
		k.events[b.Text()] = true // of former origins too: a compromise is about one
		if b.Origin == k.origin && b.Event == counterfoil.KeyEnrolled && !k.enrolled {
			k.enrolled, k.since = true, b.Size
		}
	}
	a := e.Anchor
	if a == nil {
		return
	}
	switch a.Type {
	case counterfoil.AnchorHead:
		if a.Origin == k.origin {
			k.head, k.headAt = counterfoil.Checkpoint{Origin: a.Origin, Size: a.Size, Root: a.Root}, at
		}
	case counterfoil.AnchorCosigned:
		k.cosigned = a.Size
	case counterfoil.AnchorTimestamp:
		if k.stamps = append(k.stamps, at); len(k.stamps) > 2*maxStamps {
			k.stamps = append(k.stamps[:0], k.stamps[maxStamps:]...)
		}
	}
}

var errFound = errors.New("found")

// waiting returns when the first head of the node was taken in that no head of the
// registry of a size covers; zero when there is none. The caller holds mu.
func (r *Registry) waiting(ctx context.Context, size uint64) (since time.Time, err error) {
	if r.known == nil || r.known.head.Size == 0 || uint64(r.known.headAt) < size {
		return time.Time{}, nil
	}
	err = r.log.Scan(ctx, counterfoil.Index(size), func(s ledger.Stored) error {
		e, err := counterfoil.DecodeEntry(s.Raw)
		if err != nil {
			return err
		}
		if a := e.Anchor; a == nil || a.Type != counterfoil.AnchorHead || a.Origin != r.known.origin {
			return nil
		}
		since = time.UnixMicro(e.Time).UTC()
		return errFound
	})
	if errors.Is(err, errFound) {
		err = nil
	}
	return since, err
}

// entry reads one entry.
func entry(l *ledger.Ledger, at counterfoil.Index) (*counterfoil.Entry, error) {
	s, err := l.Read(at)
	if err != nil {
		return nil, err
	}
	return counterfoil.DecodeEntry(s.Raw)
}
