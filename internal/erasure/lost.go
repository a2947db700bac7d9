// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package erasure

import (
	"context"
	"fmt"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/identity"
)

// named is what erasure entries say is gone.
type named struct {
	keys     map[counterfoil.ID]bool
	segments map[uint64]bool
}

// named reads every erasure entry of the log.
func (e *Eraser) named(ctx context.Context) (*named, error) {
	all, err := e.Index.Erasures(ctx, 0)
	if err != nil {
		return nil, err
	}
	n := &named{keys: make(map[counterfoil.ID]bool), segments: make(map[uint64]bool)}
	for _, row := range all {
		b, err := e.stated(row.Entry)
		if err != nil {
			return nil, err
		}
		for _, id := range b.Keys {
			n.keys[id] = true
		}
		for _, s := range b.Segments {
			n.segments[s] = true
		}
	}
	return n, nil
}

// stated is the erasure an entry states.
func (e *Eraser) stated(at counterfoil.Index) (*counterfoil.Erasure, error) {
	s, err := e.Log.Read(at)
	if err != nil {
		return nil, err
	}
	entry, err := counterfoil.DecodeEntry(s.Raw)
	if err != nil {
		return nil, fmt.Errorf("decode entry %d: %w", at, err)
	}
	if entry.Erasure == nil {
		return nil, fmt.Errorf("entry %d is no erasure: the index does not agree with the ledger", at)
	}
	return entry.Erasure, nil
}

// erased tells whether an entry says that the body of a record is gone: its key was
// deleted, or its segment, which goes when all in it was erased.
func (e *Eraser) erased(row *Stored, n *named) (bool, error) {
	if n.keys[row.Wrap] {
		return true, nil
	}
	s, err := e.Log.Read(row.Entry)
	if err != nil {
		return false, err
	}
	return n.segments[uint64(s.Payload.Segment)], nil
}

// lostHold is a hold whose body does not open though nobody erased it, as after an
// older copy of the keys was put back. Nobody can tell what it is on, so it is on
// everything until it opens again or an administrator releases it.
func lostHold(row *Stored) Hold {
	h := Hold{ID: row.ID, Version: row.Version, Lost: true}
	who, at := identity.PersonID(row.Actor), time.UnixMicro(row.Time).UTC()
	if row.Transition == released {
		h.ReleasedBy, h.Released = who, at
	} else {
		h.By, h.Placed = who, at
	}
	return h
}

// LostHolds are the holds in force that cannot be read, and that stop everything.
func (e *Eraser) LostHolds(ctx context.Context) ([]Hold, error) {
	holds, err := e.Holds(ctx)
	if err != nil {
		return nil, err
	}
	var lost []Hold
	for i := range holds {
		if holds[i].Lost && holds[i].InForce(e.Clock.Now()) {
			lost = append(lost, holds[i])
		}
	}
	return lost, nil
}
