// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// Functions are what kinds may name in Go: guards a condition cannot express, and
// derivations of fixed fields.
type Functions struct {
	Guards map[string]GuardFunc
	Derive map[string]DeriveFunc
	Acts   map[string]ActFunc
}

// GuardFunc tells whether a move may be made. says, when not empty, replaces the
// guard's own text, so that it can name what is missing.
type GuardFunc func(ctx context.Context, r *Reader, record *Record, actor Actor) (ok bool, says string, err error)

// DeriveFunc sets fixed fields of a record about to be saved.
type DeriveFunc func(ctx context.Context, r *Reader, record *Record) error

// ActFunc makes the other records that follow from a move just made, such as the
// items of an assessment. The move stands when it fails; made again, it makes only
// what is missing.
type ActFunc func(ctx context.Context, act *Acting, record *Record) error

// Acting makes records in the name of whoever made a move.
type Acting struct {
	*Reader
	actor counterfoil.ID
}

// Create begins a record as the program, for the person who acts.
func (a *Acting) Create(ctx context.Context, kindID string, in Input) (*Record, error) {
	k, err := a.register.Kinds.Kind(kindID)
	if err != nil {
		return nil, err
	}
	return a.register.create(ctx, For(a.actor), counterfoil.NewID(), k, k.Initial().ID, in) // saving is held for the move
}

// Names lists the functions, for the check of kinds.
func (f Functions) Names() []string {
	var names []string
	for name := range f.Guards {
		names = append(names, name)
	}
	for name := range f.Derive {
		names = append(names, name)
	}
	for name := range f.Acts {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Reader reads everything at one moment, for guards and derivations: the rules
// of the organisation see what the person who acts may not.
type Reader struct {
	register *Register
	at       index.Moment
	now      time.Time
	on       grounds // what was read; nil when nobody wants to know

	// read is what one sweep has read, by kind and states. It answers for every
	// record of the sweep; what is moved is looked at again.
	read map[string][]*Record

	// whole are single records, where many questions come back to the same ones; nil
	// where each is read when it is asked for.
	whole map[counterfoil.ID]*Record
}

func (r *Register) reader() *Reader { return &Reader{register: r, now: r.Clock.Now()} }

// At is a Reader of a past moment, as of the end of t.
func (r *Register) At(ctx context.Context, t time.Time) (*Reader, error) {
	m, err := r.Store.MomentAt(ctx, t.UnixMicro())
	return &Reader{register: r, at: m, now: t}, err
}

// Reader reads the present.
func (r *Register) Reader() *Reader { return r.reader() }

// Now is the moment.
func (r *Reader) Now() time.Time {
	r.on.note(ground{of: onTime})
	return r.now
}

// Record returns the version of a record that stood.
func (r *Reader) Record(ctx context.Context, id counterfoil.ID) (*Record, error) {
	r.on.note(ground{of: onRecord, id: id})
	if record := r.whole[id]; record != nil {
		return record, nil
	}
	row, err := r.register.Store.KeptRecord(ctx, id, r.at)
	if err != nil {
		return nil, err
	}
	record, err := r.register.load(row)
	if err == nil && r.whole != nil {
		r.whole[id] = record
	}
	return record, err
}

// All returns every record of a kind that stood in one of the states, by number;
// without states, in any. Personal fields stay sealed.
func (r *Reader) All(ctx context.Context, kindID string, states ...string) ([]*Record, error) {
	r.on.note(ground{of: onKind, kind: kindID})
	if r.read == nil {
		return r.all(ctx, kindID, states)
	}
	key := kindID + " " + strings.Join(states, " ")
	list, ok := r.read[key]
	if !ok {
		var err error
		if list, err = r.all(ctx, kindID, states); err != nil {
			return nil, err
		}
		r.read[key] = list
	}
	return slices.Clone(list), nil
}

// Holding returns every record of a kind of which a field holds a value, by number.
// Personal fields stay sealed. Records that do not hold it cost little.
func (r *Reader) Holding(ctx context.Context, kindID, field, value string) ([]*Record, error) {
	r.on.note(ground{of: onKind, kind: kindID})
	return r.list(ctx, index.KeptFilter{Kind: kindID, Fields: []index.KeptCondition{{Field: field, Values: []string{value}}}, At: r.at})
}

// slugged tells whether a record of a kind has a short name now.
func (r *Reader) slugged(ctx context.Context, kindID, slug string) (bool, error) {
	r.on.note(ground{of: onKind, kind: kindID})
	_, err := r.register.Store.KeptSlugged(ctx, kindID, slug)
	if errors.Is(err, index.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// field returns what a field of each record of a kind holds, as [index.Shortened]
// leaves it, without those that hold nothing.
func (r *Reader) field(ctx context.Context, kindID, field string) (map[counterfoil.ID]string, error) {
	list, err := r.parts(ctx, kindID, field)
	if err != nil {
		return nil, fmt.Errorf("read %s of every %s: %w", field, kindID, err)
	}
	values := make(map[counterfoil.ID]string, len(list))
	for i := range list {
		if value := list[i].Values[0]; value != "" {
			values[list[i].ID] = value
		}
	}
	return values, nil
}

// counts counts records of a kind by state.
func (r *Reader) counts(ctx context.Context, kindID string) ([]index.StateCount, error) {
	r.on.note(ground{of: onKind, kind: kindID})
	return r.register.Store.KeptCounts(ctx, kindID, r.at)
}

// parts returns some values of each record of a kind, by number: see index.KeptParts.
func (r *Reader) parts(ctx context.Context, kindID string, fields ...string) ([]index.KeptParts, error) {
	r.on.note(ground{of: onKind, kind: kindID})
	return r.register.Store.KeptParts(ctx, kindID, fields, r.at)
}

// Name is how one record is called and whose it is.
type Name struct {
	index.KeptName
	Number string
}

// Names returns how every record of a kind is called, by number. It costs a fraction of
// reading the records.
func (r *Reader) Names(ctx context.Context, kindID string) ([]Name, error) {
	r.on.note(ground{of: onKind, kind: kindID})
	k, err := r.register.Kinds.Kind(kindID)
	if err != nil {
		return nil, err
	}
	rows, err := r.register.Store.KeptNames(ctx, kindID, r.at)
	if err != nil {
		return nil, err
	}
	list := make([]Name, len(rows))
	for i := range rows {
		list[i] = Name{rows[i], number(k, rows[i].Serial)}
	}
	return list, nil
}

// first returns the first records of a kind, by number. Personal fields stay sealed.
func (r *Reader) first(ctx context.Context, kindID string, most int) ([]*Record, error) {
	r.on.note(ground{of: onKind, kind: kindID})
	page, err := r.register.Store.KeptList(ctx, index.KeptFilter{Kind: kindID, At: r.at, Limit: most})
	if err != nil {
		return nil, err
	}
	list := make([]*Record, len(page.Rows))
	for i := range page.Rows {
		if list[i], err = r.register.bare(&page.Rows[i]); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Last is the record of a kind with the highest number of those that stood in one of
// the states; nil without any.
func (r *Reader) Last(ctx context.Context, kindID string, states ...string) (*Record, error) {
	r.on.note(ground{of: onKind, kind: kindID})
	page, err := r.register.Store.KeptList(ctx, index.KeptFilter{Kind: kindID, States: states, At: r.at, Down: true, Limit: 1})
	if err != nil || len(page.Rows) == 0 {
		return nil, err
	}
	return r.register.bare(&page.Rows[0])
}

func (r *Reader) all(ctx context.Context, kindID string, states []string) ([]*Record, error) {
	return r.list(ctx, index.KeptFilter{Kind: kindID, States: states, At: r.at})
}

// list reads all pages of a list.
func (r *Reader) list(ctx context.Context, f index.KeptFilter) ([]*Record, error) {
	f.Limit = 1000
	var list []*Record
	for {
		page, err := r.register.Store.KeptList(ctx, f)
		if err != nil {
			return nil, err
		}
		for i := range page.Rows {
			record, err := r.register.bare(&page.Rows[i])
			if err != nil {
				return nil, err
			}
			list = append(list, record)
		}
		if f.After = page.Next; f.After.Zero() {
			return list, nil
		}
	}
}

// bare decodes a row and leaves personal fields sealed.
func (r *Register) bare(row *index.Kept) (*Record, error) {
	k, err := r.Kinds.Kind(row.Kind)
	if err != nil {
		return nil, err
	}
	return fromKept(k, row)
}

// LinksTo returns the records of a kind that linked to a record; kind "" for all.
// The fields they link by stand beside.
func (r *Reader) LinksTo(ctx context.Context, id counterfoil.ID, kindID string) (list []*Record, fields []string, err error) {
	r.on.note(ground{of: onLinks, id: id, kind: kindID})
	rows, err := r.register.Store.KeptLinksTo(ctx, id, kindID, r.at)
	if err != nil {
		return nil, nil, err
	}
	for i := range rows {
		record, err := r.register.bare(&rows[i].Kept)
		if err != nil {
			return nil, nil, err
		}
		list, fields = append(list, record), append(fields, rows[i].Field)
	}
	return list, fields, nil
}

// Linked returns the records of a kind connected with a record either way, each once.
func (r *Reader) Linked(ctx context.Context, record *Record, kindID string) ([]*Record, error) {
	list, _, err := r.LinksTo(ctx, record.ID, kindID)
	if err != nil {
		return nil, err
	}
	seen := map[counterfoil.ID]bool{}
	for _, l := range list {
		seen[l.ID] = true
	}
	list = slices.CompactFunc(list, func(a, b *Record) bool { return a.ID == b.ID })
	for _, l := range record.links() {
		if seen[l.Target] {
			continue
		}
		seen[l.Target] = true
		r.on.note(ground{of: onRecord, id: l.Target})
		row, err := r.register.Store.KeptRecord(ctx, l.Target, r.at)
		if err != nil {
			return nil, fmt.Errorf("read linked record: %w", err)
		}
		if kindID != "" && row.Kind != kindID {
			continue
		}
		other, err := r.register.bare(row)
		if err != nil {
			return nil, err
		}
		list = append(list, other)
	}
	return list, nil
}

// linkedStates are the states of the records of a kind connected with a record either
// way. It decodes no record.
func (r *Reader) linkedStates(ctx context.Context, record *Record, kindID string) (states []string, err error) {
	r.on.note(ground{of: onLinks, id: record.ID, kind: kindID})
	rows, err := r.register.Store.KeptLinksTo(ctx, record.ID, kindID, r.at)
	if err != nil {
		return nil, err
	}
	for i := range rows {
		states = append(states, rows[i].State)
	}
	for _, l := range record.links() {
		if !record.linking(l).Allows(kindID) {
			continue
		}
		r.on.note(ground{of: onRecord, id: l.Target})
		row, err := r.register.Store.KeptRecord(ctx, l.Target, r.at)
		if err != nil {
			return nil, fmt.Errorf("read linked record: %w", err)
		}
		if row.Kind == kindID {
			states = append(states, row.State)
		}
	}
	return states, nil
}

// Count counts records of a kind in the states; without states, all.
func (r *Reader) Count(ctx context.Context, kindID string, states ...string) (int64, error) {
	counts, err := r.counts(ctx, kindID)
	if err != nil {
		return 0, err
	}
	n, _ := tally(counts, states)
	return n, nil
}

func tally(counts []index.StateCount, states []string) (n, newest int64) {
	for _, c := range counts {
		if len(states) == 0 || slices.Contains(states, c.State) {
			n += int64(c.N)
			newest = max(newest, c.Newest)
		}
	}
	return n, newest
}

// scene is what expressions about a record see.
func (r *Register) scene(ctx context.Context, reader *Reader, actor Actor, record *Record) *kind.Scene {
	s := &kind.Scene{
		Record: record.Values, State: record.State, Number: record.Number(), Version: record.Version, Created: record.Made.At,
		Actor: actor.Person.String(), Roles: actor.Roles, Now: reader.now,
		Links: &linkedRecords{ctx, reader, record}, Register: &allRecords{ctx, reader}, Traffic: &askedTraffic{ctx, reader, record},
	}
	if record.Approval != nil {
		s.Approved = record.Approval.At
	}
	return s
}

// allRecords is the register as expressions see it.
type allRecords struct {
	ctx    context.Context
	reader *Reader
}

// Count implements kind.Records.
func (a *allRecords) Count(kindID string, states []string) (int64, error) {
	return a.reader.Count(a.ctx, kindID, states...)
}

// Newest implements kind.Records.
func (a *allRecords) Newest(kindID string, states []string) (time.Time, error) {
	counts, err := a.reader.counts(a.ctx, kindID)
	if err != nil {
		return time.Time{}, err
	}
	if n, newest := tally(counts, states); n > 0 {
		return micros(newest), nil
	}
	return time.Time{}, nil
}

// linkedRecords are those connected with one record.
type linkedRecords struct {
	ctx    context.Context
	reader *Reader
	record *Record
}

// Count implements kind.Records.
func (l *linkedRecords) Count(kindID string, states []string) (int64, error) {
	list, err := l.reader.Linked(l.ctx, l.record, kindID)
	if err != nil {
		return 0, err
	}
	n := int64(0)
	for _, record := range list {
		if len(states) == 0 || slices.Contains(states, record.State) {
			n++
		}
	}
	return n, nil
}

// Newest implements kind.Records.
func (l *linkedRecords) Newest(kindID string, states []string) (time.Time, error) {
	list, err := l.reader.Linked(l.ctx, l.record, kindID)
	var newest time.Time
	for _, record := range list {
		if (len(states) == 0 || slices.Contains(states, record.State)) && record.Since.After(newest) {
			newest = record.Since
		}
	}
	return newest, err
}

func equal(a, b kind.Values) bool { return reflect.DeepEqual(a, b) }
