// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"context"
	"fmt"

	"github.com/counterfoil/counterfoil"
)

// Erasure is one erasure entry. Its lists stay in the ledger; here are their lengths.
type Erasure struct {
	Entry                    counterfoil.Index
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

const erasureColumns = "entry, id, time, actor, approver, request, scope, basis, subject, class, before, payloads, keys, targets, segments"

func (e *Erasure) targets() []any {
	return []any{
		&e.Entry, (*id)(&e.ID), &e.Time, (*id)(&e.Actor), (*id)(&e.Approver), (*id)(&e.Request), &e.Scope, &e.Basis,
		(*id)(&e.Subject), &e.Class, &e.Before, &e.Payloads, &e.Keys, &e.Targets, &e.Segments,
	}
}

// Erasures returns the erasure entries from an index on, in their order.
func (x *Index) Erasures(ctx context.Context, from counterfoil.Index) ([]Erasure, error) {
	list, err := many(ctx, x.read, (*Erasure).targets, "SELECT "+erasureColumns+" FROM erasures WHERE entry >= $1 ORDER BY entry", int64(from))
	if err != nil {
		return nil, fmt.Errorf("list erasures: %w", err)
	}
	return list, nil
}

// Erased tells whether an entry says that the payloads of an interaction were
// overwritten, or that a payload segment was deleted.
func (x *Index) Erased(ctx context.Context, interaction counterfoil.ID, segment uint32) (bool, error) {
	var erased bool
	err := x.read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM erased_targets WHERE id = $1) OR EXISTS (SELECT 1 FROM erased_segments WHERE segment = $2)`,
		interaction[:], int64(segment)).Scan(&erased)
	if err != nil {
		return false, fmt.Errorf("look for an erasure: %w", err)
	}
	return erased, nil
}

const insertErasureSQL = "INSERT INTO erasures (" + erasureColumns + ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT DO NOTHING"

// erasure takes one entry in. It is rare, so its statements are not kept ready.
func (w *writer) erasure(item *Item) error {
	e, b := item.Entry, item.Entry.Erasure
	_, err := w.tx.ExecContext(w.ctx, insertErasureSQL,
		int64(item.Index), e.ID[:], e.Time, idValue(&e.Actor), idValue(&b.Approver), idValue(&b.Request), b.Scope, b.Basis,
		idValue(&b.Subject), b.Class, int64(b.Before), int64(b.Payloads), len(b.Keys), len(b.Targets), len(b.Segments))
	if err != nil {
		return err
	}
	for i := range b.Targets {
		if _, err := w.tx.ExecContext(w.ctx, "INSERT INTO erased_targets (id) VALUES ($1) ON CONFLICT DO NOTHING", b.Targets[i][:]); err != nil {
			return err
		}
	}
	for _, n := range b.Segments {
		if _, err := w.tx.ExecContext(w.ctx, "INSERT INTO erased_segments (segment) VALUES ($1) ON CONFLICT DO NOTHING", int64(n)); err != nil {
			return err
		}
	}
	return nil
}
