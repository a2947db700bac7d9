// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"context"
	"fmt"
	"slices"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/fault"
)

// ScopeCheck is a scope held against the register and what is observed, at one moment.
type ScopeCheck struct {
	Scope     *Record
	Findings  []Finding // of every rule
	Traffic   *Traffic
	Systems   map[counterfoil.ID]*Record // that the scope names
	Undecided []*Record                  // systems without a decision, the first of them
	Rest      []string                   // the numbers of the others
	Made      []*Record                  // used systems that the program made for first attempts, without a decision
}

// undecidedMost is how many systems without a decision are read in full.
const undecidedMost = 100

// CheckScope holds a scope against everything, also against what the actor may not
// see by itself, so it takes the right to read scopes, systems and data sets.
func (v *View) CheckScope(ctx context.Context, scope *Record) (*ScopeCheck, error) {
	for _, kindID := range []string{"scope", "system", "dataset"} {
		if !v.figures(kindID) {
			return nil, fault.Forbidden("Not for you: the scope is held against every AI system, and you may not read them all.", nil)
		}
	}
	reader := &Reader{register: v.register, at: v.at, now: v.register.Clock.Now(), read: map[string][]*Record{}, whole: map[counterfoil.ID]*Record{}}
	if !v.asOf.IsZero() {
		reader.now = v.asOf
	}
	c := &ScopeCheck{Scope: scope, Systems: map[counterfoil.ID]*Record{}}
	var err error
	if c.Traffic, err = reader.traffic(ctx, v.register.Observed); err != nil {
		return nil, err
	}
	var i *inspection
	if c.Findings, i, err = reader.inspect(ctx, scope, c.Traffic); err != nil {
		return nil, err
	}
	open := i.open
	for _, s := range open[min(len(open), undecidedMost):] {
		c.Rest = append(c.Rest, s.number)
	}
	if c.Undecided, err = loaded(ctx, reader, open, undecidedMost); err != nil {
		return nil, err
	}
	return c, c.named(ctx, reader, i.made)
}

// named reads the systems that the scope and the traffic name.
func (c *ScopeCheck) named(ctx context.Context, r *Reader, made map[counterfoil.ID]bool) error {
	for _, row := range c.Scope.Values.Rows("systems") {
		text, _ := row["system"].(string)
		id, err := counterfoil.ParseID(text)
		if err != nil {
			continue
		}
		if c.Systems[id], err = r.Record(ctx, id); err != nil {
			return fmt.Errorf("read a system of the scope: %w", err)
		}
	}
	for id := range c.Traffic.Systems {
		if !made[id] || c.Systems[id] != nil {
			continue
		}
		s, err := r.Record(ctx, id)
		if err != nil {
			return fmt.Errorf("read a system that was used: %w", err)
		}
		c.Made = append(c.Made, s)
	}
	slices.SortFunc(c.Made, func(a, b *Record) int { return int(a.Serial) - int(b.Serial) })
	return nil
}

// AsInForce is the record with the values that are in force, while a successor is
// drafted; the record itself when nothing is.
func (r *Record) AsInForce() *Record {
	if r.InForce == nil {
		return r
	}
	bound := *r
	bound.Values = r.InForce.Values
	return &bound
}
