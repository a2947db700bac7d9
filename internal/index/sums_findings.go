// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// CountByFinding returns how many interactions a filter selects with each of some
// types of findings, without those that none has. Of the filter it looks at the system
// and the time. It costs little more than one count.
func (x *Index) CountByFinding(ctx context.Context, f Filter, types []string) (map[string]uint64, error) {
	f = Filter{System: f.System, From: f.From, To: f.To, AsOf: f.AsOf}
	counts := make(map[string]uint64)
	if len(types) == 0 {
		return counts, nil
	}
	add := func(r *Row, n uint64) {
		for _, t := range r.found() {
			if slices.Contains(types, t) {
				counts[t] += n
			}
		}
	}
	if !f.AsOf.IsZero() {
		// What AsOf did not know is taken from the sums, modulo 2⁶⁴.
		later, err := x.laterSummed(ctx, &f)
		if err != nil {
			return nil, fmt.Errorf("count findings: %w", err)
		}
		for i := range later {
			add(&later[i], ^uint64(0))
			if later[i].Opened <= f.known() {
				add(new(later[i].then(f.known())), 1)
			}
		}
	}
	for _, p := range f.parts() {
		var err error
		if p.grain > 0 {
			err = x.findingSums(ctx, &f, p, types, counts)
		} else {
			err = x.findingRows(ctx, &f, p, add)
		}
		if err != nil {
			return nil, fmt.Errorf("count findings: %w", err)
		}
	}
	for t, n := range counts {
		if n == 0 {
			delete(counts, t)
		}
	}
	return counts, nil
}

// findingSums adds what sums of a grain say.
func (x *Index) findingSums(ctx context.Context, f *Filter, p part, types []string, counts map[string]uint64) error {
	args := p.args(f)
	marks := make([]string, len(types))
	for i, t := range types {
		args = append(args, t)
		marks[i] = fmt.Sprintf("$%d", len(args))
	}
	type line struct {
		finding string
		n       uint64
	}
	lines, err := many(ctx, x, func(l *line) []any { return []any{&l.finding, &l.n} },
		"SELECT finding, sum(n) FROM "+f.sumsWith("finding IN ("+strings.Join(marks, ", ")+")")+" GROUP BY finding", args...)
	for _, l := range lines {
		counts[l.finding] += l.n
	}
	return err
}

// findingRows hands over the rows of a piece of an hour as they were known.
func (x *Index) findingRows(ctx context.Context, f *Filter, p part, add func(*Row, uint64)) error {
	from, to := idFloor(p.from), idFloor(p.to)
	rows, err := x.rows(ctx, "SELECT "+rowColumns+" FROM interactions WHERE "+rowsThen, f.args(&from, &to)...)
	for i := range rows {
		add(new(rows[i].then(f.known())), 1)
	}
	return err
}
