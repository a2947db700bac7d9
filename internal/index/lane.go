// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/counterfoil/counterfoil"
)

// lanes are what interactions run in: a system, a model of a provider, and whether
// people or programs ask. There are about as many as systems have models, so that rows,
// sums and indexes hold one number in the place of four values, and a list that is
// filtered by any of them reads a handful of lanes.
var lanes = projection{
	apply: func(*writer, *folded) error { return nil }, // interactions notes them
	often: []string{insertLaneSQL},
	tables: []table{{
		name: "lanes", options: "STRICT", entry: "{row}.entry", few: true,
		columns: `
			lane     INTEGER PRIMARY KEY, -- see laneOf
			system   BLOB NOT NULL,
			provider TEXT NOT NULL,
			model    TEXT NOT NULL,
			workload INTEGER NOT NULL,
			since    INTEGER NOT NULL,    -- microseconds, of the first entry
			entry    INTEGER NOT NULL,
			leaf     BLOB NOT NULL`,
	}},
}

const insertLaneSQL = "INSERT INTO lanes (lane, system, provider, model, workload, since, entry, leaf) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING"

// laneOf is the number of the lane of a row: 63 bits of a hash, so that it does not
// depend on what came before.
func laneOf(r *Row) int64 {
	b := make([]byte, 0, 64)
	b = append(b, r.System[:]...)
	b = append(b, 0)
	if r.Workload {
		b[len(b)-1] = 1
	}
	b = binary.AppendUvarint(b, uint64(len(r.Provider)))
	b = append(append(b, r.Provider...), r.Model...)
	sum := sha256.Sum256(b)
	return int64(binary.BigEndian.Uint64(sum[:8]) >> 1)
}

// enter notes the lane of a new row, once a batch.
func (w *writer) enter(r *Row, lane int64) error {
	if w.lanes[lane] {
		return nil
	}
	w.lanes[lane] = true
	_, err := w.exec(insertLaneSQL, lane, idValue(&r.System), r.Provider, r.Model, r.Workload, r.Opened, int64(r.IntentIndex), r.IntentLeaf[:])
	return err
}

// Lane is one of them.
type Lane struct {
	System   counterfoil.ID // zero: none that is known
	Provider string
	Model    string // empty when the system does not list it
	Workload bool   // programs ask
}

// Lanes returns those in which something had begun at the end of a moment; the zero
// moment is now.
func (x *Index) Lanes(ctx context.Context, asOf time.Time) ([]Lane, error) {
	f := Filter{AsOf: asOf}
	list, err := many(ctx, x, func(l *Lane) []any { return []any{(*id)(&l.System), &l.Provider, &l.Model, &l.Workload} },
		"SELECT system, provider, model, workload FROM lanes WHERE since <= $1 ORDER BY system, provider, model, workload", f.known())
	if err != nil {
		return nil, fmt.Errorf("list what was used: %w", err)
	}
	return list, nil
}
