// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package accounts

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/identity"
)

var (
	noon  = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	actor = identity.PersonID{0xAC}
)

// journal projects what is saved into a Roll and checks the form of each entry.
type journal struct {
	t     *testing.T
	roll  Roll
	saved []Entry
	fail  error
}

func (j *journal) Save(_ context.Context, e Entry) (counterfoil.Index, error) {
	j.t.Helper()
	if j.fail != nil {
		return 0, j.fail
	}
	version := uint64(1)
	for _, earlier := range j.saved {
		if earlier.ID == e.ID {
			version = earlier.Record.Version + 1
		}
	}
	if e.Record.Version != version || (version == 1) != (e.Record.Transition == "created") || e.ID.IsZero() {
		j.t.Errorf("saved %+v as version %d of %s", e.Record, version, e.ID)
	}
	if err := j.roll.Put(e.Record.Type, e.Body); err != nil {
		j.t.Error(err)
	}
	j.saved = append(j.saved, e)
	return counterfoil.Index(len(j.saved) - 1), nil
}

// trail is what was saved, as "type transition".
func (j *journal) trail() (list []string) {
	for _, e := range j.saved {
		list = append(list, e.Record.Type+" "+e.Record.Transition)
	}
	return list
}

type bench struct {
	*Accounts
	journal *journal
	clock   *clock.Set
}

func start(t *testing.T) *bench {
	j, c := &journal{t: t}, clock.NewSet(noon)
	return &bench{New(Config{Journal: j, Directory: &j.roll, Clock: c}), j, c}
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
	b.journal.fail = errors.New("the disk is full")
	name := "Other"
	for what, err := range map[string]error{
		"add":    second(b.AddSystem(t.Context(), actor, NewSystem{Name: "X", OwnerEmail: "owner@example.com"})),
		"change": second(b.ChangeSystem(t.Context(), actor, s.ID, SystemChange{Name: &name})),
		"ensure": second(b.EnsureBuiltinPlayground(t.Context(), nil)),
		"admin":  second(b.CreateAdministrator(t.Context(), actor, NewAdministrator{Email: "a@example.com", Password: "twelve and more"})),
		"set":    b.SetPassword(t.Context(), actor, s.Owner, "twelve and more"),
	} {
		if !errors.Is(err, b.journal.fail) {
			t.Errorf("%s: error %v", what, err)
		}
	}
	if _, secret, err := b.CreateKey(t.Context(), actor, NewKey{SystemSlug: s.Slug, PersonEmail: "dev@example.com"}); !errors.Is(err, b.journal.fail) || secret != "" {
		t.Errorf("a key that was not recorded was handed out: %v", err)
	}
}

func second[T any](_ T, err error) error { return err }
