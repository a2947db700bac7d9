// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// Duty is a record that waits for the actor, and why it is theirs.
type Duty struct {
	Record *Record
	Role   string     // by which it is theirs: a role, kind.RoleOwner, kind.RoleSelf or ByOffer
	Move   *kind.Move // that they may make now; nil for a deadline or an offer
	Due    *kind.Due  // the earliest deadline; nil without one
	Since  time.Time  // when it began to wait
}

// ByOffer is the role of somebody to whom a record was offered.
const ByOffer = "offer"

// dutySource is where a duty comes from; the first that names a record says by which
// role it is the person's.
type dutySource uint8

const (
	byDeadline dutySource = iota + 1
	byOffer
	byOwning
	bySelf
	byRole
)

// Bounds of the search for duties. A person with more has enough to do; the list
// says that there is more.
const (
	dutyMost    = 50  // duties listed
	dutyState   = 50  // records looked at in one state of one kind, those first that wait for longest
	dutyChecked = 500 // records whose guards are asked, for each source
)

// dutySoon is how long before a deadline a record is a duty of its owner.
const dutySoon = 30 * 24 * time.Hour

// Duties lists what waits for the actor, the earliest deadline first, then what has
// waited longest: records they own with a deadline that has passed or comes within
// 30 days, moves they may make now of records that wait for one, and offers to
// accept. more tells that there may be others. Of a past moment only deadlines are
// listed: nobody can act there.
//
// What is found is kept, and sought anew when a record it rests on changes; what rests
// on the time is sought at each call.
func (v *View) Duties(ctx context.Context) (list []Duty, more bool, err error) {
	if v.actor.Person.IsZero() {
		return nil, false, nil
	}
	d := &desk{lists: map[listKey]*places{}, answers: map[answerKey]*answer{}}
	if v.asOf.IsZero() {
		d = v.register.desks.desk(v.actor.Person)
		d.mu.Lock()
		defer d.mu.Unlock()
		if err := d.takeIn(ctx, v.register, v.actor); err != nil {
			return nil, false, err
		}
	}
	f := &dutyFinder{View: v, ctx: ctx, desk: d, found: map[counterfoil.ID]int{}, reader: v.register.reader()}
	f.reader.read = map[string][]*Record{} // one reading for all guards
	steps := []func() error{f.deadlines}
	if v.asOf.IsZero() {
		steps = append(steps, f.offers, f.owned, f.concerned, f.byRole)
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return nil, false, err
		}
	}
	d.clear()
	slices.SortStableFunc(f.list, func(a, b foundDuty) int {
		return cmp.Or(byDue(a.Due, b.Due), a.Since.Compare(b.Since))
	})
	list, err = f.listed()
	return list, f.more, err
}

func byDue(a, b *kind.Due) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil:
		return -1
	}
	return a.At.Compare(b.At)
}

type dutyFinder struct {
	*View
	ctx     context.Context
	desk    *desk
	list    []foundDuty
	found   map[counterfoil.ID]int // place in list
	checked int                    // of the present source
	more    bool
	reader  *Reader
}

// foundDuty is a duty with the answer it is kept by.
type foundDuty struct {
	Duty
	by *answer
}

// add lists a record once; a move it waits for is added to a deadline it has.
func (f *dutyFinder) add(id counterfoil.ID, a *answer) {
	at, ok := f.found[id]
	if !ok {
		f.found[id] = len(f.list)
		f.list = append(f.list, foundDuty{*a.duty, a})
		return
	}
	if f.list[at].Move == nil {
		f.list[at].Move, f.list[at].Role = a.duty.Move, a.duty.Role
	}
	a.duty.Record = nil
}

// listed are the first duties, with their records: of others these are not kept.
func (f *dutyFinder) listed() (list []Duty, err error) {
	for i := range f.list {
		d := &f.list[i]
		if i >= dutyMost {
			d.by.duty.Record, f.more = nil, true
			continue
		}
		if d.Record == nil {
			if d.Record, err = f.record(d.by.entry); err != nil {
				return nil, err
			}
			d.by.duty.Record = d.Record
		}
		list = append(list, d.Duty)
	}
	return list, nil
}

// record reads the version that an entry wrote, its personal fields sealed.
func (f *dutyFinder) record(entry counterfoil.Index) (*Record, error) {
	row, err := f.register.Store.KeptAt(f.ctx, entry)
	if err != nil {
		return nil, err
	}
	return f.register.bare(row)
}

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
				return err
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
	a.duty, err = ask(record)
	return a, err
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

// needsPersonal tells whether a move needs a field that is sealed.
func needsPersonal(k *kind.Kind, m *kind.Move) bool {
	return slices.ContainsFunc(m.Needs, func(id string) bool {
		f, ok := k.Field(id)
		return ok && f.Personal
	})
}

// waitingStates are those a record does not rest in, with a move on from them for
// one of the roles.
func waitingStates(k *kind.Kind, roles []string) []string {
	var states []string
	for i := range k.States {
		if s := &k.States[i]; !k.Inner && s.Waits() && len(stepsOn(k, s.ID, roles)) > 0 {
			states = append(states, s.ID)
		}
	}
	return states
}

// stepsOn are the moves on from a state that are for one of the roles.
func stepsOn(k *kind.Kind, state string, roles []string) []*kind.Move {
	return slices.DeleteFunc(k.From(state), func(m *kind.Move) bool {
		return m.Auto || !leadsOn(k, m) || sharedRole(m, roles) == ""
	})
}

// leadsOn tells whether a move is a step forward: one that gives the record up, or
// leaves it where it is, is always possible and no duty.
func leadsOn(k *kind.Kind, m *kind.Move) bool {
	to, ok := k.State(m.To)
	return ok && to.Mark != "bad" && to.Mark != "none" && !m.Leads(m.To)
}

// sharedRole is the first role of a move among some; "" without any.
func sharedRole(m *kind.Move, roles []string) string {
	for _, role := range m.Roles {
		if role != kind.RoleAny && slices.Contains(roles, role) {
			return role
		}
	}
	return ""
}
