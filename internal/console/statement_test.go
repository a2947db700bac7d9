// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

func (w *world) move(r *register.Record, move string, values kind.Values) *register.Record {
	w.t.Helper()
	moved, err := w.register.Move(w.t.Context(), register.For(counterfoil.ID(w.admin.ID)), r.ID, move, register.Input{Version: r.Version, Values: values, Reason: "For the test"})
	if err != nil {
		w.t.Fatalf("%s %s: %v", move, r.Number(), err)
	}
	return moved
}

// excludeAll decides on every control.
func (w *world) excludeAll() {
	w.t.Helper()
	for control, r := range w.decisions() {
		w.move(r, "decide", kind.Values{"decision": "excluded", "why": "We neither develop nor provide what " + control + " is about.", "owner": counterfoil.ID(w.admin.ID).String()})
	}
}

func TestStatementFromBeginToComparison(t *testing.T) {
	w := newWorld(t)
	w.in("aims_manager")
	w.says("/controls", "The statement of applicability is not begun", "Begin the decisions", "is not decided yet", "No statement is drafted yet")
	if a := w.post("/decisions"); a.Code != http.StatusSeeOther {
		t.Fatalf("%d: %s", a.Code, a.Body)
	}
	if page := w.says("/controls", "38 controls are not decided yet", "CD-038"); strings.Contains(page, "Begin the decisions") {
		t.Error("what is begun can be begun again")
	}
	before := len(w.log)
	if w.post("/decisions"); len(w.log) != before {
		t.Error("beginning twice writes twice")
	}
	w.excludeAll()
	page := w.says("/controls", "All 38 controls are decided", "Nothing was found")
	if n := strings.Count(page, "Excluded"); n < 38 {
		t.Errorf("%d controls are shown as excluded", n)
	}

	statement := w.move(w.create("statement", kind.Values{"title": "Statement", "standard": "ISO/IEC 42001:2023"}), "complete", nil)
	risk := w.create("risk", kind.Values{"title": "Names leave", "controls": []string{"A.9.3"}})
	w.says("/controls", "Excluded, but needed", "R-001 is reduced by it", `href="/kinds/risk?f.controls=A.9.3"`, "1 risk")

	again := w.move(w.decisions()["A.9.3"], "reconsider", nil)
	w.move(again, "decide", kind.Values{"decision": "included", "why": "Claims letters go out without a second look today.", "risks": []string{risk.ID.String()}, "status": "planned"})
	second := w.move(w.move(statement, "back", nil), "complete", nil)
	address := fmt.Sprintf("/controls/compare?a=%s.%d&b=%s.%d", statement.Number(), statement.Version, second.Number(), second.Version)
	w.says(address, "37 controls are the same", "− excluded", "+ included", "Claims letters go out", "+ R-001", "+ planned")
	for _, wrong := range []string{"", "R-001.1", statement.Number() + ".99", "x"} {
		if a := w.get("/controls/compare?a=" + wrong + "&b=" + wrong); a.Code != http.StatusNotFound {
			t.Errorf("comparing %q answered %d", wrong, a.Code)
		}
	}
}

// decisions are the records that decide on controls, as they stand.
func (w *world) decisions() map[string]*register.Record {
	w.t.Helper()
	list, err := w.register.Reader().All(w.t.Context(), "statement_row")
	if err != nil {
		w.t.Fatal(err)
	}
	found := map[string]*register.Record{}
	for _, r := range list {
		found[r.Values.Text("control")] = r
	}
	return found
}

func TestStatementExport(t *testing.T) {
	w := newWorld(t)
	w.in("aims_manager")
	w.post("/decisions")
	w.create("statement", kind.Values{"title": "Statement", "standard": "ISO/IEC 42001:2023"})
	w.create("statement_row", kind.Values{"control": "O.letters"})
	csv := w.says("/controls/export?as=csv", "statement,SOA-001\r\n", "version,1\r\n", "standard,ISO/IEC 42001:2023", "A.10.4,", "O.letters,,not decided")
	if n := strings.Count(csv, "not decided"); n != 39 {
		t.Errorf("%d rows", n)
	}
	var file statementFile
	if err := json.Unmarshal([]byte(w.says("/controls/export?as=json")), &file); err != nil || len(file.Controls) != 39 || file.Exported.IsZero() || file.State != "Draft" {
		t.Errorf("%v: %+v", err, file.Exported)
	}
	if a := w.get("/controls/export?of=SOA-001"); a.Code != http.StatusNotFound {
		t.Errorf("a statement not in force answered %d", a.Code)
	}
}

func TestStatementRights(t *testing.T) {
	w := newWorld(t)
	w.in("hr_lead")
	if page := w.says("/controls"); strings.Contains(page, "Begin the decisions") {
		t.Error("the act is offered to who may not do it")
	}
	if a := w.post("/decisions"); a.Code != http.StatusForbidden {
		t.Errorf("answered %d", a.Code)
	}
	w.in()
	w.says("/controls", "so they are not checked here")
	if a := w.get("/controls/export"); a.Code != http.StatusForbidden {
		t.Errorf("the export answered %d", a.Code)
	}
}
