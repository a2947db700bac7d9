// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package people_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/consoletest"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

var invitationLink = regexp.MustCompile(`http://\S+(/invitation\?token=[\w-]+)`)

// TestInvite: an administrator gives a link, whoever has it chooses a password and is
// signed in, and then it is gone.
func TestInvite(t *testing.T) {
	w := consoletest.New(t)
	w.SignIn()
	ann, err := w.Register.Create(t.Context(), register.Program, "person", register.Input{Values: kind.Values{"name": "Ann Boateng", "email": "ann@example.com"}})
	if err != nil {
		t.Fatal(err)
	}
	w.Says("/people", "Sign in now")
	w.Roles = func(counterfoil.ID) []string { return nil }
	if strings.Contains(w.Says("/people"), "Sign in now") {
		t.Error("who may not know how many sign in is told a number")
	}
	w.Roles = nil
	if a := w.Get("/people"); a.Code != http.StatusOK || !strings.Contains(a.Body.String(), "Ann Boateng") || !strings.Contains(a.Body.String(), "No access") {
		t.Fatalf("%d %s", a.Code, a.Body)
	}
	invite := "/people/" + ann.Number() + "/invitation"
	a := w.Post(invite)
	link := invitationLink.FindStringSubmatch(a.Body.String())
	if a.Code != http.StatusOK || link == nil || !slices.Contains(w.Accesses, "invite") {
		t.Fatalf("%d %s %v", a.Code, a.Body, w.Accesses)
	}
	if strings.Contains(w.Get("/people").Body.String(), link[1]) {
		t.Error("the link is shown again")
	}
	w.Cookies = map[string]string{}
	_, token, _ := strings.Cut(link[1], "=")
	const password = "a long passphrase nobody used 42"
	if a := w.Post("/invitation", "token", token, "password", password, "again", "another"); a.Code != http.StatusUnprocessableEntity {
		t.Errorf("two passwords: %d", a.Code)
	}
	if a := w.Post("/invitation", "token", token, "password", password, "again", password); a.Code != http.StatusSeeOther {
		t.Fatalf("%d %s", a.Code, a.Body)
	}
	if a := w.Get("/people"); a.Code != http.StatusOK || strings.Contains(a.Body.String(), "/invitation") {
		t.Errorf("somebody without a role may invite: %d %s", a.Code, a.Body)
	}
	if a := w.Post(invite); a.Code != http.StatusForbidden {
		t.Errorf("somebody without a role invites: %d", a.Code)
	}
	if a := w.Get(link[1]); a.Code != http.StatusNotFound {
		t.Errorf("the link works twice: %d", a.Code)
	}
}

// TestPeopleOfThePast: roles and access of today are not shown under a past moment.
func TestPeopleOfThePast(t *testing.T) {
	w := consoletest.New(t)
	w.In("administrator")
	then := w.Clock.Now()
	w.Clock.Advance(time.Minute)
	now := w.Says("/people", "Ruth Osei", "</svg>Signs in", "Sign in now", `<td data-l="Roles">Administrator`)
	if strings.Contains(now, "Known for now only") {
		t.Error("the present is not known")
	}
	past := "at=" + then.Format(time.RFC3339)
	page := w.Says("/people?"+past, "Ruth Osei", "Known for now only", `<td data-l="Roles">Administrator`)
	for _, text := range []string{"</svg>Signs in", "Sign in now", "/invitation\""} {
		if strings.Contains(page, text) {
			t.Errorf("the past says %q", text)
		}
	}
	w.Roles = func(counterfoil.ID) []string { return []string{"risk_manager"} }
	w.Says("/people", `<td data-l="Roles">Risk manager`)
	if strings.Contains(w.Says("/people?"+past), `<td data-l="Roles">Risk manager`) {
		t.Error("a role of today is shown in the past")
	}
	if a := w.Get("/people?access=none&" + past); a.Code != http.StatusUnprocessableEntity {
		t.Errorf("access of the past answered %d", a.Code)
	}
	if csv := w.Says("/people.csv?" + past); !strings.Contains(csv, "Known for now only") {
		t.Errorf("the export of the past says %s", csv)
	}
}
