// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
	"github.com/counterfoil/counterfoil/internal/standard"
)

// TestWalk walks every move of every built-in kind: from each state it leads from
// it is made once, and each role that may makes it once; each guard, each field it
// needs, the reason and each separated duty refuse it once; and each role that may not
// make it is turned away in each of these states. What a kind needs beyond values made
// from its types stands in testdata/walk/KIND.yaml; what may stand there is described at
// type hints.
func TestWalk(t *testing.T) {
	t.Parallel()
	kinds := newWorld(t).Kinds
	for _, k := range kinds.Kinds() {
		t.Run(k.ID, func(t *testing.T) {
			t.Parallel()
			if k.Inner {
				t.Skip("belongs to another record, and is tested with it")
			}
			h := readHints(t, k)
			for i := range k.Moves {
				m := &k.Moves[i]
				t.Run(m.ID, func(t *testing.T) { walkMove(t, k, m, h) })
			}
		})
	}
}

func walkMove(t *testing.T, k *kind.Kind, m *kind.Move, h *hints) {
	hint := h.Moves[m.ID]
	if hint.Engine != "" {
		newWalker(t, k, h).turnedAway(m, m.From[0])
		return
	}
	for _, from := range m.From {
		w := newWalker(t, k, h)
		if hint.AtOnce {
			w.reachBy(m.To, m.ID)
			continue
		}
		w.pass(w.reachBy(from, hint.By[from]), m)
	}
	for i := range m.Guards {
		refusedByGuard(t, k, m, &m.Guards[i], h)
	}
	w := newWalker(t, k, h) // of records that nobody moves
	for _, from := range m.From {
		w.turnedAway(m, from)
	}
	if m.Auto {
		return
	}
	w = newWalker(t, k, h)
	for _, role := range m.Roles {
		if !w.madeAs(m, role) {
			newWalker(t, k, h).passAs(m, role)
		}
	}
	refusedWithoutInput(t, k, m, h)
	for _, apart := range m.Apart {
		newWalker(t, k, h).keptApart(m, apart)
	}
}

// pass makes a move that must be possible, by the first role that can.
func (w *walker) pass(r *register.Record, m *kind.Move) *register.Record {
	w.Helper()
	for _, id := range w.hints.Moves[m.ID].First[r.State] {
		before, _ := w.kind.Move(id)
		r = w.pass(r, before)
	}
	r = w.prepare(r, m, w.hints.Moves[m.ID])
	if m.Auto {
		return w.sweep(r, m)
	}
	var errs error
	for _, role := range w.rolesOf(m) {
		next, err := w.Move(w.Context(), w.actor(r, role, m.ID), r.ID, m.ID, w.input(r, m, nil))
		if err == nil {
			if next.Done[m.ID].Version <= r.Version {
				w.Fatalf("%s.%s was made without a trace", w.kind.ID, m.ID)
			}
			return next
		}
		errs = errors.Join(errs, err)
	}
	w.Fatalf("%s.%s from %s cannot be made by any of %v; say in testdata/walk/%s.yaml what it takes: %v", w.kind.ID, m.ID, r.State, m.Roles, w.kind.ID, errs)
	return nil
}

// madeAs makes a move in one of its roles, of a record set up where the move begins.
func (w *walker) madeAs(m *kind.Move, role string) bool {
	w.Helper()
	hint := w.hints.Moves[m.ID].as(role)
	r := w.setUp(m.From[0], try{hint: hint})
	return r != nil && r.State == m.From[0] && w.moveAs(r, m, hint, role) == nil
}

// passAs makes a move in one of its roles, of a record that walked to where it begins.
func (w *walker) passAs(m *kind.Move, role string) {
	w.Helper()
	hint := w.hints.Moves[m.ID].as(role)
	r := w.reachBy(m.From[0], hint.By[m.From[0]])
	for _, id := range hint.First[r.State] {
		before, _ := w.kind.Move(id)
		r = w.pass(r, before)
	}
	if err := w.moveAs(w.prepare(r, m, hint), m, hint, role); err != nil {
		w.Errorf("%s.%s cannot be made by %s; say in testdata/walk/%s.yaml, under as, what it takes: %v", w.kind.ID, m.ID, role, w.kind.ID, err)
	}
}

func (w *walker) moveAs(r *register.Record, m *kind.Move, hint moveHint, role string) error {
	w.Helper()
	_, err := w.Move(w.Context(), w.actor(r, role, m.ID), r.ID, m.ID, w.inputOf(r, m, hint, nil))
	return err
}

// sweep lets the program make an automatic move.
func (w *walker) sweep(r *register.Record, m *kind.Move) *register.Record {
	w.Helper()
	if _, err := w.Sweep(w.Context()); err != nil {
		w.Fatal(err)
	}
	next, err := w.Reader().Record(w.Context(), r.ID)
	if err != nil {
		w.Fatal(err)
	}
	if next.Done[m.ID].Version <= r.Version && r.Move != m.ID {
		w.Fatalf("%s.%s did not happen from %s; say in testdata/walk/%s.yaml what it takes", w.kind.ID, m.ID, r.State, w.kind.ID)
	}
	return next
}

// refusedByGuard finds a record whose move this guard refuses: the one the hints
// describe, one without the records the move takes, or one with
// another value in a field the guard reads.
func refusedByGuard(t *testing.T, k *kind.Kind, m *kind.Move, g *kind.Guard, h *hints) {
	t.Helper()
	hint := h.Moves[m.ID]
	tries := []try{{hint: hint}, {hint: moveHint{Values: hint.Values, Role: hint.Role}}}
	if refuse, ok := hint.Refuse[g.ID]; ok {
		tries = refuse.tries(hint)
	} else {
		for i := range k.Fields {
			if f := &k.Fields[i]; strings.Contains(g.CEL, "record."+f.ID) {
				tries = append(tries, otherValues(f, hint)...)
			}
		}
	}
	for _, try := range tries {
		if newWalker(t, k, h).stopped(m, g, try) {
			return
		}
	}
	if m.Auto && newWalker(t, k, h).rests(m) {
		return
	}
	t.Errorf("guard %s of %s.%s was never seen to refuse; describe in testdata/walk/%s.yaml, under refuse, a record it refuses", g.ID, k.ID, m.ID, k.ID)
}

// rests tells whether an automatic move with this one guard leaves a record alone
// that was walked to where the move begins.
func (w *walker) rests(m *kind.Move) bool {
	w.Helper()
	r := w.reach(m.From[0])
	if _, err := w.Sweep(w.Context()); err != nil {
		w.Fatal(err)
	}
	now, err := w.Reader().Record(w.Context(), r.ID)
	if err != nil {
		w.Fatal(err)
	}
	return len(m.Guards) == 1 && now.State == r.State
}

// stopped tells whether a guard refuses the move of a record set up as described.
func (w *walker) stopped(m *kind.Move, g *kind.Guard, try try) bool {
	w.Helper()
	r := w.setUp(m.From[0], try)
	if try.walk {
		r = w.reach(m.From[0])
	}
	if r == nil {
		return false
	}
	if m.Auto {
		_, err := w.Sweep(w.Context())
		next, err2 := w.Reader().Record(w.Context(), r.ID)
		if err != nil || err2 != nil {
			w.Fatal(err, err2)
		}
		return next.Done[m.ID].At.IsZero()
	}
	role := try.hint.Role
	if role == "" {
		role = m.Roles[0]
	}
	_, err := w.Move(w.Context(), w.actor(r, role, m.ID), r.ID, m.ID, w.input(r, m, try.values))
	return refusedFor(err, g.ID)
}

func refusedFor(err error, guard string) bool {
	var refused *register.Refused
	return errors.As(err, &refused) && slices.ContainsFunc(refused.Reasons, func(r register.Reason) bool { return r.Guard == guard && r.Says != "" })
}

// refusedWithoutInput leaves out each field the move needs, and the reason.
func refusedWithoutInput(t *testing.T, k *kind.Kind, m *kind.Move, h *hints) {
	t.Helper()
	for _, id := range m.Needs {
		if f, _ := k.Field(id); f.Required || f.Fixed && !slices.Contains(m.Asks, id) {
			continue // it is always filled, or by the program
		}
		w := newWalker(t, k, h)
		r := w.setUp(m.From[0], try{hint: h.Moves[m.ID], values: map[string]any{id: nil}})
		if r == nil {
			t.Errorf("%s.%s needs %s, but no record without it could be set up", k.ID, m.ID, id)
			continue
		}
		said := slices.ContainsFunc(w.rolesOf(m), func(role string) bool { // whom an empty field names has no role
			_, err := w.Move(t.Context(), w.actor(r, role, m.ID), r.ID, m.ID, w.input(r, m, map[string]any{id: nil}))
			f, ok := fault.As(err)
			return refusedFor(err, "needs_"+id) || ok && f.Fields[id] != ""
		})
		if !said {
			t.Errorf("%s.%s was not refused without %s", k.ID, m.ID, id)
		}
	}
	if m.Reason {
		w := newWalker(t, k, h)
		r := w.reach(m.From[0])
		in := w.input(r, m, nil)
		in.Reason = " "
		_, err := w.Move(t.Context(), w.actor(r, w.rolesOf(m)[0], m.ID), r.ID, m.ID, in)
		if f, ok := fault.As(err); !ok || f.Fields["reason"] == "" {
			t.Errorf("%s.%s was made without a reason: %v", k.ID, m.ID, err)
		}
	}
}

// keptApart lets the person a duty keeps apart try the move, with every role it has.
func (w *walker) keptApart(m *kind.Move, apart string) {
	w.Helper()
	r := w.reach(m.From[0])
	var who register.Actor
	switch move, did := strings.CutPrefix(apart, "did:"); {
	case apart == "author":
		who.Person = r.Made.By // nothing is approved yet on the shortest way, so who began it is an author still
	case did:
		if r.Done[move].By.IsZero() {
			r = w.reachBy(m.From[0], move)
		}
		who.Person = r.Done[move].By
	default:
		f, _ := w.kind.Field(apart)
		if f.Type == kind.Link {
			who.Person = r.Values.ID(apart)
		} else {
			who.Person = w.id(r.Values.List(apart)[0])
		}
	}
	r = w.prepare(r, m, w.hints.Moves[m.ID])
	who.Roles = slices.DeleteFunc(slices.Clone(m.Roles), func(role string) bool { return role == kind.RoleOwner || role == kind.RoleSelf || role == kind.RoleAny })
	_, err := w.Move(w.Context(), who, r.ID, m.ID, w.input(r, m, nil))
	if fault.KindOf(err) == fault.KindForbidden && len(who.Roles) == 0 {
		return // whoever is kept apart has no role to make it by either
	}
	if !refusedFor(err, "apart_"+apart) {
		w.Errorf("%s.%s from %s is not kept apart from %s: %v", w.kind.ID, m.ID, r.State, apart, err)
	}
}

// turnedAway tries the move, from one of its states, as everybody who may not make it,
// and sees that it is offered to those who may.
func (w *walker) turnedAway(m *kind.Move, from string) {
	w.Helper()
	r := w.setUp(from, try{hint: w.hints.Moves[m.ID]})
	switch {
	case r == nil && w.hints.Moves[m.ID].AtOnce:
		r = w.reachBy(m.To, m.ID)
	case r == nil:
		r = w.reach(from)
	}
	attempt := func(a register.Actor, as string) {
		_, err := w.Move(w.Context(), a, r.ID, m.ID, w.input(r, m, nil))
		if c := fault.KindOf(err); err == nil || c != fault.KindForbidden && c != fault.KindNotFound {
			w.Errorf("%s.%s by %s: %v", w.kind.ID, m.ID, as, err)
		}
	}
	may := func(role string) bool {
		return !m.Auto && (slices.Contains(m.Roles, role) || slices.Contains(m.Roles, kind.RoleAny))
	}
	stranger := w.somebody("stranger")
	for _, role := range standard.ISO42001().RoleIDs() {
		if !may(role) {
			attempt(register.Actor{Person: stranger, Roles: []string{role}}, role)
		}
	}
	if !may(kind.RoleAny) {
		attempt(register.Actor{Person: stranger}, "nobody in particular")
	}
	for _, role := range m.Roles {
		choices, err := w.Choices(w.Context(), w.actor(r, role, m.ID), r)
		i := slices.IndexFunc(choices, func(c register.Choice) bool { return c.Move == m })
		if err != nil || i < 0 || choices[i].Barred != "" {
			w.Errorf("%s.%s is not offered to %s: %+v, %v", w.kind.ID, m.ID, role, choices, err)
		}
	}
	for field, role := range map[string]string{"owner": kind.RoleOwner, "person": kind.RoleSelf} {
		if id := r.Values.ID(field); !id.IsZero() && !may(role) {
			attempt(register.Actor{Person: id}, fmt.Sprintf("the person in %s", field))
		}
	}
}
