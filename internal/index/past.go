// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/counterfoil/counterfoil"
)

// crossed are the interactions of which an entry was recorded in a later hour than
// that of their id, by the time of that entry. They are few, and what makes it
// possible to say from sums how things stood at a moment: of what was under way then,
// sums know the end.
var crossed = projection{
	apply: func(*writer, *folded) error { return nil }, // interactions notes them
	often: []string{insertCrossedSQL},
	tables: []table{{
		name: "crossed", options: "STRICT, WITHOUT ROWID",
		entry: "(SELECT max(intent_index, outcome_index) FROM {schema}.interactions WHERE id = {row}.id)",
		columns: `
			time INTEGER NOT NULL, -- microseconds
			id   BLOB NOT NULL,
			PRIMARY KEY (time, id)`,
	}},
}

const insertCrossedSQL = `INSERT INTO crossed (time, id) VALUES ($1, $2) ON CONFLICT DO NOTHING`

// cross notes an interaction with the times of its entries; 0 for none.
func (w *writer) cross(r *Row) error {
	ends := (idMillis(r.ID)/hour + 1) * hour
	for _, t := range [...]int64{r.Opened, r.Closed} {
		if t/1000 < ends {
			continue
		}
		if _, err := w.exec(insertCrossedSQL, t, r.ID[:]); err != nil {
			return fmt.Errorf("note what crosses an hour: %w", err)
		}
	}
	return nil
}

// known is the time of the last entry a filter may know, in microseconds.
func (f *Filter) known() int64 {
	if f.AsOf.IsZero() {
		return math.MaxInt64
	}
	return f.AsOf.UnixMicro()
}

// until is the first millisecond whose ids are all later than AsOf.
func (f *Filter) until() int64 { return f.AsOf.UnixMilli() + 1 }

// sure is where the hour of AsOf begins. Before it, sums stand but for what crossed.
func (f *Filter) sure() int64 { return f.AsOf.UnixMilli() / hour * hour }

// Parts of queries over rows as they were known at $13, in microseconds.
const (
	endedThen = "(closed > 0 AND closed <= $13)"
	rowsThen  = "id >= $1 AND id < $2 AND opened <= $13 AND " + inLane + " AND " + ofWhom
)

// standingThen is what standing was: of what had not ended, the request decides.
var standingThen = fmt.Sprintf("CASE WHEN %s THEN standing ELSE effect * %d END", endedThen, results)

// later reads the interactions with an id from from to before to that AsOf knew
// otherwise than they stand: those of which an entry came after it, in a later hour.
func (x *Index) later(ctx context.Context, f *Filter, from, to counterfoil.ID) ([]Row, error) {
	return x.rows(ctx, "SELECT "+rowColumns+" FROM interactions WHERE id IN (SELECT id FROM crossed WHERE time > $13 AND id >= $1 AND id < $2) AND "+inLane+" AND "+ofWhom,
		f.args(&from, &to)...)
}

// laterSummed is later for the time of a filter that is counted by sums.
func (x *Index) laterSummed(ctx context.Context, f *Filter) ([]Row, error) {
	from, to := int64(longAgo), f.sure()
	if !f.From.IsZero() {
		from = max(from, f.From.UnixMilli())
	}
	if !f.To.IsZero() {
		to = min(to, f.To.UnixMilli())
	}
	if f.summed() { // the pieces of hours at both ends are read by rows
		from, to = (from+hour-1)/hour*hour, to/hour*hour
	}
	return x.later(ctx, f, idFloor(from), idFloor(to))
}

// unlearn takes from what was found by sums what AsOf did not know: it corrects
// found, which may be empty yet, modulo 2⁶⁴.
func (x *Index) unlearn(ctx context.Context, f *Filter, found map[standing]uint64) error {
	rows, err := x.laterSummed(ctx, f)
	if err != nil {
		return fmt.Errorf("read what ended later: %w", err)
	}
	for i := range rows {
		r := &rows[i]
		if f.finds(r) {
			found[r.standing()]--
		}
		if r.Opened > f.known() {
			continue
		}
		if then := r.then(f.known()); f.finds(&then) {
			found[then.standing()]++
		}
	}
	return nil
}

// finds tells whether a row has the finding a filter asks for.
func (f *Filter) finds(r *Row) bool {
	if f.Finding == "" {
		return true
	}
	return slices.Contains(r.found(), f.Finding)
}

// then is the row as it was known at a time: open, when it ended later.
func (r *Row) then(known int64) Row {
	if r.Closed > 0 && r.Closed <= known {
		return *r
	}
	return Row{
		ID: r.ID, Opened: r.Opened, System: r.System, Person: r.Person, Key: r.Key, Workload: r.Workload, Provider: r.Provider, Dialect: r.Dialect,
		Operation: r.Operation, Model: r.Model, Stream: r.Stream, Effect: r.Effect, Rule: r.Rule, Findings: r.Findings, Redactions: r.Redactions,
		RequestBytes: r.RequestBytes, IntentIndex: r.IntentIndex, IntentLeaf: r.IntentLeaf,
	}
}

// asKnown are rows as AsOf knew them.
func (f *Filter) asKnown(rows []Row) []Row {
	if f.AsOf.IsZero() {
		return rows
	}
	for i := range rows {
		rows[i] = rows[i].then(f.known())
	}
	return rows
}

// pageThen is page for a moment of the past. What began before its hour stood then as
// it stands now, but for the few that ended in a later hour, of which every one is
// looked at; so is all of its own hour.
func (x *Index) pageThen(ctx context.Context, f *Filter, from, to counterfoil.ID, n int) ([]Row, error) {
	border := idFloor(f.sure())
	sure, unsure := earlierID(to, border), laterID(from, border)
	later, err := x.later(ctx, f, from, sure)
	if err != nil {
		return nil, err
	}
	otherwise := make(map[counterfoil.ID]bool, len(later))
	for i := range later {
		otherwise[later[i].ID] = true
	}
	ids, err := x.pick(ctx, f, from, sure, n+len(later))
	if err != nil {
		return nil, err
	}
	ids = slices.DeleteFunc(ids, func(id counterfoil.ID) bool { return otherwise[id] })
	rows, err := x.rowsOf(ctx, f, ids[:min(n, len(ids))])
	if err != nil {
		return nil, err
	}
	recent, err := x.rows(ctx, "SELECT "+rowColumns+" FROM interactions WHERE "+rowsThen, f.args(&unsure, &to)...)
	if err != nil {
		return nil, err
	}
	for _, r := range append(later, recent...) {
		if then := r.then(f.known()); r.Opened <= f.known() && f.selects(then.standing()) && f.finds(&then) {
			rows = append(rows, then)
		}
	}
	slices.SortFunc(rows, func(a, b Row) int { return f.nearer(a.ID, b.ID) })
	return rows[:min(n, len(rows))], nil
}

func earlierID(a, b counterfoil.ID) counterfoil.ID {
	if bytes.Compare(a[:], b[:]) < 0 {
		return a
	}
	return b
}

func laterID(a, b counterfoil.ID) counterfoil.ID {
	if bytes.Compare(a[:], b[:]) > 0 {
		return a
	}
	return b
}
