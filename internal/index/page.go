// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/counterfoil/counterfoil"
)

// Conditions on the columns that lanes and interactions share, and on who typed. Their
// parameters, and those of all questions with a filter, are numbered by Filter.args.
const (
	inLane = "$3 IN (x'', system) AND $4 IN ('', provider) AND ($5 = 0 OR model = $6) AND $7 IN (-1, workload)"
	ofWhom = "($8 = x'' OR " + typed + " AND person = $8)"
)

// args are the values of a filter for ids from from to before to, and behind them,
// from $14 on, more.
func (f *Filter) args(from, to *counterfoil.ID, more ...any) []any {
	result := -1 // any
	if f.Open {
		result = 0
	} else if f.Result != 0 {
		result = int(f.Result)
	}
	model := f.Model
	if f.Unlisted {
		model = ""
	}
	return append([]any{
		from[:], to[:], idValue(&f.System), f.Provider, f.Unlisted || f.Model != "", model, f.by(), idValue(&f.Person), f.Finding,
		int64(f.Effect), result, f.Left, f.known(),
	}, more...)
}

// by is the workload of lanes: 0 or 1, and -1 for both.
func (f *Filter) by() int {
	switch {
	case !f.Person.IsZero() || f.By == ByPeople:
		return 0
	case f.By == ByPrograms:
		return 1
	}
	return -1
}

// anyLane tells that the filter does not choose among lanes.
func (f *Filter) anyLane() bool {
	return f.System.IsZero() && f.Provider == "" && f.Model == "" && !f.Unlisted && f.By == ByAnyone
}

// forward tells that the page begins at its oldest row.
func (f *Filter) forward() bool { return !f.After.IsZero() }

func (f *Filter) order() string {
	if f.forward() {
		return "ASC"
	}
	return "DESC"
}

// nearer orders ids as the page has them.
func (f *Filter) nearer(a, b counterfoil.ID) int {
	if f.forward() {
		return bytes.Compare(a[:], b[:])
	}
	return bytes.Compare(b[:], a[:])
}

// source is where the ids of a lane lie in order for each way to stand: in an index of
// all of them or of those of a person, with a finding or whatever was found.
func (f *Filter) source() string {
	switch {
	case f.Finding != "" && !f.Person.IsZero():
		return "found WHERE person = $8 AND " + foundTyped + " AND type = $9 AND "
	case f.Finding != "":
		return "found WHERE type = $9 AND "
	case !f.Person.IsZero():
		return "interactions WHERE " + typed + " AND person = $8 AND "
	}
	return "interactions WHERE "
}

// runs begins a question about the runs of a filter: lanes with the ways to stand that
// there are in each. It steps from one to the next in the index, past the rows between.
func (f *Filter) runs() string {
	return fmt.Sprintf(`WITH RECURSIVE run (lane, standing) AS (
		SELECT lane, (SELECT min(standing) FROM %[1]slane = lanes.lane AND standing >= $10 * %[2]d) FROM lanes WHERE %[3]s
		UNION ALL SELECT lane, (SELECT min(standing) FROM %[1]slane = run.lane AND standing > run.standing) FROM run
			WHERE standing IS NOT NULL AND ($10 = 0 OR standing < ($10 + 1) * %[2]d)),
		wanted AS (SELECT lane, standing FROM run WHERE standing IS NOT NULL AND ($10 = 0 OR standing / %[2]d = $10)
			AND $11 IN (-1, standing %% %[4]d) AND ($12 = 0 OR standing %% %[2]d < %[4]d)) `, f.source(), results, inLane, keptBack)
}

// run is a lane and a way to stand, with the nearest of its ids on the page.
type run struct {
	lane int64
	at   standing
	head counterfoil.ID
}

// heads are the runs that have an id between from and to, the nearest first.
func (x *Index) heads(ctx context.Context, f *Filter, from, to counterfoil.ID) ([]run, error) {
	query := f.runs() + "SELECT lane, standing, (SELECT id FROM " + f.source() + "lane = wanted.lane AND standing = wanted.standing AND id >= $1 AND id < $2 ORDER BY id " + f.order() + " LIMIT 1) FROM wanted"
	list, err := many(ctx, x, func(r *run) []any { return []any{&r.lane, &r.at, (*id)(&r.head)} }, query, f.args(&from, &to)...)
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(r run) bool { return r.head.IsZero() })
	slices.SortFunc(list, func(a, b run) int { return f.nearer(a.head, b.head) })
	return list, nil
}

// pick returns the n nearest ids of a filter between from and to. It reads runs only as
// far as they can still come before what it has.
func (x *Index) pick(ctx context.Context, f *Filter, from, to counterfoil.ID, n int) ([]counterfoil.ID, error) {
	list, err := x.heads(ctx, f, from, to)
	if err != nil {
		return nil, err
	}
	query := "SELECT id FROM " + f.source() + "lane = $14 AND standing = $15 AND id >= $1 AND id < $2 ORDER BY id " + f.order() + " LIMIT $16"
	var ids []counterfoil.ID
	for _, r := range list {
		if len(ids) == n {
			last := ids[n-1]
			if f.nearer(last, r.head) < 0 {
				break
			}
			if f.forward() {
				to = last
			} else {
				from = last
			}
		}
		more, err := many(ctx, x, func(v *counterfoil.ID) []any { return []any{(*id)(v)} }, query, f.args(&from, &to, r.lane, int64(r.at), n)...)
		if err != nil {
			return nil, err
		}
		ids = append(ids, more...)
		slices.SortFunc(ids, f.nearer)
		ids = ids[:min(n, len(ids))]
	}
	return ids, nil
}

// page returns the n rows of a filter that are nearest to the beginning of its page.
func (x *Index) page(ctx context.Context, f *Filter, n int) ([]Row, error) {
	from, to := f.bounds()
	switch {
	case f.whole():
		rows, err := x.rows(ctx, "SELECT "+rowColumns+" FROM interactions WHERE id >= $1 AND id < $2 AND opened <= $13 ORDER BY id "+f.order()+" LIMIT $14", f.args(&from, &to, n)...)
		return f.asKnown(rows), err
	case !f.AsOf.IsZero():
		return x.pageThen(ctx, f, from, to, n)
	}
	ids, err := x.pick(ctx, f, from, to, n)
	if err != nil {
		return nil, err
	}
	return x.rowsOf(ctx, f, ids)
}

// rowsOf reads rows by their ids, in the order of the page.
func (x *Index) rowsOf(ctx context.Context, f *Filter, ids []counterfoil.ID) ([]Row, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	names := make([]string, len(ids))
	for i := range ids {
		names[i] = hex.EncodeToString(ids[i][:])
	}
	list, err := json.Marshal(names)
	if err != nil {
		return nil, err
	}
	rows, err := x.rows(ctx, "SELECT "+rowColumns+" FROM interactions WHERE id IN (SELECT unhex(value) FROM json_each($1))", string(list))
	slices.SortFunc(rows, func(a, b Row) int { return f.nearer(a.ID, b.ID) })
	return rows, err
}
