// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// View is what one actor sees at one moment. It is safe for concurrent use.
type View struct {
	register *Register
	actor    Actor
	at       index.Moment
	asOf     time.Time // zero for the present
}

// View returns what an actor sees now, or as of the end of a past moment.
func (r *Register) View(ctx context.Context, actor Actor, asOf time.Time) (*View, error) {
	v := &View{register: r, actor: actor, asOf: asOf}
	if asOf.IsZero() {
		return v, nil
	}
	var err error
	v.at, err = r.Store.MomentAt(ctx, asOf.UnixMicro())
	return v, err
}

// AsOf is the moment shown; zero for the present.
func (v *View) AsOf() time.Time { return v.asOf }

// May tells whether the actor may do something with records of a kind, or with one
// record. In the past nobody may change anything.
func (v *View) May(k *kind.Kind, record *Record, a Action) error {
	if !v.asOf.IsZero() && a != Read && a != Export {
		return errPast
	}
	return v.register.Rights.check(v.actor, k, record, a)
}

// RolesFor lists, in words, the roles that may do something with records of a kind.
func (v *View) RolesFor(k *kind.Kind, a Action) []string {
	return words(v.register.Rights.RolesFor(k, a))
}

// Record returns the version of a record that stood.
func (v *View) Record(ctx context.Context, id counterfoil.ID) (*Record, error) {
	row, err := v.register.Store.KeptRecord(ctx, id, v.at)
	return v.seen(row, err)
}

// Numbered is Record by the readable number.
func (v *View) Numbered(ctx context.Context, kindID string, serial uint64) (*Record, error) {
	row, err := v.register.Store.KeptByNumber(ctx, kindID, serial, v.at)
	return v.seen(row, err)
}

// Version returns one version of a record, which the actor must be able to see as
// it stands at the moment.
func (v *View) Version(ctx context.Context, id counterfoil.ID, version uint64) (*Record, error) {
	if _, err := v.Record(ctx, id); err != nil {
		return nil, err
	}
	row, err := v.register.Store.KeptVersion(ctx, id, version)
	if err == nil && !v.at.Present() && row.Entry >= v.at.Next {
		err = index.ErrNotFound
	}
	if errors.Is(err, index.ErrNotFound) {
		return nil, fault.NotFound("There is no such version.", err)
	}
	if err != nil {
		return nil, err
	}
	return v.register.load(row)
}

func (v *View) seen(row *index.Kept, err error) (*Record, error) {
	if errors.Is(err, index.ErrNotFound) {
		return nil, fault.NotFound("There is no such record.", err)
	}
	if err != nil {
		return nil, err
	}
	record, err := v.register.load(row)
	if err != nil {
		return nil, err
	}
	if !v.register.Rights.sees(v.actor, record) {
		return nil, fault.NotFound("There is no such record.", nil)
	}
	return record, nil
}

// History returns the versions of a record up to the moment, newest first.
func (v *View) History(ctx context.Context, id counterfoil.ID) ([]*Record, error) {
	if _, err := v.Record(ctx, id); err != nil {
		return nil, err
	}
	rows, err := v.register.Store.KeptHistory(ctx, id, v.at)
	if err != nil {
		return nil, err
	}
	list := make([]*Record, len(rows))
	for i := range rows {
		if list[i], err = v.register.load(&rows[i]); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Page is one page of a list.
type Page struct {
	Records []*Record
	Next    index.KeptCursor // zero at the end
}

// listMost bounds how many rows are looked at for one page when most of them are
// not for this actor.
const listMost = 5000

// List returns records of one kind. Its At is set here.
func (v *View) List(ctx context.Context, f index.KeptFilter) (Page, error) {
	k, err := v.register.Kinds.Kind(f.Kind)
	if err != nil {
		return Page{}, fault.NotFound("There is no such kind of record.", err)
	}
	f.At = v.at
	want, looked := f.Limit, 0
	page := Page{}
	for {
		rows, err := v.register.Store.KeptList(ctx, f)
		if err != nil {
			return Page{}, err
		}
		for i := range rows.Rows {
			record, err := v.register.load(&rows.Rows[i])
			if err != nil {
				return Page{}, err
			}
			if v.register.Rights.sees(v.actor, record) {
				page.Records = append(page.Records, record)
			}
		}
		looked += len(rows.Rows)
		page.Next, f.After, f.Limit = rows.Next, rows.Next, want-len(page.Records)
		if page.Next.Zero() || f.Limit <= 0 {
			return page, nil
		}
		if k.Named == nil && looked > listMost {
			return page, nil
		}
	}
}

// Titled returns records of a kind with a text in their title now.
func (v *View) Titled(ctx context.Context, k *kind.Kind, text string, limit int) ([]*Record, error) {
	rows, err := v.register.Store.KeptTitled(ctx, k.ID, text, limit)
	return v.seenOf(rows, err)
}

// Recent returns what changed last, of the records the actor may see.
func (v *View) Recent(ctx context.Context, limit int) ([]*Record, error) {
	rows, err := v.register.Store.KeptRecent(ctx, limit, v.at)
	return v.seenOf(rows, err)
}

// seenOf leaves out what the actor may not see.
func (v *View) seenOf(rows []index.Kept, err error) ([]*Record, error) {
	if err != nil {
		return nil, err
	}
	var list []*Record
	for i := range rows {
		record, err := v.register.load(&rows[i])
		if err != nil {
			return nil, err
		}
		if v.register.Rights.sees(v.actor, record) {
			list = append(list, record)
		}
	}
	return list, nil
}

// Count counts what List would return altogether. Of kinds with named people only
// these are counted.
func (v *View) Count(ctx context.Context, f index.KeptFilter) (uint64, error) {
	k, err := v.register.Kinds.Kind(f.Kind)
	if err != nil {
		return 0, fault.NotFound("There is no such kind of record.", err)
	}
	f.At = v.at
	if k.Named == nil && v.register.Rights.Grants(v.actor.roles(nil), k, Read) {
		return v.register.Store.KeptCount(ctx, f)
	}
	f.Limit, f.After = 1000, index.KeptCursor{}
	n := uint64(0)
	for {
		page, err := v.List(ctx, f)
		if err != nil {
			return 0, err
		}
		n += uint64(len(page.Records))
		if f.After = page.Next; f.After.Zero() {
			return n, nil
		}
	}
}

// Counts counts the records of a kind by state; none of a kind the actor may not
// read in full.
func (v *View) Counts(ctx context.Context, kindID string) ([]index.StateCount, error) {
	k, err := v.register.Kinds.Kind(kindID)
	if err != nil || k.Named != nil || !v.register.Rights.Grants(v.actor.roles(nil), k, Read) {
		return nil, err
	}
	return v.register.Store.KeptCounts(ctx, kindID, v.at)
}

// Link is another record, and the field that makes the connection.
type Link struct {
	Record *Record
	Field  string // "field" or "rows.column"
	Out    bool   // this record names the other; otherwise the other names this one
}

// Links returns what a record is connected with, both ways. Records the actor may
// not see are left out.
func (v *View) Links(ctx context.Context, record *Record) ([]Link, error) {
	var list []Link
	for _, l := range record.links() {
		other, err := v.Record(ctx, l.Target)
		if fault.KindOf(err) == fault.KindNotFound && err != nil {
			continue
		}
		if err != nil {
			return nil, err
		}
		list = append(list, Link{other, l.Field, true})
	}
	rows, err := v.register.Store.KeptLinksTo(ctx, record.ID, "", v.at)
	if err != nil {
		return nil, err
	}
	for i := range rows {
		if k, err := v.register.Kinds.Kind(rows[i].Kind); err == nil && k.Inner {
			continue // see Inner
		}
		other, err := v.register.load(&rows[i].Kept)
		if err != nil {
			return nil, fmt.Errorf("read links of %s: %w", record.Number(), err)
		}
		if v.register.Rights.sees(v.actor, other) {
			list = append(list, Link{other, rows[i].Field, false})
		}
	}
	return list, nil
}

// Choices lists the moves from the record's state; none in the past.
func (v *View) Choices(ctx context.Context, record *Record) ([]Choice, error) {
	if !v.asOf.IsZero() {
		return nil, nil
	}
	return v.register.Choices(ctx, v.actor, record)
}

// Late returns versions recorded long after the fact that the actor may see, the
// newest first: those below an entry, or from the newest with 0. next is where the
// list goes on; 0 at its end.
func (v *View) Late(ctx context.Context, below counterfoil.Index, limit int) (list []*Record, next counterfoil.Index, err error) {
	rows, err := v.register.Store.KeptLate(ctx, v.at, below, limit)
	if err != nil {
		return nil, 0, err
	}
	for i := range rows {
		record, err := v.register.load(&rows[i])
		if err != nil {
			return nil, 0, err
		}
		if v.register.Rights.sees(v.actor, record) {
			list = append(list, record)
		}
	}
	if len(rows) == limit {
		next = rows[limit-1].Entry
	}
	return list, next, nil
}
