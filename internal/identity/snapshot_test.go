// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/counterfoil/counterfoil"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// register is a small register and the secrets of its keys by purpose.
func register() ([]System, []Person, []Key, map[string]string) {
	systems := []System{
		{ID: SystemID{2}, Slug: "helpdesk", Number: "SYS-02", Name: "Helpdesk", Owner: PersonID{1}, Models: []string{"gpt-4o", "gpt-4o-mini"}, Created: noon},
		{ID: SystemID{1}, Slug: "playground", Number: "SYS-01", Name: "Playground", Builtin: true, Created: noon},
	}
	people := []Person{
		{ID: PersonID{1}, Email: "owner@example.com", Name: "Olga Owner", Roles: []string{RoleAdministrator}, Created: noon},
		{ID: PersonID{2}, Email: "dev@example.com", Created: noon},
	}
	secrets := map[string]string{}
	var keys []Key
	add := func(purpose string, k Key) {
		secret := NewSecret()
		k.ID, k.Hash, k.Hint = KeyID{byte(len(keys) + 1)}, HashKey(secret), Hint(secret)
		k.Created = noon.Add(time.Duration(len(keys)) * time.Minute)
		secrets[purpose], keys = secret, append(keys, k)
	}
	add("personal", Key{System: SystemID{2}, Person: PersonID{2}, Expires: noon.Add(time.Hour)})
	add("workload", Key{System: SystemID{1}, Person: PersonID{1}, Workload: true})
	add("revoked", Key{System: SystemID{2}, Person: PersonID{2}, Expires: noon.Add(-time.Hour), Revoked: noon})
	add("homeless", Key{System: SystemID{77}, Person: PersonID{2}})
	return systems, people, keys, secrets
}

func TestResolve(t *testing.T) {
	systems, people, keys, secrets := register()
	s := NewSnapshot(systems, people, keys)
	mistyped := []byte(secrets["personal"])
	mistyped[10] ^= 1
	for name, test := range map[string]struct {
		secret string
		now    time.Time
		want   Principal
		err    error
	}{
		"personal":         {secrets["personal"], noon, Principal{Key: KeyID{1}, Person: PersonID{2}, System: s.slug["helpdesk"], Assurance: 3}, nil},
		"last microsecond": {secrets["personal"], noon.Add(time.Hour - time.Microsecond), Principal{Key: KeyID{1}, Person: PersonID{2}, System: s.slug["helpdesk"], Assurance: 3}, nil},
		"expired":          {secrets["personal"], noon.Add(time.Hour), Principal{}, ErrExpiredKey},
		"workload":         {secrets["workload"], noon.AddDate(50, 0, 0), Principal{Key: KeyID{2}, Person: PersonID{1}, System: s.slug["playground"], Workload: true, Assurance: 3}, nil},
		"revoked":          {secrets["revoked"], noon, Principal{}, ErrRevokedKey},
		"no such system":   {secrets["homeless"], noon, Principal{}, ErrUnknownKey},
		"never issued":     {NewSecret(), noon, Principal{}, ErrUnknownKey},
		"mistyped":         {string(mistyped), noon, Principal{}, ErrMistypedKey},
		"cut":              {secrets["personal"][:20], noon, Principal{}, ErrMistypedKey},
		"another's":        {"sk-" + "proj-0000", noon, Principal{}, ErrForeignKey},
		"none":             {"", noon, Principal{}, ErrForeignKey},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := s.Resolve(test.secret, test.now)
			if diff := cmp.Diff(test.want, got); diff != "" || err != test.err { // the very value, not one that wraps it
				t.Errorf("error %v, want %v; principal (-want +got):\n%s", err, test.err, diff)
			}
		})
	}
	if !errors.Is(ErrMistypedKey, ErrUnknownKey) || !errors.Is(ErrForeignKey, ErrUnknownKey) {
		t.Error("a malformed key is not an unknown one")
	}
}

func TestResolveDoesNotAllocate(t *testing.T) {
	systems, people, keys, secrets := register()
	s := NewSnapshot(systems, people, keys)
	for _, purpose := range []string{"personal", "revoked"} {
		if n := testing.AllocsPerRun(100, func() { _, _ = s.Resolve(secrets[purpose], noon) }); n != 0 {
			t.Errorf("%s: %v allocations", purpose, n)
		}
	}
}

func TestLookUps(t *testing.T) {
	systems, people, keys, _ := register()
	s := NewSnapshot(systems, people, keys)
	if v, ok := s.SystemBySlug("helpdesk"); !ok || v.ID != (SystemID{2}) || !v.Lists("gpt-4o") || v.Lists("gpt") {
		t.Errorf("by slug: %v %v", v, ok)
	}
	if v, ok := s.System(SystemID{1}); !ok || v.Slug != "playground" {
		t.Errorf("by id: %v %v", v, ok)
	}
	if v, ok := s.PersonByEmail("owner@example.com"); !ok || !v.Has(RoleAdministrator) || v.Has("auditor") {
		t.Errorf("by address: %v %v", v, ok)
	}
	if _, ok := s.Person(PersonID{9}); ok {
		t.Error("found a person nobody registered")
	}
	if got := s.Systems()[0].Number; got != "SYS-01" {
		t.Errorf("first system %s, want SYS-01", got)
	}
	if len(s.People()) != 2 || len(s.Keys()) != 4 {
		t.Errorf("%d people, %d keys", len(s.People()), len(s.Keys()))
	}
}

func TestNumbersSortAsNumbers(t *testing.T) {
	got := []string{"SYS-100", "SYS-02", "SYS-99", "SYS-10"}
	slices.SortFunc(got, compareNumbers)
	if diff := cmp.Diff([]string{"SYS-02", "SYS-10", "SYS-99", "SYS-100"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestSnapshotIsACopy(t *testing.T) {
	systems, people, keys, secrets := register()
	s := NewSnapshot(systems, people, keys)
	systems[0].Models[0], people[0].Roles[0], keys[0].Revoked = "other", "other", noon
	if v, _ := s.SystemBySlug("helpdesk"); !v.Lists("gpt-4o") {
		t.Error("the snapshot's models changed")
	}
	if _, err := s.Resolve(secrets["personal"], noon); err != nil {
		t.Error("the snapshot's keys changed")
	}
}

func TestDigest(t *testing.T) {
	systems, people, keys, _ := register()
	base := NewSnapshot(systems, people, keys).Digest()
	slices.Reverse(systems)
	slices.Reverse(people)
	slices.Reverse(keys)
	if NewSnapshot(systems, people, keys).Digest() != base {
		t.Error("the digest depends on the order given")
	}
	seen := map[counterfoil.Hash]string{base: "the unchanged register"}
	for name, change := range map[string]func(s []System, p []Person, k []Key){
		"name":       func(s []System, _ []Person, _ []Key) { s[0].Name = "x" },
		"version":    func(s []System, _ []Person, _ []Key) { s[0].Version++ },
		"owner":      func(s []System, _ []Person, _ []Key) { s[0].Owner = PersonID{9} },
		"models":     func(s []System, _ []Person, _ []Key) { s[0].Models = []string{"x"} },
		"no model":   func(s []System, _ []Person, _ []Key) { s[0].Models = []string{""} },
		"role":       func(_ []System, p []Person, _ []Key) { p[0].Roles = []string{"x"} },
		"a person":   func(_ []System, p []Person, _ []Key) { p[0].Version++ },
		"revocation": func(_ []System, _ []Person, k []Key) { k[0].Revoked = noon },
		"expiry":     func(_ []System, _ []Person, k []Key) { k[0].Expires = noon },
		"workload":   func(_ []System, _ []Person, k []Key) { k[0].Workload = !k[0].Workload },
	} {
		s, p, k, _ := register()
		copy(k, keys) // the same secrets
		slices.Reverse(k)
		change(s, p, k)
		d := NewSnapshot(s, p, k).Digest()
		if other, twice := seen[d]; twice {
			t.Errorf("a change of %s has the digest of %s", name, other)
		}
		seen[d] = name
	}
}

// TestDigestTellsNothingOfPeople: it outlives their erasure.
func TestDigestTellsNothingOfPeople(t *testing.T) {
	systems, people, keys, _ := register()
	base := NewSnapshot(systems, people, keys).Digest()
	people[0].Name, people[0].Email, people[0].Created = "Another Name", "another@example.com", noon.Add(1)
	if NewSnapshot(systems, people, keys).Digest() != base {
		t.Error("name, address or date of a person enter the digest, so guesses can be tested by it")
	}
}

func BenchmarkResolve(b *testing.B) {
	systems, people, keys, secrets := register()
	for range 10_000 {
		keys = append(keys, Key{ID: KeyID(counterfoil.NewID()), System: SystemID{1}, Hash: HashKey(NewSecret())})
	}
	s := NewSnapshot(systems, people, keys)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Resolve(secrets["personal"], noon); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNewSnapshot(b *testing.B) {
	systems, people, keys, _ := register()
	for range 10_000 {
		keys = append(keys, Key{ID: KeyID(counterfoil.NewID()), System: SystemID{1}, Hash: counterfoil.Hash(HashToken(NewSecret()))})
	}
	for b.Loop() {
		NewSnapshot(systems, people, keys)
	}
}
