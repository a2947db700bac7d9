// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
	"github.com/counterfoil/counterfoil/internal/standard"
	"github.com/counterfoil/counterfoil/internal/strictyaml"
	"github.com/counterfoil/counterfoil/internal/vault"
)

// world is a register over a real index and a real vault. Its journal gives
// entries their places, as the ledger does; with the ledger itself the register
// is tested in package app.
type world struct {
	*testing.T
	*register.Register
	index   *index.Index
	vault   *vault.Vault
	clock   *clock.Set
	mu      sync.Mutex
	entries []counterfoil.Entry
	bodies  [][]byte

	contents map[counterfoil.Index]content
}

func newWorld(t *testing.T) *world {
	t.Helper()
	rules, faults := rulesOnce()
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return newWorldOf(t, rules)
}

// newWorldOf is a world with other kinds than the built-in ones alone.
func newWorldOf(t *testing.T, rules rules) *world {
	t.Helper()
	w := &world{T: t, contents: map[counterfoil.Index]content{}, clock: clock.NewSet(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))}
	var err error
	if w.index, err = index.Open(t.Context(), filepath.Join(t.TempDir(), "index.db")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.index.Close() })
	w.vault, err = vault.Open(vault.Config{Dir: t.TempDir(), Origin: "test", Clock: w.clock, Retention: func(string) time.Duration { return 0 }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.vault.Close() })
	w.Register = register.New(register.Config{Kinds: rules.kinds, Rights: rules.rights, Functions: rules.functions, Store: w.index, Journal: w, Files: w, Clock: w.clock})
	return w
}

// rules are the built-in kinds and rights; they never change, and compiling them
// takes longer than a test.
type rules struct {
	functions register.Functions
	kinds     *kind.Set
	rights    *register.Rights
}

var rulesOnce = sync.OnceValues(func() (rules, strictyaml.Faults) { return rulesWith("") })

// rulesWith are the built-in kinds and those of a folder.
func rulesWith(dir string) (r rules, faults strictyaml.Faults) {
	r.functions = register.BuiltinFunctions()
	if r.kinds, faults = kind.Load(dir, register.Known(r.functions, standard.ISO42001())); len(faults) > 0 {
		return r, faults
	}
	r.rights, faults = register.LoadRights(r.kinds, standard.ISO42001().RoleIDs())
	return r, faults
}

// Keep implements register.Journal.
func (w *world) Keep(ctx context.Context, s register.Entry) (counterfoil.Index, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	at := counterfoil.Index(len(w.entries))
	e := counterfoil.Entry{Kind: counterfoil.KindRecord, ID: s.ID, Actor: s.Actor, Time: w.clock.Now().UnixMicro(), Record: &s.Record}
	raw, err := counterfoil.AppendEntry(nil, &e)
	if err != nil {
		return 0, err
	}
	leaf := counterfoil.LeafHash(raw)
	row, err := register.Project(w.Kinds, at, leaf, s.ID, &e, s.Body) // each record under a key of its own
	if err != nil {
		return 0, err
	}
	w.entries, w.bodies = append(w.entries, e), append(w.bodies, s.Body)
	w.clock.Advance(time.Millisecond)
	return at, w.index.Apply(ctx, []index.Item{{Index: at, Leaf: leaf, Entry: &e, Kept: row}}, at+1)
}

// Seal implements register.Journal.
func (w *world) Seal(subject, record counterfoil.ID, text []byte) ([]byte, error) {
	s, err := w.vault.Seal(vault.Scope{Subject: subject, Class: "record"}, record, counterfoil.KindRecord, text)
	return s.Bytes, err
}

// Unseal implements register.Journal.
func (w *world) Unseal(record counterfoil.ID, sealed []byte) ([]byte, error) {
	o, err := w.vault.Open(record, counterfoil.KindRecord, sealed)
	if errors.Is(err, vault.ErrErased) {
		return nil, register.ErrErased
	}
	return o.Plaintext, err
}

// content is what an attachment's entry holds.
type content struct {
	id     counterfoil.ID
	sealed []byte
}

// Store implements register.Files.
func (w *world) Store(ctx context.Context, c register.Content) (counterfoil.Index, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	at := counterfoil.Index(len(w.entries))
	s, err := w.vault.Seal(vault.Scope{Subject: c.Subject, Class: "record"}, c.ID, counterfoil.KindRecord, c.Bytes)
	if err != nil {
		return 0, err
	}
	e := counterfoil.Entry{Kind: counterfoil.KindRecord, ID: c.ID, Actor: c.Actor, Time: w.clock.Now().UnixMicro(), Record: &c.Record}
	w.entries, w.bodies = append(w.entries, e), append(w.bodies, nil)
	w.contents[at] = content{c.ID, s.Bytes}
	return at, w.index.Apply(ctx, []index.Item{{Index: at, Entry: &e}}, at+1)
}

// Fetch implements register.Files.
func (w *world) Fetch(_ context.Context, at counterfoil.Index) ([]byte, error) {
	return w.Unseal(w.contents[at].id, w.contents[at].sealed)
}

// erase deletes the keys of a person.
func (w *world) erase(subject counterfoil.ID) {
	w.Helper()
	keys, err := w.vault.Keys(w.Context(), vault.Selection{Subject: subject})
	if err != nil || len(keys) == 0 {
		w.Fatalf("keys of %s: %v, %v", subject, keys, err)
	}
	ids := make([]counterfoil.ID, len(keys))
	for i := range keys {
		ids[i] = keys[i].ID
	}
	if err := w.vault.Delete(w.Context(), ids); err != nil {
		w.Fatal(err)
	}
}

// person makes a person and the actor they are in the roles.
func (w *world) person(name string, roles ...string) register.Actor {
	w.Helper()
	r, err := w.Create(w.Context(), register.Program, "person", register.Input{Values: kind.Values{"name": name, "email": name + "@northgate.example"}})
	if err != nil {
		w.Fatal(err)
	}
	return register.Actor{Person: r.ID, Roles: roles}
}

func (w *world) view(a register.Actor, asOf time.Time) *register.View {
	w.Helper()
	v, err := w.View(w.Context(), a, asOf)
	if err != nil {
		w.Fatal(err)
	}
	return v
}
