// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"context"
	"fmt"
	"time"

	"github.com/counterfoil/counterfoil"
)

// sums are the rollup: every count a page shows is a sum over these rows, by the
// day and, where a day is cut, by the hour. Each interaction counts once under
// finding "" and once under each type that was found in it.
var sums = projection{
	apply: (*writer).sums,
	often: []string{addSumSQL, dropSumSQL},
	tables: []table{{
		name: "sums", options: "STRICT, WITHOUT ROWID",
		columns: `
			grain    INTEGER NOT NULL, -- length of what is summed: a day or an hour, in milliseconds
			finding  TEXT NOT NULL,
			start    INTEGER NOT NULL, -- milliseconds since the Unix epoch, of the id's time
			system   BLOB NOT NULL,
			standing INTEGER NOT NULL,
			n        INTEGER NOT NULL,
			PRIMARY KEY (grain, finding, start, system, standing)`,
	}},
}

const (
	hour = int64(time.Hour / time.Millisecond)
	day  = 24 * hour
)

type sumKey struct {
	grain   int64
	finding string
	start   int64
	system  counterfoil.ID
	at      standing
}

// count adds n interactions like r to what the batch changes.
func (w *writer) count(r *Row, types []string, at standing, n int64) {
	millis := idMillis(r.ID)
	for _, grain := range [...]int64{hour, day} {
		key := sumKey{grain, "", millis - millis%grain, r.System, at}
		w.changed[key] += n
		for _, key.finding = range types {
			w.changed[key] += n
		}
	}
}

const (
	addSumSQL = `INSERT INTO sums (grain, finding, start, system, standing, n) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (grain, finding, start, system, standing) DO UPDATE SET n = n + excluded.n`
	// A sum that came to nothing leaves no row, so that rows do not tell in which
	// batches entries came.
	dropSumSQL = `DELETE FROM sums WHERE grain = $1 AND finding = $2 AND start = $3 AND system = $4 AND standing = $5 AND n = 0`
)

// sums writes what the batch changed. It runs after interactions.
func (w *writer) sums(*folded) error {
	for key, n := range w.changed {
		if n == 0 {
			continue
		}
		args := []any{key.grain, key.finding, key.start, idValue(&key.system), int64(key.at)}
		if _, err := w.exec(addSumSQL, append(args, n)...); err != nil {
			return fmt.Errorf("count: %w", err)
		}
		if n < 0 {
			if _, err := w.exec(dropSumSQL, args...); err != nil {
				return fmt.Errorf("count: %w", err)
			}
		}
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
		rows, err := many(ctx, x, func(t *tallied) []any { return []any{&t.at, &t.n} }, p.query(), p.args(&f)...)
		if err != nil {
			return nil, fmt.Errorf("tally interactions: %w", err)
		}
		for _, t := range rows {
			found[t.at] += t.n
		}
	}
	var tallies []Tally
	for _, at := range f.standings() {
		if n := found[at]; n > 0 {
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
	later, err := x.later(ctx, &f)
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

// part is a stretch of time, in milliseconds, that is counted in one way: by
// sums of a grain, or by rows when grain is 0.
type part struct{ grain, from, to int64 }

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
	if f.AsOf.IsZero() {
		return cut(nil, from, to, day, hour, 0)
	}
	sure := f.sure()
	return cut(cut(nil, from, min(to, sure), day, hour, 0), max(from, sure), min(to, f.until()), 0)
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

func (p part) query() string {
	if p.grain > 0 {
		return "SELECT standing, sum(n) FROM sums WHERE grain = $1 AND finding = $2 AND start >= $3 AND start < $4 AND $5 IN (x'', system) GROUP BY standing"
	}
	// The plus keeps SQLite from walking the whole index of standings.
	return "SELECT " + standingThen + " AS then_standing, count(*) FROM interactions WHERE " + rowsThen + `
		AND ($2 = '' OR CASE WHEN ` + endedThen + ` THEN EXISTS (SELECT 1 FROM found WHERE found.type = $2 AND found.standing = interactions.standing AND found.id = interactions.id)
			ELSE instr(' ' || findings, ' ' || $2 || ':') > 0 END) GROUP BY +then_standing`
}

// bySystem is query by system instead of by standing.
func (p part) bySystem() string {
	if p.grain > 0 {
		return "SELECT system, sum(n) FROM sums WHERE grain = $1 AND finding = $2 AND start >= $3 AND start < $4 AND $5 IN (x'', system) GROUP BY system"
	}
	return "SELECT system, count(*) FROM interactions WHERE " + rowsThen + " GROUP BY +system"
}

func (p part) args(f *Filter) []any {
	if p.grain > 0 {
		return []any{p.grain, f.Finding, p.from, p.to, idValue(&f.System)}
	}
	from, to := idFloor(p.from), idFloor(p.to)
	return []any{f.known(), f.Finding, from[:], to[:], idValue(&f.System)}
}
