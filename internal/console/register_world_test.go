// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
	"github.com/counterfoil/counterfoil/internal/standard"
	"github.com/counterfoil/counterfoil/internal/vault"
)

// openRegister gives the world a real register over its index and a real vault.
func (w *world) openRegister() {
	w.t.Helper()
	var err error
	w.vault, err = vault.Open(vault.Config{Dir: w.t.TempDir(), Origin: w.Origin(), Clock: w.clock, Retention: func(string) time.Duration { return 0 }})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { w.vault.Close() })
	functions, catalogue := register.BuiltinFunctions(), standard.ISO42001()
	kinds, faults := kind.Load("", register.Known(functions, catalogue))
	if len(faults) > 0 {
		w.t.Fatal(faults)
	}
	rights, faults := register.LoadRights(kinds, catalogue.RoleIDs())
	if len(faults) > 0 {
		w.t.Fatal(faults)
	}
	w.register = register.New(register.Config{Kinds: kinds, Rights: rights, Functions: functions, Store: w.index, Journal: w, Files: w, Clock: w.clock, Observed: w.index})
}

// Keep implements register.Journal.
func (w *world) Keep(ctx context.Context, s register.Entry) (counterfoil.Index, error) {
	if w.unable != nil {
		return 0, w.unable
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	e := &counterfoil.Entry{Kind: counterfoil.KindRecord, Time: w.clock.Now().UnixMicro(), ID: s.ID, Actor: s.Actor, Record: &s.Record}
	at := counterfoil.Index(len(w.log))
	item := index.Item{Index: at, Entry: e, Leaf: counterfoil.LeafHash(fmt.Appendf(nil, "entry %d", at))}
	var err error
	if item.Kept, err = register.Project(w.register.Kinds, at, item.Leaf, counterfoil.ID{}, e, s.Body); err != nil {
		return 0, err
	}
	w.log = append(w.log, item)
	if err := w.index.Apply(ctx, []index.Item{item}, at+1); err != nil {
		return 0, err
	}
	record, err := w.register.Load(item.Kept)
	if err != nil {
		return 0, err
	}
	w.roll.Enter(record)
	return at, nil
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

// Store implements register.Files.
func (w *world) Store(_ context.Context, c register.Content) (counterfoil.Index, error) {
	if w.unable != nil {
		return 0, w.unable
	}
	s, err := w.vault.Seal(vault.Scope{Subject: c.Subject, Class: "record"}, c.ID, counterfoil.KindRecord, c.Bytes)
	if err != nil {
		return 0, err
	}
	at := w.append(&counterfoil.Entry{Kind: counterfoil.KindRecord, Time: w.clock.Now().UnixMicro(), ID: c.ID, Actor: c.Actor, Record: &c.Record})
	w.contents[at] = s.Bytes
	return at, nil
}

// Fetch implements register.Files.
func (w *world) Fetch(_ context.Context, at counterfoil.Index) ([]byte, error) {
	return w.Unseal(w.log[at].Entry.ID, w.contents[at])
}
