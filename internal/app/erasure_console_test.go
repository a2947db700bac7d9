// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/counterfoil/counterfoil/internal/accounts"
	"github.com/counterfoil/counterfoil/internal/control"
	"github.com/counterfoil/counterfoil/internal/evidence"
)

// visitor is a browser in front of the real console.
type visitor struct {
	t      *testing.T
	client *http.Client
	base   string
}

// visit signs somebody in.
func visit(t *testing.T, base string, who control.Proof) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	v := &visitor{t, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, base}
	if code, to := v.post("/login", "email", who.As, "password", who.Password); code != http.StatusSeeOther {
		t.Fatalf("sign in as %s: %d, %s", who.As, code, to)
	}
	return v
}

func (v *visitor) post(path string, pairs ...string) (code int, location string) {
	v.t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	resp, err := v.client.PostForm(v.base+path, form)
	if err != nil {
		v.t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode, resp.Header.Get("Location")
}

func (v *visitor) get(path string) (code int, location string) {
	v.t.Helper()
	resp, err := v.client.Get(v.base + path)
	if err != nil {
		v.t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode, resp.Header.Get("Location")
}

// TestEraseFromTheConsole erases an administrator who is signed in, between two
// who stay.
func TestEraseFromTheConsole(t *testing.T) {
	h := newHouse(t)
	a := h.open()
	administer(t, a)
	eve := control.Proof{As: "eve@example.com", Password: "a passphrase of eve 5"}
	first, _ := a.roll.Snapshot().PersonByEmail(ruth.As)
	third, err := a.accounts.CreateAdministrator(t.Context(), first.ID, accounts.NewAdministrator{Email: eve.As, Password: eve.Password})
	if err != nil {
		t.Fatal(err)
	}
	pages, err := a.pages(t.Context(), "http://127.0.0.1:1", "http://127.0.0.1:2")
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(pages)
	defer server.Close()
	r, n, e := visit(t, server.URL, ruth), visit(t, server.URL, noor), visit(t, server.URL, eve)

	code, request := r.post("/erasures", "target", "person", "which", eve.As, "basis", "contract_end", "reason", "case 9", "password", ruth.Password)
	if code != http.StatusSeeOther || !strings.HasPrefix(request, "/erasures/") {
		t.Fatalf("asked for: %d, %s", code, request)
	}
	if code, _ := r.post(request+"/approve", "password", ruth.Password); code != http.StatusConflict {
		t.Errorf("whoever asked approves: %d", code)
	}
	if code, _ := n.post(request+"/approve", "password", ruth.Password); code != http.StatusUnprocessableEntity {
		t.Errorf("with the password of another: %d", code)
	}
	if code, _ := e.get("/systems"); code != http.StatusOK {
		t.Errorf("she is still here: %d", code)
	}
	if code, _ := n.get(request + "?count=1"); code != http.StatusOK {
		t.Errorf("the count: %d", code)
	}
	if code, to := n.post(request+"/approve", "password", noor.Password); code != http.StatusSeeOther || to != request {
		t.Fatalf("approved: %d, %s", code, to)
	}
	if code, to := e.get("/systems"); code != http.StatusSeeOther || !strings.HasPrefix(to, "/login") {
		t.Errorf("her session: %d, %s", code, to)
	}
	if code, _ := e.post("/login", "email", eve.As, "password", eve.Password); code != http.StatusUnprocessableEntity {
		t.Errorf("she signs in again: %d", code)
	}
	for _, v := range []*visitor{r, n} {
		if code, _ := v.get(request); code != http.StatusOK {
			t.Errorf("the others: %d", code)
		}
	}
	if _, ok := a.roll.Snapshot().Person(third.ID); ok {
		t.Error("she is still registered")
	}
	h.close(a)
	h.verify()
}

// TestHoldFromTheConsole: a hold set there stops an erasure like any other, until another
// administrator releases it.
func TestHoldFromTheConsole(t *testing.T) {
	h := newHouse(t)
	a := h.open()
	administer(t, a)
	ada, _ := keyOf(t, a, "ada@example.com")
	hers := converse(t, a, ada, "hers")
	pages, err := a.pages(t.Context(), "http://127.0.0.1:1", "http://127.0.0.1:2")
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(pages)
	defer server.Close()
	r, n := visit(t, server.URL, ruth), visit(t, server.URL, noor)

	code, hold := r.post("/holds", "target", "interaction", "which", hers.String(), "reason", "audit 7", "password", ruth.Password)
	if code != http.StatusSeeOther || !strings.HasPrefix(hold, "/holds/") {
		t.Fatalf("set: %d, %s", code, hold)
	}
	ask := func() (int, string) {
		return n.post("/erasures", "target", "interaction", "which", hers.String(), "basis", "court_order", "reason", "case 9", "password", noor.Password)
	}
	if code, _ := ask(); code != http.StatusUnprocessableEntity {
		t.Errorf("asked for in spite of the hold: %d", code)
	}
	if code, _ := n.post(hold+"/release", "password", ruth.Password); code != http.StatusUnprocessableEntity {
		t.Errorf("released with the password of another: %d", code)
	}
	if code, to := n.post(hold+"/release", "password", noor.Password); code != http.StatusSeeOther || to != hold {
		t.Fatalf("released: %d, %s", code, to)
	}
	if code, _ := n.get(hold); code != http.StatusOK {
		t.Errorf("its page: %d", code)
	}
	if code, _ := ask(); code != http.StatusSeeOther {
		t.Errorf("asked for after the release: %d", code)
	}
}

// TestErasedInteractionShowsAsErased, also when its payloads are zeros.
func TestErasedInteractionShowsAsErased(t *testing.T) {
	h := newHouse(t)
	a := h.open()
	administer(t, a)
	ada, _ := keyOf(t, a, "ada@example.com")
	id := converse(t, a, ada, "text")
	erase(t, a, control.NewErasure{Interaction: id.String()})
	v, err := a.evidence.Interaction(t.Context(), id)
	if err != nil || !v.Proof.Verified || v.Payload.Request != evidence.StateErased {
		t.Errorf("%+v, %v", v, err)
	}
}
