// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package records_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil/internal/console/consoletest"
	"github.com/counterfoil/counterfoil/internal/console/pagetest"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

func TestRecordFromFormToHistory(t *testing.T) {
	w := consoletest.New(t)
	w.In("aims_manager")
	made := w.Post("/kinds/override", consoletest.OverrideForm()...)
	if made.Code != http.StatusSeeOther || made.Header().Get("Location") != "/records/OV-001" {
		t.Fatalf("%d %s: %s", made.Code, made.Header(), made.Body)
	}
	page := w.Get("/records/OV-001").Body.String()
	for _, want := range []string{"OV-001", "Requested", "Tests are late", "Approve the override", "You wrote this version", "24 Dec 2026", "Version 1"} {
		if !strings.Contains(page, want) {
			t.Errorf("the record's page does not say %q", want)
		}
	}
	before := w.Clock.Now()
	w.Clock.Advance(time.Hour)
	if saved := w.Post("/records/OV-001", consoletest.OverrideForm("version", "1", "why", "Tests are later still")...); saved.Code != http.StatusSeeOther {
		t.Fatalf("%d: %s", saved.Code, saved.Body)
	}
	if page := w.Get("/records/OV-001?at=" + before.Format(time.RFC3339)).Body.String(); !strings.Contains(page, "Tests are late<") || !strings.Contains(page, "You see the records as they were on") || strings.Contains(page, "Change OV-001") {
		t.Error("the past does not show what stood")
	}
	if page := w.Get("/records/OV-001/compare?a=1&b=2").Body.String(); !strings.Contains(page, "Tests are later still") || !strings.Contains(page, "1 field differs") {
		t.Errorf("the comparison: %s", page)
	}
	if list := w.Get("/kinds/override?q=later&state=requested").Body.String(); !strings.Contains(list, "OV-001") {
		t.Error("the list does not show the record")
	}
	if list := w.Get("/kinds/override?state=approved").Body.String(); strings.Contains(list, `href="/records/OV-001"`) {
		t.Error("the list shows a record in another state")
	}
	csv := w.Get("/kinds/override/export?as=csv").Body.String()
	if !strings.Contains(csv, "OV-001,requested,2,") {
		t.Errorf("export: %s", csv)
	}
	if json := w.Get("/kinds/override/export?as=json").Body.String(); !strings.HasPrefix(json, "[\n{") || strings.Contains(json, "saved_by") || !strings.Contains(json, `"number":"OV-001"`) {
		t.Errorf("export as JSON: %s", json)
	}
	if w.Accesses[len(w.Accesses)-1] != "exported" {
		t.Error("the export was not recorded")
	}
}

func TestRefusedRecordForms(t *testing.T) {
	w := consoletest.New(t)
	w.In("aims_manager")
	page := w.Post("/kinds/override", consoletest.OverrideForm("until", "soon", "measure", "")...)
	for _, want := range []string{"Not saved: 2 answers need a change", "Enter a date such as 2026-11-24.", "Tests are late"} {
		if page.Code != http.StatusUnprocessableEntity || !strings.Contains(page.Body.String(), want) {
			t.Errorf("%d, without %q", page.Code, want)
		}
	}
	w.Post("/kinds/override", consoletest.OverrideForm()...)
	w.Post("/records/OV-001", consoletest.OverrideForm("version", "1", "why", "First")...)
	conflict := w.Post("/records/OV-001", consoletest.OverrideForm("version", "1", "why", "Second")...)
	for _, want := range []string{"Two editors", "First", "Second"} {
		if conflict.Code != http.StatusConflict || !strings.Contains(conflict.Body.String(), want) {
			t.Errorf("%d, without %q", conflict.Code, want)
		}
	}
	refused := w.Post("/records/OV-001/moves/approve", "version", "2", "reason", "Fine")
	if refused.Code != http.StatusConflict || !strings.Contains(refused.Body.String(), "You wrote this version") {
		t.Errorf("%d: %s", refused.Code, refused.Body)
	}
	w.In()
	for _, path := range []string{"/kinds/override", "/records/OV-001", "/kinds/override/new", "/records/OV-001/edit"} {
		if answer := w.Get(path); answer.Code == http.StatusOK && !strings.Contains(path, "/kinds/override") || answer.Code >= 500 {
			t.Errorf("%s without a role: %d", path, answer.Code)
		}
	}
}

// Text of people stands on pages as text, however it is written.
func TestHostileRecord(t *testing.T) {
	w := consoletest.New(t)
	actor := w.In("aims_manager")
	for name, text := range pagetest.Hostile {
		if name == "empty" || name == "bad" {
			continue
		}
		r, err := w.Register.Create(t.Context(), actor, "override", register.Input{Values: kind.Values{
			"record": "R-001", "move": "accept", "guards": []string{"limit"}, "why": text, "measure": text, "until": "2026-12-24",
		}})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, path := range []string{"/records/" + r.Number(), "/records/" + r.Number() + "/edit", "/kinds/override"} {
			answer := w.Get(path)
			if found := pagetest.Unsafe(answer.Body.String()); answer.Code != http.StatusOK || found != "" {
				t.Errorf("%s on %s: %d, %q", name, path, answer.Code, found)
			}
		}
	}
}
