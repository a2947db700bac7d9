// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package interactions

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/counterfoil/counterfoil/internal/console/filter"
	"github.com/counterfoil/counterfoil/internal/console/sheet"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/index"
)

var exportHead = []string{
	"id", "opened", "closed", "system_id", "system", "person_id", "key_id", "workload", "provider", "dialect", "operation", "model", "stream",
	"decision", "rule", "result", "reason", "status", "findings", "answer_findings", "redactions", "input_tokens", "output_tokens",
	"request_bytes", "answer_bytes", "duration_ms", "intent_entry", "outcome_entry", "intent_leaf", "outcome_leaf",
}

// export writes the filtered list as CSV. The export is recorded
// before its first byte: what cannot be recorded is not handed out.
func (s *Section) export(w http.ResponseWriter, r *http.Request) error {
	q := filter.Parse(r.URL.Query()).Whole()
	snapshot := s.Directory.Snapshot()
	f, complaints := q.Filter(snapshot)
	if len(complaints) > 0 {
		return shell.Invalid(strings.Join(complaints, " "))
	}
	if err := s.mayLook(r, f.System, f.Person); err != nil {
		return err
	}
	f.Limit = sheet.ExportRows
	rows, next, err := s.index.Interactions(r.Context(), f)
	if err != nil {
		return err
	}
	name, err := s.Export(r, "interactions", f.System)
	if err != nil {
		return err
	}
	out := shell.BeginSheet(w, name, exportHead...)
	for {
		for i := range rows {
			out.Line(cells(&rows[i], snapshot))
		}
		if next.IsZero() || out.Error() != nil {
			break
		}
		f.Before = next
		if rows, next, err = s.index.Interactions(r.Context(), f); err != nil {
			s.CutExport(r, err)
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
		r.ID.String(), sheet.Time(r.Opened), sheet.Time(r.Closed), sheet.ID(r.System), system, sheet.ID(r.Person), sheet.ID(r.Key),
		strconv.FormatBool(r.Workload), r.Provider, r.Dialect, r.Operation, r.Model, strconv.FormatBool(r.Stream),
		effect.String(), rule, "open", r.Reason, n(r.Status), r.Findings, r.AnswerFindings, n(r.Redactions), n(r.InputTokens), n(r.OutputTokens),
		n(r.RequestBytes), n(r.AnswerBytes), strconv.FormatFloat(float64(r.Duration)/1000, 'f', 3, 64), n(uint64(r.IntentIndex)), "", r.IntentLeaf.String(), "",
	}
	if !r.Open() {
		row[15], row[27], row[29] = r.Result.String(), n(uint64(r.OutcomeIndex)), r.OutcomeLeaf.String()
	}
	return row
}
