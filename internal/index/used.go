// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/counterfoil/counterfoil"
)

// used is the rollup of who uses what: by the day, one row for each person or
// program, system and model. What is refused or blocked before anything leaves, in
// one entry, is no use and has no row.
var used = projection{
	apply: (*writer).used,
	often: []string{addUsedSQL},
	tables: []table{{
		name: "used", options: "STRICT, WITHOUT ROWID",
		columns: `
			start    INTEGER NOT NULL, -- of the day, in milliseconds since the Unix epoch, of the id's time
			system   BLOB NOT NULL,
			person   BLOB NOT NULL,
			workload INTEGER NOT NULL,
			provider TEXT NOT NULL,
			model    TEXT NOT NULL,
			n        INTEGER NOT NULL,
			first    INTEGER NOT NULL, -- milliseconds
			last     INTEGER NOT NULL,
			PRIMARY KEY (start, system, person, workload, provider, model)`,
	}},
}

type usedKey struct {
	start           int64
	system, person  counterfoil.ID
	workload        bool
	provider, model string
}

// usedSpan is how often, and from when until when.
type usedSpan struct{ n, first, last int64 }

// use adds an interaction that was opened to what the batch changed. It looks at the
// intent alone, so that what comes later changes no row.
func (w *writer) use(r *Row) {
	if r.keptBack() {
		return
	}
	at := idMillis(r.ID)
	key := usedKey{at - at%day, r.System, r.Person, r.Workload, r.Provider, r.Model}
	s, ok := w.uses[key]
	if !ok {
		s = usedSpan{0, at, at}
	}
	w.uses[key] = usedSpan{s.n + 1, min(s.first, at), max(s.last, at)}
}

const addUsedSQL = `INSERT INTO used (start, system, person, workload, provider, model, n, first, last) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
	ON CONFLICT (start, system, person, workload, provider, model) DO UPDATE SET n = n + excluded.n, first = min(first, excluded.first), last = max(last, excluded.last)`

// used writes what the batch changed. It runs after interactions.
func (w *writer) used(*folded) error {
	for key, s := range w.uses {
		_, err := w.exec(addUsedSQL, key.start, idValue(&key.system), idValue(&key.person), key.workload, key.provider, key.model, s.n, s.first, s.last)
		if err != nil {
			return fmt.Errorf("sum up use: %w", err)
		}
	}
	return nil
}

// Use is what one person, or one program, asked of one model through one system.
type Use struct {
	System       counterfoil.ID // zero: none that is known
	Person       counterfoil.ID // of a program, who its key belongs to
	Workload     bool           // a program
	Provider     string
	Model        string // empty when the system does not list it
	Interactions uint64
	First, Last  int64 // milliseconds since the Unix epoch
}

func (u *Use) targets() []any {
	return []any{(*id)(&u.System), (*id)(&u.Person), &u.Workload, &u.Provider, &u.Model, &u.Interactions, &u.First, &u.Last}
}

// Used tells who used what from the beginning of the day of from up to to: what left,
// or may have left. There may be two lines for one person, system and model. It adds
// up days. Of a day in the past that to cuts it reads the interactions.
func (x *Index) Used(ctx context.Context, from, to time.Time) ([]Use, error) {
	begin, end := max(0, from.UnixMilli()), max(0, to.UnixMilli())
	begin -= begin % day
	cut := end - end%day // the day that to may cut
	goesOn := false
	if err := x.one(ctx, []any{&goesOn}, "SELECT EXISTS (SELECT 1 FROM used WHERE start = $1 AND last >= $2)", cut, end); err != nil {
		return nil, fmt.Errorf("sum up use: %w", err)
	}
	list, err := x.usedOn(ctx, begin, cut)
	if err != nil {
		return nil, err
	}
	var rest []Use
	if begin = max(begin, cut); goesOn {
		rest, err = x.usedWithin(ctx, begin, end)
	} else {
		rest, err = x.usedOn(ctx, begin, cut+day)
	}
	return slices.Concat(list, rest), err
}

// usedOn adds up whole days, and remembers what came of them.
func (x *Index) usedOn(ctx context.Context, from, to int64) ([]Use, error) {
	m := x.usedDays.of(from, to)
	if list, ok := x.usedDays.known(m); ok {
		return list, nil
	}
	list, err := many(ctx, x, (*Use).targets,
		"SELECT system, person, workload, provider, model, sum(n), min(first), max(last) FROM used WHERE start >= $1 AND start < $2 GROUP BY 1, 2, 3, 4, 5", from, to)
	if err != nil {
		return nil, fmt.Errorf("sum up use: %w", err)
	}
	x.usedDays.remember(m, list)
	return list, nil
}

// usedWithin adds up interactions, and remembers what came of them.
func (x *Index) usedWithin(ctx context.Context, from, to int64) ([]Use, error) {
	m := x.usedDays.of(from, to)
	if list, ok := x.usedDays.known(m); ok {
		return list, nil
	}
	low, high := idFloor(from), idFloor(to)
	list, err := x.usedRows(ctx, "id >= $3 AND id < $4", low[:], high[:])
	if err != nil {
		return nil, err
	}
	x.usedDays.remember(m, list)
	return list, nil
}

// usedRows adds up interactions that a condition selects.
func (x *Index) usedRows(ctx context.Context, where string, args ...any) ([]Use, error) {
	type span struct {
		Use
		first, last counterfoil.ID
	}
	rows, err := many(ctx, x, func(s *span) []any { return append(s.targets()[:6], (*id)(&s.first), (*id)(&s.last)) },
		`SELECT system, person, workload, provider, model, count(*), min(id), max(id) FROM interactions
			WHERE `+where+` AND NOT (outcome_index = intent_index AND result IN ($1, $2)) GROUP BY 1, 2, 3, 4, 5`,
		append([]any{int64(counterfoil.ResultRefused), int64(counterfoil.ResultBlocked)}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("sum up use: %w", err)
	}
	list := make([]Use, len(rows))
	for i, s := range rows {
		s.First, s.Last = idMillis(s.first), idMillis(s.last)
		list[i] = s.Use
	}
	return list, nil
}
