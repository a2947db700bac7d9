// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/counterfoil/counterfoil/internal/console/consoletest"
	"github.com/counterfoil/counterfoil/internal/httpx"
)

// fillPath puts something into the wildcards of a route.
func fillPath(pattern string) (method, path string) {
	method, path, _ = strings.Cut(pattern, " ")
	path = strings.NewReplacer("{$}", "", "{id}", "01975e5a-0000-7000-8000-000000000000", "{slug}", "any", "{file}", "intent.tlog-proof").Replace(path)
	return method, path
}

func TestEveryRouteNeedsASession(t *testing.T) {
	w := consoletest.New(t)
	open := 0
	for _, r := range w.Console.Routes() {
		method, path := fillPath(r.Pattern)
		request := httptest.NewRequest(method, path, nil)
		request.Header.Set("Sec-Fetch-Site", "same-origin")
		answer := w.Ask(request)
		if r.Open {
			open++
			continue
		}
		if answer.Code != http.StatusSeeOther || !strings.HasPrefix(answer.Header().Get("Location"), "/login") {
			t.Errorf("%s answered a stranger %d %s", r.Pattern, answer.Code, answer.Header().Get("Location"))
		}
		if answer.Body.Len() > 200 || strings.Contains(answer.Body.String(), "stub") {
			t.Errorf("%s showed a stranger a page", r.Pattern)
		}
	}
	if open != 8 {
		t.Errorf("%d routes are open to anybody; look twice before changing this number", open)
	}
}

// TestRoutesForStaff: requests for erasures, holds, the table of rights and the departures
// from the rules are not for somebody who only can sign in.
func TestRoutesForStaff(t *testing.T) {
	w := consoletest.New(t)
	staff := 0
	for _, r := range w.Console.Routes() {
		if !r.Staff {
			if strings.Contains(r.Pattern, "/erasures") || strings.Contains(r.Pattern, "/holds") {
				t.Errorf("%s is for everybody", r.Pattern)
			}
			continue
		}
		staff++
		method, path := fillPath(r.Pattern)
		request := func() *http.Request {
			r := httptest.NewRequest(method, path, nil)
			r.Header.Set("Sec-Fetch-Site", "same-origin")
			return r
		}
		w.In()
		// The heading says that it is not available; the text does not say it again.
		if a := w.Ask(request()); a.Code != http.StatusForbidden || !strings.Contains(a.Body.String(), ">This is for whoever holds a role.<") {
			t.Errorf("%s answered %d", r.Pattern, a.Code)
		}
		w.In("risk_manager")
		if a := w.Ask(request()); strings.Contains(a.Body.String(), "whoever holds a role.") {
			t.Errorf("%s refuses whoever holds a role", r.Pattern)
		}
	}
	if staff == 0 {
		t.Error("no route is for whoever holds a role")
	}
}

func TestEveryAnswerIsCareful(t *testing.T) {
	w := consoletest.New(t)
	w.SignIn()
	paths := []string{"/nowhere", "/static/nothing.css"}
	for _, r := range w.Console.Routes() {
		if method, path := fillPath(r.Pattern); method == "GET" {
			paths = append(paths, path)
		}
	}
	for _, path := range paths {
		h := w.Get(path).Header()
		if got := h.Get("Content-Security-Policy"); got != httpx.PagePolicy {
			t.Errorf("%s: policy %q", path, got)
		}
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Cache-Control") == "" || h.Get("X-Frame-Options") != "DENY" {
			t.Errorf("%s: headers %v", path, h)
		}
	}
}

func TestForeignFormsAreRefused(t *testing.T) {
	w := consoletest.New(t)
	w.SignIn()
	before := len(w.Log)
	for _, header := range []http.Header{
		{"Sec-Fetch-Site": {"cross-site"}},
		{"Sec-Fetch-Site": {"same-site"}},
		{"Origin": {"https://evil.example"}},
	} {
		r := httptest.NewRequest("POST", "/systems", strings.NewReader("name=x&owner=a@example.com"))
		r.Header = header
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		answer := w.Ask(r)
		if answer.Code != http.StatusForbidden || !strings.Contains(answer.Body.String(), "another site") {
			t.Errorf("%v answered %d", header, answer.Code)
		}
	}
	if len(w.Log) != before {
		t.Error("a foreign form wrote to the ledger")
	}
}

func TestHealth(t *testing.T) {
	w := consoletest.New(t)
	if a := w.Get("/healthz"); a.Code != 200 || a.Body.String() != `{"entries":0,"projected":0,"status":"ok"}`+"\n" {
		t.Errorf("answered %d %s", a.Code, a.Body)
	}
	w.Sick = consoletest.ErrDisk
	if a := w.Get("/healthz"); a.Code != http.StatusServiceUnavailable || strings.Contains(a.Body.String(), "disk") {
		t.Errorf("answered %d %s", a.Code, a.Body)
	}
}
