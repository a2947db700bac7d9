// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package accounts

import (
	"context"
	"fmt"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// NewSystem is what is entered to register an AI system.
type NewSystem struct {
	Name       string
	OwnerEmail string   // who answers for it; registered as a person when unknown
	Models     []string // exactly as clients name them; empty means that none is listed
}

// AddSystem begins the record of an AI system, in the first state of its kind: it has
// no route yet. Models not known yet are registered. Fields of a fault: name, owner,
// models.
func (a *Accounts) AddSystem(ctx context.Context, actor identity.PersonID, in NewSystem) (identity.System, error) {
	f := newForm()
	name, owner, models := f.name("name", in.Name, false), f.email("owner", in.OwnerEmail), f.models("models", in.Models)
	if err := f.err(); err != nil {
		return identity.System{}, fmt.Errorf("add system: %w", err)
	}
	a.saving.Lock()
	defer a.saving.Unlock()
	values := kind.Values{"name": name}
	if err := a.refer(ctx, actor, values, owner, models); err != nil {
		return identity.System{}, fmt.Errorf("add system: %w", err)
	}
	r, err := a.register.Create(ctx, onBehalf(actor), kindSystem, register.Input{Values: values})
	if err != nil {
		return identity.System{}, fmt.Errorf("add system: %w", err)
	}
	return a.system(r.ID)
}

// refer sets the fields of a system that link to other records, which are begun when
// there are none. a.saving must be held.
func (a *Accounts) refer(ctx context.Context, actor identity.PersonID, values kind.Values, owner string, models []string) error {
	if owner != "" {
		person, err := a.ensurePerson(ctx, actor, owner)
		if err != nil {
			return err
		}
		values["owner"] = person.ID.String()
	}
	if models == nil {
		return nil
	}
	ids := make([]string, len(models))
	for i, name := range models {
		id, err := a.ensureModel(ctx, actor, name)
		if err != nil {
			return err
		}
		ids[i] = id.String()
	}
	values["models"] = ids
	return nil
}

// ensureModel returns the record of a model, registering one when there is none.
func (a *Accounts) ensureModel(ctx context.Context, actor identity.PersonID, name string) (counterfoil.ID, error) {
	if id, ok := a.directory.Model(name); ok {
		return id, nil
	}
	r, err := a.register.Create(ctx, onBehalf(actor), kindModel, register.Input{Values: kind.Values{"name": name, "name_in_requests": name}})
	if err != nil {
		return counterfoil.ID{}, fmt.Errorf("register model: %w", err)
	}
	return r.ID, nil
}

// system returns what was just saved.
func (a *Accounts) system(id counterfoil.ID) (identity.System, error) {
	s, ok := a.directory.Snapshot().System(identity.SystemID(id))
	if !ok {
		return identity.System{}, fault.NotFound("This AI system is not registered.", nil)
	}
	return *s, nil
}

// SystemChange says what to change; nil leaves a field as it is.
type SystemChange struct {
	Version    uint64 // the version the change was made from; refused when another stands. 0 accepts any
	Name       *string
	OwnerEmail *string
	Models     *[]string
}

// ChangeSystem changes a system's name, owner or models; its slug and number stay. A
// change of an approved system is a draft: what was approved stays in force, and is
// what it returns. A change that changes nothing is not recorded. Fields of a fault:
// name, owner, models.
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
	values, owner, models, err := in.check()
	if err != nil {
		return identity.System{}, err
	}
	if err := a.refer(ctx, actor, values, owner, models); err != nil {
		return identity.System{}, err
	}
	from := in.Version
	if from == 0 {
		from = standing.Version
	}
	if _, err := a.register.Change(ctx, onBehalf(actor), counterfoil.ID(id), register.Input{Version: from, Values: values}); err != nil {
		return identity.System{}, err
	}
	return a.system(counterfoil.ID(id))
}

// check returns the values that stand by themselves, and those that name other records.
func (in *SystemChange) check() (values kind.Values, owner string, models []string, err error) {
	f, values := newForm(), kind.Values{}
	if in.Name != nil {
		values["name"] = f.name("name", *in.Name, false)
	}
	if in.OwnerEmail != nil {
		owner = f.email("owner", *in.OwnerEmail)
	}
	if in.Models != nil {
		models = f.models("models", *in.Models)
	}
	return values, owner, models, f.err()
}

// EnsureBuiltinPlayground returns the built-in system for first attempts, setting it
// up in operation with the given models when there is none. It has no owner until
// somebody takes it over.
func (a *Accounts) EnsureBuiltinPlayground(ctx context.Context, models []string) (identity.System, error) {
	a.saving.Lock()
	defer a.saving.Unlock()
	for _, s := range a.directory.Snapshot().Systems() {
		if s.Builtin {
			return s, nil
		}
	}
	values := kind.Values{"name": "Playground", "builtin": true}
	if err := a.refer(ctx, identity.PersonID{}, values, "", models); err != nil {
		return identity.System{}, fmt.Errorf("add playground: %w", err)
	}
	r, err := a.register.SetUp(ctx, register.Program, kindSystem, stateOperating, register.Input{
		Values: values, Reason: "Made by the program for first attempts.",
	})
	if err != nil {
		return identity.System{}, fmt.Errorf("add playground: %w", err)
	}
	return a.system(r.ID)
}
