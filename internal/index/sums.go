// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/counterfoil/counterfoil"
)

// sums are the rollup: every count a page shows is a sum over these rows, by the
// day and, where a day is cut, by the hour. Each interaction counts once under
// finding "" and once under each type that was found in it, in its lane and in all:
// what is asked of some lanes or of all of them is read without the others, however
// many there are.
var sums = projection{
	apply: (*writer).sums,
	often: []string{addSumSQL, dropSumSQL, addTotalSQL, dropTotalSQL},
	tables: []table{
		{
			name: "sums", options: "STRICT, WITHOUT ROWID",
			columns: `
				grain    INTEGER NOT NULL, -- length of what is summed: a day or an hour, in milliseconds
				finding  TEXT NOT NULL,
				lane     INTEGER NOT NULL,
				start    INTEGER NOT NULL, -- milliseconds since the Unix epoch, of the id's time
				standing INTEGER NOT NULL,
				n        INTEGER NOT NULL,
				PRIMARY KEY (grain, finding, lane, start, standing)`,
		},
		{
			name: "totals", options: "STRICT, WITHOUT ROWID", // as sums, of all lanes
			columns: `
				grain    INTEGER NOT NULL,
				finding  TEXT NOT NULL,
				start    INTEGER NOT NULL,
				standing INTEGER NOT NULL,
				n        INTEGER NOT NULL,
				PRIMARY KEY (grain, finding, start, standing)`,
		},
	},
}

const (
	hour = int64(time.Hour / time.Millisecond)
	day  = 24 * hour
)

type sumKey struct {
	grain   int64
	finding string
	start   int64
	lane    int64
	at      standing
}

// count adds n interactions like r to what the batch changes.
func (w *writer) count(r *Row, lane int64, types []string, at standing, n int64) {
	millis := idMillis(r.ID)
	for _, grain := range [...]int64{hour, day} {
		key := sumKey{grain, "", millis - millis%grain, lane, at}
		w.changed[key] += n
		for _, key.finding = range types {
			w.changed[key] += n
		}
	}
}

const (
	addSumSQL = `INSERT INTO sums (grain, finding, start, standing, lane, n) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (grain, finding, lane, start, standing) DO UPDATE SET n = n + excluded.n`
	addTotalSQL = `INSERT INTO totals (grain, finding, start, standing, n) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (grain, finding, start, standing) DO UPDATE SET n = n + excluded.n`

	// A sum that came to nothing leaves no row, so that rows do not tell in which
	// batches entries came.
	dropSumSQL   = `DELETE FROM sums WHERE grain = $1 AND finding = $2 AND start = $3 AND standing = $4 AND lane = $5 AND n = 0`
	dropTotalSQL = `DELETE FROM totals WHERE grain = $1 AND finding = $2 AND start = $3 AND standing = $4 AND n = 0`
)

// sums writes what the batch changed. It runs after interactions.
func (w *writer) sums(*folded) error {
	totals := make(map[sumKey]int64)
	for key, n := range w.changed {
		if err := w.sum(addSumSQL, dropSumSQL, n, key.grain, key.finding, key.start, int64(key.at), key.lane); err != nil {
			return err
		}
		key.lane = 0
		totals[key] += n
	}
	for key, n := range totals {
		if err := w.sum(addTotalSQL, dropTotalSQL, n, key.grain, key.finding, key.start, int64(key.at)); err != nil {
			return err
		}
	}
	return nil
}

// sum adds n to a row with a key.
func (w *writer) sum(add, drop string, n int64, key ...any) error {
	if n == 0 {
		return nil
	}
	if _, err := w.exec(add, append(key, n)...); err != nil {
		return fmt.Errorf("count: %w", err)
	}
	if n > 0 {
		return nil
	}
	if _, err := w.exec(drop, key...); err != nil {
		return fmt.Errorf("count: %w", err)
	}
	return nil
}

// Tally is how many interactions stand in one way.
type Tally struct {
	Effect counterfoil.Effect // the stricter of request and answer
	Result counterfoil.Result // 0 while open
	N      uint64
}

// Tally counts what a filter selects by decision and result, regardless of its
// page. It adds up days and hours; only of an hour that the filter cuts it reads
// the rows.
func (x *Index) Tally(ctx context.Context, f Filter) ([]Tally, error) {
	found := make(map[standing]uint64)
	if !f.AsOf.IsZero() {
		if err := x.unlearn(ctx, &f, found); err != nil {
			return nil, fmt.Errorf("tally interactions: %w", err)
		}
	}
	for _, p := range f.parts() {
		rows, err := many(ctx, x, func(t *tallied) []any { return []any{&t.at, &t.n} }, p.query(&f), p.args(&f)...)
		if err != nil {
			return nil, fmt.Errorf("tally interactions: %w", err)
		}
		for _, t := range rows {
			found[t.at] += t.n
		}
	}
	together := make(map[standing]uint64) // whether kept back or not
	for _, at := range f.standings() {
		together[standingOf(at.effect(), at.result())] += found[at]
	}
	var tallies []Tally
	for _, at := range slices.Sorted(maps.Keys(together)) {
		if n := together[at]; n > 0 {
			tallies = append(tallies, Tally{at.effect(), at.result(), n})
		}
	}
	return tallies, nil
}

type tallied struct {
	at standing
	n  uint64
}

// Count returns how many interactions a filter selects, regardless of its page.
func (x *Index) Count(ctx context.Context, f Filter) (n uint64, err error) {
	tallies, err := x.Tally(ctx, f)
	for _, t := range tallies {
		n += t.N
	}
	return n, err
}

// CountBySystem returns how many interactions each system had had at the end of a
// moment; the zero time is now.
func (x *Index) CountBySystem(ctx context.Context, asOf time.Time) (map[counterfoil.ID]uint64, error) {
	f := Filter{AsOf: asOf}
	counts := make(map[counterfoil.ID]uint64)
	for _, p := range f.parts() {
		rows, err := many(ctx, x, func(c *systemCount) []any { return []any{(*id)(&c.system), &c.n} }, p.bySystem(), p.args(&f)...)
		if err != nil {
			return nil, fmt.Errorf("count interactions by system: %w", err)
		}
		for _, c := range rows {
			counts[c.system] += c.n
		}
	}
	if asOf.IsZero() {
		return counts, nil
	}
	later, err := x.laterSummed(ctx, &f)
	if err != nil {
		return nil, fmt.Errorf("count interactions by system: %w", err)
	}
	for i := range later {
		if r := &later[i]; r.Opened > asOf.UnixMicro() {
			if counts[r.System]--; counts[r.System] == 0 {
				delete(counts, r.System)
			}
		}
	}
	return counts, nil
}

type systemCount struct {
	system counterfoil.ID
	n      uint64
}

// part is a stretch of time, in milliseconds, that is counted in one way: by sums of a
// grain, by runs when grain is byRuns, or by rows when it is 0.
type part struct{ grain, from, to int64 }

// byRuns counts ids in an index. Sums know no people: there would be as many as rows.
const byRuns = -1

// summed tells that sums can answer the filter.
func (f *Filter) summed() bool { return f.Person.IsZero() }

const (
	longAgo = 0              // no id is older
	farOff  = int64(1) << 48 // no id is younger: it has 48 bits of milliseconds
)

// parts cuts the time of a filter into days, the hours around them, and the
// pieces of hours around those. The hour of AsOf is a piece: its sums know more.
func (f *Filter) parts() []part {
	from, to := int64(longAgo), farOff
	if !f.From.IsZero() {
		from = max(from, f.From.UnixMilli())
	}
	if !f.To.IsZero() {
		to = min(to, max(0, f.To.UnixMilli()))
	}
	known := to
	if !f.AsOf.IsZero() {
		known = min(to, f.sure())
	}
	var parts []part
	if f.summed() {
		parts = cut(nil, from, known, day, hour, 0)
	} else if from < known {
		parts = []part{{byRuns, from, known}}
	}
	if f.AsOf.IsZero() {
		return parts
	}
	return cut(parts, max(from, f.sure()), min(to, f.until()), 0)
}

// cut appends the stretches of from to to: whole ones of the first grain in the
// middle, and at both ends what the other grains can do.
func cut(parts []part, from, to int64, grain int64, finer ...int64) []part {
	if from >= to {
		return parts
	}
	if grain == 0 {
		return append(parts, part{0, from, to})
	}
	first, last := (from+grain-1)/grain*grain, to/grain*grain
	if to == farOff {
		last = farOff // open at the end
	}
	if first >= last {
		return cut(parts, from, to, finer[0], finer[1:]...)
	}
	parts = cut(parts, from, first, finer[0], finer[1:]...)
	parts = append(parts, part{grain, first, last})
	return cut(parts, last, to, finer[0], finer[1:]...)
}

// sums are the rows that a part is summed from, with one finding or whatever was found.
func (f *Filter) sums() string { return f.sumsWith("finding = $9") }

func (f *Filter) sumsWith(finding string) string {
	if f.anyLane() {
		return "totals WHERE grain = $14 AND " + finding + " AND start >= $15 AND start < $16"
	}
	return "sums WHERE grain = $14 AND " + finding + " AND lane IN (SELECT lane FROM lanes WHERE " + inLane + ") AND start >= $15 AND start < $16"
}

func (p part) query(f *Filter) string {
	switch {
	case p.grain > 0:
		return "SELECT standing, sum(n) FROM " + f.sums() + " GROUP BY standing"
	case p.grain == byRuns:
		return f.runs() + "SELECT standing, sum((SELECT count(*) FROM " + f.source() + "lane = wanted.lane AND standing = wanted.standing AND id >= $1 AND id < $2)) FROM wanted GROUP BY standing"
	}
	// The plus keeps SQLite from walking the whole index of standings.
	return "SELECT " + standingThen + " AS then_standing, count(*) FROM interactions WHERE " + rowsThen + `
		AND ($9 = '' OR CASE WHEN ` + endedThen + ` THEN EXISTS (SELECT 1 FROM found WHERE found.type = $9 AND found.lane = interactions.lane AND found.standing = interactions.standing AND found.id = interactions.id)
			ELSE instr(' ' || findings, ' ' || $9 || ':') > 0 END) GROUP BY +then_standing`
}

// bySystem is query by system instead of by standing, of a filter with nothing but times.
func (p part) bySystem() string {
	if p.grain > 0 {
		return "SELECT system, sum(n) FROM (SELECT lane, sum(n) AS n FROM sums WHERE grain = $14 AND finding = $9 AND start >= $15 AND start < $16 GROUP BY lane) AS of_lane CROSS JOIN lanes ON lanes.lane = of_lane.lane GROUP BY +system"
	}
	return "SELECT system, count(*) FROM interactions WHERE " + rowsThen + " GROUP BY +system"
}

func (p part) args(f *Filter) []any {
	from, to := idFloor(p.from), idFloor(p.to)
	return f.args(&from, &to, p.grain, p.from, p.to)
}
