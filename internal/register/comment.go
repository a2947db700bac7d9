// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"context"
	"fmt"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// Inner kinds the engine makes itself, and the field that says what they belong to.
const (
	KindComment    = "comment"
	KindAttachment = "attachment"
	fieldAbout     = "about"
	fieldConcerns  = "concerns"
)

// Comment adds what somebody says about a record. The fault of a text that does
// not fit names the field "text".
func (r *Register) Comment(ctx context.Context, actor Actor, about counterfoil.ID, text string) (*Record, error) {
	r.saving.Lock()
	defer r.saving.Unlock()
	record, err := r.outer(ctx, actor, about, Comment)
	if err != nil {
		return nil, err
	}
	return r.addInner(ctx, actor, counterfoil.NewID(), record, KindComment, Input{Values: kind.Values{"text": text}})
}

// outer loads a record something is to be added to, when the actor may.
func (r *Register) outer(ctx context.Context, actor Actor, about counterfoil.ID, a Action) (*Record, error) {
	record, err := r.present(ctx, about)
	if err != nil {
		return nil, err
	}
	return record, r.Rights.check(actor, record.Kind, record, a)
}

// addInner begins a record of an inner kind. The right to it is that to the record
// it belongs to, so it is made by the program in the actor's name. r.saving must be held.
func (r *Register) addInner(ctx context.Context, actor Actor, id counterfoil.ID, about *Record, kindID string, in Input) (*Record, error) {
	k, err := r.Kinds.Kind(kindID)
	if err != nil {
		return nil, fmt.Errorf("add to %s: %w", about.Number(), err)
	}
	fixed := kind.Values{fieldAbout: about.ID.String()}
	if subject := concerned(about); !subject.IsZero() {
		fixed[fieldConcerns] = subject.String()
	}
	for field, value := range in.Fixed {
		fixed[field] = value
	}
	in.Fixed = fixed
	return r.create(ctx, For(actor.Person), id, k, k.Initial().ID, in)
}

// concerned is whose erasure takes what belongs to the record: the person it is about,
// or the record itself where whom it is about is no person of the register, such as the
// reporter of an adverse report. Zero when the record holds nothing personal.
func concerned(record *Record) counterfoil.ID {
	if record.Kind.Subject == "" {
		return counterfoil.ID{}
	}
	return record.Subject()
}

// Inner returns the records of an inner kind, such as comments, that belong to a
// record, by number.
func (v *View) Inner(ctx context.Context, record *Record, kindID string) ([]*Record, error) {
	if !v.register.Rights.sees(v.actor, record) {
		return nil, fault.NotFound("There is no such record.", nil)
	}
	rows, err := v.register.Store.KeptLinksTo(ctx, record.ID, kindID, v.at)
	if err != nil {
		return nil, err
	}
	return v.inner(rows)
}

func (v *View) inner(rows []index.Linked) ([]*Record, error) {
	var list []*Record
	for i := range rows {
		if rows[i].Field != fieldAbout {
			continue
		}
		inner, err := v.register.load(&rows[i].Kept)
		if err != nil {
			return nil, err
		}
		list = append(list, inner)
	}
	return list, nil
}
