// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package pack

import (
	"cmp"
	"context"
	"encoding/csv"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/ledger"
)

// columns of interactions.csv, in their order.
var columns = []string{
	"interaction", "intent", "outcome", "opened", "closed", "system", "person", "key", "workload", "provider", "dialect", "operation", "model", "streamed",
	"effect", "rule", "answer_effect", "answer_rule", "result", "reason", "status", "findings", "answer_findings", "redactions",
	"input_tokens", "output_tokens", "duration_us", "request_payload", "answer_payload",
}

// row is one interaction, field by field.
type row struct {
	intent counterfoil.Index
	cells  map[string]string
}

// list writes interactions.csv. Only interactions that are open are held in memory:
// a row is written when its outcome comes, and the open ones at the end.
func (p *packing) list(ctx context.Context) error {
	var err error
	if p.rows, err = newSpool(p.TempDir); err != nil {
		return err
	}
	out := csv.NewWriter(p.rows)
	if err := out.Write(columns); err != nil {
		return err
	}
	open := make(map[counterfoil.Index]row)
	p.outcomes = make(map[string]uint64)
	read := uint64(0)
	err = p.contained(ctx, func(i counterfoil.Index, e *counterfoil.Entry, _ ledger.PayloadRef) error {
		if read++; read%4096 == 0 {
			p.Progress(read, p.survey.counts.Entries)
		}
		at := i
		switch {
		case e.Intent != nil:
			open[i] = p.opened(i, e)
		case e.Outcome != nil:
			at = e.Outcome.Intent
		}
		r, ok := open[at]
		if e.Outcome == nil || !ok { // one that is open, or whose intent lies before the range
			return nil
		}
		delete(open, at)
		p.close(r, i, e)
		return p.put(out, r)
	})
	if err != nil {
		return err
	}
	for _, r := range slices.SortedFunc(maps.Values(open), func(a, b row) int { return cmp.Compare(a.intent, b.intent) }) {
		if err := p.put(out, r); err != nil {
			return err
		}
	}
	out.Flush()
	return cmp.Or(out.Error(), p.rows.finish())
}

func (p *packing) put(out *csv.Writer, r row) error {
	p.outcomes[r.cells["result"]]++
	cells := make([]string, len(columns))
	for i, name := range columns {
		cells[i] = harmless(r.cells[name])
	}
	return out.Write(cells)
}

// harmless keeps a spreadsheet from running a field.
func harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

// opened begins the row of an intent.
func (p *packing) opened(i counterfoil.Index, e *counterfoil.Entry) row {
	b := e.Intent
	return row{intent: i, cells: map[string]string{
		"interaction": e.ID.String(), "intent": number(uint64(i)), "opened": moment(e.Time),
		"system": id(b.System), "person": id(e.Actor), "key": id(b.Key), "workload": strconv.FormatBool(b.Workload),
		"provider": b.Provider, "dialect": b.Dialect, "operation": b.Operation, "model": b.Model, "streamed": strconv.FormatBool(b.Stream),
		"effect": b.Decision.Effect.String(), "rule": b.Decision.Rule, "result": "open",
		"findings": number(sum(b.Findings)), "redactions": number(b.Redactions), "request_payload": p.stateOf(i, e),
	}}
}

// close adds the outcome in entry i to its row.
func (p *packing) close(r row, i counterfoil.Index, e *counterfoil.Entry) {
	b := e.Outcome
	maps.Copy(r.cells, map[string]string{
		"outcome": number(uint64(i)), "closed": moment(e.Time), "answer_effect": b.Decision.Effect.String(), "answer_rule": b.Decision.Rule,
		"result": b.Result.String(), "reason": b.Reason, "status": number(b.Status), "answer_findings": number(sum(b.Findings)),
		"input_tokens": number(b.InputTokens), "output_tokens": number(b.OutputTokens), "duration_us": number(b.Duration), "answer_payload": stateNone,
	})
	if e.Intent == nil {
		r.cells["answer_payload"] = p.stateOf(i, e)
	}
}

func number(n uint64) string { return strconv.FormatUint(n, 10) }

func moment(micros int64) string {
	return time.UnixMicro(micros).UTC().Format("2006-01-02T15:04:05.000000Z")
}

func id(v counterfoil.ID) string {
	if v.IsZero() {
		return ""
	}
	return v.String()
}

func sum(list []counterfoil.FindingCount) uint64 {
	n := uint64(0)
	for _, f := range list {
		n += f.Count
	}
	return n
}
