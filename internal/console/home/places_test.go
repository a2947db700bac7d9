// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package home_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/counterfoil/counterfoil/internal/console/consoletest"
	"github.com/counterfoil/counterfoil/internal/console/pagetest"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

func TestGoTo(t *testing.T) {
	w := consoletest.New(t)
	actor := w.In("aims_manager")
	ids := w.Sample(w.Admin)
	override, err := w.Register.Create(t.Context(), actor, "override", register.Input{Values: kind.Values{
		"record": "R-001", "move": "accept", "guards": []string{"limit"}, "why": "Late", "measure": "A look", "until": "2026-12-24",
	}})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"OV-001":                    "/records/OV-001",
		" ov-001 ":                  "/records/OV-001",
		override.ID.String():        "/records/OV-001",
		"SYS-002":                   "/systems/claims-letter-assistant",
		"0":                         "/ledger/entries/0",
		"entry 1":                   "/ledger/entries/1",
		"A.Castellanos@example.com": "/records/P-002",
		ids["masked"].String():      "/interactions/" + ids["masked"].String(),
	} {
		a := w.Get("/go?q=" + url.QueryEscape(text))
		if got := a.Header().Get("Location"); a.Code != http.StatusSeeOther || got != want {
			t.Errorf("%q leads to %d %q, want %q", text, a.Code, got, want)
		}
	}
	for text, want := range map[string]string{
		"letter":           "/systems/claims-letter-assistant",
		"ruth":             "Ruth Osei",
		"OV-999":           "Nothing found",
		"99999999":         "Nothing found",
		"<script>alert(1)": "Nothing found",
		"":                 "Write a number such as R-031",
	} {
		a := w.Get("/go?q=" + url.QueryEscape(text))
		if a.Code != http.StatusOK || !strings.Contains(a.Body.String(), want) || pagetest.Unsafe(a.Body.String()) != "" {
			t.Errorf("%q answered %d without %q", text, a.Code, want)
		}
	}
	w.In() // who may read nothing finds nothing
	for _, text := range []string{"OV-001", "letter", override.ID.String()} {
		if a := w.Get("/go?q=" + text); strings.Contains(a.Header().Get("Location"), "/records") || strings.Contains(a.Body.String(), "/systems/claims") {
			t.Errorf("%q is found without a right to it", text)
		}
	}
}

func TestPalette(t *testing.T) {
	w := consoletest.New(t)
	w.In("aims_manager")
	w.Post("/kinds/override", consoletest.OverrideForm()...)
	consoletest.Holds(t, w.Get("/palette").Body.String(), `href="/records/OV-001"`, `href="/kinds/risk/new"`, "New risk", `href="/kinds/risk"`, "<kbd>g h</kbd>", `<input class="in" id="palette"`)
	w.In()
	if page := w.Get("/palette").Body.String(); strings.Contains(page, "New risk") || strings.Contains(page, "OV-001") {
		t.Error("the palette offers what the person may not")
	}
}

func TestChooseMoment(t *testing.T) {
	w := consoletest.New(t)
	w.In("aims_manager")
	consoletest.Holds(t, w.Get("/kinds/override?state=requested").Body.String(), `href="/asof?page=%2Fkinds%2Foverride%3Fstate%3Drequested"`, "As of: now")
	consoletest.Holds(t, w.Get("/kinds/override?at=2026-10-01").Body.String(), "As of: 1 Oct 2026", "shown=2026-10-01")
	consoletest.Holds(t, w.Get("/asof?page=/risk").Body.String(), `href="/risk?at=2026-09-30"`, "The end of last quarter, 30 Sep 2026")
	for query, want := range map[string]string{
		"page=/risk&at=2026-10-01":                   "/risk?at=2026-10-01",
		"page=%2Fkinds%2Frisk%3Fq%3Dx&at=2026-10-01": "/kinds/risk?at=2026-10-01&q=x",
		"page=/risk&at=":                             "/risk",
		"page=//evil.example&at=2026-10-01":          "/?at=2026-10-01",
	} {
		if a := w.Get("/asof?" + query); a.Code != http.StatusSeeOther || a.Header().Get("Location") != want {
			t.Errorf("%s leads to %d %q", query, a.Code, a.Header().Get("Location"))
		}
	}
	consoletest.Holds(t, w.Get("/asof?page=/risk&at=soon").Body.String(), "Enter a day such as", `value="soon"`, `aria-invalid="true"`)
}

// The masthead counts what waits; what was computed serves until a record changes.
func TestMastheadSaysWhatWaits(t *testing.T) {
	w := consoletest.New(t)
	actor := w.In("top_management")
	consoletest.Holds(t, w.Get("/palette").Body.String(), "Nothing needs you")
	other := register.For(actor.Person)
	other.Person[0] ^= 1
	_, err := w.Register.Create(t.Context(), other, "override", register.Input{Values: kind.Values{
		"record": "R-001", "move": "accept", "guards": []string{"limit"}, "why": "Late", "measure": "A look", "until": "2026-12-24",
	}})
	if err != nil {
		t.Fatal(err)
	}
	consoletest.Holds(t, w.Get("/palette").Body.String(), `<a href="/#needs">1 needs you</a>`)
	w.In()
	consoletest.Holds(t, w.Get("/palette").Body.String(), "Nothing needs you")
}

func TestScriptIsAFile(t *testing.T) {
	w := consoletest.New(t)
	a := w.Get("/static/keys.js")
	if a.Code != http.StatusOK || a.Header().Get("Content-Type") != "text/javascript; charset=utf-8" || !strings.Contains(a.Body.String(), "'use strict'") {
		t.Errorf("%d %s", a.Code, a.Header().Get("Content-Type"))
	}
	if page := w.Get("/login").Body.String(); strings.Count(page, "<script") != 1 || !strings.Contains(page, `<script src="/static/keys.js" defer></script>`) {
		t.Error("the page has a script that is no file")
	}
}

func TestStylePage(t *testing.T) {
	w := consoletest.New(t)
	w.In()
	page := w.Get("/_style").Body.String()
	consoletest.Holds(t, page, "Status marks", "Interactions a day", "What a system is made of", `role="group"`, `aria-labelledby="style-bars-t style-bars-d"`)
	consoletest.Holds(t, w.Get("/palette").Body.String(), `href="/_style"`)
}
