// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
)

// ErrNotFound says that no row has the id.
var ErrNotFound = errors.New("not in the index")

// Filter selects interactions. The zero value of each field does not restrict.
type Filter struct {
	System   counterfoil.ID
	Person   counterfoil.ID
	Effect   counterfoil.Effect // the stricter decision of request and answer
	Result   counterfoil.Result
	Open     bool   // only those without an outcome; Result is ignored
	Finding  string // type found in the request or the answer
	Provider string
	Model    string
	From, To time.Time // begun at or after From and before To

	// Keyset paging: rows older than Before, or newer than After. Never both.
	Before, After counterfoil.ID
	Limit         int // 50 when 0
}

// where builds the condition of a filter; args are numbered from 1.
func (f *Filter) where() (string, []any) {
	var conds []string
	var args []any
	add := func(cond string, arg any) {
		args = append(args, arg)
		conds = append(conds, strings.ReplaceAll(cond, "?", fmt.Sprintf("$%d", len(args))))
	}
	if f.System != (counterfoil.ID{}) {
		add("system = ?", f.System[:])
	}
	if f.Person != (counterfoil.ID{}) {
		add("person = ?", f.Person[:])
	}
	if f.Effect != 0 {
		add("max(effect, answer_effect) = ?", int64(f.Effect))
	}
	switch {
	case f.Open:
		add("result = ?", 0)
	case f.Result != 0:
		add("result = ?", int64(f.Result))
	}
	if f.Finding != "" {
		add("instr(' ' || findings || ' ' || answer_findings, ?) > 0", " "+f.Finding+":")
	}
	if f.Provider != "" {
		add("provider = ?", f.Provider)
	}
	if f.Model != "" {
		add("model = ?", f.Model)
	}
	for _, b := range f.bounds() {
		add("id "+b.op+" ?", b.id[:])
	}
	if len(conds) == 0 {
		return "1", nil
	}
	return strings.Join(conds, " AND "), args
}

type bound struct {
	op string
	id counterfoil.ID
}

// bounds are the limits a filter sets on the id: by time, and by page.
func (f *Filter) bounds() (bounds []bound) {
	if !f.From.IsZero() {
		bounds = append(bounds, bound{">=", idFloor(f.From.UnixMilli())})
	}
	if !f.To.IsZero() {
		bounds = append(bounds, bound{"<", idFloor(f.To.UnixMilli())})
	}
	if f.Before != (counterfoil.ID{}) {
		bounds = append(bounds, bound{"<", f.Before})
	}
	if f.After != (counterfoil.ID{}) {
		bounds = append(bounds, bound{">", f.After})
	}
	return bounds
}

// Interactions returns one page, newest first. next is the id to put into Before
// (or into After, when the filter had After) for the page further on in the same
// direction; it is zero when there is none.
func (x *Index) Interactions(ctx context.Context, f Filter) (rows []Row, next counterfoil.ID, err error) {
	limit := f.Limit
	if limit <= 0 {
		limit = 50
	}
	forward := f.After != (counterfoil.ID{})
	order := "DESC"
	if forward {
		order = "ASC"
	}
	where, args := f.where()
	query := fmt.Sprintf("SELECT %s FROM interactions WHERE %s ORDER BY id %s LIMIT %d", rowColumns, where, order, limit+1)
	if rows, err = x.rows(ctx, query, args...); err != nil {
		return nil, next, fmt.Errorf("list interactions: %w", err)
	}
	if len(rows) > limit {
		rows = rows[:limit]
		next = rows[limit-1].ID
	}
	if forward {
		slices.Reverse(rows)
	}
	return rows, next, nil
}

// Interaction returns the row of one interaction, or ErrNotFound.
func (x *Index) Interaction(ctx context.Context, id counterfoil.ID) (*Row, error) {
	rows, err := x.rows(ctx, "SELECT "+rowColumns+" FROM interactions WHERE id = $1", id[:])
	if err != nil {
		return nil, fmt.Errorf("read interaction: %w", err)
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("interaction: %w", ErrNotFound)
	}
	return &rows[0], nil
}

// Locate returns the entries of an interaction: its intent and, once closed, its
// outcome, which is the same entry when one holds both.
func (x *Index) Locate(ctx context.Context, id counterfoil.ID) (intent, outcome counterfoil.Index, closed bool, err error) {
	row, err := x.Interaction(ctx, id)
	if err != nil {
		return 0, 0, false, err
	}
	return row.IntentIndex, row.OutcomeIndex, !row.Open(), nil
}

// OpenInteractions returns the interactions without an outcome, newest first, at most limit.
func (x *Index) OpenInteractions(ctx context.Context, limit int) ([]Row, error) {
	rows, _, err := x.Interactions(ctx, Filter{Open: true, Limit: limit})
	return rows, err
}

func (x *Index) rows(ctx context.Context, query string, args ...any) ([]Row, error) {
	return many(ctx, x.read, func(r *Row) []any { return r.targets() }, query, args...)
}

// many reads all rows of a query into values of one type.
func many[T any](ctx context.Context, db *sql.DB, targets func(*T) []any, query string, args ...any) ([]T, error) {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		var v T
		if err := rows.Scan(targets(&v)...); err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}
