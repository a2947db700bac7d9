// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package verify

import (
	"encoding/csv"
	"errors"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
)

const rowsName = "interactions.csv"

// rowColumns are those of section 8 of docs/pack-format.md.
var rowColumns = strings.Split("interaction,intent,outcome,opened,closed,system,person,key,workload,provider,dialect,operation,model,streamed,"+
	"effect,rule,answer_effect,answer_rule,result,reason,status,findings,answer_findings,redactions,input_tokens,output_tokens,duration_us,"+
	"request_payload,answer_payload", ",")

// The columns an outcome fills, by their place in rowColumns.
const (
	colOutcome = 2
	colClosed  = 4
	colAnswer  = 16 // effect, rule, result, reason, status
	colFound   = 22 // findings in the answer
	colTokens  = 24 // input, output, duration
	colPayload = 28
)

// packRows compares the table of interactions with the entries as they come: a row stands
// where its outcome does, and the open ones at the end. So only open ones are held.
type packRows struct {
	file    fs.File
	csv     *csv.Reader
	line    int
	broken  bool // one that differs was reported
	intents map[counterfoil.Index]bool
	open    map[counterfoil.Index]packRow
}

// packRow is the row of an interaction so far.
type packRow struct {
	id    counterfoil.ID
	cells []string
}

func (p *packCheck) beginRows() {
	r := &p.rows
	r.intents, r.open = make(map[counterfoil.Index]bool), make(map[counterfoil.Index]packRow)
	f, err := p.files.Open(rowsName)
	if err != nil {
		p.pack(rowsName, "the file cannot be read: %v", err)
		r.broken = true
		return
	}
	r.file, r.csv = f, csv.NewReader(io.LimitReader(f, maxPackFile))
	r.csv.FieldsPerRecord, r.csv.ReuseRecord = -1, true
	p.compareRow(rowColumns)
}

// compareRow reads the next row; the first that differs is reported.
func (p *packCheck) compareRow(want []string) {
	r := &p.rows
	if r.line++; r.broken {
		return
	}
	have, err := r.csv.Read()
	same := err == nil && slices.EqualFunc(have, want, func(have, want string) bool { return have == harmless(want) })
	if !same {
		p.pack(rowsName, "row %d is not what the entries say", r.line)
		r.broken = true
	}
}

// harmless is how a field stands that a spreadsheet could take for a formula.
func harmless(s string) string {
	if s != "" && strings.IndexByte("=+-@\t\r", s[0]) >= 0 {
		return "'" + s
	}
	return s
}

// intentRow begins the row of an intent.
func (p *packCheck) intentRow(i counterfoil.Index, e *counterfoil.Entry, state string) {
	b := e.Intent
	row := packRow{e.ID, []string{
		rowID(e.ID), rowNumber(uint64(i)), "", rowTime(e.Time), "", rowID(b.System), rowID(e.Actor), rowID(b.Key), strconv.FormatBool(b.Workload),
		b.Provider, b.Dialect, b.Operation, b.Model, strconv.FormatBool(b.Stream), b.Decision.Effect.String(), b.Decision.Rule,
		"", "", "open", "", "", rowNumber(sumOf(b.Findings)), "", rowNumber(b.Redactions), "", "", "", state, "",
	}}
	p.rows.intents[i], p.rows.open[i] = true, row
	if e.Outcome != nil {
		p.closeRow(i, i, e, stateNone)
	}
}

// outcomeRow ends the row of the intent an outcome names; false if there is no such open
// intent.
func (p *packCheck) outcomeRow(i counterfoil.Index, e *counterfoil.Entry, state string) bool {
	row, ok := p.rows.open[e.Outcome.Intent]
	if !ok || row.id != e.ID {
		return false
	}
	p.closeRow(e.Outcome.Intent, i, e, state)
	return true
}

func (p *packCheck) closeRow(intent, i counterfoil.Index, e *counterfoil.Entry, state string) {
	b, cells := e.Outcome, p.rows.open[intent].cells
	delete(p.rows.open, intent)
	cells[colOutcome], cells[colClosed] = rowNumber(uint64(i)), rowTime(e.Time)
	copy(cells[colAnswer:], []string{b.Decision.Effect.String(), b.Decision.Rule, b.Result.String(), b.Reason, rowNumber(b.Status)})
	cells[colFound] = rowNumber(sumOf(b.Findings))
	copy(cells[colTokens:], []string{rowNumber(b.InputTokens), rowNumber(b.OutputTokens), rowNumber(b.Duration)})
	cells[colPayload] = state
	p.compareRow(cells)
}

// endOfRows compares the open interactions and wants nothing behind them.
func (p *packCheck) endOfRows() {
	r := &p.rows
	for _, i := range slices.Sorted(maps.Keys(r.open)) {
		p.compareRow(r.open[i].cells)
	}
	if r.file == nil {
		return
	}
	defer r.file.Close()
	if r.broken {
		return
	}
	if _, err := r.csv.Read(); !errors.Is(err, io.EOF) {
		p.pack(rowsName, "it has more than the %d rows that belong there", r.line)
	}
}

func rowNumber(n uint64) string { return strconv.FormatUint(n, 10) }

func rowTime(micros int64) string {
	return time.UnixMicro(micros).UTC().Format("2006-01-02T15:04:05.000000Z")
}

func rowID(id counterfoil.ID) string {
	if id.IsZero() {
		return ""
	}
	return id.String()
}

func sumOf(list []counterfoil.FindingCount) uint64 {
	n := uint64(0)
	for _, f := range list {
		n += f.Count
	}
	return n
}
