// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/accounts"
	"github.com/counterfoil/counterfoil/internal/control"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// route is the live path of an opened directory, asked with one key.
type route struct {
	*testing.T
	app    *App
	url    string
	secret string
	slug   string
}

// newRoute registers a system with the model sandbox-echo and makes a key for it.
func newRoute(t *testing.T, a *App, name string) *route {
	t.Helper()
	s, err := service{a}.AddSystem(t.Context(), control.NewSystem{Name: name, Owner: "olga@example.com", Models: []string{"sandbox-echo"}})
	if err != nil {
		t.Fatal(err)
	}
	r := &route{T: t, app: a, slug: s.Slug}
	r.secret = r.key("olga@example.com")
	r.serve()
	return r
}

func (r *route) serve() {
	server := httptest.NewServer(r.app.livePath())
	r.Cleanup(server.Close)
	r.url = server.URL
}

func (r *route) key(person string) string {
	r.Helper()
	k, err := service{r.app}.CreateKey(r.Context(), control.NewKey{System: r.slug, Person: person})
	if err != nil {
		r.Fatal(err)
	}
	return k.Secret
}

// ask sends a request for a model and returns the status and the reason recorded.
func (r *route) ask(secret, model string) (int, string) {
	body := `{"model":"` + model + `","messages":[{"role":"user","content":"hello"}]}`
	q, err := http.NewRequest(http.MethodPost, r.url+"/sandbox/v1/chat/completions", strings.NewReader(body))
	if err != nil {
		r.Error(err)
		return 0, ""
	}
	q.Header.Set("Authorization", "Bearer "+secret)
	q.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(q)
	if err != nil {
		r.Error(err)
		return 0, ""
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		r.Error(err)
	}
	if resp.StatusCode == http.StatusOK {
		return resp.StatusCode, ""
	}
	var answer struct{ Error struct{ Message string } }
	if err := json.Unmarshal(raw, &answer); err != nil {
		r.Errorf("%s: %v", raw, err)
	}
	return resp.StatusCode, answer.Error.Message
}

// want asks once and demands what it gets; reason is part of the message.
func (r *route) want(status int, says string) {
	r.Helper()
	if got, message := r.ask(r.secret, "sandbox-echo"); got != status || !strings.Contains(message, says) {
		r.Errorf("status %d, %q; want %d, %q", got, message, status, says)
	}
}

func (r *route) system() *identity.System {
	r.Helper()
	s, ok := r.app.roll.Snapshot().SystemBySlug(r.slug)
	if !ok {
		r.Fatalf("no system %s", r.slug)
	}
	return s
}

// try allows a trial at the command line.
func (r *route) try(requests, people int) {
	r.Helper()
	if _, err := (service{r.app}).TrySystem(r.Context(), r.slug, control.Trial{Days: 7, Requests: requests, People: people}); err != nil {
		r.Fatal(err)
	}
}

func (r *route) stop() {
	r.Helper()
	if _, err := (service{r.app}).StopSystem(r.Context(), r.slug, control.Stop{Reason: "Test"}); err != nil {
		r.Fatal(err)
	}
}

// TestMovesDecideTheNextRequest: what a move changed holds for the next request.
func TestMovesDecideTheNextRequest(t *testing.T) {
	a := newHouse(t).open()
	r := newRoute(t, a, "Letters")
	r.want(http.StatusForbidden, "not approved")
	r.try(100, 5)
	r.want(http.StatusOK, "")
	r.stop()
	r.want(http.StatusForbidden, "not approved")
	if _, err := a.FirstInteraction(t.Context(), counterfoil.ID(r.system().ID)); err != nil {
		t.Errorf("the first interaction: %v", err)
	}
}

// TestPilotLimits hold across a restart.
func TestPilotLimits(t *testing.T) {
	h := newHouse(t)
	a := h.open()
	r := newRoute(t, a, "Letters")
	second, third := r.key("paul@example.com"), r.key("quinn@example.com")
	r.try(4, 2)
	for i, secret := range []string{r.secret, second} {
		if status, message := r.ask(secret, "sandbox-echo"); status != http.StatusOK {
			t.Errorf("person %d: %d, %s", i, status, message)
		}
	}
	if status, message := r.ask(third, "sandbox-echo"); status != http.StatusForbidden || !strings.Contains(message, "as many people") {
		t.Errorf("a third person: %d, %s", status, message)
	}
	h.close(a)
	r.app = h.open()
	r.serve()
	if status, message := r.ask(third, "sandbox-echo"); status != http.StatusForbidden || !strings.Contains(message, "as many people") {
		t.Errorf("a third person after a restart: %d, %s", status, message)
	}
	for range 2 {
		_, _ = r.ask(r.secret, "sandbox-echo")
	}
	r.want(http.StatusForbidden, "requests of today")
	h.close(r.app)
	if v := h.verify(); v.Integrity != "ok" {
		t.Errorf("the record is %s", v.Integrity)
	}
}

// TestApprovedBounds: what a system was approved with is kept from the next request on and
// across a restart; a draft of more allows nothing.
func TestApprovedBounds(t *testing.T) {
	h := newHouse(t)
	a := h.open()
	r := newRoute(t, a, "Drafts")
	draft, err := a.register.Reader().Record(t.Context(), counterfoil.ID(r.system().ID))
	if err != nil {
		t.Fatal(err)
	}
	values := kind.Values{"name": "Letters", "owner": draft.Owner().String(), "models": draft.Values.List("models"), "limit_requests_per_day": int64(3), "limit_people_per_day": int64(2)}
	approved, err := a.register.SetUp(t.Context(), register.Program, "system", "operating", register.Input{Values: values})
	if err != nil {
		t.Fatal(err)
	}
	r.slug = approved.Values.Text("slug")
	r.secret = r.key("olga@example.com")
	second, third := r.key("paul@example.com"), r.key("quinn@example.com")
	ask := func(secret string, status int, says string) {
		t.Helper()
		if got, message := r.ask(secret, "sandbox-echo"); got != status || !strings.Contains(message, says) {
			t.Errorf("status %d, %q; want %d, %q", got, message, status, says)
		}
	}
	ask(r.secret, http.StatusOK, "")
	ask(second, http.StatusOK, "")
	ask(third, http.StatusForbidden, "as many people as it is approved for")
	h.close(a)
	a = h.open()
	r.app = a
	r.serve()
	ask(third, http.StatusForbidden, "as many people as it is approved for")
	ask(second, http.StatusOK, "")
	ask(second, http.StatusForbidden, "the requests of today")
	more := kind.Values{"limit_requests_per_day": int64(100)}
	changed, err := a.register.Change(t.Context(), register.Program, approved.ID, register.Input{Version: approved.Version, Values: more})
	if err != nil || changed.State != "assessing" {
		t.Fatalf("%+v, %v", changed, err)
	}
	ask(second, http.StatusForbidden, "the requests of today")
}

// TestProgramAfterTheOwnerLeft: a program goes on after a hand-over and not before it, and
// the record of each request names who answered then.
func TestProgramAfterTheOwnerLeft(t *testing.T) {
	a := newHouse(t).open()
	r := newRoute(t, a, "Letters")
	r.try(100, 5)
	k, err := service{a}.CreateKey(t.Context(), control.NewKey{System: r.slug, Workload: true})
	if err != nil || k.Person != "olga@example.com" {
		t.Fatalf("%+v, %v", k, err)
	}
	r.secret = k.Secret
	r.want(http.StatusOK, "")
	olga, _ := a.roll.Snapshot().PersonByEmail("olga@example.com")
	if _, err := a.register.Move(t.Context(), register.Program, counterfoil.ID(olga.ID), "leave", register.Input{Version: olga.Version, Reason: "Test"}); err != nil {
		t.Fatal(err)
	}
	r.want(http.StatusForbidden, "Ask the AIMS manager to name an owner")
	next := "nils@example.com"
	if _, err := a.accounts.ChangeSystem(t.Context(), operator, r.system().ID, accounts.SystemChange{OwnerEmail: &next}); err != nil {
		t.Fatal(err)
	}
	r.want(http.StatusOK, "")
	nils, _ := a.roll.Snapshot().PersonByEmail(next)
	if err := a.projected.wait(t.Context(), counterfoil.Index(a.ledger.Size())); err != nil {
		t.Fatal(err)
	}
	rows, _, err := a.index.Interactions(t.Context(), index.Filter{System: counterfoil.ID(r.system().ID), Limit: 10})
	if err != nil || len(rows) != 3 {
		t.Fatalf("%d interactions, %v", len(rows), err)
	}
	for i, want := range []counterfoil.ID{counterfoil.ID(nils.ID), {}, counterfoil.ID(olga.ID)} {
		if rows[i].Person != want || !rows[i].Workload {
			t.Errorf("interaction %d: %s answers, a program: %t; want %s", i, rows[i].Person, rows[i].Workload, want)
		}
	}
}

// TestKillSwitchUnderLoad: once the stop has returned, no request that begins then
// passes, however many are under way.
func TestKillSwitchUnderLoad(t *testing.T) {
	a := newHouse(t).open()
	r := newRoute(t, a, "Letters")
	r.try(1_000_000, 5)
	var stopped atomic.Bool
	var before, after atomic.Int64
	var all sync.WaitGroup
	done := make(chan struct{})
	for range 8 {
		all.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				late := stopped.Load()
				status, _ := r.ask(r.secret, "sandbox-echo")
				switch {
				case late && status != http.StatusForbidden:
					t.Errorf("a request after the stop: %d", status)
				case late:
					after.Add(1)
				case status == http.StatusOK:
					before.Add(1)
				}
			}
		})
	}
	deadline := time.Now().Add(20 * time.Second)
	for before.Load() < 50 && time.Now().Before(deadline) {
		time.Sleep(time.Millisecond)
	}
	r.stop()
	stopped.Store(true)
	for after.Load() < 50 && time.Now().Before(deadline) {
		time.Sleep(time.Millisecond)
	}
	close(done)
	all.Wait()
	if before.Load() < 50 || after.Load() < 50 {
		t.Errorf("%d requests before the stop, %d after", before.Load(), after.Load())
	}
}

// TestNoInteraction: a system without one has no first.
func TestNoInteraction(t *testing.T) {
	a := newHouse(t).open()
	r := newRoute(t, a, "Letters")
	r.want(http.StatusForbidden, "")
	if _, err := a.FirstInteraction(t.Context(), counterfoil.ID(r.system().ID)); err == nil || !strings.Contains(err.Error(), index.ErrNotFound.Error()) {
		t.Errorf("a refused interaction counts as the first: %v", err)
	}
}
