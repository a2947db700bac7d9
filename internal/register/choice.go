// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"context"
	"slices"
	"strings"

	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// Choice is a move a person could make, or why not.
type Choice struct {
	Move    *kind.Move
	Refused []Reason // empty when it may be made
	Barred  string   // why this person may never make it; "" when roles allow
}

// Choices lists the moves from the record's state, those that cannot be made with
// the reasons.
func (r *Register) Choices(ctx context.Context, actor Actor, record *Record) ([]Choice, error) {
	return r.choices(ctx, r.reader(), actor, record)
}

func (r *Register) choices(ctx context.Context, reader *Reader, actor Actor, record *Record) ([]Choice, error) {
	var list []Choice
	for _, m := range record.Kind.From(record.State) {
		if m.Auto {
			continue
		}
		c := Choice{Move: m}
		if err := r.Rights.mayMove(actor, record, m); err != nil {
			f, _ := fault.As(err)
			c.Barred = f.Public
		}
		refused, err := r.refusals(ctx, reader, actor, record, m)
		if err != nil {
			return nil, err
		}
		for _, reason := range refused {
			if !awaitsAnswer(record, m, reason.Guard) {
				c.Refused = append(c.Refused, reason)
			}
		}
		list = append(list, c)
	}
	return list, nil
}

// open tells whether the actor's move has no refusal among its choices. It stops at the
// first; guards that read other records come last.
func (r *Register) open(ctx context.Context, reader *Reader, actor Actor, record *Record, m *kind.Move) (bool, error) {
	for _, id := range m.Needs {
		if f, _ := record.Kind.Field(id); lacks(record, f) && !awaitsAnswer(record, m, "needs_"+id) {
			return false, nil
		}
	}
	for _, apart := range m.Apart {
		if who, _ := keptApart(record, apart); !actor.program && slices.Contains(who, actor.Person) {
			return false, nil
		}
	}
	scene := r.scene(ctx, reader, actor, record)
	for _, others := range []bool{false, true} {
		for i := range m.Guards {
			g := &m.Guards[i]
			if g.ReadsOthers() != others || awaitsAnswer(record, m, g.ID) {
				continue
			}
			if ok, _, err := r.holds(ctx, reader, actor, record, g, scene); err != nil || !ok {
				return false, err
			}
		}
	}
	return true, nil
}

// awaitsAnswer tells that a refusal may end with what the move's own form asks for, so
// that it is no reason not to open the form: a field it asks for, a condition on such
// a field, or a function while one of them is empty.
func awaitsAnswer(record *Record, m *kind.Move, guard string) bool {
	if field, ok := strings.CutPrefix(guard, "needs_"); ok {
		return slices.Contains(m.Asks, field)
	}
	i := slices.IndexFunc(m.Guards, func(g kind.Guard) bool { return g.ID == guard })
	if i < 0 {
		return false
	}
	return slices.ContainsFunc(m.Asks, func(field string) bool {
		if m.Guards[i].Go != "" {
			return empty(record.Values[field])
		}
		return m.Guards[i].Reads(field)
	})
}
