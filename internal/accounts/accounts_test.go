// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package accounts

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
	"github.com/counterfoil/counterfoil/internal/standard"
	"github.com/counterfoil/counterfoil/internal/vault"
)

var (
	noon  = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	actor = identity.PersonID{0xAC} // somebody; the register does not ask whether they exist
)

// bench is Accounts over a real register, whose index and vault are real too. It is
// the journal of both: it projects what is saved into the index and a Roll, and checks
// the form of each entry of accounts.
type bench struct {
	*Accounts
	t        *testing.T
	roll     Roll
	register *register.Register
	index    *index.Index
	vault    *vault.Vault
	clock    *clock.Set

	kept  []register.Entry
	next  counterfoil.Index
	saved []Entry // of accounts
	trail []string
	fail  error
}

func start(t *testing.T) *bench {
	b := &bench{t: t, clock: clock.NewSet(noon)}
	var err error
	if b.index, err = index.Open(t.Context(), filepath.Join(t.TempDir(), "index.db")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.index.Close() })
	if b.vault, err = vault.Open(vault.Config{Dir: t.TempDir(), Origin: "test", Clock: b.clock, Retention: func(string) time.Duration { return 0 }}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.vault.Close() })
	functions, catalogue := register.BuiltinFunctions(), standard.ISO42001()
	kinds, faults := kind.Load("", register.Known(functions, catalogue))
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	rights, faults := register.LoadRights(kinds, catalogue.RoleIDs())
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	b.register = register.New(register.Config{Kinds: kinds, Rights: rights, Functions: functions, Store: b.index, Journal: b, Clock: b.clock})
	b.Accounts = New(Config{Journal: b, Register: b.register, Directory: &b.roll, Clock: b.clock})
	return b
}

// Save implements Journal.
func (b *bench) Save(ctx context.Context, e Entry) (counterfoil.Index, error) {
	if b.fail != nil {
		return 0, b.fail
	}
	version := uint64(1)
	for _, earlier := range b.saved {
		if earlier.ID == e.ID {
			version = earlier.Record.Version + 1
		}
	}
	if e.Record.Version != version || (version == 1) != (e.Record.Transition == "created") || e.ID.IsZero() {
		b.t.Errorf("saved %+v as version %d of %s", e.Record, version, e.ID)
	}
	if err := b.roll.Put(e.Record.Type, e.Body); err != nil {
		b.t.Error(err)
	}
	b.saved = append(b.saved, e)
	return b.project(ctx, e.ID, e.Actor, e.Record, nil)
}

// Keep implements register.Journal.
func (b *bench) Keep(ctx context.Context, e register.Entry) (counterfoil.Index, error) {
	if b.fail != nil {
		return 0, b.fail
	}
	b.kept = append(b.kept, e)
	return b.project(ctx, e.ID, e.Actor, e.Record, e.Body)
}

func (b *bench) project(ctx context.Context, id, actor counterfoil.ID, r counterfoil.Record, body []byte) (counterfoil.Index, error) {
	at := b.next
	e := &counterfoil.Entry{Kind: counterfoil.KindRecord, ID: id, Actor: actor, Time: b.clock.Now().UnixMicro(), Record: &r}
	raw, err := counterfoil.AppendEntry(nil, e)
	if err != nil {
		return 0, err
	}
	item := index.Item{Index: at, Entry: e, Leaf: counterfoil.LeafHash(raw)}
	if item.Kept, err = register.Project(b.register.Kinds, at, item.Leaf, counterfoil.ID{}, e, body); err != nil {
		return 0, err
	}
	if err := b.index.Apply(ctx, []index.Item{item}, at+1); err != nil {
		return 0, err
	}
	if item.Kept != nil {
		record, err := b.register.Load(item.Kept)
		if err != nil {
			return 0, err
		}
		b.roll.Enter(record)
	}
	b.next++
	b.trail = append(b.trail, r.Type+" "+r.Transition)
	return at, nil
}

// Seal implements register.Journal.
func (b *bench) Seal(subject, record counterfoil.ID, text []byte) ([]byte, error) {
	s, err := b.vault.Seal(vault.Scope{Subject: subject, Class: "record"}, record, counterfoil.KindRecord, text)
	return s.Bytes, err
}

// Unseal implements register.Journal.
func (b *bench) Unseal(record counterfoil.ID, sealed []byte) ([]byte, error) {
	o, err := b.vault.Open(record, counterfoil.KindRecord, sealed)
	if errors.Is(err, vault.ErrErased) {
		return nil, register.ErrErased
	}
	return o.Plaintext, err
}

// system registers "Helpdesk" of owner@example.com.
func (b *bench) system(t *testing.T) identity.System {
	t.Helper()
	s, err := b.AddSystem(t.Context(), actor, NewSystem{Name: " Helpdesk ", OwnerEmail: "Owner@Example.com", Models: []string{"gpt-4o", "gpt-4o"}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// wantFault checks the kind and, for invalid input, the fields complained about.
func wantFault(t *testing.T, err error, kind fault.Kind, fields ...string) {
	t.Helper()
	f, ok := fault.As(err)
	if !ok || f.Kind != kind || len(f.Fields) != len(fields) || f.Public == "" {
		t.Errorf("error %v, want kind %d about %q", err, kind, fields)
		return
	}
	for _, name := range fields {
		if f.Fields[name] == "" {
			t.Errorf("error %v says nothing about %s", err, name)
		}
	}
}

func TestJournalFailure(t *testing.T) {
	b := start(t)
	s := b.system(t)
	b.fail = errors.New("the disk is full")
	name := "Other"
	for what, err := range map[string]error{
		"add":    second(b.AddSystem(t.Context(), actor, NewSystem{Name: "X", OwnerEmail: "owner@example.com"})),
		"change": second(b.ChangeSystem(t.Context(), actor, s.ID, SystemChange{Name: &name})),
		"ensure": second(b.EnsureBuiltinPlayground(t.Context(), nil)),
		"admin":  second(b.CreateAdministrator(t.Context(), actor, NewAdministrator{Email: "a@example.com", Password: "twelve and more"})),
		"set":    b.SetPassword(t.Context(), actor, s.Owner, "twelve and more"),
	} {
		if !errors.Is(err, b.fail) {
			t.Errorf("%s: error %v", what, err)
		}
	}
	if _, secret, err := b.CreateKey(t.Context(), actor, NewKey{SystemSlug: s.Slug, PersonEmail: "dev@example.com"}); !errors.Is(err, b.fail) || secret != "" {
		t.Errorf("a key that was not recorded was handed out: %v", err)
	}
}

func second[T any](_ T, err error) error { return err }
