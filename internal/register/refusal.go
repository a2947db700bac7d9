// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// Refused is a move that may not be made now, with every reason.
type Refused struct {
	Record  *Record
	Move    *kind.Move
	Reasons []Reason
}

// Reason is one guard, missing field or separated duty.
type Reason struct {
	Guard string   // id; "" when it cannot be overridden by naming it
	Says  string   // what is missing and what to do
	Tag   kind.Tag // where the rule comes from
	Whom  []string // roles that can help; empty when anybody can
}

// Overridable tells whether an approved override would let the move pass.
func (r *Reason) Overridable() bool { return r.Guard != "" && r.Tag.Overridable() }

// Error implements error.
func (r *Refused) Error() string {
	return fmt.Sprintf("%s: %s refused: %s", r.Record.Number(), r.Move.ID, r.text())
}

func (r *Refused) text() string {
	texts := make([]string, len(r.Reasons))
	for i := range r.Reasons {
		texts[i] = r.Reasons[i].Says
	}
	return strings.Join(texts, " ")
}

// Unwrap is the fault for surfaces that show one sentence.
func (r *Refused) Unwrap() error { return fault.Conflict("Not available: "+r.text(), nil) }

// refusals lists why a move may not be made by this actor now.
func (r *Register) refusals(ctx context.Context, reader *Reader, actor Actor, record *Record, m *kind.Move) ([]Reason, error) {
	var reasons []Reason
	for _, id := range m.Needs {
		if f, _ := record.Kind.Field(id); lacks(record, f) {
			reasons = append(reasons, Reason{Guard: "needs_" + id, Says: "“" + f.Label + "” is not filled in.", Tag: m.Tag})
		}
	}
	for _, apart := range m.Apart {
		if who, says := keptApart(record, apart); !actor.program && slices.Contains(who, actor.Person) {
			reasons = append(reasons, Reason{Guard: "apart_" + apart, Says: says + ", so somebody else has to do this.", Tag: kind.TagProduct, Whom: m.Roles})
		}
	}
	scene := r.scene(ctx, reader, actor, record)
	for i := range m.Guards {
		g := &m.Guards[i]
		ok, says, err := r.holds(ctx, reader, actor, record, g, scene)
		if err != nil {
			return nil, err
		}
		if !ok {
			reasons = append(reasons, Reason{Guard: g.ID, Says: says, Tag: g.Tag})
		}
	}
	return reasons, nil
}

// lacks tells whether a field is empty, and not by an erasure.
func lacks(record *Record, f *kind.Field) bool {
	_, filled := record.Values[f.ID]
	return !filled && !(f.Personal && record.Erased)
}

func (r *Register) holds(ctx context.Context, reader *Reader, actor Actor, record *Record, g *kind.Guard, scene *kind.Scene) (ok bool, says string, err error) {
	if g.Go == "" {
		if g.ReadsTime() {
			reader.on.note(ground{of: onTime})
		}
		ok, err = record.Kind.Holds(g, scene)
		return ok, g.Says, err
	}
	ok, says, err = r.Functions.Guards[g.Go](ctx, reader, record, actor)
	if err != nil {
		return false, "", fmt.Errorf("guard %s: %w", g.Go, err)
	}
	if says == "" {
		says = g.Says
	}
	return ok, says, nil
}

// keptApart is who may not make a move, and why.
func keptApart(record *Record, apart string) (who []counterfoil.ID, says string) {
	if apart == "author" {
		return record.authors(), "You wrote this version, or part of it"
	}
	if move, ok := strings.CutPrefix(apart, "did:"); ok {
		act, done := record.Done[move]
		if !done {
			return nil, ""
		}
		return []counterfoil.ID{act.By}, "You made the move “" + strings.ReplaceAll(move, "_", " ") + "”"
	}
	f, _ := record.Kind.Field(apart)
	for _, text := range linksIn(f, record.Values[apart]) {
		if id, err := counterfoil.ParseID(text); err == nil {
			who = append(who, id)
		}
	}
	return who, "You are named as “" + f.Label + "”"
}
