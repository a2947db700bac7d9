// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package risks_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil/internal/console/consoletest"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

func rated(title string, likelihood, impact int64) kind.Values {
	return kind.Values{"title": title, "likelihood": likelihood, "impact_organisation": impact, "impact_individuals": int64(1), "impact_society": int64(1)}
}

func TestRiskMapOpensItsRows(t *testing.T) {
	w := consoletest.New(t)
	w.In("risk_manager")
	w.Says("/risk", "No risk is recorded yet", "No risk method is in force")
	early := w.Clock.Now()
	w.Clock.Advance(40 * 24 * time.Hour)
	w.Post("/login", "email", consoletest.AdminEmail, "password", consoletest.AdminPassword)
	w.Create("risk", rated("Names leave", 4, 5))
	w.Create("risk", rated("Letters are wrong", 4, 5))
	w.Create("risk", rated("Slow answers", 2, 1))
	w.Create("risk", kind.Values{"title": "Not looked at"})
	page := w.Says("/risk", "4 open risks", "3 open risks, as of", "Left out: 1 risk without this rating", "R-001", "Not rated")
	// On a phone of 360 pixels the leaf has 328: the map fits without scrolling.
	if width := drawnWidth.FindStringSubmatch(page); width == nil || len(width[1]) != 3 || width[1] > "328" {
		t.Errorf("the map is %v wide", width)
	}
	cell := page[strings.Index(page, `f.highest=5&amp;f.likelihood=4`)-len(`<a href="/kinds/risk?`):]
	address := strings.ReplaceAll(cell[strings.Index(cell, `"`)+1:][:strings.Index(cell[strings.Index(cell, `"`)+1:], `"`)], "&amp;", "&")
	if rows := w.Says(address, "R-001", "R-002", "2 records"); strings.Contains(rows, "R-003") {
		t.Errorf("%s opens other rows", address)
	}
	if page := w.Says("/risk?at="+early.Format(time.RFC3339), "You see the records as they were on", "No risk is recorded yet"); strings.Contains(page, "Names leave") {
		t.Error("the past shows a later risk")
	}
	w.Says("/risk/trend", "Open risks by band at the end of each month", "<th scope=\"col\" class=\"n\">Not rated</th>", `points="40,196 `, ">4</td>")
}

var drawnWidth = regexp.MustCompile(`<svg viewBox="[^"]*" width="(\d+)" height="\d+" role="group" aria-labelledby="after-t`)

func TestLibraryCopyStaysMarked(t *testing.T) {
	w := consoletest.New(t)
	w.In("risk_manager")
	if page := w.Says("/risk/library", "45 of 45 risks", "Copy R-01", `href="/requirements/A.9.2"`); strings.Contains(page, "1 copy") {
		t.Error("nothing was copied yet")
	}
	w.Says("/risk/library?category=Agents&role=develops", "of 45 risks")
	made := w.Post("/risk/library/R-01")
	if made.Code != http.StatusSeeOther || made.Header().Get("Location") != "/records/R-001" {
		t.Fatalf("%d: %s", made.Code, made.Body)
	}
	w.Says("/records/R-001", "Sensitive data sent to an external model", "Copied from")
	w.Says("/risk", "as in the library")
	w.Says("/risk/library", "1 copy", `f.library=R-01`)
	if a := w.Post("/risk/library/R-99"); a.Code != http.StatusNotFound {
		t.Errorf("a risk that is none: %d", a.Code)
	}
	w.In("hr_lead")
	if page := w.Says("/risk/library"); strings.Contains(page, "Copy R-01") {
		t.Error("copying is offered to who may not")
	}
	if a := w.Post("/risk/library/R-01"); a.Code != http.StatusForbidden {
		t.Errorf("copying without the right answered %d", a.Code)
	}
}

func TestWhatNoRiskLooksAt(t *testing.T) {
	w := consoletest.New(t)
	w.In("risk_manager")
	w.Says("/risk/sources", "No AI system is recorded")
	system := w.Create("system", kind.Values{"name": "Letters", "slug": "letters"})
	values := rated("Names leave", 4, 5)
	values["systems"], values["sources"], values["objectives"] = []string{system.ID.String()}, []string{"C.3.4"}, []string{"C.2.7", "C.2.10"}
	w.Create("risk", values)
	page := w.Says("/risk/sources", "1 system has", "Letters", "1 risk", "15 not considered", "C.2.9 Safety", "How open is the range of inputs", "sources=C.3.1")
	for _, covered := range []string{"C.3.4 ", "C.2.7 ", "C.2.10 "} {
		if strings.Contains(page, ">"+covered) {
			t.Errorf("%s is looked at", covered)
		}
	}
	next, err := w.Register.Change(t.Context(), register.Program, system.ID, register.Input{Version: system.Version, Values: kind.Values{"without_risk": []map[string]any{
		{"topic": "C.3.5", "why": "It runs at a supplier <of ours>."}, {"topic": "C.3.4", "why": "Looked at by a risk after all."},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	page = w.Says("/risk/sources", "14 not considered", "No risk, with a reason", "It runs at a supplier &lt;of ours&gt;.", "Its owner or the AIMS manager says why")
	if strings.Contains(page, "after all") {
		t.Error("a reason is shown beside a risk")
	}
	w.In("aims_manager")
	w.Says("/risk/sources", "/records/"+next.Number()+"/edit")
}
