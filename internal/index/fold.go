// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"slices"
	"strconv"
	"strings"

	"github.com/counterfoil/counterfoil"
)

// folded is what a batch amounts to: rows to insert, rows of earlier batches to
// close, management records, and what the ledger says of itself.
type folded struct {
	opened  []*opening // first seen in this batch, in order
	closed  []*Item    // outcomes of earlier batches' intents
	records []*Item
	events  []Event

	erasures []*Item // in full, beside their events
}

// opening is a new row, closed already when its outcome was in the batch too.
type opening struct {
	Row
	outcome *Item // nil while open, and when one entry holds both
}

func fold(batch []Item) folded {
	var f folded
	rows := make([]opening, 0, len(batch)) // one allocation; never grows, so pointers stay good
	here := make(map[counterfoil.ID]*opening, len(batch)/2+1)
	for i := range batch {
		item := &batch[i]
		switch item.Entry.Kind {
		case counterfoil.KindIntent:
			if here[item.Entry.ID] != nil {
				continue // an id is used once; the first entry stands
			}
			rows = append(rows, opening{Row: openRow(item)})
			row := &rows[len(rows)-1]
			if item.Entry.Outcome != nil {
				row.close(item)
			}
			here[item.Entry.ID] = row
			f.opened = append(f.opened, row)
		case counterfoil.KindOutcome:
			if row := here[item.Entry.ID]; row == nil {
				f.closed = append(f.closed, item)
			} else if row.Result == 0 {
				row.close(item)
				row.outcome = item
			}
		case counterfoil.KindRecord:
			f.records = append(f.records, item)
		case counterfoil.KindErasure:
			f.erasures = append(f.erasures, item)
		}
		if v, ok := eventOf(item); ok {
			f.events = append(f.events, v)
		}
	}
	return f
}

func openRow(item *Item) Row {
	e, in := item.Entry, item.Entry.Intent
	return Row{
		ID: e.ID, Opened: e.Time,
		System: in.System, Person: e.Actor, Key: in.Key, Workload: in.Workload,
		Provider: in.Provider, Dialect: in.Dialect, Operation: in.Operation, Model: in.Model, Stream: in.Stream,
		Effect: in.Decision.Effect, Rule: in.Decision.Rule,
		Findings: findingsText(in.Findings), Redactions: in.Redactions, RequestBytes: in.RequestBytes,
		IntentIndex: item.Index, IntentLeaf: item.Leaf,
	}
}

func (r *Row) close(item *Item) {
	e, out := item.Entry, item.Entry.Outcome
	r.Closed = e.Time
	r.AnswerEffect, r.AnswerRule = out.Decision.Effect, out.Decision.Rule
	r.Result, r.Reason, r.Status = out.Result, out.Reason, out.Status
	r.AnswerFindings = findingsText(out.Findings)
	r.InputTokens, r.OutputTokens, r.AnswerBytes = out.InputTokens, out.OutputTokens, out.AnswerBytes
	r.Duration = out.Duration
	r.OutcomeIndex, r.OutcomeLeaf = item.Index, item.Leaf
}

// findingsText writes "card:1 email:2", sorted by type.
func findingsText(counts []counterfoil.FindingCount) string {
	switch len(counts) {
	case 0:
		return ""
	case 1:
		return counts[0].Type + ":" + strconv.FormatUint(counts[0].Count, 10)
	}
	sorted := slices.Clone(counts)
	slices.SortFunc(sorted, func(a, b counterfoil.FindingCount) int { return strings.Compare(a.Type, b.Type) })
	var b strings.Builder
	for i, c := range sorted {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(c.Type)
		b.WriteByte(':')
		b.WriteString(strconv.FormatUint(c.Count, 10))
	}
	return b.String()
}
