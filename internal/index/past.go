// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"context"
	"fmt"
	"math"
	"slices"
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

// Parts of queries over rows as they were known at $1, in microseconds.
const (
	endedThen = "(closed > 0 AND closed <= $1)"
	rowsThen  = "id >= $3 AND id < $4 AND opened <= $1 AND $5 IN (x'', system)"
)

// standingThen is what standing was: of what had not ended, the request decides.
var standingThen = fmt.Sprintf("CASE WHEN %s THEN standing ELSE effect * %d END", endedThen, results)

// later reads the interactions of a filter's whole hours that AsOf knew otherwise
// than they stand.
func (x *Index) later(ctx context.Context, f *Filter) ([]Row, error) {
	from, to := int64(longAgo), f.sure()
	if !f.From.IsZero() {
		// The piece before the first whole hour is read by rows.
		from = max(from, (f.From.UnixMilli()+hour-1)/hour*hour)
	}
	if !f.To.IsZero() {
		to = min(to, f.To.UnixMilli()/hour*hour)
	}
	first, last := idFloor(from), idFloor(to)
	return x.rows(ctx, "SELECT "+rowColumns+" FROM interactions WHERE id IN (SELECT id FROM crossed WHERE time > $1) AND id >= $2 AND id < $3 AND $4 IN (x'', system)",
		f.known(), first[:], last[:], idValue(&f.System))
}

// unlearn takes from what was found by sums what AsOf did not know: it corrects
// found, which may be empty yet, modulo 2⁶⁴.
func (x *Index) unlearn(ctx context.Context, f *Filter, found map[standing]uint64) error {
	rows, err := x.later(ctx, f)
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

// asKnown are the rows of a page as AsOf knew them, without those that it did not
// know or that stood otherwise than the filter asks.
func (f *Filter) asKnown(rows []Row) []Row {
	if f.AsOf.IsZero() {
		return rows
	}
	var then []Row
	selected := f.standings()
	for i := range rows {
		r := rows[i].then(f.known())
		if r.Opened <= f.known() && slices.Contains(selected, r.standing()) && f.finds(&r) {
			then = append(then, r)
		}
	}
	return then
}
