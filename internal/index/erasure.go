// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"context"
	"fmt"

	"github.com/counterfoil/counterfoil"
)

// erasures are the erasure entries, and what they say was overwritten or deleted.
var erasures = projection{
	apply: (*writer).erasures,
	tables: []table{
		{
			name: "erasures", options: "STRICT", entry: "{row}.entry",
			columns: `
				entry    INTEGER PRIMARY KEY,
				leaf     BLOB NOT NULL,
				id       BLOB NOT NULL,    -- the same for the entries of one list
				time     INTEGER NOT NULL,
				actor    BLOB NOT NULL,    -- who requested it
				approver BLOB NOT NULL,
				request  BLOB NOT NULL,
				scope    TEXT NOT NULL,
				basis    TEXT NOT NULL,
				subject  BLOB NOT NULL,
				class    TEXT NOT NULL,
				before   INTEGER NOT NULL,
				payloads INTEGER NOT NULL,
				keys     INTEGER NOT NULL, -- counts
				targets  INTEGER NOT NULL,
				segments INTEGER NOT NULL`,
		},
		{
			name: "erased_targets", options: "STRICT, WITHOUT ROWID", entry: "{row}.entry",
			columns: `id BLOB PRIMARY KEY, entry INTEGER NOT NULL, leaf BLOB NOT NULL`,
		},
		{
			name: "erased_segments", options: "STRICT", entry: "{row}.entry",
			columns: `segment INTEGER PRIMARY KEY, entry INTEGER NOT NULL, leaf BLOB NOT NULL`,
		},
	},
}

// Erasure is one erasure entry. Its lists stay in the ledger; here are their lengths.
type Erasure struct {
	Entry                    counterfoil.Index
	Leaf                     counterfoil.Hash
	ID                       counterfoil.ID
	Time                     int64 // microseconds
	Actor, Approver, Request counterfoil.ID
	Scope, Basis             string
	Subject                  counterfoil.ID
	Class                    string
	Before                   int64 // microseconds; 0 without such a bound
	Payloads                 uint64
	Keys, Targets, Segments  uint64
}

const erasureColumns = "entry, leaf, id, time, actor, approver, request, scope, basis, subject, class, before, payloads, keys, targets, segments"

func (e *Erasure) targets() []any {
	return []any{
		&e.Entry, (*hash)(&e.Leaf), (*id)(&e.ID), &e.Time, (*id)(&e.Actor), (*id)(&e.Approver), (*id)(&e.Request), &e.Scope, &e.Basis,
		(*id)(&e.Subject), &e.Class, &e.Before, &e.Payloads, &e.Keys, &e.Targets, &e.Segments,
	}
}

// Erasures returns the erasure entries from an index on, in their order.
func (x *Index) Erasures(ctx context.Context, from counterfoil.Index) ([]Erasure, error) {
	list, err := many(ctx, x, (*Erasure).targets, "SELECT "+erasureColumns+" FROM erasures WHERE entry >= $1 ORDER BY entry", int64(from))
	if err != nil {
		return nil, fmt.Errorf("list erasures: %w", err)
	}
	return list, nil
}

// Erased tells whether an entry says that the payloads of an interaction were
// overwritten, or that a payload segment was deleted.
func (x *Index) Erased(ctx context.Context, interaction counterfoil.ID, segment uint32) (bool, error) {
	var erased bool
	err := x.one(ctx, []any{&erased}, `SELECT EXISTS (SELECT 1 FROM erased_targets WHERE id = $1) OR EXISTS (SELECT 1 FROM erased_segments WHERE segment = $2)`,
		interaction[:], int64(segment))
	if err != nil {
		return false, fmt.Errorf("look for an erasure: %w", err)
	}
	return erased, nil
}

const insertErasureSQL = "INSERT INTO erasures (" + erasureColumns + ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) ON CONFLICT DO NOTHING"

func (w *writer) erasures(f *folded) error {
	for _, item := range f.erasures {
		if err := w.erasure(item); err != nil {
			return fmt.Errorf("erasure at entry %d: %w", item.Index, err)
		}
	}
	return nil
}

// erasure takes one entry in. It is rare, so its statements are not kept ready.
func (w *writer) erasure(item *Item) error {
	e, b := item.Entry, item.Entry.Erasure
	_, err := w.exec(insertErasureSQL,
		int64(item.Index), item.Leaf[:], e.ID[:], e.Time, idValue(&e.Actor), idValue(&b.Approver), idValue(&b.Request), b.Scope, b.Basis,
		idValue(&b.Subject), b.Class, int64(b.Before), int64(b.Payloads), len(b.Keys), len(b.Targets), len(b.Segments))
	if err != nil {
		return err
	}
	for i := range b.Targets {
		if _, err := w.exec("INSERT INTO erased_targets (id, entry, leaf) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", b.Targets[i][:], int64(item.Index), item.Leaf[:]); err != nil {
			return err
		}
	}
	for _, n := range b.Segments {
		if _, err := w.exec("INSERT INTO erased_segments (segment, entry, leaf) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", int64(n), int64(item.Index), item.Leaf[:]); err != nil {
			return err
		}
	}
	return nil
}
