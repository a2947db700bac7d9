// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"

	"github.com/counterfoil/counterfoil"
)

// statements are those of the projections that run often, prepared on the one
// writing connection.
type statements map[string]*sql.Stmt

func prepare(ctx context.Context, db *sql.DB) (statements, error) {
	ready := make(statements)
	for _, p := range projections {
		for _, text := range p.often {
			stmt, err := db.PrepareContext(ctx, text)
			if err != nil {
				return nil, fmt.Errorf("prepare %.40q: %w", text, err)
			}
			ready[text] = stmt
		}
	}
	return ready, nil
}

// writer puts one folded batch into one transaction.
type writer struct {
	ctx     context.Context
	tx      *sql.Tx
	ready   statements
	bound   statements       // of those that are ready, to tx
	args    []any            // reused
	notes   []any            // rows of found to write
	changed map[sumKey]int64 // sums to write
	uses    map[usedKey]usedSpan
	refused map[refusalKey]refusalSpan
	lanes   map[int64]bool // noted
	rewrote bool           // versions of records went without another that says so
}

func newWriter(ctx context.Context, tx *sql.Tx, ready statements) *writer {
	return &writer{ctx: ctx, tx: tx, ready: ready, bound: make(statements), changed: make(map[sumKey]int64), uses: make(map[usedKey]usedSpan), refused: make(map[refusalKey]refusalSpan), lanes: make(map[int64]bool)}
}

// stmt is nil for a statement that is not kept ready.
func (w *writer) stmt(text string) *sql.Stmt {
	s := w.bound[text]
	if s == nil && w.ready[text] != nil {
		s = w.tx.StmtContext(w.ctx, w.ready[text])
		w.bound[text] = s
	}
	return s
}

// exec returns how many rows changed.
func (w *writer) exec(text string, args ...any) (int64, error) {
	var result sql.Result
	var err error
	if s := w.stmt(text); s != nil {
		result, err = s.ExecContext(w.ctx, args...)
	} else {
		result, err = w.tx.ExecContext(w.ctx, text, args...)
	}
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (w *writer) query(text string, args ...any) (*sql.Rows, error) {
	if s := w.stmt(text); s != nil {
		return s.QueryContext(w.ctx, args...)
	}
	return w.tx.QueryContext(w.ctx, text, args...)
}

const moveCursorSQL = `UPDATE projection SET next = $1, leaf = $2 WHERE one = 1`

func (w *writer) write(f *folded, reached Position) error {
	for _, p := range projections {
		if err := p.apply(w, f); err != nil {
			return err
		}
	}
	if _, err := w.exec(moveCursorSQL, int64(reached.Next), reached.Leaf[:]); err != nil {
		return fmt.Errorf("move cursor: %w", err)
	}
	return nil
}

// idMillis is the time inside a UUIDv7: milliseconds since the Unix epoch.
func idMillis(id counterfoil.ID) int64 {
	return int64(binary.BigEndian.Uint64(id[:8]) >> 16)
}

// idFloor is the smallest UUIDv7 of a millisecond, or later; at farOff and
// beyond the greatest id.
func idFloor(millis int64) (id counterfoil.ID) {
	if millis >= farOff {
		for i := range id {
			id[i] = 0xff
		}
		return id
	}
	binary.BigEndian.PutUint64(id[:8], uint64(max(millis, 0))<<16)
	return id
}
