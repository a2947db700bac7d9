// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"context"
	"errors"
	"strings"
	"sync"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/index"
)

// desks keep for each person what was found of their duties. Every page counts them:
// after a save only that is sought anew which rests on what was saved. Nothing kept is
// ever older than the index: each question first takes in what was written since the
// last. The zero value is ready.
type desks struct {
	mu sync.Mutex
	of map[counterfoil.ID]*desk
}

// desksMost bounds how many are kept. Of more people, some are asked for anew.
const desksMost = 200

func (d *desks) desk(person counterfoil.ID) *desk {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.of[person] == nil {
		if d.of == nil {
			d.of = map[counterfoil.ID]*desk{}
		}
		for other := range d.of {
			if len(d.of) < desksMost {
				break
			}
			delete(d.of, other)
		}
		d.of[person] = &desk{}
	}
	return d.of[person]
}

// desk is what was found for one person.
type desk struct {
	mu        sync.Mutex // held for a whole question
	roles     string
	rewritten uint64
	next      counterfoil.Index // versions from here on are not taken in yet
	lists     map[listKey]*places
	answers   map[answerKey]*answer
}

type listKey struct {
	source      dutySource
	kind, state string
}

// places are the records that may be duties by one source.
type places struct {
	on   grounds
	list []index.KeptPlace
}

type answerKey struct {
	source dutySource
	id     counterfoil.ID
}

// answer tells whether a version of a record is a duty; nil when it is none.
type answer struct {
	entry counterfoil.Index
	on    grounds
	duty  *Duty
	used  bool // by the question that is answered now
}

// grounds are what an answer rests on; nil without one.
func (a *answer) grounds() grounds {
	if a == nil {
		return nil
	}
	return a.on
}

// changesMost is how many versions are taken in one by one; after more, everything is
// sought anew.
const changesMost = 200

// takeIn forgets what rests on what was written since the last question. d.mu must be held.
func (d *desk) takeIn(ctx context.Context, r *Register, actor Actor) error {
	roles, rewritten := strings.Join(actor.Roles, " "), r.Store.KeptRewritten()
	if d.lists != nil && d.roles == roles && d.rewritten == rewritten {
		known, err := d.takeInSince(ctx, r)
		if known || err != nil {
			return err
		}
	}
	next, err := r.Store.KeptNext(ctx)
	if err != nil {
		return err
	}
	d.roles, d.rewritten, d.next = roles, rewritten, next
	d.lists, d.answers = map[listKey]*places{}, map[answerKey]*answer{}
	return nil
}

// takeInSince is false when it cannot tell what has changed.
func (d *desk) takeInSince(ctx context.Context, r *Register) (known bool, err error) {
	rows, err := r.Store.KeptSince(ctx, d.next, changesMost)
	if err != nil || len(rows) == changesMost {
		return false, err
	}
	touched := grounds{}
	for i := range rows {
		if known, err = r.touched(ctx, &rows[i], touched); err != nil || !known {
			return false, err
		}
	}
	for key, l := range d.lists {
		if l.on.meets(touched) {
			delete(d.lists, key)
		}
	}
	for key, a := range d.answers {
		if a.on.meets(touched) {
			delete(d.answers, key)
		}
	}
	if len(rows) > 0 {
		d.next = rows[len(rows)-1].Entry + 1
	}
	return true, nil
}

// touched notes what a version and the one before it are part of. It is false when one
// of them cannot be read.
func (r *Register) touched(ctx context.Context, row *index.Kept, on grounds) (known bool, err error) {
	rows := []*index.Kept{row}
	if row.Version > 1 {
		before, err := r.Store.KeptVersion(ctx, row.ID, row.Version-1)
		if errors.Is(err, index.ErrNotFound) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		rows = append(rows, before)
	}
	for _, row := range rows {
		record, err := r.bare(row)
		if err != nil {
			return false, nil // of a kind that is not there any more
		}
		on.touch(record)
	}
	return true, nil
}

// clear drops answers that the question did not use.
func (d *desk) clear() {
	for key, a := range d.answers {
		if !a.used {
			delete(d.answers, key)
		}
		a.used = false
	}
}
