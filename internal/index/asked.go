// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"context"
	"database/sql"
	"errors"
	"sync"
)

// asked keeps the statements of questions ready: to prepare one takes longer than most
// answers, and a page asks a hundred. The zero value is ready.
type asked struct {
	mu    sync.Mutex
	ready map[string]*sql.Stmt
}

// askedMost bounds how many are kept; those of rare filters are prepared each time.
const askedMost = 250

// query runs a question on one of the connections of a pool.
func (a *asked) query(ctx context.Context, db *sql.DB, text string, args []any) (*sql.Rows, error) {
	stmt, err := a.stmt(ctx, db, text)
	if err != nil {
		return nil, err
	}
	if stmt == nil {
		return db.QueryContext(ctx, text, args...)
	}
	return stmt.QueryContext(ctx, args...)
}

// stmt is nil for one that is not kept.
func (a *asked) stmt(ctx context.Context, db *sql.DB, text string) (*sql.Stmt, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if s := a.ready[text]; s != nil || len(a.ready) >= askedMost {
		return s, nil
	}
	s, err := db.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	if a.ready == nil {
		a.ready = make(map[string]*sql.Stmt)
	}
	a.ready[text] = s
	return s, nil
}

// close lets go of all of them.
func (a *asked) close() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	var errs []error
	for _, s := range a.ready {
		errs = append(errs, s.Close())
	}
	a.ready = nil
	return errors.Join(errs...)
}
