// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package accounts

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/identity"
)

func TestAddSystem(t *testing.T) {
	b := start(t)
	s := b.system(t)
	owner, _ := b.directory.Snapshot().PersonByEmail("owner@example.com")
	want := identity.System{
		ID: s.ID, Version: 1, Slug: "helpdesk", Number: "SYS-001", Name: "Helpdesk", State: "requested", Route: identity.Route{Closed: identity.ClosedUnapproved},
		Owner: owner.ID, Models: []string{"gpt-4o"}, Uses: []identity.Use{{Registered: true}}, Created: noon,
	}
	standing, _ := b.directory.Snapshot().SystemBySlug("helpdesk")
	for _, got := range []identity.System{s, *standing} {
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("system (-want +got):\n%s", diff)
		}
	}
	if diff := cmp.Diff([]string{"person created", "model created", "system created"}, b.trail); diff != "" {
		t.Error(diff)
	}
	for _, e := range b.kept {
		if e.Actor != counterfoil.ID(actor) {
			t.Errorf("entry %+v", e)
		}
	}
	other := b.system(t)
	if other.Slug != "helpdesk-2" || other.Number != "SYS-002" || other.Owner != owner.ID {
		t.Errorf("a second system of the name: %+v", other)
	}
}

func TestAddSystemRefuses(t *testing.T) {
	b := start(t)
	for name, test := range map[string]struct {
		in     NewSystem
		fields []string
	}{
		"everything":  {NewSystem{Models: []string{""}}, []string{"name", "owner", "models"}},
		"long name":   {NewSystem{Name: strings.Repeat("ä", 101), OwnerEmail: "o@example.com"}, []string{"name"}},
		"turned name": {NewSystem{Name: "safe \u202egnp.exe", OwnerEmail: "o@example.com"}, []string{"name"}},
		"two lines":   {NewSystem{Name: "a\nb", OwnerEmail: "o@example.com"}, []string{"name"}},
		"bad UTF-8":   {NewSystem{Name: "a\xff", OwnerEmail: "o@example.com"}, []string{"name"}},
		"no address":  {NewSystem{Name: "a", OwnerEmail: "Olga"}, []string{"owner"}},
		"model":       {NewSystem{Name: "a", OwnerEmail: "o@example.com", Models: []string{"gpt 4"}}, []string{"models"}},
		"long model":  {NewSystem{Name: "a", OwnerEmail: "o@example.com", Models: []string{strings.Repeat("m", 201)}}, []string{"models"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := b.AddSystem(t.Context(), actor, test.in)
			wantFault(t, err, fault.KindInvalid, test.fields...)
		})
	}
	many := NewSystem{Name: "a", OwnerEmail: "o@example.com"}
	for i := range maxModels + 1 {
		many.Models = append(many.Models, fmt.Sprint("model-", i))
	}
	_, err := b.AddSystem(t.Context(), actor, many)
	wantFault(t, err, fault.KindInvalid, "models")
	if len(b.trail) != 0 {
		t.Errorf("recorded %v", b.trail)
	}
}

func TestChangeSystem(t *testing.T) {
	b := start(t)
	s := b.system(t)
	name, owner, models := "Service desk", "next@example.com", []string{"claude-sonnet-4-5"}
	got, err := b.ChangeSystem(t.Context(), actor, s.ID, SystemChange{Version: 1, Name: &name, OwnerEmail: &owner, Models: &models})
	if err != nil {
		t.Fatal(err)
	}
	next, _ := b.directory.Snapshot().PersonByEmail(owner)
	want := s
	want.Version, want.Name, want.Owner, want.Models = 2, name, next.ID, models
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("system (-want +got):\n%s", diff)
	}

	before := len(b.trail)
	if _, err := b.ChangeSystem(t.Context(), actor, s.ID, SystemChange{Name: &name}); err != nil || len(b.trail) != before {
		t.Errorf("a change of nothing: error %v, recorded %v", err, b.trail[before:])
	}
	_, err = b.ChangeSystem(t.Context(), actor, s.ID, SystemChange{Version: 1, Name: &name})
	wantFault(t, err, fault.KindConflict)
	_, err = b.ChangeSystem(t.Context(), actor, identity.SystemID{9}, SystemChange{Name: &name})
	wantFault(t, err, fault.KindNotFound)
	empty, none := " ", []string{}
	_, err = b.ChangeSystem(t.Context(), actor, s.ID, SystemChange{Name: &empty, OwnerEmail: &empty})
	wantFault(t, err, fault.KindInvalid, "name", "owner")
	if got, err := b.ChangeSystem(t.Context(), actor, s.ID, SystemChange{Models: &none}); err != nil || len(got.Models) != 0 {
		t.Errorf("no model at all: %+v, %v", got, err)
	}
}

func TestPlayground(t *testing.T) {
	b := start(t)
	first, err := b.EnsureBuiltinPlayground(t.Context(), []string{"sandbox-echo"})
	if err != nil || !first.Builtin || first.Slug != "playground" || !first.Lists("sandbox-echo") || first.State != "operating" || !first.Route.Open {
		t.Fatalf("%+v, %v", first, err)
	}
	again, err := b.EnsureBuiltinPlayground(t.Context(), nil)
	if err != nil || again.ID != first.ID || len(b.trail) != 2 {
		t.Errorf("%+v, %v", again, err)
	}
}

// TestTogether adds systems from many goroutines: each gets its own name.
func TestTogether(t *testing.T) {
	b := start(t)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := b.AddSystem(t.Context(), actor, NewSystem{Name: "Helpdesk", OwnerEmail: "owner@example.com"}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	snapshot := b.directory.Snapshot()
	slugs, numbers := map[string]bool{}, map[string]bool{}
	for _, s := range snapshot.Systems() {
		slugs[s.Slug], numbers[s.Number] = true, true
	}
	if len(slugs) != 20 || len(numbers) != 20 || len(snapshot.People()) != 1 {
		t.Errorf("%d slugs, %d numbers, %d people; want 20, 20, 1", len(slugs), len(numbers), len(snapshot.People()))
	}
}
