// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package erasure

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/vault"
)

// PlaceHold stops erasure and retention for what the hold covers. Whoever places
// it has proved who they are.
func (e *Eraser) PlaceHold(ctx context.Context, by identity.PersonID, n NewHold) (*Hold, error) {
	e.acting.Lock() // an erasure under way comes first, and the hold tells nothing of it
	defer e.acting.Unlock()
	if err := e.mayAct(by); err != nil {
		return nil, err
	}
	if err := n.check(e.Clock.Now()); err != nil {
		return nil, fmt.Errorf("place hold: %w", err)
	}
	h := &Hold{
		ID: counterfoil.NewID(), Version: 1, Person: n.Person, Interaction: n.Interaction, Reason: n.Reason,
		By: by, Placed: e.Clock.Now(), Until: n.Until,
	}
	subject, err := e.heldPerson(ctx, h)
	if err != nil {
		return nil, fmt.Errorf("place hold: %w", err)
	}
	return h, e.saveHold(ctx, by, subject, h, created)
}

// heldPerson is the person a hold is about, who must be known.
func (e *Eraser) heldPerson(ctx context.Context, h *Hold) (counterfoil.ID, error) {
	if !h.Interaction.IsZero() {
		i, err := e.interaction(ctx, h.Interaction)
		if err != nil {
			return counterfoil.ID{}, err
		}
		return i.person, nil
	}
	if h.Person.IsZero() {
		return h.Person, nil
	}
	if _, ok := e.People.Snapshot().Person(identity.PersonID(h.Person)); !ok {
		return h.Person, fault.NotFound("No person with this id or address is registered.", nil)
	}
	return h.Person, nil
}

// ReleaseHold ends a hold. Any administrator may; it is recorded who did.
func (e *Eraser) ReleaseHold(ctx context.Context, by identity.PersonID, id counterfoil.ID) (*Hold, error) {
	e.acting.Lock()
	defer e.acting.Unlock()
	if err := e.mayAct(by); err != nil {
		return nil, err
	}
	holds, err := e.Holds(ctx)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(holds, func(h Hold) bool { return h.ID == id })
	if at < 0 {
		return nil, fault.NotFound("No hold has this id.", nil)
	}
	h := &holds[at]
	if !h.Released.IsZero() {
		return h, nil
	}
	subject, err := e.heldPerson(ctx, h)
	if fault.KindOf(err) != fault.KindNotFound && err != nil {
		return nil, err
	}
	h.Released, h.ReleasedBy = e.Clock.Now(), by
	h.Version++
	return h, e.saveHold(ctx, by, subject, h, released)
}

func (e *Eraser) saveHold(ctx context.Context, by identity.PersonID, subject counterfoil.ID, h *Hold, transition string) error {
	return e.save(ctx, by, subject, h.ID, counterfoil.Record{Type: TypeHold, Version: h.Version, Transition: transition}, h)
}

// Holds returns all holds, oldest change first. Those that went with a person who was
// erased are left out; those that do not open for another reason are on everything.
func (e *Eraser) Holds(ctx context.Context) ([]Hold, error) {
	rows, err := e.Records.Records(ctx, TypeHold)
	if err != nil {
		return nil, err
	}
	var gone *named // read when the first body is missing
	holds := make([]Hold, 0, len(rows))
	for i := range rows {
		row := &rows[i]
		if len(row.Body) > 0 {
			var h Hold
			if err := json.Unmarshal(row.Body, &h); err != nil {
				return nil, fmt.Errorf("read hold %s: %w", row.ID, err)
			}
			holds = append(holds, h)
			continue
		}
		if gone == nil {
			if gone, err = e.named(ctx); err != nil {
				return nil, fmt.Errorf("find out whether hold %s was erased: %w", row.ID, err)
			}
		}
		erased, err := e.erased(row, gone)
		if err != nil {
			return nil, fmt.Errorf("find out whether hold %s was erased: %w", row.ID, err)
		}
		if !erased {
			holds = append(holds, lostHold(row))
		}
	}
	return holds, nil
}

// holding is a hold in force with what it is about.
type holding struct {
	hold   Hold
	person counterfoil.ID   // of the interaction, when it is on one
	keys   []counterfoil.ID // of the interaction
}

func (e *Eraser) inForce(ctx context.Context) ([]holding, error) {
	holds, err := e.Holds(ctx)
	if err != nil {
		return nil, err
	}
	var list []holding
	for _, h := range holds {
		if !h.InForce(e.Clock.Now()) {
			continue
		}
		held := holding{hold: h, person: h.Person}
		if !h.Interaction.IsZero() {
			i, err := e.interaction(ctx, h.Interaction)
			if err != nil {
				return nil, fmt.Errorf("find what hold %s is on: %w", h.ID, err)
			}
			held.person, held.keys = i.person, i.keys
		}
		list = append(list, held)
	}
	return list, nil
}

// coversKey tells whether a hold keeps a wrapping key.
func (h *holding) coversKey(subject, key counterfoil.ID) bool {
	switch {
	case h.hold.everything():
		return true
	case !h.hold.Interaction.IsZero():
		return slices.Contains(h.keys, key)
	default:
		return subject == h.hold.Person
	}
}

// covers tells whether a hold is on anything of a plan.
func (h *holding) covers(p *plan) bool {
	if h.hold.everything() {
		return true
	}
	if p.single != nil {
		if h.hold.Interaction.IsZero() {
			return p.subject == h.hold.Person
		}
		return p.target.Interaction == h.hold.Interaction
	}
	if !p.target.Person.IsZero() && p.target.Person == h.person {
		return true // also when only an interaction of theirs is held
	}
	return slices.ContainsFunc(p.keys, func(k vault.WrappingKey) bool { return h.coversKey(k.Scope.Subject, k.ID) })
}

// held refuses a plan that a hold is on.
func (e *Eraser) held(ctx context.Context, p *plan) error {
	holds, err := e.inForce(ctx)
	if err != nil {
		return err
	}
	for i := range holds {
		if holds[i].covers(p) {
			return e.stopped(&holds[i].hold)
		}
	}
	return nil
}
