// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// create saves a record for the signed-in person.
func (w *world) create(kindID string, values kind.Values) *register.Record {
	w.t.Helper()
	r, err := w.register.Create(w.t.Context(), register.For(counterfoil.ID(w.admin.ID)), kindID, register.Input{Values: values})
	if err != nil {
		w.t.Fatalf("create %s: %v", kindID, err)
	}
	return r
}

// says fails for each text that the page at an address lacks.
func (w *world) says(path string, texts ...string) string {
	w.t.Helper()
	answer := w.get(path)
	page := answer.Body.String()
	if answer.Code != http.StatusOK {
		w.t.Fatalf("%s answered %d: %s", path, answer.Code, page)
	}
	for _, text := range texts {
		if !strings.Contains(page, text) {
			w.t.Errorf("%s does not say %q", path, text)
		}
	}
	return page
}

func TestRequirementTree(t *testing.T) {
	w := newWorld(t)
	w.in("aims_manager")
	page := w.says("/requirements", "No control is decided yet", "70 of 70 requirements", `id="g-A.6.2"`, `href="/requirements/A.6.2.8"`, `href="/frameworks/eu-ai-act"`)
	if n := strings.Count(page, `href="/requirements/`) / 2; n != 70+1 { // each row links twice; two exports
		t.Errorf("%d rows", n)
	}
	before := w.clock.Now()
	w.clock.Advance(time.Hour)
	w.create("risk", kind.Values{"title": "Names leave", "controls": []string{"A.6.2.8"}})
	decision := w.create("statement_row", kind.Values{"control": "A.6.2.8", "decision": "included"})
	w.says("/requirements/A.6.2.8", "R-001 Names leave", "Risks that name it", "Open "+decision.Number(), "log.plan", "12 Record-keeping", "A.8.15 Logging", "No data", "Not measured", `f.controls=A.6.2.8`)
	w.says("/requirements/6.1.2", "All risks are kept for it", "R-001 Names leave", "cannot be excluded")
	past := "?at=" + before.Format(time.RFC3339)
	if page := w.says("/requirements/A.6.2.8"+past, "You see the records as they were on", "Nobody has decided yet", "The statement of applicability has no row"); strings.Contains(page, "Names leave") {
		t.Error("the past shows a later record")
	}
	if page := w.says("/requirements?show=controls&q=event+logs", "1 of 70 requirements"); !strings.Contains(page, "A.6.2.8") {
		t.Error("the text finds nothing")
	}
	if answer := w.get("/requirements/A.6.2.9"); answer.Code != http.StatusNotFound {
		t.Errorf("a control that is none: %d", answer.Code)
	}
	w.console.roles = func(id counterfoil.ID) []string { return nil }
	if page := w.says("/requirements/A.6.2.8"); strings.Contains(page, "Names leave") || strings.Contains(page, decision.Number()) {
		t.Error("somebody without a role learns of records")
	}
}

func TestRequirementExports(t *testing.T) {
	w := newWorld(t)
	w.in("aims_manager")
	w.create("statement_row", kind.Values{"control": "A.9.3"})
	csv := w.says("/requirements/export?as=csv", "standard,ISO/IEC 42001:2023", "A.9.3,control,A.9,", ",CD-001,")
	if !strings.HasPrefix(csv, "standard,") || strings.Count(csv, "\r\n") != 70+8 {
		t.Errorf("%d lines", strings.Count(csv, "\r\n"))
	}
	var file struct {
		Standard     string `json:"standard"`
		Requirements []requirementExport
	}
	if err := json.Unmarshal([]byte(w.says("/requirements/export?as=json")), &file); err != nil || file.Standard != "ISO/IEC 42001:2023" || len(file.Requirements) != 70 {
		t.Errorf("%v: %s, %d", err, file.Standard, len(file.Requirements))
	}
	if w.accesses[len(w.accesses)-1] != "exported" {
		t.Error("the export was not recorded")
	}
}

func TestFrameworkPages(t *testing.T) {
	w := newWorld(t)
	w.in("aims_manager")
	w.says("/frameworks/eu-ai-act", "12 Record-keeping", `href="/requirements/A.6.2.8"`, "Duties nothing covers", "Applies from 2027-12-02")
	w.says("/frameworks/nist-ai-rmf", "3 have no counterpart", "No requirement serves it")
	if answer := w.get("/frameworks/gdpr"); answer.Code != http.StatusNotFound {
		t.Errorf("a framework nobody has: %d", answer.Code)
	}
}
