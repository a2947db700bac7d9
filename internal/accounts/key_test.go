// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package accounts

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/register"
)

func TestCreateKey(t *testing.T) {
	b := start(t)
	s := b.system(t)
	k, secret, err := b.CreateKey(t.Context(), actor, NewKey{SystemSlug: s.Slug, PersonEmail: "Dev@example.com"})
	if err != nil {
		t.Fatal(err)
	}
	dev, _ := b.directory.Snapshot().PersonByEmail("dev@example.com")
	want := identity.Key{
		ID: k.ID, Version: 1, System: s.ID, Person: dev.ID, Hash: identity.HashKey(secret),
		Hint: secret[len(secret)-4:], Created: noon, Expires: noon.Add(DefaultKeyLife),
	}
	if diff := cmp.Diff(want, k); diff != "" {
		t.Errorf("key (-want +got):\n%s", diff)
	}
	p, err := b.directory.Snapshot().Resolve(secret, noon)
	if err != nil || p.Person != dev.ID || p.System.ID != s.ID {
		t.Errorf("principal %+v, %v", p, err)
	}
	for _, e := range b.saved {
		if bytes.Contains(e.Body, []byte(secret)) {
			t.Errorf("the secret is kept in %s", e.Body)
		}
	}
	if last := b.saved[len(b.saved)-1]; last.Subject != counterfoil.ID(dev.ID) {
		t.Errorf("the key's record is about %s, want %s", last.Subject, dev.ID)
	}
}

func TestCreateWorkloadKey(t *testing.T) {
	b := start(t)
	s := b.system(t)
	year := noon.AddDate(1, 0, 0)
	k, _, err := b.CreateKey(t.Context(), actor, NewKey{SystemSlug: s.Slug, Workload: true, Expires: year})
	if err != nil || !k.Workload || !k.Person.IsZero() || !k.Expires.Equal(year) {
		t.Errorf("%+v, %v", k, err)
	}
	if last := b.saved[len(b.saved)-1]; !last.Subject.IsZero() {
		t.Errorf("the record of a key that names nobody is about %s", last.Subject)
	}
}

// TestWorkloadKeyFollowsTheOwner: a hand-over brings the program under the new owner, and
// no key is made that nobody would answer for.
func TestWorkloadKeyFollowsTheOwner(t *testing.T) {
	b := start(t)
	s := b.system(t)
	_, secret, err := b.CreateKey(t.Context(), actor, NewKey{SystemSlug: s.Slug, Workload: true})
	if err != nil {
		t.Fatal(err)
	}
	answers := func(want identity.PersonID) {
		t.Helper()
		if p, err := b.directory.Snapshot().Resolve(secret, b.clock.Now()); err != nil || p.Person != want || !p.ForOwner {
			t.Errorf("%+v, %v", p, err)
		}
	}
	answers(s.Owner)
	leaves, _ := b.directory.Snapshot().Person(s.Owner)
	if _, err := b.register.Move(t.Context(), register.Program, counterfoil.ID(leaves.ID), "leave", register.Input{Version: leaves.Version, Reason: "Test"}); err != nil {
		t.Fatal(err)
	}
	answers(identity.PersonID{})
	_, _, err = b.CreateKey(t.Context(), actor, NewKey{SystemSlug: s.Slug, Workload: true})
	wantFault(t, err, fault.KindInvalid, "person")
	next := "next@example.com"
	if _, err := b.ChangeSystem(t.Context(), actor, s.ID, SystemChange{OwnerEmail: &next}); err != nil {
		t.Fatal(err)
	}
	owner, _ := b.directory.Snapshot().PersonByEmail(next)
	answers(owner.ID)
}

func TestCreateKeyRefuses(t *testing.T) {
	b := start(t)
	s := b.system(t)
	before := len(b.trail)
	for name, test := range map[string]struct {
		in     NewKey
		fields []string
	}{
		"no system":     {NewKey{SystemSlug: "nowhere", PersonEmail: "dev@example.com"}, []string{"system"}},
		"nobody's":      {NewKey{SystemSlug: s.Slug}, []string{"person"}},
		"bad address":   {NewKey{SystemSlug: s.Slug, PersonEmail: "dev", Workload: true}, []string{"person"}},
		"already over":  {NewKey{SystemSlug: s.Slug, PersonEmail: "dev@example.com", Expires: noon}, []string{"expires"}},
		"over a year":   {NewKey{SystemSlug: s.Slug, PersonEmail: "dev@example.com", Expires: noon.AddDate(1, 0, 1)}, []string{"expires"}},
		"all of it bad": {NewKey{Expires: noon.Add(-time.Hour)}, []string{"system", "person", "expires"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, secret, err := b.CreateKey(t.Context(), actor, test.in)
			wantFault(t, err, fault.KindInvalid, test.fields...)
			if secret != "" {
				t.Error("a secret was handed out")
			}
		})
	}
	if len(b.trail) != before {
		t.Errorf("recorded %v", b.trail[before:])
	}
}

func TestRevokeKey(t *testing.T) {
	b := start(t)
	s := b.system(t)
	create := func() (identity.Key, string) {
		k, secret, err := b.CreateKey(t.Context(), actor, NewKey{SystemSlug: s.Slug, PersonEmail: "dev@example.com"})
		if err != nil {
			t.Fatal(err)
		}
		return k, secret
	}
	first, secret := create()
	other, otherSecret := create()
	b.clock.Advance(time.Hour)
	got, err := b.RevokeKey(t.Context(), actor, first.ID.String())
	if err != nil || !got.Revoked.Equal(noon.Add(time.Hour)) {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := b.directory.Snapshot().Resolve(secret, noon); !errors.Is(err, identity.ErrRevokedKey) {
		t.Errorf("the revoked key still resolves: %v", err)
	}
	if _, err := b.directory.Snapshot().Resolve(otherSecret, noon); err != nil {
		t.Errorf("another key went with it: %v", err)
	}
	saved := len(b.trail)
	if again, err := b.RevokeKey(t.Context(), actor, first.ID.String()); err != nil || again != got || len(b.trail) != saved {
		t.Errorf("revoked twice: %+v, %v", again, err)
	}
	if got, err := b.RevokeKey(t.Context(), actor, other.Hint); err != nil || got.ID != other.ID {
		t.Errorf("by hint: %+v, %v", got, err)
	}
	_, err = b.RevokeKey(t.Context(), actor, other.Hint) // no longer in force
	wantFault(t, err, fault.KindNotFound)
	_, err = b.RevokeKey(t.Context(), actor, "")
	wantFault(t, err, fault.KindNotFound)
}

func TestHintOfSeveralKeys(t *testing.T) {
	keys := []identity.Key{{ID: identity.KeyID{1}, Hint: "Ab1c"}, {ID: identity.KeyID{2}, Hint: "Ab1c"}, {ID: identity.KeyID{3}, Hint: "Ab1c", Revoked: noon}}
	_, err := findKey(keys, "Ab1c")
	wantFault(t, err, fault.KindConflict)
	if k, err := findKey(keys, keys[2].ID.String()); err != nil || k.ID != keys[2].ID {
		t.Errorf("%+v, %v", k, err)
	}
}
