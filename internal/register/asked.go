// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/index"
)

// AskedAfter are the reasons of refusals that mean: somebody asks a system that was
// stopped or is retired. A client nobody told, or a key nobody ended.
var AskedAfter = []string{identity.ClosedSuspended, identity.ClosedRetired}

// RanSince is when a system was let run last: when it went into operation or a pilot, or
// was let run again. Zero for one that never was. What was refused before that is over:
// no alarm and no condition counts it.
func (r *Record) RanSince() (since time.Time) {
	for id, act := range r.Done {
		m, ok := r.Kind.Move(id)
		if ok && (m.To == "operating" || m.To == "piloting") && act.At.After(since) {
			since = act.At
		}
	}
	return since
}

// Over tells whether refusals of a system are over, because it was let run since.
func (r *Record) Over(v *index.Refusals) bool {
	return !asked(v).After(r.RanSince())
}

// asked is when the last of them came, by the time in its id.
func asked(v *index.Refusals) time.Time {
	var millis int64
	for _, b := range v.Last[:6] { // a UUIDv7 begins with it
		millis = millis<<8 | int64(b)
	}
	return time.UnixMilli(millis).UTC()
}

// askedTraffic is what conditions see of requests to the systems of a record that were
// stopped or retired: to the record itself, or to those it names.
type askedTraffic struct {
	ctx    context.Context
	reader *Reader
	record *Record
}

// errUnobserved says that nothing looks at traffic: what cannot be seen is not good.
var errUnobserved = errors.New("traffic is not observed here")

// Refused implements kind.Traffic.
func (a *askedTraffic) Refused() (n int64, err error) {
	err = a.each(func(v *index.Refusals) { n += int64(v.N) })
	return n, err
}

// LastRefused implements kind.Traffic.
func (a *askedTraffic) LastRefused() (last time.Time, err error) {
	err = a.each(func(v *index.Refusals) { last = later(last, asked(v)) })
	return last, err
}

func (a *askedTraffic) each(add func(*index.Refusals)) error {
	observed := a.reader.register.Observed
	if observed == nil {
		return errUnobserved
	}
	a.reader.on.note(ground{of: onTime})
	systems, err := a.systems()
	if err != nil {
		return err
	}
	var asOf time.Time
	if !a.reader.at.Present() {
		asOf = a.reader.now
	}
	for _, s := range systems {
		list, err := observed.Refused(a.ctx, AskedAfter, s.RanSince(), asOf)
		if err != nil {
			return fmt.Errorf("read what was refused: %w", err)
		}
		for i := range list {
			if list[i].System == s.ID && !s.Over(&list[i]) {
				add(&list[i])
			}
		}
	}
	return nil
}

// systems are those of the record: itself, or what it links to.
func (a *askedTraffic) systems() ([]*Record, error) {
	if a.record.Kind.ID == "system" {
		return []*Record{a.record}, nil
	}
	var list []*Record
	seen := map[counterfoil.ID]bool{}
	for _, l := range a.record.links() {
		if seen[l.Target] {
			continue
		}
		seen[l.Target] = true
		other, err := a.reader.Record(a.ctx, l.Target)
		if err != nil {
			return nil, fmt.Errorf("read a linked record: %w", err)
		}
		if other.Kind.ID == "system" {
			list = append(list, other)
		}
	}
	return list, nil
}
