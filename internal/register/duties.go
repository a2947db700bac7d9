// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/counterfoil/counterfoil"
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
// listed: nobody can act there. The records are kept for the next call, so nobody may
// change them.
//
// A record of which a rule fails keeps no other from the list. It is left out, and the
// error, an [Unanswered] beside the list, names it.
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
	if list, err = f.listed(); err == nil && len(f.unanswered) > 0 {
		err = f.unanswered
	}
	return list, f.more, err
}

// Unanswered says of which records nobody can tell whether they wait for somebody, and
// why.
type Unanswered []error

// Error implements error.
func (u Unanswered) Error() string {
	return "not every record could be asked: " + errors.Join(u...).Error()
}

// Unwrap makes each of them known to errors.Is.
func (u Unanswered) Unwrap() []error { return u }

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

	unanswered Unanswered
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
				if err := f.leaveOut(err); err != nil {
					return nil, err
				}
				continue
			}
			d.by.duty.Record = d.Record
		}
		list = append(list, d.Duty)
	}
	return list, nil
}

// leaveOut goes on without a record that could not be asked.
func (f *dutyFinder) leaveOut(why error) error {
	if f.ctx.Err() != nil {
		return why
	}
	f.unanswered, f.more = append(f.unanswered, why), true
	return nil
}

// record reads the version that an entry wrote, its personal fields sealed.
func (f *dutyFinder) record(entry counterfoil.Index) (*Record, error) {
	row, err := f.register.Store.KeptAt(f.ctx, entry)
	if err != nil {
		return nil, err
	}
	return f.register.bare(row)
}
