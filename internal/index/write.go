// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/counterfoil/counterfoil"
)

// insertRows is how many interactions one INSERT carries: a quarter less processor
// time than one by one (measured: 1, 4, 8, 16, 32).
const insertRows = 32

// statements are prepared once on the one writing connection.
type statements struct {
	insertMany, insertOne, closeRow, countHour, upsertRecord, insertVersion, moveCursor *sql.Stmt
}

const closeRowSQL = `UPDATE interactions SET closed = $2, answer_effect = $3, answer_rule = $4, result = $5, reason = $6, status = $7,
	answer_findings = $8, input_tokens = $9, output_tokens = $10, answer_bytes = $11, duration = $12, outcome_index = $13, outcome_leaf = $14
	WHERE id = $1 AND result = 0 RETURNING system, effect`

const countHourSQL = `INSERT INTO hours (hour, system, effect, result, n) VALUES ($1, $2, $3, $4, $5)
	ON CONFLICT (hour, system, effect, result) DO UPDATE SET n = n + excluded.n`

const upsertRecordSQL = `INSERT INTO records (id, type, version, transition, time, actor, entry, leaf, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
	ON CONFLICT (id) DO UPDATE SET version = excluded.version, transition = excluded.transition, time = excluded.time,
		actor = excluded.actor, entry = excluded.entry, leaf = excluded.leaf, body = excluded.body`

const insertVersionSQL = `INSERT INTO versions (id, version, transition, time, actor, entry) VALUES ($1, $2, $3, $4, $5, $6)
	ON CONFLICT DO NOTHING`

const moveCursorSQL = `UPDATE projection SET next = $1, leaf = $2 WHERE one = 1`

// insertSQL ignores an id that is there already: ids are used once, the first
// entry stands, and a faulty ledger must not stop the projection (verify names it).
func insertSQL(rows int) string {
	tuple := "(" + strings.Repeat("?, ", rowWidth-1) + "?)"
	return "INSERT INTO interactions (" + rowColumns + ") VALUES " +
		strings.Repeat(tuple+", ", rows-1) + tuple + " ON CONFLICT (id) DO NOTHING"
}

func prepare(ctx context.Context, db *sql.DB) (s statements, err error) {
	for _, p := range []struct {
		stmt **sql.Stmt
		text string
	}{
		{&s.insertMany, insertSQL(insertRows)},
		{&s.insertOne, insertSQL(1)},
		{&s.closeRow, closeRowSQL},
		{&s.countHour, countHourSQL},
		{&s.upsertRecord, upsertRecordSQL},
		{&s.insertVersion, insertVersionSQL},
		{&s.moveCursor, moveCursorSQL},
	} {
		if *p.stmt, err = db.PrepareContext(ctx, p.text); err != nil {
			return s, fmt.Errorf("prepare %.40q: %w", p.text, err)
		}
	}
	return s, nil
}

// in binds the statements to a transaction on the same connection.
func (s statements) in(ctx context.Context, tx *sql.Tx) statements {
	return statements{
		tx.StmtContext(ctx, s.insertMany), tx.StmtContext(ctx, s.insertOne), tx.StmtContext(ctx, s.closeRow), tx.StmtContext(ctx, s.countHour),
		tx.StmtContext(ctx, s.upsertRecord), tx.StmtContext(ctx, s.insertVersion), tx.StmtContext(ctx, s.moveCursor),
	}
}

// writer puts one folded batch into one transaction.
type writer struct {
	ctx   context.Context
	tx    *sql.Tx
	stmts statements
	hours map[hourKey]int64
}

type hourKey struct {
	hour   int64
	system counterfoil.ID
	effect counterfoil.Effect
	result counterfoil.Result
}

func (w *writer) write(f folded, reached Position) error {
	w.hours = make(map[hourKey]int64)
	if err := w.insert(f.opened); err != nil {
		return fmt.Errorf("insert interactions: %w", err)
	}
	for _, item := range f.closed {
		if err := w.close(item); err != nil {
			return fmt.Errorf("close interaction at entry %d: %w", item.Index, err)
		}
	}
	for _, item := range f.records {
		if err := w.record(item); err != nil {
			return fmt.Errorf("record at entry %d: %w", item.Index, err)
		}
	}
	for key, n := range w.hours {
		if _, err := w.stmts.countHour.ExecContext(w.ctx, key.hour, idValue(&key.system), int64(key.effect), int64(key.result), n); err != nil {
			return fmt.Errorf("count hour: %w", err)
		}
	}
	if _, err := w.stmts.moveCursor.ExecContext(w.ctx, int64(reached.Next), reached.Leaf[:]); err != nil {
		return fmt.Errorf("move cursor: %w", err)
	}
	return nil
}

func (w *writer) insert(rows []*Row) error {
	args := make([]any, 0, insertRows*rowWidth)
	for len(rows) > 0 {
		stmt, n := w.stmts.insertOne, 1
		if len(rows) >= insertRows {
			stmt, n = w.stmts.insertMany, insertRows
		}
		args = args[:0]
		for _, r := range rows[:n] {
			args = r.values(args)
			effect, _ := r.Decision()
			w.count(r.ID, r.System, effect, r.Result, 1)
		}
		if _, err := stmt.ExecContext(w.ctx, args...); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// close completes a row of an earlier batch. An outcome without an open row is
// left to verify, which reports it.
func (w *writer) close(item *Item) error {
	var r Row
	r.close(item)
	err := w.stmts.closeRow.QueryRowContext(w.ctx, item.Entry.ID[:], r.Closed, int64(r.AnswerEffect), r.AnswerRule, int64(r.Result), r.Reason, int64(r.Status),
		r.AnswerFindings, int64(r.InputTokens), int64(r.OutputTokens), int64(r.AnswerBytes), int64(r.Duration), int64(r.OutcomeIndex), r.OutcomeLeaf[:]).
		Scan((*id)(&r.System), &r.Effect)
	if err == sql.ErrNoRows {
		return nil
	}
	if err != nil {
		return err
	}
	w.count(item.Entry.ID, r.System, r.Effect, 0, -1)
	effect, _ := r.Decision()
	w.count(item.Entry.ID, r.System, effect, r.Result, 1)
	return nil
}

func (w *writer) count(id, system counterfoil.ID, effect counterfoil.Effect, result counterfoil.Result, n int64) {
	w.hours[hourKey{idMillis(id) / (60 * 60 * 1000), system, effect, result}] += n
}

func (w *writer) record(item *Item) error {
	e, r := item.Entry, item.Entry.Record
	if _, err := w.stmts.upsertRecord.ExecContext(w.ctx, e.ID[:], r.Type, int64(r.Version), r.Transition, e.Time, idValue(&e.Actor),
		int64(item.Index), item.Leaf[:], append(noBytes, item.Body...)); err != nil {
		return err
	}
	_, err := w.stmts.insertVersion.ExecContext(w.ctx, e.ID[:], int64(r.Version), r.Transition, e.Time, idValue(&e.Actor), int64(item.Index))
	return err
}

// idMillis is the time inside a UUIDv7: milliseconds since the Unix epoch.
func idMillis(id counterfoil.ID) int64 {
	return int64(binary.BigEndian.Uint64(id[:8]) >> 16)
}

// idFloor is the smallest UUIDv7 of a millisecond, or later.
func idFloor(millis int64) (id counterfoil.ID) {
	binary.BigEndian.PutUint64(id[:8], uint64(max(millis, 0))<<16)
	return id
}
