// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/counterfoil/counterfoil"
)

// ErrNotFound says that no row has the id.
var ErrNotFound = errors.New("not in the index")

// Filter selects interactions. The zero value of each field does not restrict.
type Filter struct {
	System   counterfoil.ID
	Provider string
	Model    string
	Unlisted bool               // only those whose model the system does not list; Model is ignored
	By       By                 // people or programs
	Person   counterfoil.ID     // what they typed, not what programs with their keys sent
	Effect   counterfoil.Effect // the stricter decision of request and answer
	Result   counterfoil.Result
	Open     bool      // only those without an outcome; Result is ignored
	Left     bool      // only what left, or may have left: not what was refused or blocked at once
	Finding  string    // type found in the request or the answer
	From, To time.Time // begun at or after From and before To

	// AsOf lists and counts as history had it at the end of a moment: what was recorded
	// later is left out, and what ended later is open, known by its request alone.
	AsOf time.Time

	// Keyset paging: rows older than Before, or newer than After. Never both.
	Before, After counterfoil.ID
	Limit         int // 50 when 0
}

// By is who asks.
type By int

// People are whoever types, also when nobody knows them; programs have a key of their own.
const (
	ByAnyone By = iota
	ByPeople
	ByPrograms
)

// standings are the ways to stand that a filter selects.
func (f *Filter) standings() (selected []standing) {
	for e := range counterfoil.EffectBlock + 1 {
		for _, kept := range []standing{0, keptBack} {
			for r := range counterfoil.ResultAbandoned + 1 {
				if at := standingOf(e, r) + kept; f.selects(at) {
					selected = append(selected, at)
				}
			}
		}
	}
	return selected
}

func (f *Filter) selects(at standing) bool {
	switch {
	case f.Effect != 0 && at.effect() != f.Effect:
	case f.Open && at.result() != 0, !f.Open && f.Result != 0 && at.result() != f.Result:
	case f.Left && !at.left():
	default:
		return true
	}
	return false
}

// bounds are the least id a filter selects and the one that is too great, by
// time and by page.
func (f *Filter) bounds() (from, to counterfoil.ID) {
	to = idFloor(farOff)
	if !f.From.IsZero() {
		from = idFloor(f.From.UnixMilli())
	}
	if !f.To.IsZero() {
		to = idFloor(f.To.UnixMilli())
	}
	if until := idFloor(f.until()); !f.AsOf.IsZero() && bytes.Compare(until[:], to[:]) < 0 {
		to = until
	}
	if f.Before != (counterfoil.ID{}) && bytes.Compare(f.Before[:], to[:]) < 0 {
		to = f.Before
	}
	if f.After != (counterfoil.ID{}) && bytes.Compare(f.After[:], from[:]) >= 0 {
		from = after(f.After)
	}
	return from, to
}

// after is the next id.
func after(id counterfoil.ID) counterfoil.ID {
	for i := len(id) - 1; i >= 0; i-- {
		if id[i]++; id[i] != 0 {
			break
		}
	}
	return id
}

// whole tells that nothing but the time restricts the filter.
func (f *Filter) whole() bool {
	return f.anyLane() && f.Person.IsZero() && f.Effect == 0 && f.Result == 0 && !f.Open && !f.Left && f.Finding == ""
}

// Interactions returns one page, newest first. next is the id to put into Before
// (or into After, when the filter had After) for the page further on in the same
// direction; it is zero when there is none.
func (x *Index) Interactions(ctx context.Context, f Filter) (rows []Row, next counterfoil.ID, err error) {
	limit := f.Limit
	if limit <= 0 {
		limit = 50
	}
	if rows, err = x.page(ctx, &f, limit+1); err != nil {
		return nil, next, fmt.Errorf("list interactions: %w", err)
	}
	if len(rows) > limit {
		rows = rows[:limit]
		next = rows[limit-1].ID
	}
	if f.forward() {
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
	return many(ctx, x, (*Row).targets, query, args...)
}
