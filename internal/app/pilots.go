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

// pilots counts the requests and people of systems that are tried. It counts in
// memory, from what the index says when a pilot comes into force or the program
// starts: the live path asks no database. The zero value is ready.
//
// A request counts when it is let in here, also when it is refused for another reason
// after that; such a one is not counted again at the next start.
type pilots struct {
	mu sync.Mutex
	of map[identity.SystemID]*tried
}

// tried is what a system in a pilot has used.
type tried struct {
	since  time.Time // when the pilot was allowed
	day    int64     // days since the Unix epoch, of requests
	today  int64     // requests
	people map[counterfoil.ID]bool
}

const secondsOfDay = 24 * 60 * 60

func dayOf(t time.Time) int64 { return t.Unix() / secondsOfDay }

// Pass implements gateway.Pilots.
func (p *pilots) Pass(s *identity.System, person counterfoil.ID, now time.Time) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.of[s.ID]
	if t == nil { // it was not possible to say how much it has used
		return identity.ClosedPilotDaily
	}
	if today := dayOf(now); today > t.day {
		t.day, t.today = today, 0
	}
	newcomer := !person.IsZero() && !t.people[person]
	switch {
	case t.today >= s.Route.Pilot.Daily:
		return identity.ClosedPilotDaily
	case newcomer && int64(len(t.people)) >= s.Route.Pilot.People:
		return identity.ClosedPilotFull
	}
	t.today++
	if newcomer {
		t.people[person] = true
	}
	return ""
}

// reset forgets what was counted.
func (p *pilots) reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.of = nil
}

// begin readies the pilots of a snapshot before it decides anything. One that it
// cannot count stays closed.
func (p *pilots) begin(ctx context.Context, s *identity.Snapshot, x *index.Index, now time.Time) error {
	var failed error
	for i := range s.Systems() {
		system := &s.Systems()[i]
		if system.Route.Pilot == nil || p.knows(system) {
			continue
		}
		t, err := usedSoFar(ctx, x, system, now)
		if err != nil {
			failed = fmt.Errorf("count what the pilot of %s has used: %w", system.Number, err)
			continue
		}
		p.mu.Lock()
		if p.of == nil {
			p.of = make(map[identity.SystemID]*tried)
		}
		p.of[system.ID] = t
		p.mu.Unlock()
	}
	return failed
}

func (p *pilots) knows(s *identity.System) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.of[s.ID]
	return t != nil && t.since.Equal(s.Route.Pilot.Since)
}

// usedSoFar reads from the index what a pilot has used. Its first day begins with it.
func usedSoFar(ctx context.Context, x *index.Index, s *identity.System, now time.Time) (*tried, error) {
	t := &tried{since: s.Route.Pilot.Since, day: dayOf(now), people: map[counterfoil.ID]bool{}}
	from := time.Unix(t.day*secondsOfDay, 0)
	if t.since.After(from) {
		from = t.since
	}
	tallies, err := x.Tally(ctx, index.Filter{System: counterfoil.ID(s.ID), From: from})
	if err != nil {
		return nil, err
	}
	for _, n := range tallies {
		if n.Result != counterfoil.ResultRefused {
			t.today += int64(n.N)
		}
	}
	people, err := x.PeopleOf(ctx, counterfoil.ID(s.ID), t.since)
	for _, id := range people {
		t.people[id] = true
	}
	return t, err
}
