// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/accounts"
	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/detect"
	"github.com/counterfoil/counterfoil/internal/evidence"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/registry"
	"github.com/counterfoil/counterfoil/internal/standard"
	"github.com/counterfoil/counterfoil/internal/vault"
)

const (
	adminEmail    = "ruth.osei@example.com"
	adminPassword = "four unrelated words here"
	setupToken    = "set-up-token-of-the-tests"
)

// world is a console over a real index and a real register; ledger, recorder and
// evidence are stand-ins. It is both sides of a test: it serves, and it asks.
type world struct {
	t       testing.TB
	console *Console
	handler http.Handler
	clock   *clock.Set
	index   *index.Index
	roll    *accounts.Roll
	reg     *accounts.Accounts
	vault   *vault.Vault

	register *register.Register
	admin    identity.Person // signed in by in
	cookies  map[string]string
	address  string

	mu       sync.Mutex
	log      []index.Item
	views    map[counterfoil.ID]*evidence.View
	texts    map[counterfoil.ID]*evidence.Text
	accesses []string
	sick     error                        // what Health says
	unable   error                        // what recording fails with
	contents map[counterfoil.Index][]byte // sealed, of attachments
	outside  registry.Status
	leaving  []counterfoil.Gap // unrecorded, not stated yet
	eraser   *eraser
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{
		t: t, clock: clock.NewSet(time.Date(2026, 11, 24, 14, 20, 0, 0, time.UTC)), roll: &accounts.Roll{},
		cookies: map[string]string{}, address: "192.0.2.7:50000", eraser: &eraser{},
		views: map[counterfoil.ID]*evidence.View{}, texts: map[counterfoil.ID]*evidence.Text{}, contents: map[counterfoil.Index][]byte{},
	}
	var err error
	if w.index, err = index.Open(t.Context(), filepath.Join(t.TempDir(), "index.db")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.index.Close() })
	w.openRegister()
	w.reg = accounts.New(accounts.Config{Journal: w, Register: w.register, Directory: w.roll, Clock: w.clock})
	w.console, err = New(Config{
		Index: w.index, Directory: w.roll, Accounts: w.reg, Evidence: w, Recorder: w, Erasures: w.eraser, Records: w.register, Kinds: w.register.Kinds, Frameworks: standard.BuiltinCrosswalk().Frameworks(), Ledger: w, Clock: w.clock,
		Log: slog.New(slog.DiscardHandler), Findings: detect.Types(), Gateway: "http://127.0.0.1:8400",
		Providers: []Provider{{"sandbox", "openai"}, {"anthropic", "anthropic"}}, Organisation: "Northgate Mutual", Version: "0.1.0",
		SetupToken: identity.HashToken(setupToken),
		Registry:   func(context.Context) (registry.Status, error) { return w.outside, nil },
		Unrecorded: func() []counterfoil.Gap { return w.leaving },
	})
	if err != nil {
		t.Fatal(err)
	}
	w.handler = w.console.Handler()
	return w
}

// append puts entries into the stand-in ledger and projects them at once.
func (w *world) append(e *counterfoil.Entry) counterfoil.Index {
	w.mu.Lock()
	defer w.mu.Unlock()
	i := counterfoil.Index(len(w.log))
	item := index.Item{Index: i, Entry: e, Leaf: counterfoil.LeafHash(fmt.Appendf(nil, "entry %d", i))}
	w.log = append(w.log, item)
	if err := w.index.Apply(context.Background(), []index.Item{item}, i+1); err != nil {
		w.t.Fatal(err)
	}
	return i
}

// Save implements accounts.Journal.
func (w *world) Save(_ context.Context, e accounts.Entry) (counterfoil.Index, error) {
	if w.unable != nil {
		return 0, w.unable
	}
	i := w.append(&counterfoil.Entry{Kind: counterfoil.KindRecord, Time: w.clock.Now().UnixMicro(), ID: e.ID, Actor: e.Actor, Record: &e.Record})
	return i, w.roll.Put(e.Record.Type, e.Body)
}

// Access implements Recorder.
func (w *world) Access(_ context.Context, actor counterfoil.ID, action string, target counterfoil.ID) error {
	if w.unable != nil {
		return w.unable
	}
	w.append(&counterfoil.Entry{Kind: counterfoil.KindAccess, Time: w.clock.Now().UnixMicro(), Actor: actor, Access: &counterfoil.Access{Action: action, Target: target}})
	w.accesses = append(w.accesses, action)
	return nil
}

// Size, Origin and Health implement Ledger.
func (w *world) Size() uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return uint64(len(w.log))
}

func (w *world) Origin() string { return "northgate.example/gw-1" }

func (w *world) Health() error { return w.sick }

// VerifierKeys and Published implement Ledger, LedgerEntry Evidence.
func (w *world) VerifierKeys() []string { return []string{"northgate.example/gw-1+0badcafe+AAAA"} }

func (w *world) Published() []byte {
	c := counterfoil.Checkpoint{Origin: w.Origin(), Size: w.Size(), Root: counterfoil.EmptyRoot()}
	return []byte(c.Text() + "\n— " + w.Origin() + " c2lnbmVk\n")
}

func (w *world) LedgerEntry(_ context.Context, i counterfoil.Index) (*evidence.LedgerEntry, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if uint64(i) >= uint64(len(w.log)) {
		return nil, fault.NotFound("The ledger has no such entry.", nil)
	}
	raw, err := counterfoil.AppendEntry(nil, w.log[i].Entry)
	if err != nil {
		return nil, err
	}
	v := &evidence.LedgerEntry{Index: i, Raw: raw, Leaf: counterfoil.LeafHash(raw), Entry: w.log[i].Entry, Proof: "c2sp.org/tlog-proof@v1\n", VerifierKey: w.VerifierKeys()[0]}
	if w.sick != nil {
		v.Proof, v.Problems = "", []string{"entry does not verify"}
	}
	return v, nil
}

// Interaction, Text and Raw implement Evidence.
func (w *world) Interaction(_ context.Context, id counterfoil.ID) (*evidence.View, error) {
	if v, ok := w.views[id]; ok {
		return v, nil
	}
	return nil, fault.NotFound("No interaction has this id.", nil)
}

func (w *world) Text(_ context.Context, id counterfoil.ID) (*evidence.Text, error) {
	if t, ok := w.texts[id]; ok {
		return t, nil
	}
	return &evidence.Text{}, nil
}

func (w *world) Raw(_ context.Context, i counterfoil.Index) ([]byte, error) {
	return fmt.Appendf(nil, "raw entry %d", i), nil
}

// Entries implements Evidence.
func (w *world) Entries(size uint64, at time.Time) (n uint64, _ error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range w.log[:size] {
		if e := w.log[i].Entry; e != nil && e.Time <= at.UnixMicro() {
			n++
		}
	}
	return n, nil
}

// ask sends a request with the cookies the world holds and keeps new ones.
func (w *world) ask(r *http.Request) *httptest.ResponseRecorder {
	w.t.Helper()
	r.RemoteAddr = w.address
	for name, value := range w.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	answer := httptest.NewRecorder()
	w.handler.ServeHTTP(answer, r)
	for _, c := range answer.Result().Cookies() {
		if w.cookies[c.Name] = c.Value; c.MaxAge < 0 {
			delete(w.cookies, c.Name)
		}
	}
	return answer
}

func (w *world) get(path string) *httptest.ResponseRecorder {
	w.t.Helper()
	return w.ask(httptest.NewRequest("GET", path, nil))
}

func (w *world) post(path string, pairs ...string) *httptest.ResponseRecorder {
	w.t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequest("POST", path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return w.ask(r)
}

// signIn creates the administrator through the register and signs in.
func (w *world) signIn() identity.Person {
	w.t.Helper()
	admin, err := w.reg.CreateAdministrator(w.t.Context(), identity.PersonID{}, accounts.NewAdministrator{Email: adminEmail, Name: "Ruth Osei", Password: adminPassword})
	if err != nil {
		w.t.Fatal(err)
	}
	if a := w.post("/login", "email", adminEmail, "password", adminPassword); a.Code != http.StatusSeeOther {
		w.t.Fatalf("sign-in answered %d: %s", a.Code, a.Body)
	}
	return admin
}

// errDisk is what a full disk feels like from here.
var errDisk = fault.Unavailable("Nothing is recorded at the moment.", errors.New("disk full"))
