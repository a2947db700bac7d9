// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/index"
)

// Observed is what came to the gateway, for findings and conditions that compare what
// people wrote down with what is really used; *index.Index implements it. The register works
// without one: what cannot be seen is then reported as not covered, never as good.
type Observed interface {
	// Used adds up what left, or may have left, from the beginning of the day of from
	// up to to. There may be several lines alike. An empty answer means that nothing passed.
	Used(ctx context.Context, from, to time.Time) ([]index.Use, error)
	// Refused counts what was refused for one of the reasons, by system and day, from a day
	// on and up to the end of a moment; the zero moment is now.
	Refused(ctx context.Context, reasons []string, from, asOf time.Time) ([]index.Refusals, error)
}

// observedDays is how far back use is looked at.
const observedDays = 90

// Traffic is the use observed over the last 90 days.
type Traffic struct {
	Known    bool // false: nothing looks at it
	From, To time.Time
	Systems  map[counterfoil.ID]*Passed // by system; zero: none that is known
	Models   []PassedModel              // by provider and name
	uses     []index.Use
}

// Passed is the use of one system.
type Passed struct {
	Interactions uint64
	First, Last  time.Time
	People       int // different ones, programs left out
	people       map[counterfoil.ID]bool
}

// PassedModel is the use of one model.
type PassedModel struct {
	Provider, Model string // Model is empty for those that systems do not list
	Interactions    uint64
	First, Last     time.Time
}

// traffic reads what passed up to the reader's moment.
func (r *Reader) traffic(ctx context.Context, observed Observed) (*Traffic, error) {
	t := &Traffic{Systems: map[counterfoil.ID]*Passed{}}
	if observed == nil {
		return t, nil
	}
	t.Known, t.To = true, r.Now()
	t.From = t.To.AddDate(0, 0, -observedDays).UTC().Truncate(24 * time.Hour)
	var err error
	if t.uses, err = observed.Used(ctx, t.From, t.To); err != nil {
		return nil, fmt.Errorf("read what passed: %w", err)
	}
	for i := range t.uses {
		t.add(&t.uses[i])
	}
	return t, nil
}

func (t *Traffic) add(u *index.Use) {
	first, last := time.UnixMilli(u.First).UTC(), time.UnixMilli(u.Last).UTC()
	s := t.Systems[u.System]
	if s == nil {
		s = &Passed{First: first, Last: last, people: map[counterfoil.ID]bool{}}
		t.Systems[u.System] = s
	}
	s.Interactions += u.Interactions
	s.First, s.Last = earlier(s.First, first), later(s.Last, last)
	if !u.Workload && !u.Person.IsZero() && !s.people[u.Person] {
		s.people[u.Person] = true
		s.People++
	}
	i := slices.IndexFunc(t.Models, func(m PassedModel) bool { return m.Provider == u.Provider && m.Model == u.Model })
	if i < 0 {
		i = len(t.Models)
		t.Models = append(t.Models, PassedModel{Provider: u.Provider, Model: u.Model, First: first, Last: last})
	}
	m := &t.Models[i]
	m.Interactions += u.Interactions
	m.First, m.Last = earlier(m.First, first), later(m.Last, last)
}

// Join adds the use of a model.
func (p *Passed) Join(m PassedModel) {
	if p.Interactions == 0 {
		p.First, p.Last = m.First, m.Last
	}
	p.Interactions += m.Interactions
	p.First, p.Last = earlier(p.First, m.First), later(p.Last, m.Last)
}

// Of is the use of a system; nothing of one that was not seen.
func (t *Traffic) Of(system counterfoil.ID) Passed {
	if s := t.Systems[system]; s != nil {
		return *s
	}
	return Passed{}
}

// All is how many interactions were seen.
func (t *Traffic) All() (n uint64) {
	for _, s := range t.Systems {
		n += s.Interactions
	}
	return n
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
