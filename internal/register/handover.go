// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"context"
	"fmt"
	"slices"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/fault"
)

// What leads to a version when a record changes hands. These moves belong to no
// kind: every record with an owner has them.
const (
	Offered       = "offered"
	AcceptedOffer = "accepted_offer"
	DeclinedOffer = "declined_offer"
)

// fieldOwner links to whom a record belongs.
const fieldOwner = "owner"

// roleManager may change an owner without an offer, with a reason.
const roleManager = "aims_manager"

// Offer offers a record to a person, who owns it once they accept. Its owner may,
// the AIMS manager with a reason, and whoever may change a record that nobody owns.
// A second offer replaces the first. Fields of a fault are "to" and "reason".
func (r *Register) Offer(ctx context.Context, actor Actor, id, to counterfoil.ID, in Input) (*Record, error) {
	return r.handOver(ctx, actor, id, in, Offered, func(before, record *Record) error {
		if err := r.mayOffer(actor, before); err != nil {
			return err
		}
		wrong := make(fault.Fields)
		if record.Reason == "" && !before.Owner().IsZero() && before.Owner() != actor.Person && !actor.program {
			wrong["reason"] = "Say why it changes hands: you are not its owner."
		}
		person, err := r.present(ctx, to)
		switch {
		case err != nil && fault.KindOf(err) != fault.KindNotFound:
			return err
		case err != nil || person.Kind.ID != "person" || person.Erased:
			wrong["to"] = "Choose a person who exists."
		case to == before.Owner():
			wrong["to"] = "This person owns it already."
		case before.Kind.Named != nil && !(Actor{Person: to}).named(before):
			wrong["to"] = "This person may not see the record. Name them in it first."
		}
		record.About.Offer = &Offer{To: to, Act: Act{By: actor.Person, At: r.Clock.Now(), Version: record.Version + 1}}
		return wrong.Err()
	})
}

// mayOffer refuses whoever has no say in whom a record belongs to.
func (r *Register) mayOffer(actor Actor, record *Record) error {
	if _, ok := record.Kind.Field(fieldOwner); !ok {
		return fault.Conflict("Not available: "+record.Kind.Plural+" have no owner.", nil)
	}
	if actor.program || record.Owner() == actor.Person || slices.Contains(actor.Roles, roleManager) {
		return nil
	}
	if record.Owner().IsZero() {
		return r.Rights.check(actor, record.Kind, record, ChangeRight)
	}
	return fault.Forbidden("Not available: its owner hands it over, or the AIMS manager.", nil)
}

// Accept makes the person a record was offered to its owner. What was approved stays
// approved: whose a record is was no part of it.
func (r *Register) Accept(ctx context.Context, actor Actor, id counterfoil.ID, in Input) (*Record, error) {
	return r.handOver(ctx, actor, id, in, AcceptedOffer, func(before, record *Record) error {
		if before.About.Offer == nil || before.About.Offer.To != actor.Person {
			return fault.Forbidden("Not available: this record was not offered to you.", nil)
		}
		record.Values[fieldOwner] = actor.Person.String()
		record.About.Offer = nil
		return nil
	})
}

// Decline ends an offer. Whom it was made to may, and who made it takes it back.
func (r *Register) Decline(ctx context.Context, actor Actor, id counterfoil.ID, in Input) (*Record, error) {
	return r.handOver(ctx, actor, id, in, DeclinedOffer, func(before, record *Record) error {
		if o := before.About.Offer; o == nil || o.To != actor.Person && o.By != actor.Person {
			return fault.Forbidden("Not available: this record was not offered to you, nor by you.", nil)
		}
		record.About.Offer = nil
		return nil
	})
}

// handOver saves one step of a hand-over as a version of the record.
func (r *Register) handOver(ctx context.Context, actor Actor, id counterfoil.ID, in Input, step string, do func(before, record *Record) error) (*Record, error) {
	r.saving.Lock()
	defer r.saving.Unlock()
	before, err := r.present(ctx, id)
	if err != nil {
		return nil, err
	}
	if !r.Rights.sees(actor, before) {
		return nil, fault.NotFound("There is no such record.", nil)
	}
	if err := lost(before, in); err != nil {
		return nil, err
	}
	record, wrong := before.next(), make(fault.Fields)
	r.note(record, in, wrong)
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	if err := do(before, record); err != nil {
		return nil, fmt.Errorf("%s %s: %w", step, before.Number(), err)
	}
	record.Done[step] = Act{By: actor.Person, At: r.Clock.Now(), Version: before.Version + 1}
	if err := r.complete(ctx, Program, record); err != nil {
		return nil, err
	}
	if err := r.keep(ctx, actor, record, step); err != nil {
		return nil, err
	}
	return record, r.follow(ctx, record)
}

// owned refuses that a form takes a record away from its owner: it changes hands by
// an offer, or by the AIMS manager with a reason. An owner set this way ends an offer.
func owned(actor Actor, before, record *Record, wrong fault.Fields) {
	if record.Owner() == before.Owner() {
		return
	}
	record.About.Offer = nil
	switch {
	case actor.program || before.Owner().IsZero():
	case !slices.Contains(actor.Roles, roleManager):
		wrong[fieldOwner] = "This record has an owner. Offer it to the new one on its page; it changes hands when they accept."
	case record.Reason == "":
		wrong["reason"] = "Say why the owner changes without an offer."
	}
}

// ownerInForce keeps the owner of what is in force that of the record: approvals do
// not bind it.
func (r *Record) ownerInForce() {
	if r.InForce == nil || r.InForce.Values.Text(fieldOwner) == r.Values.Text(fieldOwner) {
		return
	}
	binding := *r.InForce
	binding.Values = binding.Values.Clone()
	if owner := r.Values.Text(fieldOwner); owner != "" {
		binding.Values[fieldOwner] = owner
	} else {
		delete(binding.Values, fieldOwner)
	}
	r.InForce = &binding
}

// MayOffer tells whether the actor may offer a record to somebody now.
func (v *View) MayOffer(record *Record) error {
	if !v.asOf.IsZero() {
		return fault.Forbidden("Not available: this shows the past.", nil)
	}
	return v.register.mayOffer(v.actor, record)
}
