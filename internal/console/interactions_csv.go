// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"encoding/csv"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/index"
)

const exportRows = 1000 // read at once

var exportHead = []string{
	"id", "opened", "closed", "system_id", "system", "person_id", "key_id", "workload", "provider", "dialect", "operation", "model", "stream",
	"decision", "rule", "result", "reason", "status", "findings", "answer_findings", "redactions", "input_tokens", "output_tokens",
	"request_bytes", "answer_bytes", "duration_ms", "intent_entry", "outcome_entry", "intent_leaf", "outcome_leaf",
}

// exportInteractions writes the filtered list as CSV. The export is recorded
// before its first byte: what cannot be recorded is not handed out.
func (c *Console) exportInteractions(w http.ResponseWriter, r *http.Request) error {
	q := parseQuery(r.URL.Query()).whole()
	snapshot := c.directory.Snapshot()
	f, complaints := q.filter(snapshot)
	if len(complaints) > 0 {
		return invalid(strings.Join(complaints, " "))
	}
	f.Limit = exportRows
	rows, next, err := c.index.Interactions(r.Context(), f)
	if err != nil {
		return err
	}
	if err := c.recorder.Access(r.Context(), person(r), "exported", f.System); err != nil {
		return err
	}
	name := "interactions-" + c.clock.Now().Format("20060102-150405") + ".csv"
	w.Header().Set("Content-Type", "text/csv; charset=utf-8; header=present")
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	out := newSheet(w)
	out.write(exportHead)
	for {
		for i := range rows {
			out.write(cells(&rows[i], snapshot))
		}
		if next.IsZero() || out.Error() != nil {
			break
		}
		f.Before = next
		if rows, next, err = c.index.Interactions(r.Context(), f); err != nil {
			c.log.ErrorContext(r.Context(), "export ended early", "error", err)
			panic(http.ErrAbortHandler) // a cut download, not a file that looks complete
		}
	}
	out.Flush()
	return nil
}

func cells(r *index.Row, snapshot *identity.Snapshot) []string {
	effect, rule := r.Decision()
	system := ""
	if s, ok := snapshot.System(identity.SystemID(r.System)); ok {
		system = s.Name
	}
	n := func(v uint64) string { return strconv.FormatUint(v, 10) }
	row := []string{
		r.ID.String(), exportTime(r.Opened), exportTime(r.Closed), exportID(r.System), system, exportID(r.Person), exportID(r.Key),
		strconv.FormatBool(r.Workload), r.Provider, r.Dialect, r.Operation, r.Model, strconv.FormatBool(r.Stream),
		effect.String(), rule, "open", r.Reason, n(r.Status), r.Findings, r.AnswerFindings, n(r.Redactions), n(r.InputTokens), n(r.OutputTokens),
		n(r.RequestBytes), n(r.AnswerBytes), strconv.FormatFloat(float64(r.Duration)/1000, 'f', 3, 64), n(uint64(r.IntentIndex)), "", r.IntentLeaf.String(), "",
	}
	if !r.Open() {
		row[15], row[27], row[29] = r.Result.String(), n(uint64(r.OutcomeIndex)), r.OutcomeLeaf.String()
	}
	return row
}

func exportTime(us int64) string {
	if us == 0 {
		return ""
	}
	return micros(us).Format(time.RFC3339Nano)
}

func exportID(id counterfoil.ID) string {
	if id.IsZero() {
		return ""
	}
	return id.String()
}

// sheet writes CSV that no spreadsheet takes for formulas.
type sheet struct{ *csv.Writer }

func newSheet(w io.Writer) sheet {
	out := csv.NewWriter(w)
	out.UseCRLF = true // RFC 4180
	return sheet{out}
}

func (s sheet) write(cells []string) {
	guarded := make([]string, len(cells))
	for i, cell := range cells {
		guarded[i] = guard(cell)
	}
	_ = s.Write(guarded) // kept by the writer, see Error
}

// guard puts an apostrophe before what a spreadsheet would run as a formula.
func guard(cell string) string {
	if trimmed := strings.TrimLeft(cell, " \t\r\n"); trimmed != "" && strings.ContainsRune("=+-@＝＋－＠", firstRune(trimmed)) || strings.ContainsAny(cell[:min(len(cell), 1)], "\t\r\n") {
		return "'" + cell
	}
	return cell
}

func firstRune(s string) rune {
	for _, r := range s {
		return r
	}
	return 0
}
