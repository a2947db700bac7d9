// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package accounts

import (
	"context"
	"fmt"
	"slices"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// ensurePerson returns the person with the normalised address, registering them
// when unknown. a.saving must be held.
func (a *Accounts) ensurePerson(ctx context.Context, actor identity.PersonID, email string) (identity.Person, error) {
	if p, ok := a.directory.Snapshot().PersonByEmail(email); ok {
		return *p, nil
	}
	return a.addPerson(ctx, actor, kind.Values{"email": email})
}

func (a *Accounts) addPerson(ctx context.Context, actor identity.PersonID, values kind.Values) (identity.Person, error) {
	r, err := a.register.Create(ctx, onBehalf(actor), kindPerson, register.Input{Values: values})
	if err != nil {
		return identity.Person{}, err
	}
	return a.person(identity.PersonID(r.ID))
}

// person returns who was just saved.
func (a *Accounts) person(id identity.PersonID) (identity.Person, error) {
	p, ok := a.directory.Snapshot().Person(id)
	if !ok {
		return identity.Person{}, fault.NotFound("This person is not registered.", nil)
	}
	return *p, nil
}

// onBehalf is the program acting for who called; a zero actor is the program itself.
func onBehalf(actor identity.PersonID) register.Actor { return register.For(counterfoil.ID(actor)) }

// NewAdministrator is what is entered at set-up.
type NewAdministrator struct {
	Email    string
	Name     string // may be empty
	Password string
}

// CreateAdministrator makes a person an administrator with a password. A zero
// actor stands for the set-up link and is refused once there is an
// administrator who can sign in. Fields of a fault: email, name, password.
func (a *Accounts) CreateAdministrator(ctx context.Context, actor identity.PersonID, in NewAdministrator) (identity.Person, error) {
	p, err := a.createAdministrator(ctx, actor, in)
	if err != nil {
		return identity.Person{}, fmt.Errorf("create administrator: %w", err)
	}
	return p, nil
}

func (a *Accounts) createAdministrator(ctx context.Context, actor identity.PersonID, in NewAdministrator) (identity.Person, error) {
	f := newForm()
	email, name := f.email("email", in.Email), f.name("name", in.Name, true)
	f.password("password", in.Password, email)
	if err := f.err(); err != nil {
		return identity.Person{}, err
	}
	phc, err := a.hash(ctx, in.Password)
	if err != nil {
		return identity.Person{}, err
	}
	a.saving.Lock()
	defer a.saving.Unlock()
	if actor.IsZero() && a.HasAdministrator() {
		return identity.Person{}, fault.Forbidden("There is an administrator already. Ask them for access.", nil)
	}
	p, err := a.ensureAdministrator(ctx, actor, email, name)
	if err != nil {
		return identity.Person{}, err
	}
	return p, a.replaceCredential(ctx, actor, p.ID, phc)
}

// HasAdministrator reports whether somebody can sign in as administrator; the
// set-up link is for when nobody can.
func (a *Accounts) HasAdministrator() bool {
	return slices.ContainsFunc(a.directory.Snapshot().People(), func(p identity.Person) bool {
		return p.Has(identity.RoleAdministrator) && a.signsIn(p.ID)
	})
}

// ensureAdministrator registers the person or gives them role and name. Somebody
// who signs in already keeps their password: they are not for others to create.
func (a *Accounts) ensureAdministrator(ctx context.Context, actor identity.PersonID, email, name string) (identity.Person, error) {
	values := kind.Values{"email": email}
	if name != "" {
		values["name"] = name
	}
	p, err := identity.Person{}, error(nil)
	standing, known := a.directory.Snapshot().PersonByEmail(email)
	switch {
	case !known:
		p, err = a.addPerson(ctx, actor, values)
	case standing.Left: // no role of theirs is in force
		return identity.Person{}, fault.Conflict("This person left. Record that they are back first, or name somebody else.", nil)
	case a.signsIn(standing.ID):
		return identity.Person{}, fault.Conflict("This person signs in already.", nil)
	default:
		p = *standing
		_, err = a.register.Change(ctx, onBehalf(actor), counterfoil.ID(p.ID), register.Input{Version: p.Version, Values: values})
	}
	if err != nil {
		return identity.Person{}, err
	}
	if err := a.appoint(ctx, actor, p); err != nil {
		return identity.Person{}, err
	}
	return a.person(p.ID)
}

func (a *Accounts) signsIn(id identity.PersonID) bool {
	c, ok := a.directory.Credential(id)
	return ok && c.SignsIn()
}

// appoint makes somebody administrator by an appointment that the program puts in
// force: before there is one, nobody could accept or confirm it.
func (a *Accounts) appoint(ctx context.Context, actor identity.PersonID, p identity.Person) error {
	if standing, ok := a.directory.Snapshot().Person(p.ID); ok && standing.Has(identity.RoleAdministrator) {
		return nil
	}
	reason := "Made by the program for the set-up link or the command line."
	if !actor.IsZero() {
		reason = "Made by the program for an administrator."
	}
	_, err := a.register.SetUp(ctx, onBehalf(actor), kindAppointment, stateActive, register.Input{
		Values: kind.Values{"role": identity.RoleAdministrator, "person": p.ID.String()}, Reason: reason,
	})
	return err
}
