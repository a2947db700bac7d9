// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package consoletest

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
	"github.com/counterfoil/counterfoil/internal/console"
	"github.com/counterfoil/counterfoil/internal/console/systems"
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

// The administrator of the world, and the token of its set-up link.
const (
	AdminEmail    = "ruth.osei@example.com"
	AdminPassword = "four unrelated words here"
	SetupToken    = "set-up-token-of-the-tests"
)

// World is a console over a real index and a real register; ledger, recorder and
// evidence are stand-ins. It is both sides of a test: it serves, and it asks.
type World struct {
	Roles   func(counterfoil.ID) []string // of a person; those of the register when nil
	T       testing.TB
	Console *console.Console
	Handler http.Handler
	Clock   *clock.Set
	Index   *index.Index
	Roll    *accounts.Roll
	Reg     *accounts.Accounts
	vault   *vault.Vault

	Register *register.Register
	Admin    identity.Person // signed in by In
	Cookies  map[string]string
	Address  string

	mu       sync.Mutex
	before   counterfoil.Index // entries the index had when the world began, of which only their number is known
	Log      []index.Item      // those since
	Views    map[counterfoil.ID]*evidence.View
	Texts    map[counterfoil.ID]*evidence.Text
	Accesses []string
	Sick     error                        // what Health says
	Unable   error                        // what recording fails with
	contents map[counterfoil.Index][]byte // sealed, of attachments
	Outside  registry.Status
	Leaving  []counterfoil.Gap // unrecorded, not stated yet
	Eraser   *eraser
}

// New returns a world at 14:20 on 24 November 2026, with nobody in it. Changes are made
// to the console's configuration.
func New(t testing.TB, changes ...func(*console.Config)) *World {
	t.Helper()
	return On(t, filepath.Join(t.TempDir(), "index.db"), changes...)
}

// On is New over an index that may have entries already.
func On(t testing.TB, path string, changes ...func(*console.Config)) *World {
	t.Helper()
	w := &World{
		T: t, Clock: clock.NewSet(time.Date(2026, 11, 24, 14, 20, 0, 0, time.UTC)), Roll: &accounts.Roll{},
		Cookies: map[string]string{}, Address: "192.0.2.7:50000", Eraser: &eraser{},
		Views: map[counterfoil.ID]*evidence.View{}, Texts: map[counterfoil.ID]*evidence.Text{}, contents: map[counterfoil.Index][]byte{},
	}
	var err error
	if w.Index, err = index.Open(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	w.before = w.Index.Position().Next
	t.Cleanup(func() { w.Index.Close() })
	w.openRegister()
	w.Reg = accounts.New(accounts.Config{Journal: w, Register: w.Register, Directory: w.Roll, Clock: w.Clock})
	config := console.Config{
		Index: w.Index, Directory: w.Roll, Accounts: w.Reg, Evidence: w, Recorder: w, Erasures: w.Eraser, Records: w.Register, Kinds: w.Register.Kinds, Frameworks: standard.BuiltinCrosswalk().Frameworks(), Ledger: w, Clock: w.Clock,
		Log: slog.New(slog.DiscardHandler), Findings: detect.Types(), Gateway: "http://127.0.0.1:8400",
		Providers: []systems.Provider{{Name: "sandbox", Dialect: "openai"}, {Name: "anthropic", Dialect: "anthropic"}}, Organisation: "Northgate Mutual", Version: "0.1.0",
		SetupToken: identity.HashToken(SetupToken),
		Registry:   func(context.Context) (registry.Status, error) { return w.Outside, nil },
		Unrecorded: func() []counterfoil.Gap { return w.Leaving },
		Roles:      w.rolesOf,
	}
	for _, change := range changes {
		change(&config)
	}
	w.Console, err = console.New(config)
	if err != nil {
		t.Fatal(err)
	}
	w.Handler = w.Console.Handler()
	return w
}

// Append puts entries into the stand-in ledger and projects them at once.
func (w *World) Append(e *counterfoil.Entry) counterfoil.Index {
	w.mu.Lock()
	defer w.mu.Unlock()
	i := w.before + counterfoil.Index(len(w.Log))
	item := index.Item{Index: i, Entry: e, Leaf: counterfoil.LeafHash(fmt.Appendf(nil, "entry %d", i))}
	w.Log = append(w.Log, item)
	if err := w.Index.Apply(context.Background(), []index.Item{item}, i+1); err != nil {
		w.T.Fatal(err)
	}
	return i
}

// Save implements accounts.Journal.
func (w *World) Save(_ context.Context, e accounts.Entry) (counterfoil.Index, error) {
	if w.Unable != nil {
		return 0, w.Unable
	}
	i := w.Append(&counterfoil.Entry{Kind: counterfoil.KindRecord, Time: w.Clock.Now().UnixMicro(), ID: e.ID, Actor: e.Actor, Record: &e.Record})
	return i, w.Roll.Put(e.Record.Type, e.Body)
}

// Access implements Recorder.
func (w *World) Access(_ context.Context, actor counterfoil.ID, action string, target counterfoil.ID) error {
	if w.Unable != nil {
		return w.Unable
	}
	w.Append(&counterfoil.Entry{Kind: counterfoil.KindAccess, Time: w.Clock.Now().UnixMicro(), Actor: actor, Access: &counterfoil.Access{Action: action, Target: target}})
	w.Accesses = append(w.Accesses, action)
	return nil
}

// Size, Origin and Health implement Ledger.
func (w *World) Size() uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return uint64(w.before) + uint64(len(w.Log))
}

// at is the entry with an index; nil when the world does not have it.
func (w *World) at(i counterfoil.Index) *index.Item {
	if i < w.before || uint64(i-w.before) >= uint64(len(w.Log)) {
		return nil
	}
	return &w.Log[i-w.before]
}

// Origin implements console.Ledger.
func (w *World) Origin() string { return "northgate.example/gw-1" }

// Health implements console.Ledger.
func (w *World) Health() error { return w.Sick }

// VerifierKeys and Published implement Ledger, LedgerEntry Evidence.
func (w *World) VerifierKeys() []string { return []string{"northgate.example/gw-1+0badcafe+AAAA"} }

// Published implements console.Ledger.
func (w *World) Published() []byte {
	c := counterfoil.Checkpoint{Origin: w.Origin(), Size: w.Size(), Root: counterfoil.EmptyRoot()}
	return []byte(c.Text() + "\n— " + w.Origin() + " c2lnbmVk\n")
}

// LedgerEntry implements console.Evidence.
func (w *World) LedgerEntry(_ context.Context, i counterfoil.Index) (*evidence.LedgerEntry, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	item := w.at(i)
	if item == nil {
		return nil, fault.NotFound("The ledger has no such entry.", nil)
	}
	raw, err := counterfoil.AppendEntry(nil, item.Entry)
	if err != nil {
		return nil, err
	}
	v := &evidence.LedgerEntry{Index: i, Raw: raw, Leaf: counterfoil.LeafHash(raw), Entry: item.Entry, Proof: "c2sp.org/tlog-proof@v1\n", VerifierKey: w.VerifierKeys()[0]}
	if w.Sick != nil {
		v.Proof, v.Problems = "", []string{"entry does not verify"}
	}
	return v, nil
}

// Interaction, Text and Raw implement Evidence.
func (w *World) Interaction(_ context.Context, id counterfoil.ID) (*evidence.View, error) {
	if v, ok := w.Views[id]; ok {
		return v, nil
	}
	return nil, fault.NotFound("No interaction has this id.", nil)
}

// Text implements console.Evidence.
func (w *World) Text(_ context.Context, id counterfoil.ID) (*evidence.Text, error) {
	if t, ok := w.Texts[id]; ok {
		return t, nil
	}
	return &evidence.Text{}, nil
}

// Raw implements console.Evidence.
func (w *World) Raw(_ context.Context, i counterfoil.Index) ([]byte, error) {
	return fmt.Appendf(nil, "raw entry %d", i), nil
}

// Entries implements Evidence. Those before the world count as recorded.
func (w *World) Entries(size uint64, at time.Time) (n uint64, _ error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n = min(size, uint64(w.before))
	for i := range w.Log[:size-n] {
		if e := w.Log[i].Entry; e != nil && e.Time <= at.UnixMicro() {
			n++
		}
	}
	return n, nil
}

// Ask sends a request with the cookies the world holds and keeps new ones.
func (w *World) Ask(r *http.Request) *httptest.ResponseRecorder {
	w.T.Helper()
	r.RemoteAddr = w.Address
	for name, value := range w.Cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	answer := httptest.NewRecorder()
	w.Handler.ServeHTTP(answer, r)
	for _, c := range answer.Result().Cookies() {
		if w.Cookies[c.Name] = c.Value; c.MaxAge < 0 {
			delete(w.Cookies, c.Name)
		}
	}
	return answer
}

// Get asks for a page.
func (w *World) Get(path string) *httptest.ResponseRecorder {
	w.T.Helper()
	return w.Ask(httptest.NewRequest("GET", path, nil))
}

// Post sends a form of pairs of names and values, as a page of this console does.
func (w *World) Post(path string, pairs ...string) *httptest.ResponseRecorder {
	w.T.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequest("POST", path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return w.Ask(r)
}

// SignIn creates the administrator through the register and signs in.
func (w *World) SignIn() identity.Person {
	w.T.Helper()
	admin, err := w.Reg.CreateAdministrator(w.T.Context(), identity.PersonID{}, accounts.NewAdministrator{Email: AdminEmail, Name: "Ruth Osei", Password: AdminPassword})
	if err != nil {
		w.T.Fatal(err)
	}
	if a := w.Post("/login", "email", AdminEmail, "password", AdminPassword); a.Code != http.StatusSeeOther {
		w.T.Fatalf("sign-in answered %d: %s", a.Code, a.Body)
	}
	return admin
}

// As signs somebody in who is there, without a password, and gives them roles.
func (w *World) As(person counterfoil.ID, roles ...string) {
	w.T.Helper()
	token, stored := identity.NewToken()
	now := w.Clock.Now()
	err := w.Index.PutSession(w.T.Context(), index.Session{Token: stored, Person: person, Created: now.UnixMicro(), Seen: now.UnixMicro(), Expires: now.AddDate(1, 0, 0).UnixMicro()})
	if err != nil {
		w.T.Fatal(err)
	}
	w.Cookies["counterfoil"] = token
	w.Roles = func(counterfoil.ID) []string { return roles }
}

// ErrDisk is what a full disk feels like from here.
var ErrDisk = fault.Unavailable("Nothing is recorded at the moment.", errors.New("disk full"))

// In gives the signed-in person roles, as appointments do.
func (w *World) In(roles ...string) register.Actor {
	w.T.Helper()
	if w.Admin.ID.IsZero() {
		w.Admin = w.SignIn()
	}
	w.Roles = func(counterfoil.ID) []string { return roles }
	return register.Actor{Person: counterfoil.ID(w.Admin.ID), Roles: roles}
}

func (w *World) rolesOf(id counterfoil.ID) []string {
	if w.Roles != nil {
		return w.Roles(id)
	}
	if p, ok := w.Roll.Snapshot().Person(identity.PersonID(id)); ok {
		return p.Roles
	}
	return nil
}
