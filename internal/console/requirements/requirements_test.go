// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package requirements_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/consoletest"
	"github.com/counterfoil/counterfoil/internal/console/requirements"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

func TestRequirementTree(t *testing.T) {
	w := consoletest.New(t)
	w.In("aims_manager")
	page := w.Says("/requirements", "No control is decided yet", "70 of 70 requirements", `id="g-A.6.2"`, `href="/requirements/A.6.2.8"`, `href="/frameworks/eu-ai-act"`)
	if n := strings.Count(page, `href="/requirements/`) / 2; n != 70+1 { // each row links twice; two exports
		t.Errorf("%d rows", n)
	}
	before := w.Clock.Now()
	w.Clock.Advance(time.Hour)
	w.Create("risk", kind.Values{"title": "Names leave", "controls": []string{"A.6.2.8"}})
	decision := w.Create("statement_row", kind.Values{"control": "A.6.2.8", "decision": "included"})
	w.Says("/requirements/A.6.2.8", "R-001 Names leave", "Risks that name it", "Open "+decision.Number(), "log.plan", "12 Record-keeping", "A.8.15 Logging", "No data", "Not measured", `f.controls=A.6.2.8`)
	w.Says("/requirements/6.1.2", "All risks are kept for it", "R-001 Names leave", "cannot be excluded")
	past := "?at=" + before.Format(time.RFC3339)
	if page := w.Says("/requirements/A.6.2.8"+past, "You see the records as they were on", "Nobody has decided yet", "The statement of applicability has no row"); strings.Contains(page, "Names leave") {
		t.Error("the past shows a later record")
	}
	if page := w.Says("/requirements?show=controls&q=event+logs", "1 of 70 requirements"); !strings.Contains(page, "A.6.2.8") {
		t.Error("the text finds nothing")
	}
	if answer := w.Get("/requirements/A.6.2.9"); answer.Code != http.StatusNotFound {
		t.Errorf("a control that is none: %d", answer.Code)
	}
	w.Roles = func(id counterfoil.ID) []string { return nil }
	for _, path := range []string{"/requirements", "/requirements/A.6.2.8", "/requirements/export", "/frameworks/eu-ai-act"} {
		// It would say that nothing is decided or kept, to somebody who may not read what is.
		if a := w.Get(path); a.Code != http.StatusForbidden {
			t.Errorf("%s without a role answered %d", path, a.Code)
		}
	}
}

func TestRequirementExports(t *testing.T) {
	w := consoletest.New(t)
	w.In("aims_manager")
	w.Create("statement_row", kind.Values{"control": "A.9.3"})
	csv := w.Says("/requirements/export?as=csv", "standard,ISO/IEC 42001:2023", "A.9.3,control,A.9,", ",CD-001,")
	if !strings.HasPrefix(csv, "standard,") || strings.Count(csv, "\r\n") != 70+8 {
		t.Errorf("%d lines", strings.Count(csv, "\r\n"))
	}
	var file struct {
		Standard     string `json:"standard"`
		Requirements []requirements.Exported
	}
	if err := json.Unmarshal([]byte(w.Says("/requirements/export?as=json")), &file); err != nil || file.Standard != "ISO/IEC 42001:2023" || len(file.Requirements) != 70 {
		t.Errorf("%v: %s, %d", err, file.Standard, len(file.Requirements))
	}
	if w.Accesses[len(w.Accesses)-1] != "exported" {
		t.Error("the export was not recorded")
	}
}

func TestFrameworkPages(t *testing.T) {
	w := consoletest.New(t)
	w.In("aims_manager")
	w.Says("/frameworks/eu-ai-act", "12 Record-keeping", `href="/requirements/A.6.2.8"`, "Duties nothing covers", "Applies from 2 Dec 2027")
	w.Says("/frameworks/nist-ai-rmf", "3 have no counterpart", "No requirement serves it")
	if answer := w.Get("/frameworks/gdpr"); answer.Code != http.StatusNotFound {
		t.Errorf("a framework nobody has: %d", answer.Code)
	}
}
