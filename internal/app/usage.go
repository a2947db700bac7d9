// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/index"
)

// usage counts the requests and people of systems that are bounded: those that are
// tried, and those approved with bounds. It counts in memory, from what the index says
// when bounds come into force or the program starts: the live path asks no database. The
// zero value is ready.
//
// A request counts when it is let in here, also when it is refused for another reason
// after that; such a one is not counted again at the next start.
type usage struct {
	mu sync.Mutex
	of map[identity.SystemID]*used
}

// used is what a system has used.
type used struct {
	since  time.Time               // when the trial or pilot was allowed; zero without one
	tried  map[counterfoil.ID]bool // people since then
	day    int64                   // days since the Unix epoch, of what follows
	today  int64                   // requests
	people map[counterfoil.ID]bool // people of the day
}

const secondsOfDay = 24 * 60 * 60

func dayOf(t time.Time) int64 { return t.Unix() / secondsOfDay }

// Pass implements gateway.Usage.
func (c *usage) Pass(s *identity.System, person counterfoil.ID, now time.Time) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	u := c.of[s.ID]
	if u == nil { // it was not possible to say how much it has used
		return ifTried(s, identity.ClosedPilotDaily, identity.ClosedDaily)
	}
	if today := dayOf(now); today > u.day {
		u.day, u.today, u.people = today, 0, map[counterfoil.ID]bool{}
	}
	if reason := u.beyond(s, person); reason != "" {
		return reason
	}
	u.today++
	if !person.IsZero() {
		u.tried[person], u.people[person] = true, true
	}
	return ""
}

// beyond tells which bound one more request would pass; "" for none.
func (u *used) beyond(s *identity.System, person counterfoil.ID) string {
	pilot, bounds := s.Route.Pilot, &s.Bounds
	full := func(people map[counterfoil.ID]bool, most int64) bool {
		return !person.IsZero() && !people[person] && int64(len(people)) >= most
	}
	switch {
	case pilot != nil && u.today >= pilot.Daily:
		return identity.ClosedPilotDaily
	case pilot != nil && full(u.tried, pilot.People):
		return identity.ClosedPilotFull
	case bounds.Daily > 0 && u.today >= bounds.Daily:
		return identity.ClosedDaily
	case bounds.People > 0 && full(u.people, bounds.People):
		return identity.ClosedFull
	}
	return ""
}

func ifTried(s *identity.System, tried, otherwise string) string {
	if s.Route.Pilot != nil {
		return tried
	}
	return otherwise
}

// reset forgets what was counted.
func (c *usage) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.of = nil
}

// begin readies the bounded systems of a snapshot before it decides anything. One that
// it cannot count stays closed.
func (c *usage) begin(ctx context.Context, s *identity.Snapshot, x *index.Index, now time.Time) error {
	var failed error
	for i := range s.Systems() {
		system := &s.Systems()[i]
		if !system.Counted() {
			c.forget(system.ID) // what passes now is counted by nobody
			continue
		}
		if c.knows(system) {
			continue
		}
		u, err := usedSoFar(ctx, x, system, now)
		if err != nil {
			failed = fmt.Errorf("count what %s has used: %w", system.Number, err)
			continue
		}
		c.mu.Lock()
		if c.of == nil {
			c.of = make(map[identity.SystemID]*used)
		}
		c.of[system.ID] = u
		c.mu.Unlock()
	}
	return failed
}

func (c *usage) forget(id identity.SystemID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.of, id)
}

// triedSince is when the trial or pilot of a system was allowed; zero without one.
func triedSince(s *identity.System) time.Time {
	if s.Route.Pilot == nil {
		return time.Time{}
	}
	return s.Route.Pilot.Since
}

func (c *usage) knows(s *identity.System) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	u := c.of[s.ID]
	return u != nil && u.since.Equal(triedSince(s))
}

// usedSoFar reads from the index what a system has used. The first day of a trial begins
// with it.
func usedSoFar(ctx context.Context, x *index.Index, s *identity.System, now time.Time) (*used, error) {
	u := &used{since: triedSince(s), day: dayOf(now), tried: map[counterfoil.ID]bool{}, people: map[counterfoil.ID]bool{}}
	from := time.Unix(u.day*secondsOfDay, 0)
	if u.since.After(from) {
		from = u.since
	}
	tallies, err := x.Tally(ctx, index.Filter{System: counterfoil.ID(s.ID), From: from})
	if err != nil {
		return nil, err
	}
	for _, n := range tallies {
		if n.Result != counterfoil.ResultRefused {
			u.today += int64(n.N)
		}
	}
	for _, count := range []struct {
		people map[counterfoil.ID]bool
		since  time.Time
		asked  bool
	}{{u.people, from, true}, {u.tried, u.since, s.Route.Pilot != nil}} {
		if !count.asked {
			continue
		}
		people, err := x.PeopleOf(ctx, counterfoil.ID(s.ID), count.since)
		if err != nil {
			return nil, err
		}
		for _, id := range people {
			count.people[id] = true
		}
	}
	return u, nil
}
