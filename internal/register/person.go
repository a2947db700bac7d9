// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"context"
	"fmt"
	"slices"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/identity"
)

// ensurePerson returns the person with the normalised address, registering them
// when unknown. r.saving must be held.
func (r *Register) ensurePerson(ctx context.Context, actor identity.PersonID, email string) (identity.Person, error) {
	if p, ok := r.directory.Snapshot().PersonByEmail(email); ok {
		return *p, nil
	}
	p := identity.Person{
		ID:      identity.PersonID(counterfoil.NewID()),
		Version: 1,
		Email:   email,
		Created: r.clock.Now(),
	}
	return p, r.savePerson(ctx, actor, &p, created)
}

// NewAdministrator is what is entered at set-up.
type NewAdministrator struct {
	Email    string
	Name     string // may be empty
	Password string
}

// CreateAdministrator makes a person an administrator with a password. A zero
// actor stands for the set-up link and is refused once there is an
// administrator who can sign in. Fields of a fault: email, name, password.
func (r *Register) CreateAdministrator(ctx context.Context, actor identity.PersonID, in NewAdministrator) (identity.Person, error) {
	p, err := r.createAdministrator(ctx, actor, in)
	if err != nil {
		return identity.Person{}, fmt.Errorf("create administrator: %w", err)
	}
	return p, nil
}

func (r *Register) createAdministrator(ctx context.Context, actor identity.PersonID, in NewAdministrator) (identity.Person, error) {
	f := newForm()
	email, name := f.email("email", in.Email), f.name("name", in.Name, true)
	f.password("password", in.Password, email)
	if err := f.err(); err != nil {
		return identity.Person{}, err
	}
	phc, err := r.hash(ctx, in.Password)
	if err != nil {
		return identity.Person{}, err
	}
	r.saving.Lock()
	defer r.saving.Unlock()
	if actor.IsZero() && r.HasAdministrator() {
		return identity.Person{}, fault.Forbidden("There is an administrator already. Ask them for access.", nil)
	}
	p, err := r.ensureAdministrator(ctx, actor, email, name)
	if err != nil {
		return identity.Person{}, err
	}
	return p, r.replaceCredential(ctx, actor, p.ID, phc)
}

// HasAdministrator reports whether somebody can sign in as administrator; the
// set-up link is for when nobody can.
func (r *Register) HasAdministrator() bool {
	return slices.ContainsFunc(r.directory.Snapshot().People(), func(p identity.Person) bool {
		_, signsIn := r.directory.Credential(p.ID)
		return signsIn && p.Has(identity.RoleAdministrator)
	})
}

// ensureAdministrator registers the person or gives them role and name. Somebody
// who signs in already keeps their password: they are not for others to create.
func (r *Register) ensureAdministrator(ctx context.Context, actor identity.PersonID, email, name string) (identity.Person, error) {
	standing, known := r.directory.Snapshot().PersonByEmail(email)
	if !known {
		p := identity.Person{
			ID:      identity.PersonID(counterfoil.NewID()),
			Version: 1,
			Email:   email,
			Name:    name,
			Roles:   []string{identity.RoleAdministrator},
			Created: r.clock.Now(),
		}
		return p, r.savePerson(ctx, actor, &p, created)
	}
	if _, signsIn := r.directory.Credential(standing.ID); signsIn {
		return identity.Person{}, fault.Conflict("This person signs in already.", nil)
	}
	p := *standing
	p.Roles = slices.Clone(p.Roles)
	if name != "" {
		p.Name = name
	}
	if !p.Has(identity.RoleAdministrator) {
		p.Roles = append(p.Roles, identity.RoleAdministrator)
	}
	p.Version++
	return p, r.savePerson(ctx, actor, &p, changed)
}
