// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil/internal/accounts"
	"github.com/counterfoil/counterfoil/internal/httpx"
)

// fillPath puts something into the wildcards of a route.
func fillPath(pattern string) (method, path string) {
	method, path, _ = strings.Cut(pattern, " ")
	path = strings.NewReplacer("{$}", "", "{id}", "01975e5a-0000-7000-8000-000000000000", "{slug}", "any", "{file}", "intent.tlog-proof").Replace(path)
	return method, path
}

func TestEveryRouteNeedsASession(t *testing.T) {
	w := newWorld(t)
	open := 0
	for _, r := range w.console.routes() {
		method, path := fillPath(r.pattern)
		request := httptest.NewRequest(method, path, nil)
		request.Header.Set("Sec-Fetch-Site", "same-origin")
		answer := w.ask(request)
		if r.access == anybody {
			open++
			continue
		}
		if answer.Code != http.StatusSeeOther || !strings.HasPrefix(answer.Header().Get("Location"), "/login") {
			t.Errorf("%s answered a stranger %d %s", r.pattern, answer.Code, answer.Header().Get("Location"))
		}
		if answer.Body.Len() > 200 || strings.Contains(answer.Body.String(), "stub") {
			t.Errorf("%s showed a stranger a page", r.pattern)
		}
	}
	if open != 8 {
		t.Errorf("%d routes are open to anybody; look twice before changing this number", open)
	}
}

func TestEveryAnswerIsCareful(t *testing.T) {
	w := newWorld(t)
	w.signIn()
	paths := []string{"/nowhere", "/static/nothing.css"}
	for _, r := range w.console.routes() {
		if method, path := fillPath(r.pattern); method == "GET" {
			paths = append(paths, path)
		}
	}
	for _, path := range paths {
		h := w.get(path).Header()
		if got := h.Get("Content-Security-Policy"); got != httpx.PagePolicy {
			t.Errorf("%s: policy %q", path, got)
		}
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Cache-Control") == "" || h.Get("X-Frame-Options") != "DENY" {
			t.Errorf("%s: headers %v", path, h)
		}
	}
}

func TestForeignFormsAreRefused(t *testing.T) {
	w := newWorld(t)
	w.signIn()
	before := len(w.log)
	for _, header := range []http.Header{
		{"Sec-Fetch-Site": {"cross-site"}},
		{"Sec-Fetch-Site": {"same-site"}},
		{"Origin": {"https://evil.example"}},
	} {
		r := httptest.NewRequest("POST", "/systems", strings.NewReader("name=x&owner=a@example.com"))
		r.Header = header
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		answer := w.ask(r)
		if answer.Code != http.StatusForbidden || !strings.Contains(answer.Body.String(), "another site") {
			t.Errorf("%v answered %d", header, answer.Code)
		}
	}
	if len(w.log) != before {
		t.Error("a foreign form wrote to the ledger")
	}
}

func TestSignInAndOut(t *testing.T) {
	w := newWorld(t)
	w.signIn()
	if !slices.Equal(w.accesses, []string{"sign_in"}) {
		t.Errorf("recorded %v", w.accesses)
	}
	if a := w.get("/interactions"); a.Code != 200 || !strings.Contains(a.Body.String(), "Ruth Osei") {
		t.Errorf("signed in, answered %d", a.Code)
	}
	if a := w.get("/login?next=/systems"); a.Header().Get("Location") != "/systems" {
		t.Errorf("signed in already, sent to %q", a.Header().Get("Location"))
	}
	cookie := w.cookies["counterfoil"]
	if a := w.post("/logout"); a.Code != http.StatusSeeOther || w.accesses[1] != "sign_out" {
		t.Errorf("sign-out answered %d, recorded %v", a.Code, w.accesses)
	}
	w.cookies["counterfoil"] = cookie // a copy of the cookie is worth nothing afterwards
	if a := w.get("/interactions"); a.Code != http.StatusSeeOther || a.Header().Get("Location") != "/login?next=%2Finteractions" {
		t.Errorf("signed out, answered %d to %q", a.Code, a.Header().Get("Location"))
	}
	a := w.post("/login", "email", " Ruth.Osei@Example.com ", "password", adminPassword, "next", "/interactions?system=x")
	if a.Header().Get("Location") != "/interactions?system=x" {
		t.Errorf("sent to %q after sign-in", a.Header().Get("Location"))
	}
}

func TestSessionCookie(t *testing.T) {
	w := newWorld(t)
	w.console.tls, w.console.cookie = true, "__Host-counterfoil"
	w.handler = w.console.Handler()
	w.signIn()
	w.get("/systems")
	c := w.console.sessionCookie("x", 60)
	if !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Domain != "" || w.cookies["__Host-counterfoil"] == "" {
		t.Errorf("cookie %+v", c)
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
			w := newWorld(t)
			w.signIn()
			code := 0
			for range c.n {
				w.clock.Advance(c.steps)
				code = w.get("/systems").Code
			}
			if (code == 200) != c.alive {
				t.Errorf("answered %d", code)
			}
		})
	}
}

// Unknown address, wrong password and wrong spelling look the same.
func TestSignInTellsNothing(t *testing.T) {
	w := newWorld(t)
	w.signIn()
	w.cookies = map[string]string{}
	bodies := map[string]bool{}
	for _, email := range []string{adminEmail, "nobody@example.com", "not an address"} {
		a := w.post("/login", "email", email, "password", "wrong password here")
		if a.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s answered %d", email, a.Code)
		}
		bodies[strings.ReplaceAll(a.Body.String(), email, "")] = true
	}
	if len(bodies) != 1 {
		t.Error("the answers differ")
	}
	if got := w.accesses[1:]; !slices.Equal(got, []string{"sign_in_refused", "sign_in_refused", "sign_in_refused"}) {
		t.Errorf("recorded %v", got)
	}
	refusals := w.log[len(w.log)-3:]
	if refusals[0].Entry.Access.Target.IsZero() || !refusals[1].Entry.Access.Target.IsZero() {
		t.Error("the account of a refusal is not recorded where there is one")
	}
}

func TestSignInIsLimited(t *testing.T) {
	w := newWorld(t)
	w.signIn()
	w.cookies = map[string]string{}
	try := func(email, password string) int {
		return w.post("/login", "email", email, "password", password).Code
	}
	for i := range accounts.AccountAttempts {
		if code := try(adminEmail, "wrong password here"); code != http.StatusUnprocessableEntity {
			t.Fatalf("attempt %d answered %d", i, code)
		}
	}
	recorded := len(w.log)
	a := w.post("/login", "email", adminEmail, "password", adminPassword)
	if a.Code != http.StatusTooManyRequests || a.Header().Get("Retry-After") != "901" || !strings.Contains(a.Body.String(), "Try again in 15 minutes") {
		t.Errorf("the right password after too many wrong ones answered %d, retry after %q", a.Code, a.Header().Get("Retry-After"))
	}
	if len(w.log) != recorded {
		t.Error("an unchecked attempt wrote to the ledger")
	}
	if code := try("other@example.com", "wrong password here"); code != http.StatusUnprocessableEntity {
		t.Errorf("another account from the same address answered %d", code)
	}
	w.address = "198.51.100.9:1"
	if code := try(adminEmail, adminPassword); code != http.StatusSeeOther {
		t.Errorf("the same account from another address answered %d", code)
	}
	w.address, w.cookies = "192.0.2.7:50001", map[string]string{}
	w.clock.Advance(accounts.AttemptWindow + time.Second)
	if code := try(adminEmail, adminPassword); code != http.StatusSeeOther {
		t.Errorf("after the wait answered %d", code)
	}
}

func TestAddressIsLimited(t *testing.T) {
	w := newWorld(t)
	for i := range accounts.AddressAttempts {
		if a := w.post("/login", "email", fmt.Sprintf("nobody%d@example.com", i), "password", "x"); a.Code != http.StatusUnprocessableEntity {
			t.Fatalf("attempt %d answered %d", i, a.Code)
		}
	}
	if a := w.post("/login", "email", "new@example.com", "password", "x"); a.Code != http.StatusTooManyRequests {
		t.Errorf("answered %d", a.Code)
	}
}

func TestSignInFormIsChecked(t *testing.T) {
	w := newWorld(t)
	a := w.post("/login", "email", "", "password", "")
	if a.Code != http.StatusUnprocessableEntity || !strings.Contains(a.Body.String(), `href="#email"`) || !strings.Contains(a.Body.String(), `href="#password"`) {
		t.Errorf("answered %d", a.Code)
	}
}

func TestSetupWorksOnce(t *testing.T) {
	w := newWorld(t)
	link := "/setup?token=" + setupToken
	if a := w.get("/setup?token=guess"); a.Code != http.StatusNotFound {
		t.Errorf("a guessed token answered %d", a.Code)
	}
	if a := w.get("/setup"); a.Code != http.StatusNotFound {
		t.Errorf("no token answered %d", a.Code)
	}
	if a := w.get("/login"); !strings.Contains(a.Body.String(), "No administrator exists yet") {
		t.Error("the sign-in page does not say what is missing")
	}
	if a := w.get(link); a.Code != 200 || !strings.Contains(a.Body.String(), setupToken) {
		t.Errorf("the link answered %d", a.Code)
	}
	a := w.post("/setup", "token", setupToken, "email", "ruth", "name", "", "password", "short", "again", "shorter")
	if a.Code != http.StatusUnprocessableEntity || strings.Count(a.Body.String(), `class="field err"`) != 3 || strings.Contains(a.Body.String(), "shorter") {
		t.Errorf("a wrong form answered %d: %s", a.Code, a.Body)
	}
	if a := w.post("/setup", "token", "guess", "email", adminEmail, "name", "x", "password", adminPassword, "again", adminPassword); a.Code != http.StatusNotFound {
		t.Errorf("a form with a guessed token answered %d", a.Code)
	}
	a = w.post("/setup", "token", setupToken, "email", adminEmail, "name", "Ruth Osei", "password", adminPassword, "again", adminPassword)
	if a.Code != http.StatusSeeOther || !slices.Equal(w.accesses, []string{"setup", "sign_in"}) {
		t.Fatalf("answered %d, recorded %v", a.Code, w.accesses)
	}
	if a := w.get("/interactions"); a.Code != 200 {
		t.Errorf("not signed in after set-up: %d", a.Code)
	}
	if a := w.get(link); a.Code != http.StatusNotFound {
		t.Errorf("the used link answered %d", a.Code)
	}
	if a := w.post("/setup", "token", setupToken, "email", "b@example.com", "name", "B", "password", adminPassword, "again", adminPassword); a.Code != http.StatusNotFound {
		t.Errorf("the used form answered %d", a.Code)
	}
}

func TestHealth(t *testing.T) {
	w := newWorld(t)
	if a := w.get("/healthz"); a.Code != 200 || a.Body.String() != `{"entries":0,"projected":0,"status":"ok"}`+"\n" {
		t.Errorf("answered %d %s", a.Code, a.Body)
	}
	w.sick = errDisk
	if a := w.get("/healthz"); a.Code != http.StatusServiceUnavailable || strings.Contains(a.Body.String(), "disk") {
		t.Errorf("answered %d %s", a.Code, a.Body)
	}
}
