// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"context"
	"fmt"
	"strings"

	"github.com/counterfoil/counterfoil"
)

// KeptTally is how many records of a kind stand in one state with the same values.
type KeptTally struct {
	State  string
	Values []string // of the fields asked for, as text; "" for a field not filled in
	N      uint64
}

// fieldColumns reads fields of the facts as text.
func fieldColumns(fields []string, args *[]any) string {
	var b strings.Builder
	for _, f := range fields {
		*args = append(*args, "$."+f)
		fmt.Fprintf(&b, ", coalesce(f.facts ->> $%d, '')", len(*args))
	}
	return b.String()
}

// KeptTally counts the records of a kind by state and by the values of fields.
func (x *Index) KeptTally(ctx context.Context, kind string, fields []string, m Moment) ([]KeptTally, error) {
	args := []any{kind}
	where := m.at("kept.", &args)
	columns := fieldColumns(fields, &args)
	group := "1"
	for i := range fields {
		group += fmt.Sprintf(", %d", i+2)
	}
	list, err := many(ctx, x, func(t *KeptTally) []any {
		t.Values = make([]string, len(fields))
		targets := []any{&t.State}
		for i := range t.Values {
			targets = append(targets, &t.Values[i])
		}
		return append(targets, &t.N)
	}, "SELECT state"+columns+", count(*) FROM kept CROSS JOIN kept_facts AS f ON f.entry = kept.entry WHERE kind = $1 AND "+where+" GROUP BY "+group+" ORDER BY "+group, args...)
	if err != nil {
		return nil, fmt.Errorf("tally records: %w", err)
	}
	return list, nil
}

// KeptNamed is how many records of a kind in one state name a value in a field.
type KeptNamed struct {
	Value, State string
	N            uint64
}

// KeptNaming counts the records of a kind by what a field of theirs holds; of a
// list, each member counts.
func (x *Index) KeptNaming(ctx context.Context, kind, field string, m Moment) ([]KeptNamed, error) {
	args := []any{kind, "$." + field}
	list, err := many(ctx, x, func(n *KeptNamed) []any { return []any{&n.Value, &n.State, &n.N} },
		"SELECT CAST(each.atom AS TEXT), state, count(*) FROM kept CROSS JOIN kept_facts AS f ON f.entry = kept.entry CROSS JOIN json_each(f.facts, $2) AS each WHERE kind = $1 AND "+m.at("kept.", &args)+
			" AND each.atom IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2", args...)
	if err != nil {
		return nil, fmt.Errorf("count what records name: %w", err)
	}
	return list, nil
}

// KeptSpan is one version of a record: from when until when it stood, with fields.
type KeptSpan struct {
	Entry, Until counterfoil.Index // Until 0 while it stands
	From         int64             // microseconds
	State        string
	Values       []string // as in KeptTally
}

// KeptSpans returns every version of every record of a kind up to a moment, in the
// order of the ledger, so that any figure can be drawn over time.
func (x *Index) KeptSpans(ctx context.Context, kind string, fields []string, m Moment) ([]KeptSpan, error) {
	args := []any{kind}
	where := "kind = $1"
	if !m.Present() {
		args = append(args, int64(m.Next))
		where += " AND kept.entry < $2"
	}
	columns := fieldColumns(fields, &args)
	list, err := many(ctx, x, func(s *KeptSpan) []any {
		s.Values = make([]string, len(fields))
		targets := []any{&s.Entry, &s.Until, &s.From, &s.State}
		for i := range s.Values {
			targets = append(targets, &s.Values[i])
		}
		return targets
	}, "SELECT kept.entry, until, time, state"+columns+" FROM kept CROSS JOIN kept_facts AS f ON f.entry = kept.entry WHERE "+where+" ORDER BY kept.entry", args...)
	if err != nil {
		return nil, fmt.Errorf("read versions: %w", err)
	}
	return list, nil
}
