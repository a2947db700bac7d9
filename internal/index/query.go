// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"bytes"
	"context"
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
	Effect   counterfoil.Effect // the stricter decision of request and answer
	Result   counterfoil.Result
	Open     bool      // only those without an outcome; Result is ignored
	Finding  string    // type found in the request or the answer
	From, To time.Time // begun at or after From and before To

	// AsOf counts as history had it at the end of a moment: what was recorded later
	// is left out, and what ended later is counted as open, by its request alone.
	// A page leaves out what stood otherwise then than Effect, Result or Open ask, and
	// does not find what stands otherwise now.
	AsOf time.Time

	// Keyset paging: rows older than Before, or newer than After. Never both.
	Before, After counterfoil.ID
	Limit         int // 50 when 0
}

// standings are the ways to stand that a filter selects.
func (f *Filter) standings() (selected []standing) {
	for e := range counterfoil.EffectBlock + 1 {
		for r := range counterfoil.ResultAbandoned + 1 {
			switch {
			case f.Effect != 0 && e != f.Effect:
			case f.Open && r != 0, !f.Open && f.Result != 0 && r != f.Result:
			default:
				selected = append(selected, standingOf(e, r))
			}
		}
	}
	return selected
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
	return f.System == (counterfoil.ID{}) && f.Effect == 0 && f.Result == 0 && !f.Open && f.Finding == ""
}

// source is the table in which the ids a filter selects lie in order for each way
// to stand, and the condition of that.
func (f *Filter) source() string {
	from := "interactions WHERE "
	if f.Finding != "" {
		from = "found WHERE type = $5 AND "
	}
	if f.System != (counterfoil.ID{}) {
		from += "system = $4 AND "
	}
	return from
}

// present are the ways to stand that a filter selects and that there are any of. It
// steps from one to the next in the index, past all the rows between.
func (x *Index) present(ctx context.Context, f *Filter) ([]standing, error) {
	query := fmt.Sprintf(`WITH RECURSIVE step (at) AS (SELECT min(standing) FROM %[1]sstanding >= 0
		UNION ALL SELECT (SELECT min(standing) FROM %[1]sstanding > step.at) FROM step WHERE at IS NOT NULL)
		SELECT at FROM step WHERE at IS NOT NULL`, f.source())
	there, err := many(ctx, x, func(s *standing) []any { return []any{s} }, query, nil, nil, nil, f.System[:], f.Finding)
	if err != nil {
		return nil, err
	}
	selected := f.standings()
	return slices.DeleteFunc(there, func(s standing) bool { return !slices.Contains(selected, s) }), nil
}

// query selects a page. What restricts more than the time is looked up for each
// way to stand by itself, in an index in which the rows wanted stand side by side
// in order, so that no row is read that is not shown.
func (f *Filter) query(present []standing, order string) string {
	if f.whole() {
		return "SELECT " + rowColumns + " FROM interactions WHERE id >= $1 AND id < $2 ORDER BY id " + order + " LIMIT $3"
	}
	branches := make([]string, len(present))
	for i, s := range present {
		branches[i] = fmt.Sprintf("SELECT * FROM (SELECT id FROM %sstanding = %d AND id >= $1 AND id < $2 ORDER BY id %s LIMIT $3)", f.source(), s, order)
	}
	return "SELECT " + rowColumns + " FROM interactions WHERE id IN (SELECT id FROM (" + strings.Join(branches, " UNION ALL ") +
		") ORDER BY id " + order + " LIMIT $3) ORDER BY id " + order
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
	var present []standing
	if !f.whole() {
		if present, err = x.present(ctx, &f); err != nil || len(present) == 0 {
			return nil, next, explainList(err)
		}
	}
	from, to := f.bounds()
	if rows, err = x.rows(ctx, f.query(present, order), from[:], to[:], limit+1, f.System[:], f.Finding); err != nil {
		return nil, next, explainList(err)
	}
	if len(rows) > limit {
		rows = rows[:limit]
		next = rows[limit-1].ID
	}
	if forward {
		slices.Reverse(rows)
	}
	return f.asKnown(rows), next, nil
}

func explainList(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("list interactions: %w", err)
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
