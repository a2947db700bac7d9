// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"fmt"
	"slices"

	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// deadlines are asked for each time: they come near without a record being saved.
func (f *dutyFinder) deadlines() error {
	soon := f.reader.now
	if !f.asOf.IsZero() {
		soon = f.asOf
	}
	list, err := f.register.Store.KeptDue(f.ctx, f.actor.Person, soon.Add(dutySoon).UnixMicro(), dutyMost, f.at)
	if err != nil {
		return err
	}
	f.more = f.more || len(list) == dutyMost
	return f.each(byDeadline, list, func(r *Record) (*Duty, error) {
		if len(r.Dues) == 0 || !f.register.Rights.sees(f.actor, r) {
			return nil, nil
		}
		return &Duty{Record: r, Role: kind.RoleOwner, Due: &r.Dues[0], Since: r.Since}, nil
	})
}

func (f *dutyFinder) offers() error {
	list, err := f.places(listKey{source: byOffer}, dutyMost)
	if err != nil {
		return err
	}
	return f.each(byOffer, list, func(r *Record) (*Duty, error) {
		if r.Offer == nil {
			return nil, nil
		}
		// An offer is shown whatever the person may see otherwise: it is theirs to answer.
		return &Duty{Record: r, Role: ByOffer, Since: r.Offer.At}, nil
	})
}

// owned finds moves of records the actor owns.
func (f *dutyFinder) owned() error { return f.moves(byOwning, kind.RoleOwner) }

// concerned finds moves that are for the person a record is about.
func (f *dutyFinder) concerned() error { return f.moves(bySelf, kind.RoleSelf) }

// byRole finds moves that are for a role the actor holds.
func (f *dutyFinder) byRole() error { return f.moves(byRole, f.actor.Roles...) }

// moves finds the records of which the actor may make a move in one of the roles.
func (f *dutyFinder) moves(source dutySource, roles ...string) error {
	f.checked = 0
	for _, k := range f.register.Kinds.Kinds() {
		for _, state := range waitingStates(k, roles) {
			list, err := f.places(listKey{source, k.ID, state}, dutyState)
			if err != nil {
				return err
			}
			err = f.each(source, list, func(r *Record) (*Duty, error) { return f.move(r, roles) })
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// places are the records that may be duties, as they are kept or else as the index
// says.
func (f *dutyFinder) places(key listKey, bound int) ([]index.KeptPlace, error) {
	if kept := f.desk.lists[key]; kept != nil {
		f.more = f.more || len(kept.list) == bound
		return kept.list, nil
	}
	p, me, store := &places{on: grounds{}}, f.actor.Person, f.register.Store
	wait := index.KeptWait{Kind: key.kind, State: key.state}
	var err error
	switch key.source {
	case byOffer:
		p.on.note(ground{of: onOffers, id: me})
		p.list, err = store.KeptOffered(f.ctx, me, bound)
	case byOwning:
		p.on.note(ground{of: onOwner, id: me, kind: key.kind})
		wait.Owner = me
		p.list, err = store.KeptWaiting(f.ctx, wait, bound)
	case bySelf:
		p.on.note(ground{of: onLinks, id: me, kind: key.kind})
		wait.Links = me
		p.list, err = store.KeptWaiting(f.ctx, wait, bound)
	default:
		p.on.note(ground{of: onKind, kind: key.kind})
		p.list, err = store.KeptWaiting(f.ctx, wait, bound)
	}
	if err != nil {
		return nil, err
	}
	f.desk.lists[key] = p
	f.more = f.more || len(p.list) == bound
	return p.list, nil
}

// each adds those records that are duties, by what is kept of them or else by asking.
func (f *dutyFinder) each(source dutySource, list []index.KeptPlace, ask func(*Record) (*Duty, error)) error {
	for _, place := range list {
		if f.checked == dutyChecked {
			f.more = true
			return nil
		}
		f.checked++
		key := answerKey{source, place.ID}
		a := f.desk.answers[key]
		if _, timed := a.grounds()[ground{of: onTime}]; a == nil || a.entry != place.Entry || timed {
			var err error
			if a, err = f.answer(place, ask); err != nil {
				if err := f.leaveOut(err); err != nil {
					return err
				}
				continue // and asked again the next time
			}
			f.desk.answers[key] = a
		}
		a.used = true
		if a.duty != nil {
			f.add(place.ID, a)
		}
	}
	return nil
}

// answer asks, and notes what the answer rests on.
func (f *dutyFinder) answer(place index.KeptPlace, ask func(*Record) (*Duty, error)) (*answer, error) {
	record, err := f.record(place.Entry)
	if err != nil {
		return nil, err
	}
	a := &answer{entry: place.Entry, on: grounds{}}
	f.reader.on = a.on
	defer func() { f.reader.on = nil }()
	if a.duty, err = ask(record); err != nil {
		return nil, fmt.Errorf("ask what %s waits for: %w", record.Number(), err)
	}
	return a, nil
}

// move is the first move of a record that the actor may make in one of the roles; nil
// without any.
func (f *dutyFinder) move(r *Record, roles []string) (*Duty, error) {
	steps := stepsOn(r.Kind, r.State, roles)
	if len(steps) == 0 || !f.register.Rights.sees(f.actor, r) {
		return nil, nil
	}
	asked := *r
	if slices.ContainsFunc(steps, func(m *kind.Move) bool { return needsPersonal(r.Kind, m) }) {
		asked.Values = r.Values.Clone() // personal text is looked at, and not kept
		if err := f.register.unseal(&asked); err != nil {
			return nil, err
		}
	}
	for _, m := range steps {
		if f.register.Rights.mayMove(f.actor, r, m) != nil {
			continue
		}
		open, err := f.register.open(f.ctx, f.reader, f.actor, &asked, m)
		if err != nil {
			return nil, err
		}
		if !open {
			continue
		}
		d := &Duty{Record: r, Role: sharedRole(m, roles), Move: m, Since: r.Since}
		if len(r.Dues) > 0 {
			d.Due = &r.Dues[0]
		}
		return d, nil
	}
	return nil, nil
}
