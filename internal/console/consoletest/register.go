// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package consoletest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
	"github.com/counterfoil/counterfoil/internal/standard"
	"github.com/counterfoil/counterfoil/internal/vault"
)

// openRegister gives the world a real register over its index and a real vault.
func (w *World) openRegister() {
	w.T.Helper()
	var err error
	w.vault, err = vault.Open(vault.Config{Dir: w.T.TempDir(), Origin: w.Origin(), Clock: w.Clock, Retention: func(string) time.Duration { return 0 }})
	if err != nil {
		w.T.Fatal(err)
	}
	w.T.Cleanup(func() { w.vault.Close() })
	functions, catalogue := register.BuiltinFunctions(), standard.ISO42001()
	kinds, faults := kind.Load("", register.Known(functions, catalogue))
	if len(faults) > 0 {
		w.T.Fatal(faults)
	}
	rights, faults := register.LoadRights(kinds, catalogue.RoleIDs())
	if len(faults) > 0 {
		w.T.Fatal(faults)
	}
	w.Register = register.New(register.Config{Kinds: kinds, Rights: rights, Functions: functions, Store: w.Index, Journal: w, Files: w, Clock: w.Clock, Observed: w.Index})
}

// Keep implements register.Journal.
func (w *World) Keep(ctx context.Context, s register.Entry) (counterfoil.Index, error) {
	if w.Unable != nil {
		return 0, w.Unable
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	e := &counterfoil.Entry{Kind: counterfoil.KindRecord, Time: w.Clock.Now().UnixMicro(), ID: s.ID, Actor: s.Actor, Record: &s.Record}
	at := w.before + counterfoil.Index(len(w.Log))
	item := index.Item{Index: at, Entry: e, Leaf: counterfoil.LeafHash(fmt.Appendf(nil, "entry %d", at))}
	var err error
	if item.Kept, err = register.Project(w.Register.Kinds, at, item.Leaf, counterfoil.ID{}, e, s.Body); err != nil {
		return 0, err
	}
	w.Log = append(w.Log, item)
	if err := w.Index.Apply(ctx, []index.Item{item}, at+1); err != nil {
		return 0, err
	}
	record, err := w.Register.Load(item.Kept)
	if err != nil {
		return 0, err
	}
	w.Roll.Enter(record)
	return at, nil
}

// Seal implements register.Journal.
func (w *World) Seal(subject, record counterfoil.ID, text []byte) ([]byte, error) {
	s, err := w.vault.Seal(vault.Scope{Subject: subject, Class: "record"}, record, counterfoil.KindRecord, text)
	return s.Bytes, err
}

// Unseal implements register.Journal.
func (w *World) Unseal(record counterfoil.ID, sealed []byte) ([]byte, error) {
	o, err := w.vault.Open(record, counterfoil.KindRecord, sealed)
	if errors.Is(err, vault.ErrErased) {
		return nil, register.ErrErased
	}
	return o.Plaintext, err
}

// Store implements register.Files.
func (w *World) Store(_ context.Context, c register.Content) (counterfoil.Index, error) {
	if w.Unable != nil {
		return 0, w.Unable
	}
	s, err := w.vault.Seal(vault.Scope{Subject: c.Subject, Class: "record"}, c.ID, counterfoil.KindRecord, c.Bytes)
	if err != nil {
		return 0, err
	}
	at := w.Append(&counterfoil.Entry{Kind: counterfoil.KindRecord, Time: w.Clock.Now().UnixMicro(), ID: c.ID, Actor: c.Actor, Record: &c.Record})
	w.contents[at] = s.Bytes
	return at, nil
}

// Fetch implements register.Files.
func (w *World) Fetch(_ context.Context, at counterfoil.Index) ([]byte, error) {
	return w.Unseal(w.at(at).Entry.ID, w.contents[at])
}

// Create saves a record for the signed-in person.
func (w *World) Create(kindID string, values kind.Values) *register.Record {
	w.T.Helper()
	r, err := w.Register.Create(w.T.Context(), register.For(counterfoil.ID(w.Admin.ID)), kindID, register.Input{Values: values})
	if err != nil {
		w.T.Fatalf("create %s: %v", kindID, err)
	}
	return r
}

// Says fails for each text that the page at an address lacks.
func (w *World) Says(path string, texts ...string) string {
	w.T.Helper()
	answer := w.Get(path)
	page := answer.Body.String()
	if answer.Code != http.StatusOK {
		w.T.Fatalf("%s answered %d: %s", path, answer.Code, page)
	}
	for _, text := range texts {
		if !strings.Contains(page, text) {
			w.T.Errorf("%s does not say %q", path, text)
		}
	}
	return page
}
