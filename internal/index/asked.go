// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"context"
	"database/sql"
	"errors"
	"sync"
)

// asked keeps the statements of the questions asked last ready: to prepare one takes
// longer than most answers, and a page asks a hundred. It is safe for concurrent use.
// The zero value is ready.
type asked struct {
	mu    sync.Mutex
	ready map[string]*question
	turn  uint64 // counts what was asked
}

// question is a statement that is ready. It is closed when others took its place and
// nobody is asking it.
type question struct {
	stmt   *sql.Stmt
	last   uint64 // turn in which it was asked last
	asking int
	gone   bool // from those that are ready
}

// askedMost bounds how many are ready: some twice what all pages ask. The texts of
// filters are many more, one for each combination, so the one that was not asked for
// longest makes room.
const askedMost = 250

// query runs a question on one of the connections of a pool.
func (a *asked) query(ctx context.Context, db *sql.DB, text string, args []any) (*sql.Rows, error) {
	q := a.take(text, nil)
	if q == nil {
		stmt, err := db.PrepareContext(ctx, text) // it may wait for a connection, so nobody waits for it
		if err != nil {
			return nil, err
		}
		q = a.take(text, stmt)
	}
	defer a.leave(q)
	return q.stmt.QueryContext(ctx, args...)
}

// take returns the question of a text to ask it, and nil when it is not ready and
// nothing was prepared. What was prepared twice is closed.
func (a *asked) take(text string, prepared *sql.Stmt) *question {
	a.mu.Lock()
	defer a.mu.Unlock()
	q := a.ready[text]
	switch {
	case q == nil && prepared == nil:
		return nil
	case q == nil:
		q = &question{stmt: prepared}
		a.keep(text, q)
	case prepared != nil:
		_ = prepared.Close() // nothing was asked with it
	}
	a.turn++
	q.last = a.turn
	q.asking++
	return q
}

// keep makes a question one of those that are ready. a.mu must be held.
func (a *asked) keep(text string, q *question) {
	if a.ready == nil {
		a.ready = make(map[string]*question)
	}
	if len(a.ready) >= askedMost {
		oldest := ""
		for other, o := range a.ready {
			if oldest == "" || o.last < a.ready[oldest].last {
				oldest = other
			}
		}
		gone := a.ready[oldest]
		delete(a.ready, oldest)
		gone.gone = true
		gone.closeUnused()
	}
	a.ready[text] = q
}

// leave tells that a question was asked. Its rows keep what they need of it.
func (a *asked) leave(q *question) {
	a.mu.Lock()
	defer a.mu.Unlock()
	q.asking--
	q.closeUnused()
}

// closeUnused closes a question that is not ready any more, unless somebody is asking
// it. Whether that succeeds matters to no answer.
func (q *question) closeUnused() {
	if q.gone && q.asking == 0 {
		_ = q.stmt.Close()
	}
}

// close lets go of all of them. Nobody asks meanwhile.
func (a *asked) close() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	var errs []error
	for _, q := range a.ready {
		errs = append(errs, q.stmt.Close())
	}
	a.ready = nil
	return errors.Join(errs...)
}
