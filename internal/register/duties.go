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

// Bounds of the search for duties. A person with more has enough to do; the list
// says that there is more.
const (
	dutyMost    = 50  // duties listed
	dutyOwned   = 200 // owned records looked at
	dutyState   = 10  // records looked at in one state of one kind
	dutyChecked = 80  // records whose guards are asked

	// dutyPatience ends the asking of guards: every page counts duties, and some
	// guards read whole registers.
	dutyPatience = 250 * time.Millisecond
)

// dutySoon is how long before a deadline a record is a duty of its owner.
const dutySoon = 30 * 24 * time.Hour

// Duties lists what waits for the actor, the earliest deadline first, then what has
// waited longest: records they own with a deadline that has passed or comes within
// 30 days, moves they may make now of records that wait for one, and offers to
// accept. more tells that there may be others. Of a past moment only deadlines are
// listed: nobody can act there.
func (v *View) Duties(ctx context.Context) (list []Duty, more bool, err error) {
	if v.actor.Person.IsZero() {
		return nil, false, nil
	}
	f := &dutyFinder{View: v, ctx: ctx, found: map[counterfoil.ID]int{}, begun: time.Now(), reader: v.register.reader()}
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
	slices.SortStableFunc(f.list, func(a, b Duty) int {
		return cmp.Or(byDue(a.Due, b.Due), a.Since.Compare(b.Since))
	})
	if len(f.list) > dutyMost {
		f.list, f.more = f.list[:dutyMost], true
	}
	return f.list, f.more, nil
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
	list    []Duty
	found   map[counterfoil.ID]int // place in list
	checked int
	more    bool
	begun   time.Time // by the machine's clock: it bounds work, and is recorded nowhere
	reader  *Reader
}

// now is the moment shown.
func (f *dutyFinder) now() time.Time {
	if f.asOf.IsZero() {
		return f.register.Clock.Now()
	}
	return f.asOf
}

// seenRows loads rows that the actor may see.
func (f *dutyFinder) seenRows(rows []index.Kept, bound int) ([]*Record, error) {
	f.more = f.more || len(rows) == bound
	var list []*Record
	for i := range rows {
		record, err := f.register.bare(&rows[i])
		if err != nil {
			return nil, err
		}
		if f.register.Rights.sees(f.actor, record) {
			list = append(list, record)
		}
	}
	return list, nil
}

// add lists a record once; a move it waits for is added to a deadline it has.
func (f *dutyFinder) add(d Duty) {
	if at, ok := f.found[d.Record.ID]; ok {
		if f.list[at].Move == nil {
			f.list[at].Move, f.list[at].Role = d.Move, d.Role
		}
		return
	}
	f.found[d.Record.ID] = len(f.list)
	f.list = append(f.list, d)
}

func (f *dutyFinder) deadlines() error {
	soon := f.now().Add(dutySoon).UnixMicro()
	rows, err := f.register.Store.KeptOwned(f.ctx, f.actor.Person, soon, dutyMost, f.at)
	if err != nil {
		return err
	}
	records, err := f.seenRows(rows, dutyMost)
	if err != nil {
		return err
	}
	for _, r := range records {
		if len(r.Dues) > 0 {
			f.add(Duty{Record: r, Role: kind.RoleOwner, Due: &r.Dues[0], Since: r.Since})
		}
	}
	return nil
}

func (f *dutyFinder) offers() error {
	rows, err := f.register.Store.KeptOffered(f.ctx, f.actor.Person, dutyMost)
	if err != nil {
		return err
	}
	f.more = f.more || len(rows) == dutyMost
	for i := range rows {
		// An offer is shown whatever the person may see otherwise: it is theirs to answer.
		record, err := f.register.bare(&rows[i])
		if err != nil {
			return err
		}
		if record.Offer != nil {
			f.add(Duty{Record: record, Role: ByOffer, Since: record.Offer.At})
		}
	}
	return nil
}

// owned finds moves of records the actor owns.
func (f *dutyFinder) owned() error {
	rows, err := f.register.Store.KeptOwned(f.ctx, f.actor.Person, 0, dutyOwned, f.at)
	if err != nil {
		return err
	}
	records, err := f.seenRows(rows, dutyOwned)
	if err != nil {
		return err
	}
	return f.moves(records, kind.RoleOwner)
}

// concerned finds moves that are for the person a record is about.
func (f *dutyFinder) concerned() error {
	for _, k := range f.register.Kinds.Kinds() {
		states := waitingStates(k, []string{kind.RoleSelf})
		if len(states) == 0 {
			continue
		}
		page, err := f.register.Store.KeptList(f.ctx, index.KeptFilter{Kind: k.ID, States: states, Links: f.actor.Person, Limit: dutyMost})
		if err != nil {
			return err
		}
		records, err := f.seenRows(page.Rows, dutyMost)
		if err != nil {
			return err
		}
		if err := f.moves(records, kind.RoleSelf); err != nil {
			return err
		}
	}
	return nil
}

// byRole finds moves that are for a role the actor holds.
func (f *dutyFinder) byRole() error {
	for _, k := range f.register.Kinds.Kinds() {
		for _, state := range waitingStates(k, f.actor.Roles) {
			rows, err := f.register.Store.KeptWaiting(f.ctx, k.ID, state, dutyState)
			if err != nil {
				return err
			}
			records, err := f.seenRows(rows, dutyState)
			if err != nil {
				return err
			}
			if err := f.moves(records, f.actor.Roles...); err != nil {
				return err
			}
		}
	}
	return nil
}

// moves adds the records of which the actor may make a move in one of the roles.
func (f *dutyFinder) moves(records []*Record, roles ...string) error {
	for _, r := range records {
		if !r.StateOf().Waits() || len(stepsOn(r.Kind, r.State, roles)) == 0 {
			continue
		}
		if f.checked == dutyChecked || time.Since(f.begun) > dutyPatience {
			f.more = true
			return nil
		}
		f.checked++
		choices, err := f.register.choices(f.ctx, f.reader, f.actor, r)
		if err != nil {
			return err
		}
		for _, c := range choices {
			role := sharedRole(c.Move, roles)
			if role == "" || c.Barred != "" || len(c.Refused) > 0 || !leadsOn(r.Kind, c.Move) {
				continue
			}
			d := Duty{Record: r, Role: role, Move: c.Move, Since: r.Since}
			if len(r.Dues) > 0 {
				d.Due = &r.Dues[0]
			}
			f.add(d)
			break
		}
	}
	return nil
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
