// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

func rated(title string, likelihood, impact int64) kind.Values {
	return kind.Values{"title": title, "likelihood": likelihood, "impact_organisation": impact, "impact_individuals": int64(1), "impact_society": int64(1)}
}

func TestRiskMapOpensItsRows(t *testing.T) {
	w := newWorld(t)
	w.in("risk_manager")
	w.says("/risk", "No risk is recorded yet", "No risk method is in force")
	early := w.clock.Now()
	w.clock.Advance(40 * 24 * time.Hour)
	w.post("/login", "email", adminEmail, "password", adminPassword)
	w.create("risk", rated("Names leave", 4, 5))
	w.create("risk", rated("Letters are wrong", 4, 5))
	w.create("risk", rated("Slow answers", 2, 1))
	w.create("risk", kind.Values{"title": "Not looked at"})
	page := w.says("/risk", "4 open risks", "3 open risks, as of", "Left out: 1 risk without this rating", "R-001", "Not rated")
	cell := page[strings.Index(page, `f.highest=5&amp;f.likelihood=4`)-len(`<a href="/kinds/risk?`):]
	address := strings.ReplaceAll(cell[strings.Index(cell, `"`)+1:][:strings.Index(cell[strings.Index(cell, `"`)+1:], `"`)], "&amp;", "&")
	if rows := w.says(address, "R-001", "R-002", "2 records"); strings.Contains(rows, "R-003") {
		t.Errorf("%s opens other rows", address)
	}
	if page := w.says("/risk?at="+early.Format(time.RFC3339), "You see the records as they were on", "No risk is recorded yet"); strings.Contains(page, "Names leave") {
		t.Error("the past shows a later risk")
	}
	w.says("/risk/trend", "Open risks by band at the end of each month", "<th scope=\"col\" class=\"n\">Not rated</th>", `points="40,196 `, ">4</td>")
}

func TestLibraryCopyStaysMarked(t *testing.T) {
	w := newWorld(t)
	w.in("risk_manager")
	if page := w.says("/risk/library", "45 of 45 risks", "Copy R-01", `href="/requirements/A.9.2"`); strings.Contains(page, "1 copy") {
		t.Error("nothing was copied yet")
	}
	w.says("/risk/library?category=Agents&role=develops", "of 45 risks")
	made := w.post("/risk/library/R-01")
	if made.Code != http.StatusSeeOther || made.Header().Get("Location") != "/records/R-001" {
		t.Fatalf("%d: %s", made.Code, made.Body)
	}
	w.says("/records/R-001", "Sensitive data sent to an external model", "Copied from")
	w.says("/risk", "as in the library")
	w.says("/risk/library", "1 copy", `f.library=R-01`)
	if a := w.post("/risk/library/R-99"); a.Code != http.StatusNotFound {
		t.Errorf("a risk that is none: %d", a.Code)
	}
	w.in("hr_lead")
	if page := w.says("/risk/library"); strings.Contains(page, "Copy R-01") {
		t.Error("copying is offered to who may not")
	}
	if a := w.post("/risk/library/R-01"); a.Code != http.StatusForbidden {
		t.Errorf("copying without the right answered %d", a.Code)
	}
}

func TestWhatNoRiskLooksAt(t *testing.T) {
	w := newWorld(t)
	w.in("risk_manager")
	w.says("/risk/sources", "No AI system is recorded")
	system := w.create("system", kind.Values{"name": "Letters", "slug": "letters"})
	values := rated("Names leave", 4, 5)
	values["systems"], values["sources"], values["objectives"] = []string{system.ID.String()}, []string{"C.3.4"}, []string{"C.2.7", "C.2.10"}
	w.create("risk", values)
	page := w.says("/risk/sources", "1 system has", "Letters", "1 risk", "15 not considered", "C.2.9 Safety", "How open is the range of inputs", "sources=C.3.1")
	for _, covered := range []string{"C.3.4 ", "C.2.7 ", "C.2.10 "} {
		if strings.Contains(page, ">"+covered) {
			t.Errorf("%s is looked at", covered)
		}
	}
	next, err := w.register.Change(t.Context(), register.Program, system.ID, register.Input{Version: system.Version, Values: kind.Values{"without_risk": []map[string]any{
		{"topic": "C.3.5", "why": "It runs at a supplier <of ours>."}, {"topic": "C.3.4", "why": "Looked at by a risk after all."},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	page = w.says("/risk/sources", "14 not considered", "No risk, with a reason", "It runs at a supplier &lt;of ours&gt;.", "Its owner or the AIMS manager says why")
	if strings.Contains(page, "after all") {
		t.Error("a reason is shown beside a risk")
	}
	w.in("aims_manager")
	w.says("/risk/sources", "/records/"+next.Number()+"/edit")
}

func TestRiskFinding(t *testing.T) {
	tally := func(n uint64, before, after string) index.KeptTally {
		return index.KeptTally{N: n, Values: []string{"", "", before, "", "", after}}
	}
	for want, tallies := range map[string][]index.KeptTally{
		"No risk is recorded yet":                               nil,
		"None of 2 open risks is rated":                         {tally(2, "", "")},
		"None of 3 rated risks is high":                         {tally(3, "very_high", "low")},
		"None of 1 rated risk is high; 2 not rated":             {tally(2, "", ""), tally(1, "medium", "")},
		"One of 2 rated risks is high or very high":             {tally(1, "high", ""), tally(1, "high", "low")},
		"2 of 2 rated risks are high or very high; 1 not rated": {tally(2, "", "very_high"), tally(1, "", "")},
	} {
		if got := riskFinding(tallies); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
