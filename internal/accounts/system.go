// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package accounts

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/identity"
)

// NewSystem is what is entered to register an AI system.
type NewSystem struct {
	Name       string
	OwnerEmail string   // who answers for it; registered as a person when unknown
	Models     []string // exactly as clients name them; empty means that none is listed
}

// AddSystem registers an AI system. Fields of a fault: name, owner, models.
func (a *Accounts) AddSystem(ctx context.Context, actor identity.PersonID, in NewSystem) (identity.System, error) {
	f := newForm()
	name, owner, models := f.name("name", in.Name, false), f.email("owner", in.OwnerEmail), f.models("models", in.Models)
	if err := f.err(); err != nil {
		return identity.System{}, fmt.Errorf("add system: %w", err)
	}
	a.saving.Lock()
	defer a.saving.Unlock()
	person, err := a.ensurePerson(ctx, actor, owner)
	if err != nil {
		return identity.System{}, fmt.Errorf("add system: %w", err)
	}
	s := a.newSystem(name)
	s.Owner, s.Models = person.ID, models
	if err := a.saveSystem(ctx, actor, &s, created); err != nil {
		return identity.System{}, fmt.Errorf("add system: %w", err)
	}
	return s, nil
}

// newSystem gives a system its identifiers. a.saving must be held.
func (a *Accounts) newSystem(name string) identity.System {
	snapshot := a.directory.Snapshot()
	taken := func(slug string) bool { _, ok := snapshot.SystemBySlug(slug); return ok }
	return identity.System{
		ID:      identity.SystemID(counterfoil.NewID()),
		Version: 1,
		Slug:    identity.Slug(name, taken),
		Number:  nextNumber(snapshot.Systems()),
		Name:    name,
		Created: a.clock.Now(),
	}
}

// nextNumber follows the highest number given. Systems are never taken out of
// the register, so no number comes twice.
func nextNumber(systems []identity.System) string {
	highest := 0
	for i := range systems {
		if n, err := strconv.Atoi(strings.TrimPrefix(systems[i].Number, "SYS-")); err == nil {
			highest = max(highest, n)
		}
	}
	return fmt.Sprintf("SYS-%02d", highest+1)
}

// SystemChange says what to change; nil leaves a field as it is.
type SystemChange struct {
	Version    uint64 // the version the change was made from; refused when another stands. 0 accepts any
	Name       *string
	OwnerEmail *string
	Models     *[]string
}

// ChangeSystem changes a system's name, owner or models; its slug and number
// stay. A change that changes nothing is not recorded. Fields of a fault: name,
// owner, models.
func (a *Accounts) ChangeSystem(ctx context.Context, actor identity.PersonID, id identity.SystemID, in SystemChange) (identity.System, error) {
	s, err := a.changeSystem(ctx, actor, id, in)
	if err != nil {
		return identity.System{}, fmt.Errorf("change system: %w", err)
	}
	return s, nil
}

func (a *Accounts) changeSystem(ctx context.Context, actor identity.PersonID, id identity.SystemID, in SystemChange) (identity.System, error) {
	a.saving.Lock()
	defer a.saving.Unlock()
	standing, ok := a.directory.Snapshot().System(id)
	if !ok {
		return identity.System{}, fault.NotFound("This AI system is not registered.", nil)
	}
	if in.Version != 0 && in.Version != standing.Version {
		return identity.System{}, fault.Conflict("Somebody else changed this AI system meanwhile. Look at the present version and try again.", nil)
	}
	next, owner, err := in.apply(*standing)
	if err != nil {
		return identity.System{}, err
	}
	if owner != "" {
		person, err := a.ensurePerson(ctx, actor, owner)
		if err != nil {
			return identity.System{}, err
		}
		next.Owner = person.ID
	}
	if reflect.DeepEqual(next, *standing) {
		return next, nil
	}
	next.Version++
	return next, a.saveSystem(ctx, actor, &next, changed)
}

// apply returns the changed system, and the address of a new owner.
func (in *SystemChange) apply(s identity.System) (_ identity.System, owner string, err error) {
	f := newForm()
	s.Models = slices.Clone(s.Models)
	if in.Name != nil {
		s.Name = f.name("name", *in.Name, false)
	}
	if in.Models != nil {
		s.Models = f.models("models", *in.Models)
	}
	if in.OwnerEmail != nil {
		owner = f.email("owner", *in.OwnerEmail)
	}
	return s, owner, f.err()
}

// EnsureBuiltinPlayground returns the built-in system for first attempts,
// registering it with the given models when there is none. It has no owner until
// somebody takes it over.
func (a *Accounts) EnsureBuiltinPlayground(ctx context.Context, models []string) (identity.System, error) {
	a.saving.Lock()
	defer a.saving.Unlock()
	for _, s := range a.directory.Snapshot().Systems() {
		if s.Builtin {
			return s, nil
		}
	}
	s := a.newSystem("Playground")
	s.Models, s.Builtin = slices.Clone(models), true
	if err := a.saveSystem(ctx, identity.PersonID{}, &s, created); err != nil {
		return identity.System{}, fmt.Errorf("add playground: %w", err)
	}
	return s, nil
}
