// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package requirements_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/consoletest"
	"github.com/counterfoil/counterfoil/internal/console/requirements"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

func move(w *consoletest.World, r *register.Record, move string, values kind.Values) *register.Record {
	w.T.Helper()
	moved, err := w.Register.Move(w.T.Context(), register.For(counterfoil.ID(w.Admin.ID)), r.ID, move, register.Input{Version: r.Version, Values: values, Reason: "For the test"})
	if err != nil {
		w.T.Fatalf("%s %s: %v", move, r.Number(), err)
	}
	return moved
}

// excludeAll decides on every control.
func excludeAll(w *consoletest.World) {
	w.T.Helper()
	for control, r := range decisions(w) {
		move(w, r, "decide", kind.Values{"decision": "excluded", "why": "We neither develop nor provide what " + control + " is about.", "owner": counterfoil.ID(w.Admin.ID).String()})
	}
}

func TestStatementFromBeginToComparison(t *testing.T) {
	w := consoletest.New(t)
	w.In("aims_manager")
	w.Says("/controls", "The statement of applicability is not begun", "Begin the decisions", "is not decided yet", "No statement is drafted yet")
	if a := w.Post("/decisions"); a.Code != http.StatusSeeOther {
		t.Fatalf("%d: %s", a.Code, a.Body)
	}
	if page := w.Says("/controls", "38 controls are not decided yet", "CD-038"); strings.Contains(page, "Begin the decisions") {
		t.Error("what is begun can be begun again")
	}
	before := len(w.Log)
	if w.Post("/decisions"); len(w.Log) != before {
		t.Error("beginning twice writes twice")
	}
	excludeAll(w)
	page := w.Says("/controls", "All 38 controls are decided", "Nothing was found")
	if n := strings.Count(page, "Excluded"); n < 38 {
		t.Errorf("%d controls are shown as excluded", n)
	}

	statement := move(w, w.Create("statement", kind.Values{"title": "Statement", "standard": "ISO/IEC 42001:2023"}), "complete", nil)
	risk := w.Create("risk", kind.Values{"title": "Names leave", "controls": []string{"A.9.3"}})
	w.Says("/controls", "Excluded, but needed", "R-001 is reduced by it", `href="/kinds/risk?f.controls=A.9.3"`, "1 risk")

	again := move(w, decisions(w)["A.9.3"], "reconsider", nil)
	move(w, again, "decide", kind.Values{"decision": "included", "why": "Claims letters go out without a second look today.", "risks": []string{risk.ID.String()}, "status": "planned"})
	second := move(w, move(w, statement, "back", nil), "complete", nil)
	address := fmt.Sprintf("/controls/compare?a=%s.%d&b=%s.%d", statement.Number(), statement.Version, second.Number(), second.Version)
	w.Says(address, "37 controls are the same", "− excluded", "+ included", "Claims letters go out", "+ R-001", "+ planned")
	for _, wrong := range []string{"", "R-001.1", statement.Number() + ".99", "x"} {
		if a := w.Get("/controls/compare?a=" + wrong + "&b=" + wrong); a.Code != http.StatusNotFound {
			t.Errorf("comparing %q answered %d", wrong, a.Code)
		}
	}
}

// decisions are the records that decide on controls, as they stand.
func decisions(w *consoletest.World) map[string]*register.Record {
	w.T.Helper()
	list, err := w.Register.Reader().All(w.T.Context(), "statement_row")
	if err != nil {
		w.T.Fatal(err)
	}
	found := map[string]*register.Record{}
	for _, r := range list {
		found[r.Values.Text("control")] = r
	}
	return found
}

func TestStatementExport(t *testing.T) {
	w := consoletest.New(t)
	w.In("aims_manager")
	w.Post("/decisions")
	w.Create("statement", kind.Values{"title": "Statement", "standard": "ISO/IEC 42001:2023"})
	w.Create("statement_row", kind.Values{"control": "O.letters"})
	csv := w.Says("/controls/export?as=csv", "statement,SOA-001\r\n", "version,1\r\n", "standard,ISO/IEC 42001:2023", "A.10.4,", "O.letters,,not decided")
	if n := strings.Count(csv, "not decided"); n != 39 {
		t.Errorf("%d rows", n)
	}
	var file requirements.StatementFile
	if err := json.Unmarshal([]byte(w.Says("/controls/export?as=json")), &file); err != nil || len(file.Controls) != 39 || file.Exported.IsZero() || file.State != "Draft" {
		t.Errorf("%v: %+v", err, file.Exported)
	}
	if a := w.Get("/controls/export?of=SOA-001"); a.Code != http.StatusNotFound {
		t.Errorf("a statement not in force answered %d", a.Code)
	}
}

func TestStatementRights(t *testing.T) {
	w := consoletest.New(t)
	w.In("hr_lead")
	if page := w.Says("/controls"); strings.Contains(page, "Begin the decisions") {
		t.Error("the act is offered to who may not do it")
	}
	if a := w.Post("/decisions"); a.Code != http.StatusForbidden {
		t.Errorf("answered %d", a.Code)
	}
	w.In()
	for _, path := range []string{"/controls", "/controls/export"} {
		if a := w.Get(path); a.Code != http.StatusForbidden {
			t.Errorf("%s answered %d", path, a.Code)
		}
	}
}
