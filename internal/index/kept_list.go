// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/counterfoil/counterfoil"
)

// KeptFilter selects records for a list. The zero value of a field selects all.
type KeptFilter struct {
	Kind   string // must be set
	At     Moment
	States []string
	Owner  counterfoil.ID
	Due    int64  // microseconds: with a deadline at or before
	Text   string // in the number, the title or a text of a field, whatever the case
	Fields []KeptCondition
	Links  counterfoil.ID // records that link to this one
	Sort   string         // "" by number; "due", "time", "state", "title" or a field's id
	Down   bool
	After  KeptCursor // keyset paging; zero begins
	Limit  int
}

// KeptCondition asks that a field has one of the values, or holds one of them
// when it is a list.
type KeptCondition struct {
	Field  string
	Values []string
}

// KeptCursor is where a page ends: the sorted value and the number of its last row.
type KeptCursor struct {
	Value  string
	Serial uint64
}

// Zero tells whether the cursor begins a list.
func (c KeptCursor) Zero() bool { return c.Serial == 0 }

type keptQuery struct {
	where []string
	args  []any
	facts bool // are read
	words bool
}

// from is the tables to read: of versions that fit, their facts and words.
func (q *keptQuery) from() string {
	tables := "kept"
	if q.facts {
		tables += " CROSS JOIN kept_facts AS f ON f.entry = kept.entry"
	}
	if q.words {
		tables += " CROSS JOIN kept_words AS w ON w.entry = kept.entry"
	}
	return tables
}

func (q *keptQuery) add(condition string, args ...any) {
	for _, a := range args {
		q.args = append(q.args, a)
		condition = strings.Replace(condition, "?", fmt.Sprintf("$%d", len(q.args)), 1)
	}
	q.where = append(q.where, condition)
}

func (q *keptQuery) oneOf(expression string, values []string) {
	marks := make([]string, len(values))
	args := make([]any, len(values))
	for i, v := range values {
		marks[i], args[i] = "?", v
	}
	q.add(expression+" IN ("+strings.Join(marks, ", ")+")", args...)
}

// query collects the conditions. state is the expression for it: of "+state" SQLite
// uses no index.
func (f *KeptFilter) query(state string) *keptQuery {
	q := &keptQuery{}
	q.add("kind = ?", f.Kind)
	q.where = append(q.where, f.At.at("kept.", &q.args))
	if len(f.States) > 0 {
		q.oneOf(state, f.States)
	}
	if !f.Owner.IsZero() {
		q.add("owner = ?", f.Owner[:])
	}
	if f.Due > 0 {
		q.add("due > 0 AND due <= ?", f.Due)
	}
	if f.Text != "" {
		q.words = true
		q.add("instr(w.words, ?) > 0", strings.ToLower(f.Text))
	}
	for _, c := range f.Fields {
		marks := strings.TrimSuffix(strings.Repeat("?, ", len(c.Values)), ", ")
		path, values := "$."+c.Field, make([]any, len(c.Values))
		for i, v := range c.Values {
			values[i] = Shortened(v)
		}
		q.facts = true
		q.add("CASE json_type(f.facts, ?) WHEN 'array' THEN EXISTS (SELECT 1 FROM json_each(f.facts, ?) WHERE CAST(json_each.atom AS TEXT) IN ("+marks+
			")) ELSE CAST(f.facts ->> ? AS TEXT) IN ("+marks+") END", slices.Concat([]any{path, path}, values, []any{path}, values)...)
	}
	if !f.Links.IsZero() {
		q.add("kept.entry IN (SELECT entry FROM kept_links WHERE target = ?)", f.Links[:])
	}
	return q
}

// sorted is the expression a list is sorted by; as text, so that a cursor holds it.
func (f *KeptFilter) sorted(q *keptQuery) string {
	switch f.Sort {
	case "":
		return ""
	case "due":
		return "printf('%020d', due)"
	case "time":
		return "printf('%020d', time)"
	case "state", "title", "number":
		return f.Sort
	default:
		q.facts = true
		q.args = append(q.args, "$."+f.Sort)
		n := len(q.args)
		return fmt.Sprintf(`CASE WHEN json_type(f.facts, $%[1]d) IN ('integer', 'real') THEN printf('%%030.6f', f.facts ->> $%[1]d) ELSE CAST(coalesce(f.facts ->> $%[1]d, '') AS TEXT) END`, n)
	}
}

// KeptPage is one page of a list.
type KeptPage struct {
	Rows []Kept
	Next KeptCursor // zero at the end
}

// KeptList returns a page of records in the order asked for. What is sorted are
// places of versions only; whole ones are read of the page.
func (x *Index) KeptList(ctx context.Context, f KeptFilter) (KeptPage, error) {
	q := f.query("+state") // by the index of numbers, which holds the states
	sorted := f.sorted(q)
	direction, beyond := "ASC", ">"
	if f.Down {
		direction, beyond = "DESC", "<"
	}
	key := "''"
	order := "serial " + direction
	if sorted != "" {
		key, order = sorted, "1 "+direction+", serial "+direction
	}
	if !f.After.Zero() {
		if sorted == "" {
			q.add("serial "+beyond+" ?", int64(f.After.Serial))
		} else {
			q.add("("+sorted+", serial) "+beyond+" (?, ?)", f.After.Value, int64(f.After.Serial))
		}
	}
	q.args = append(q.args, f.Limit+1)
	type row struct {
		key string
		Kept
	}
	rows, err := many(ctx, x, func(r *row) []any { return append([]any{&r.key}, r.targets()...) }, fmt.Sprintf(
		"SELECT place.key, %s FROM (SELECT %s AS key, kept.entry AS entry FROM %s WHERE %s ORDER BY %s LIMIT $%d) AS place CROSS JOIN kept AS k ON k.entry = place.entry ORDER BY place.key %s, k.serial %[7]s",
		keptColumnsOf("k"), key, q.from(), strings.Join(q.where, " AND "), order, len(q.args), direction), q.args...)
	if err != nil {
		return KeptPage{}, fmt.Errorf("list records: %w", err)
	}
	page := KeptPage{}
	if len(rows) > f.Limit {
		rows = rows[:f.Limit]
		page.Next = KeptCursor{rows[len(rows)-1].key, rows[len(rows)-1].Serial}
	}
	for i := range rows {
		page.Rows = append(page.Rows, rows[i].Kept)
	}
	return page, nil
}

// KeptCount counts the records of a filter, whatever its paging.
func (x *Index) KeptCount(ctx context.Context, f KeptFilter) (uint64, error) {
	q := f.query("state")
	var n int64
	if err := x.one(ctx, []any{&n}, "SELECT count(*) FROM "+q.from()+" WHERE "+strings.Join(q.where, " AND "), q.args...); err != nil {
		return 0, fmt.Errorf("count records: %w", err)
	}
	return uint64(n), nil
}
