// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package entrance_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil/internal/accounts"
	"github.com/counterfoil/counterfoil/internal/console/consoletest"
)

func TestSignInAndOut(t *testing.T) {
	w := consoletest.New(t)
	w.SignIn()
	if !slices.Equal(w.Accesses, []string{"sign_in"}) {
		t.Errorf("recorded %v", w.Accesses)
	}
	if a := w.Get("/interactions"); a.Code != 200 || !strings.Contains(a.Body.String(), "Ruth Osei") {
		t.Errorf("signed in, answered %d", a.Code)
	}
	if a := w.Get("/login?next=/systems"); a.Header().Get("Location") != "/systems" {
		t.Errorf("signed in already, sent to %q", a.Header().Get("Location"))
	}
	cookie := w.Cookies["counterfoil"]
	if a := w.Post("/logout"); a.Code != http.StatusSeeOther || w.Accesses[1] != "sign_out" {
		t.Errorf("sign-out answered %d, recorded %v", a.Code, w.Accesses)
	}
	w.Cookies["counterfoil"] = cookie // a copy of the cookie is worth nothing afterwards
	if a := w.Get("/interactions"); a.Code != http.StatusSeeOther || a.Header().Get("Location") != "/login?next=%2Finteractions" {
		t.Errorf("signed out, answered %d to %q", a.Code, a.Header().Get("Location"))
	}
	a := w.Post("/login", "email", " Ruth.Osei@Example.com ", "password", consoletest.AdminPassword, "next", "/interactions?system=x")
	if a.Header().Get("Location") != "/interactions?system=x" {
		t.Errorf("sent to %q after sign-in", a.Header().Get("Location"))
	}
}

func TestSessionsEnd(t *testing.T) {
	for name, c := range map[string]struct {
		steps time.Duration
		n     int
		alive bool
	}{
		"in use for eleven hours":   {time.Hour, 11, true},
		"in use for twelve hours":   {time.Hour, 12, false},
		"unused for two hours":      {2 * time.Hour, 1, false},
		"unused for almost as long": {2*time.Hour - time.Minute, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := consoletest.New(t)
			w.SignIn()
			code := 0
			for range c.n {
				w.Clock.Advance(c.steps)
				code = w.Get("/systems").Code
			}
			if (code == 200) != c.alive {
				t.Errorf("answered %d", code)
			}
		})
	}
}

// Unknown address, wrong password and wrong spelling look the same.
func TestSignInTellsNothing(t *testing.T) {
	w := consoletest.New(t)
	w.SignIn()
	w.Cookies = map[string]string{}
	bodies := map[string]bool{}
	for _, email := range []string{consoletest.AdminEmail, "nobody@example.com", "not an address"} {
		a := w.Post("/login", "email", email, "password", "wrong password here")
		if a.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s answered %d", email, a.Code)
		}
		bodies[strings.ReplaceAll(a.Body.String(), email, "")] = true
	}
	if len(bodies) != 1 {
		t.Error("the answers differ")
	}
	if got := w.Accesses[1:]; !slices.Equal(got, []string{"sign_in_refused", "sign_in_refused", "sign_in_refused"}) {
		t.Errorf("recorded %v", got)
	}
	refusals := w.Log[len(w.Log)-3:]
	if refusals[0].Entry.Access.Target.IsZero() || !refusals[1].Entry.Access.Target.IsZero() {
		t.Error("the account of a refusal is not recorded where there is one")
	}
}

func TestSignInIsLimited(t *testing.T) {
	w := consoletest.New(t)
	w.SignIn()
	w.Cookies = map[string]string{}
	try := func(email, password string) int {
		return w.Post("/login", "email", email, "password", password).Code
	}
	for i := range accounts.AccountAttempts {
		if code := try(consoletest.AdminEmail, "wrong password here"); code != http.StatusUnprocessableEntity {
			t.Fatalf("attempt %d answered %d", i, code)
		}
	}
	recorded := len(w.Log)
	a := w.Post("/login", "email", consoletest.AdminEmail, "password", consoletest.AdminPassword)
	if a.Code != http.StatusTooManyRequests || a.Header().Get("Retry-After") != "901" || !strings.Contains(a.Body.String(), "Try again in 15 minutes") {
		t.Errorf("the right password after too many wrong ones answered %d, retry after %q", a.Code, a.Header().Get("Retry-After"))
	}
	if len(w.Log) != recorded {
		t.Error("an unchecked attempt wrote to the ledger")
	}
	if code := try("other@example.com", "wrong password here"); code != http.StatusUnprocessableEntity {
		t.Errorf("another account from the same address answered %d", code)
	}
	w.Address = "198.51.100.9:1"
	if code := try(consoletest.AdminEmail, consoletest.AdminPassword); code != http.StatusSeeOther {
		t.Errorf("the same account from another address answered %d", code)
	}
	w.Address, w.Cookies = "192.0.2.7:50001", map[string]string{}
	w.Clock.Advance(accounts.AttemptWindow + time.Second)
	if code := try(consoletest.AdminEmail, consoletest.AdminPassword); code != http.StatusSeeOther {
		t.Errorf("after the wait answered %d", code)
	}
}

func TestAddressIsLimited(t *testing.T) {
	w := consoletest.New(t)
	for i := range accounts.AddressAttempts {
		if a := w.Post("/login", "email", fmt.Sprintf("nobody%d@example.com", i), "password", "x"); a.Code != http.StatusUnprocessableEntity {
			t.Fatalf("attempt %d answered %d", i, a.Code)
		}
	}
	if a := w.Post("/login", "email", "new@example.com", "password", "x"); a.Code != http.StatusTooManyRequests {
		t.Errorf("answered %d", a.Code)
	}
}

func TestSignInFormIsChecked(t *testing.T) {
	w := consoletest.New(t)
	a := w.Post("/login", "email", "", "password", "")
	if a.Code != http.StatusUnprocessableEntity || !strings.Contains(a.Body.String(), `href="#email"`) || !strings.Contains(a.Body.String(), `href="#password"`) {
		t.Errorf("answered %d", a.Code)
	}
}

func TestSetupWorksOnce(t *testing.T) {
	w := consoletest.New(t)
	link := "/setup?token=" + consoletest.SetupToken
	if a := w.Get("/setup?token=guess"); a.Code != http.StatusNotFound {
		t.Errorf("a guessed token answered %d", a.Code)
	}
	if a := w.Get("/setup"); a.Code != http.StatusNotFound {
		t.Errorf("no token answered %d", a.Code)
	}
	if a := w.Get("/login"); !strings.Contains(a.Body.String(), "No administrator exists yet") {
		t.Error("the sign-in page does not say what is missing")
	}
	if a := w.Get(link); a.Code != 200 || !strings.Contains(a.Body.String(), consoletest.SetupToken) {
		t.Errorf("the link answered %d", a.Code)
	}
	a := w.Post("/setup", "token", consoletest.SetupToken, "email", "ruth", "name", "", "password", "short", "again", "shorter")
	if a.Code != http.StatusUnprocessableEntity || strings.Count(a.Body.String(), `class="field err"`) != 3 || strings.Contains(a.Body.String(), "shorter") {
		t.Errorf("a wrong form answered %d: %s", a.Code, a.Body)
	}
	if a := w.Post("/setup", "token", "guess", "email", consoletest.AdminEmail, "name", "x", "password", consoletest.AdminPassword, "again", consoletest.AdminPassword); a.Code != http.StatusNotFound {
		t.Errorf("a form with a guessed token answered %d", a.Code)
	}
	a = w.Post("/setup", "token", consoletest.SetupToken, "email", consoletest.AdminEmail, "name", "Ruth Osei", "password", consoletest.AdminPassword, "again", consoletest.AdminPassword)
	if a.Code != http.StatusSeeOther || !slices.Equal(w.Accesses, []string{"setup", "sign_in"}) {
		t.Fatalf("answered %d, recorded %v", a.Code, w.Accesses)
	}
	if a := w.Get("/interactions"); a.Code != 200 {
		t.Errorf("not signed in after set-up: %d", a.Code)
	}
	if a := w.Get(link); a.Code != http.StatusNotFound {
		t.Errorf("the used link answered %d", a.Code)
	}
	if a := w.Post("/setup", "token", consoletest.SetupToken, "email", "b@example.com", "name", "B", "password", consoletest.AdminPassword, "again", consoletest.AdminPassword); a.Code != http.StatusNotFound {
		t.Errorf("the used form answered %d", a.Code)
	}
}
