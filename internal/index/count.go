// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
)

// Count returns how many interactions a filter selects, regardless of its page.
// It is a sum over the hourly rollup when the filter names only system, decision,
// result and whole hours; otherwise it reads the rows in the time range, which
// ends early when ctx does.
func (x *Index) Count(ctx context.Context, f Filter) (uint64, error) {
	f.Before, f.After = counterfoil.ID{}, counterfoil.ID{}
	query, args := f.countRows()
	if f.rollup() {
		query, args = f.hourConds()
		query = "SELECT coalesce(sum(n), 0) FROM hours WHERE " + query
	}
	var n int64
	if err := x.read.QueryRowContext(ctx, query, args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count interactions: %w", err)
	}
	return uint64(n), nil
}

func (f *Filter) countRows() (string, []any) {
	where, args := f.where()
	return "SELECT count(*) FROM interactions WHERE " + where, args
}

func (f *Filter) rollup() bool {
	return f.Person == (counterfoil.ID{}) && f.Finding == "" && f.Provider == "" && f.Model == "" &&
		wholeHour(f.From) && wholeHour(f.To)
}

// hourConds selects the rows of the rollup.
func (f *Filter) hourConds() (string, []any) {
	conds := []string{"1"}
	var args []any
	add := func(cond string, arg any) {
		args = append(args, arg)
		conds = append(conds, fmt.Sprintf("%s $%d", cond, len(args)))
	}
	if f.System != (counterfoil.ID{}) {
		add("system =", f.System[:])
	}
	if f.Effect != 0 {
		add("effect =", int64(f.Effect))
	}
	if f.Open || f.Result != 0 {
		result := f.Result
		if f.Open {
			result = 0
		}
		add("result =", int64(result))
	}
	if !f.From.IsZero() {
		add("hour >=", f.From.Unix()/3600)
	}
	if !f.To.IsZero() {
		add("hour <", f.To.Unix()/3600)
	}
	return strings.Join(conds, " AND "), args
}

// Tally is how many interactions stand in one way.
type Tally struct {
	Effect counterfoil.Effect // the stricter of request and answer
	Result counterfoil.Result // 0 while open
	N      uint64
}

// Tally counts what a filter selects by decision and result. It reads the rollup
// only, so ok is false for a filter that the rollup cannot answer.
func (x *Index) Tally(ctx context.Context, f Filter) (tallies []Tally, ok bool, err error) {
	if !f.rollup() {
		return nil, false, nil
	}
	conds, args := f.hourConds()
	targets := func(t *Tally) []any { return []any{&t.Effect, &t.Result, &t.N} }
	tallies, err = many(ctx, x.read, targets, "SELECT effect, result, sum(n) FROM hours WHERE "+conds+" GROUP BY effect, result HAVING sum(n) > 0", args...)
	if err != nil {
		return nil, false, fmt.Errorf("tally interactions: %w", err)
	}
	return tallies, true, nil
}

func wholeHour(t time.Time) bool {
	return t.IsZero() || t.Unix()%3600 == 0 && t.Nanosecond() == 0
}
