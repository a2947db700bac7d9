// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/counterfoil/counterfoil"
)

// interactions keeps the rows in one b-tree by id: UUIDv7 sorts by time, so rows
// are appended, paged and cut by date without a further index. What lists filter by
// has an index by lane and one by person, which end with the way to stand and the id,
// so that a page is read from places where its rows lie side by side. "None" is an
// empty blob, an empty string or 0, never NULL.
var interactions = projection{
	apply: (*writer).interactions,
	often: []string{insertManySQL, insertOneSQL, closeManySQL, closeOneSQL, foundManySQL, foundOneSQL, moveFoundSQL},
	tables: []table{
		{
			name: "interactions", options: "STRICT, WITHOUT ROWID",
			entry: "{row}.intent_index", closing: "max({row}.intent_index, {row}.outcome_index)", closes: closedColumns,
			columns: `
				id              BLOB PRIMARY KEY,
				opened          INTEGER NOT NULL,
				closed          INTEGER NOT NULL, -- 0 while open
				system          BLOB NOT NULL,
				person          BLOB NOT NULL,
				key             BLOB NOT NULL,
				workload        INTEGER NOT NULL,
				provider        TEXT NOT NULL,
				dialect         TEXT NOT NULL,
				operation       TEXT NOT NULL,
				model           TEXT NOT NULL,
				stream          INTEGER NOT NULL,
				effect          INTEGER NOT NULL, -- of the request
				rule            TEXT NOT NULL,
				answer_effect   INTEGER NOT NULL,
				answer_rule     TEXT NOT NULL,
				result          INTEGER NOT NULL, -- 0 while open
				reason          TEXT NOT NULL,
				status          INTEGER NOT NULL,
				findings        TEXT NOT NULL,    -- "card:1 email:2", sorted
				answer_findings TEXT NOT NULL,
				redactions      INTEGER NOT NULL,
				input_tokens    INTEGER NOT NULL,
				output_tokens   INTEGER NOT NULL,
				request_bytes   INTEGER NOT NULL,
				answer_bytes    INTEGER NOT NULL,
				duration        INTEGER NOT NULL, -- microseconds
				intent_index    INTEGER NOT NULL,
				outcome_index   INTEGER NOT NULL, -- equal to intent_index when one entry holds both
				intent_leaf     BLOB NOT NULL,
				outcome_leaf    BLOB NOT NULL,
				standing        INTEGER NOT NULL, -- see the type
				lane            INTEGER NOT NULL`,
			indexes: []string{
				"CREATE INDEX IF NOT EXISTS interactions_lane ON interactions (lane, standing)",
				"CREATE INDEX IF NOT EXISTS interactions_person ON interactions (person, lane, standing) WHERE " + typed,
			},
		},
		{ // one row for each type found in a request or its answer
			name: "found", options: "STRICT, WITHOUT ROWID",
			entry: "(SELECT max(intent_index, outcome_index) FROM {schema}.interactions WHERE id = {row}.id)",
			columns: `
				type     TEXT NOT NULL,
				lane     INTEGER NOT NULL,
				standing INTEGER NOT NULL,
				id       BLOB NOT NULL,
				person   BLOB NOT NULL, -- who typed it; none of a program
				PRIMARY KEY (type, lane, standing, id)`,
			indexes: []string{"CREATE INDEX IF NOT EXISTS found_person ON found (person, type, lane, standing) WHERE " + foundTyped},
		},
	},
}

// What people type is indexed by person: typed of interactions, foundTyped of found.
const (
	typed      = "workload = 0"
	foundTyped = "person <> x''"
)

// closedColumns are those an outcome fills.
var closedColumns = []string{
	"closed", "answer_effect", "answer_rule", "result", "reason", "status", "answer_findings", "input_tokens", "output_tokens",
	"answer_bytes", "duration", "outcome_index", "outcome_leaf", "standing",
}

// manyRows is how many interactions one statement carries. It takes a third less
// processor time than one by one (measured: 1, 4, 8, 16, 32).
const manyRows = 32

func tuples(rows, width int) string {
	tuple := "(" + strings.Repeat("?, ", width-1) + "?)"
	return strings.Repeat(tuple+", ", rows-1) + tuple
}

// insertSQL ignores an id that is there already: ids are used once, the first
// entry stands, and a faulty ledger must not stop the projection (verify names it).
func insertSQL(rows int) string {
	return "INSERT INTO interactions (" + rowColumns + ") VALUES " + tuples(rows, rowWidth) + " ON CONFLICT (id) DO NOTHING"
}

// closeSQL completes rows of earlier batches; the width of a tuple is closeWidth.
func closeSQL(rows int) string {
	return "WITH v (id, closed, answer_effect, answer_rule, result, reason, status, answer_findings, input_tokens, output_tokens, answer_bytes, duration, outcome_index, outcome_leaf) AS (VALUES " +
		tuples(rows, closeWidth) + `)
	UPDATE interactions SET closed = v.closed, answer_effect = v.answer_effect, answer_rule = v.answer_rule, result = v.result, reason = v.reason,
		status = v.status, answer_findings = v.answer_findings, input_tokens = v.input_tokens, output_tokens = v.output_tokens,
		answer_bytes = v.answer_bytes, duration = v.duration, outcome_index = v.outcome_index, outcome_leaf = v.outcome_leaf,
		standing = max(effect, v.answer_effect) * ` + fmt.Sprint(results) + ` + v.result
	FROM v WHERE interactions.id = v.id AND interactions.result = 0 RETURNING interactions.id, interactions.closed, lane, person, workload, effect, interactions.answer_effect, interactions.result, findings, interactions.answer_findings`
}

const closeWidth = 14

// foundSQL notes types that were found; the width of a tuple is foundWidth.
func foundSQL(rows int) string {
	return "INSERT INTO found (type, lane, standing, id, person) VALUES " + tuples(rows, foundWidth) + " ON CONFLICT DO NOTHING"
}

const foundWidth = 5

var (
	insertManySQL, insertOneSQL = insertSQL(manyRows), insertSQL(1)
	closeManySQL, closeOneSQL   = closeSQL(manyRows), closeSQL(1)
	foundManySQL, foundOneSQL   = foundSQL(manyRows), foundSQL(1)
)

const moveFoundSQL = "UPDATE found SET standing = $1 WHERE type = $2 AND lane = $3 AND standing = $4 AND id = $5"

func (w *writer) interactions(f *folded) error {
	late, err := w.open(f.opened)
	if err != nil {
		return fmt.Errorf("insert interactions: %w", err)
	}
	if err := w.close(once(append(f.closed, late...))); err != nil {
		return fmt.Errorf("close interactions: %w", err)
	}
	return nil
}

// open inserts rows. An id that was used before keeps its row, and what closed the
// second one in the batch is handed back: it closes the first, if that is open.
func (w *writer) open(rows []*opening) (late []*Item, err error) {
	for len(rows) > 0 {
		text, n := insertOneSQL, 1
		if len(rows) >= manyRows {
			text, n = insertManySQL, manyRows
		}
		w.args = w.args[:0]
		for _, r := range rows[:n] {
			w.args = r.values(w.args)
		}
		inserted, err := w.exec(text, w.args...)
		if err != nil {
			return nil, err
		}
		for _, r := range rows[:n] {
			ours := inserted == int64(n)
			if !ours {
				if ours, err = w.stands(&r.Row); err != nil {
					return nil, err
				}
			}
			switch {
			case ours:
				lane, types, at := laneOf(&r.Row), r.found(), r.standing()
				w.note(&r.Row, lane, types, at)
				w.count(&r.Row, lane, types, at, 1)
				w.use(&r.Row)
				w.refuse(&r.Row)
				if err := errors.Join(w.enter(&r.Row, lane), w.cross(&r.Row)); err != nil {
					return nil, err
				}
			case r.outcome != nil:
				late = append(late, r.outcome)
			}
		}
		rows = rows[n:]
	}
	return late, w.writeNotes()
}

// note keeps what was found until writeNotes.
func (w *writer) note(r *Row, lane int64, types []string, at standing) {
	person := noBytes
	if !r.Workload {
		person = idValue(&r.Person)
	}
	for _, t := range types {
		w.notes = append(w.notes, t, lane, int64(at), r.ID[:], person)
	}
}

func (w *writer) writeNotes() error {
	for notes := w.notes; len(notes) > 0; {
		text, n := foundOneSQL, foundWidth
		if len(notes) >= manyRows*foundWidth {
			text, n = foundManySQL, manyRows*foundWidth
		}
		if _, err := w.exec(text, notes[:n]...); err != nil {
			return err
		}
		notes = notes[n:]
	}
	w.notes = w.notes[:0]
	return nil
}

// once keeps the first outcome of each id.
func once(items []*Item) []*Item {
	seen := make(map[counterfoil.ID]bool, len(items))
	return slices.DeleteFunc(items, func(item *Item) bool {
		again := seen[item.Entry.ID]
		seen[item.Entry.ID] = true
		return again
	})
}

// stands tells whether a row is the one in the table, not a later one of its id.
func (w *writer) stands(r *Row) (ours bool, err error) {
	rows, err := w.query("SELECT intent_index = $1 FROM interactions WHERE id = $2", int64(r.IntentIndex), r.ID[:])
	if err != nil {
		return false, err
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(&ours); err != nil {
			return false, err
		}
	}
	return ours, rows.Err()
}

// close completes rows of earlier batches. An outcome without an open row is
// left to verify, which reports it.
func (w *writer) close(items []*Item) error {
	for len(items) > 0 {
		text, n := closeOneSQL, 1
		if len(items) >= manyRows {
			text, n = closeManySQL, manyRows
		}
		w.args = w.args[:0]
		for _, item := range items[:n] {
			var r Row
			r.close(item)
			w.args = append(w.args, item.Entry.ID[:], r.Closed, int64(r.AnswerEffect), r.AnswerRule, int64(r.Result), r.Reason, int64(r.Status),
				r.AnswerFindings, int64(r.InputTokens), int64(r.OutputTokens), int64(r.AnswerBytes), int64(r.Duration), int64(r.OutcomeIndex), item.Leaf[:])
		}
		closed, err := w.completed(text)
		if err != nil {
			return err
		}
		for i := range closed {
			if err := w.closed(&closed[i]); err != nil {
				return err
			}
		}
		items = items[n:]
	}
	return w.writeNotes()
}

// completed runs an UPDATE and returns what it tells of the rows it completed.
func (w *writer) completed(text string) ([]completedRow, error) {
	rows, err := w.query(text, w.args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var closed []completedRow
	for rows.Next() {
		var r completedRow
		if err := rows.Scan((*id)(&r.ID), &r.Closed, &r.lane, (*id)(&r.Person), &r.Workload, &r.Effect, &r.AnswerEffect, &r.Result, &r.Findings, &r.AnswerFindings); err != nil {
			return nil, err
		}
		closed = append(closed, r)
	}
	return closed, rows.Err()
}

// completedRow is what is known of a row that was completed.
type completedRow struct {
	Row
	lane int64
}

// closed moves what was found in a request from open to what became of it, adds
// what was found in the answer, and counts anew.
func (w *writer) closed(r *completedRow) error {
	effect, _ := r.Decision()
	before, now := standingOf(r.Effect, 0), standingOf(effect, r.Result) // by an entry of its own: something may have left
	asked := Row{Findings: r.Findings}
	for _, t := range asked.found() {
		if _, err := w.exec(moveFoundSQL, int64(now), t, r.lane, int64(before), r.ID[:]); err != nil {
			return err
		}
	}
	types := r.found()
	if r.AnswerFindings != "" {
		w.note(&r.Row, r.lane, types, now)
	}
	w.count(&r.Row, r.lane, asked.found(), before, -1)
	w.count(&r.Row, r.lane, types, now, 1)
	return w.cross(&r.Row)
}

// found are the types in the findings of request and answer, each once.
func (r *Row) found() (types []string) {
	for _, text := range []string{r.Findings, r.AnswerFindings} {
		for c := range Counts(text) {
			if !slices.Contains(types, c.Type) {
				types = append(types, c.Type)
			}
		}
	}
	return types
}

// standing is how an interaction stands, in one number: the stricter decision of
// request and answer, whether it was kept back, and the result.
type standing int64

const (
	results  = 16 // how many numbers there are to a decision
	keptBack = 8  // added to the result of what was refused or blocked before anything left
)

func standingOf(e counterfoil.Effect, r counterfoil.Result) standing {
	return standing(int(e)*results + int(r))
}

func (r *Row) standing() standing {
	effect, _ := r.Decision()
	at := standingOf(effect, r.Result)
	if r.keptBack() {
		at += keptBack
	}
	return at
}

// keptBack tells whether nothing left: it was refused or blocked in one entry. Of what
// was refused later, something may have.
func (r *Row) keptBack() bool {
	return r.OutcomeIndex == r.IntentIndex && (r.Result == counterfoil.ResultRefused || r.Result == counterfoil.ResultBlocked)
}

func (s standing) effect() counterfoil.Effect { return counterfoil.Effect(int(s) / results) }
func (s standing) result() counterfoil.Result { return counterfoil.Result(int(s) % keptBack) }
func (s standing) left() bool                 { return int(s)%results < keptBack }
