// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/accounts"
	"github.com/counterfoil/counterfoil/internal/control"
	"github.com/counterfoil/counterfoil/internal/erasure"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/identity"
)

// prove finds out who acts through the socket, and records it before they do.
func (a service) prove(ctx context.Context, p control.Proof, action string, target counterfoil.ID) (identity.PersonID, error) {
	who, err := a.prover.Prove(ctx, action, p.As, p.Password, "socket")
	if many, ok := errors.AsType[*accounts.TooManyError](err); ok {
		return identity.PersonID{}, fault.Unavailable(fmt.Sprintf("Nothing was done: too many passwords were wrong. Try again in %d minutes.",
			int((many.Wait+time.Minute-1)/time.Minute)), err)
	}
	if err != nil {
		return identity.PersonID{}, err
	}
	return who.ID, a.Access(ctx, counterfoil.ID(who.ID), action, target)
}

// whom reads a person from an address or an id.
func (a *App) whom(text string) (counterfoil.ID, error) {
	if text == "" {
		return counterfoil.ID{}, nil
	}
	if id, err := counterfoil.ParseID(text); err == nil {
		return id, nil
	}
	if address, err := identity.NormaliseEmail(text); err == nil {
		if p, ok := a.roll.Snapshot().PersonByEmail(address); ok {
			return counterfoil.ID(p.ID), nil
		}
	}
	return counterfoil.ID{}, fault.NotFound("No person with this id or address is registered.", nil)
}

// target reads what is meant; the ids of a person and an interaction.
func (a *App) target(person, interaction string) (who, what counterfoil.ID, err error) {
	if who, err = a.whom(person); err != nil || interaction == "" {
		return who, what, err
	}
	what, err = control.ParseID(interaction, "an interaction")
	return who, what, err
}

func either(a, b counterfoil.ID) counterfoil.ID {
	if a.IsZero() {
		return b
	}
	return a
}

// RequestErasure implements control.Eraser.
func (a service) RequestErasure(ctx context.Context, q control.NewErasure, progress func(done, total uint64)) (control.Erasure, error) {
	person, interaction, err := a.target(q.Person, q.Interaction)
	if err != nil {
		return control.Erasure{}, err
	}
	who, err := a.prove(ctx, q.Proof, "erasure_request", either(person, interaction))
	if err != nil {
		return control.Erasure{}, err
	}
	c, preview, err := a.erasure.Request(ctx, who, erasure.NewRequest{
		Target: erasure.Target{Person: person, Interaction: interaction, Before: q.Before}, Basis: q.Basis, Reason: q.Reason,
	}, progress)
	if err != nil {
		return control.Erasure{}, err
	}
	return a.shown(c, &preview), nil
}

// Erasures implements control.Eraser.
func (a service) Erasures(ctx context.Context) ([]control.Erasure, error) {
	cases, err := a.erasure.Cases(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]control.Erasure, len(cases))
	for i := range cases {
		list[i] = a.shown(&cases[i], nil)
	}
	return list, nil
}

// Erasure implements control.Eraser.
func (a service) Erasure(ctx context.Context, text string, progress func(done, total uint64)) (control.Erasure, error) {
	id, err := control.ParseID(text, "a request")
	if err != nil {
		return control.Erasure{}, err
	}
	c, err := a.erasure.Case(ctx, id)
	if err != nil {
		return control.Erasure{}, err
	}
	if c.State != erasure.StateWaiting {
		return a.shown(c, nil), nil
	}
	preview, err := a.erasure.Preview(ctx, id, progress)
	if err != nil {
		return control.Erasure{}, err
	}
	return a.shown(c, &preview), nil
}

// ApproveErasure implements control.Eraser.
func (a service) ApproveErasure(ctx context.Context, text string, p control.Proof, progress func(done, total uint64)) (control.Erasure, error) {
	id, err := control.ParseID(text, "a request")
	if err != nil {
		return control.Erasure{}, err
	}
	who, err := a.prove(ctx, p, "erasure_approve", id)
	if err != nil {
		return control.Erasure{}, err
	}
	c, err := a.ApproveAndErase(ctx, who, id, progress)
	if err != nil {
		return control.Erasure{}, err
	}
	return a.shown(c, nil), nil
}

// ApproveAndErase approves a request and carries it out, while no self-check is
// under way: it would find text erased that it has just read. It goes on when
// whoever asked for it hangs up.
func (a *App) ApproveAndErase(ctx context.Context, by identity.PersonID, id counterfoil.ID, progress erasure.Progress) (*erasure.Case, error) {
	a.checking.Lock()
	defer a.checking.Unlock()
	return a.erasure.Approve(context.WithoutCancel(ctx), by, id, progress)
}

// RejectErasure implements control.Eraser.
func (a service) RejectErasure(ctx context.Context, text string, p control.Proof) (control.Erasure, error) {
	id, err := control.ParseID(text, "a request")
	if err != nil {
		return control.Erasure{}, err
	}
	who, err := a.prove(ctx, p, "erasure_reject", id)
	if err != nil {
		return control.Erasure{}, err
	}
	c, err := a.erasure.Reject(ctx, who, id)
	if err != nil {
		return control.Erasure{}, err
	}
	return a.shown(c, nil), nil
}

// shown is a request as the command line prints it.
func (a service) shown(c *erasure.Case, preview *erasure.Preview) control.Erasure {
	out := control.Erasure{
		ID: c.ID.String(), State: c.State, Scope: c.Scope(), Person: text(c.Target.Person), Email: a.email(identity.PersonID(c.Target.Person)),
		Interaction: text(c.Target.Interaction), Before: c.Target.Before, Basis: c.Basis, Reason: c.Reason,
		RequestedBy: a.called(c.By), Requested: c.Requested, DecidedBy: a.called(c.DecidedBy), Decided: c.Decided,
		Payloads: c.Payloads(), Entries: []uint64{}, Preview: (*control.ErasurePreview)(preview),
	}
	for i := range c.Erased {
		out.Entries = append(out.Entries, uint64(c.Erased[i].Entry))
	}
	return out
}

// called is the address of a person, or their id once they are not known any more.
func (a service) called(id identity.PersonID) string {
	if address := a.email(id); address != "" {
		return address
	}
	return text(counterfoil.ID(id))
}

// PlaceHold implements control.Eraser.
func (a service) PlaceHold(ctx context.Context, q control.NewHold) (control.Hold, error) {
	person, interaction, err := a.target(q.Person, q.Interaction)
	if err != nil {
		return control.Hold{}, err
	}
	who, err := a.prove(ctx, q.Proof, "hold_place", either(person, interaction))
	if err != nil {
		return control.Hold{}, err
	}
	h, err := a.erasure.PlaceHold(ctx, who, erasure.NewHold{
		Person: person, Interaction: interaction, Everything: q.Everything, Reason: q.Reason, Until: q.Until,
	})
	if err != nil {
		return control.Hold{}, err
	}
	return a.hold(h), nil
}

// Holds implements control.Eraser.
func (a service) Holds(ctx context.Context) ([]control.Hold, error) {
	holds, err := a.erasure.Holds(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]control.Hold, len(holds))
	for i := range holds {
		list[i] = a.hold(&holds[i])
	}
	return list, nil
}

// ReleaseHold implements control.Eraser.
func (a service) ReleaseHold(ctx context.Context, text string, p control.Proof) (control.Hold, error) {
	id, err := control.ParseID(text, "a hold")
	if err != nil {
		return control.Hold{}, err
	}
	who, err := a.prove(ctx, p, "hold_release", id)
	if err != nil {
		return control.Hold{}, err
	}
	h, err := a.erasure.ReleaseHold(ctx, who, id)
	if err != nil {
		return control.Hold{}, err
	}
	return a.hold(h), nil
}

func (a service) hold(h *erasure.Hold) control.Hold {
	on := h.What()
	if address := a.email(identity.PersonID(h.Person)); address != "" {
		on = address
	}
	return control.Hold{
		ID: h.ID.String(), On: on, Reason: h.Reason, PlacedBy: a.called(h.By), Placed: h.Placed, Until: h.Until,
		ReleasedBy: a.called(h.ReleasedBy), Released: h.Released, InForce: h.InForce(a.clock.Now()),
	}
}

// RotateRoot implements control.Eraser.
func (a service) RotateRoot(ctx context.Context) (control.RootRotated, error) {
	if err := a.Access(ctx, counterfoil.ID(operator), "root_rotate", counterfoil.ID{}); err != nil {
		return control.RootRotated{}, err
	}
	n, err := a.vault.RotateRoot(context.WithoutCancel(ctx))
	return control.RootRotated{Keys: n}, err
}

// AddAdministrator implements control.Eraser.
func (a service) AddAdministrator(ctx context.Context, q control.NewAdministrator) (control.Administrator, error) {
	who, err := a.prove(ctx, q.Proof, "administrator_add", counterfoil.ID{})
	if err != nil {
		return control.Administrator{}, err
	}
	if p, ok := a.roll.Snapshot().Person(who); !ok || !p.Has(identity.RoleAdministrator) {
		return control.Administrator{}, fault.Forbidden("Only an administrator may do this.", nil)
	}
	made, err := a.accounts.CreateAdministrator(ctx, who, accounts.NewAdministrator{Email: q.Email, Name: q.Name, Password: q.NewPassword})
	if err != nil {
		return control.Administrator{}, err
	}
	return control.Administrator{ID: made.ID.String(), Email: made.Email}, nil
}
