// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register_test

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// walker walks one record of a kind in a world of its own.
type walker struct {
	*world
	kind  *kind.Kind
	hints *hints
	names map[string]counterfoil.ID
	over  map[string]any // values this way takes

	each func(by string) // after each step; may be nil
}

func newWalker(t *testing.T, k *kind.Kind, h *hints) *walker {
	t.Helper()
	w := &walker{world: newWorld(t), kind: k, hints: h, names: map[string]counterfoil.ID{}}
	w.records(h.Records)
	return w
}

// setUp makes the record in a state, without walking there; nil when such a record
// cannot be or does not stay.
func (w *walker) setUp(state string, t try) *register.Record {
	w.Helper()
	given := map[string]any{}
	maps.Copy(given, t.hint.Values)
	maps.Copy(given, t.values)
	early := w.earlyRecords(t.hint.Records)
	values, fixed := w.values(w.kind, w.ordinary(w.kind, true, w.hints.Values, given), w.hints.Values, given)
	r, err := w.SetUp(w.Context(), register.Program, w.kind.ID, state, register.Input{Values: values, Fixed: fixed})
	if err != nil || r.State != state && r.Done[r.Move].At.IsZero() {
		return nil
	}
	w.names["self"] = r.ID
	w.records(t.hint.Records[early:])
	w.clock.Advance(time.Duration(t.hint.Wait) * 24 * time.Hour)
	return r
}

// earlyRecords sets up those before the first that names the record itself, and
// returns how many these are.
func (w *walker) earlyRecords(list []recordHint) int {
	n := slices.IndexFunc(list, func(h recordHint) bool { return strings.Contains(fmt.Sprint(h.Values), "@self") })
	if n < 0 {
		n = len(list)
	}
	w.records(list[:n])
	return n
}

// reach creates the record and walks it to a state by the shortest way.
func (w *walker) reach(state string) *register.Record { return w.reachBy(state, "") }

// reachBy reaches a state by a way that contains a move.
func (w *walker) reachBy(state, move string) *register.Record {
	w.Helper()
	maker := register.Actor{Person: w.somebody("maker"), Roles: []string{"aims_manager"}}
	way := w.way(state, move)
	w.over = map[string]any{}
	for _, m := range way {
		if hint := w.hints.Moves[m.ID]; hint.AtOnce {
			maps.Copy(w.over, hint.Values)
		}
	}
	values, fixed := w.values(w.kind, w.ordinary(w.kind, true, w.hints.Values, w.over), w.hints.Values, w.over)
	r, err := w.Create(w.Context(), maker, w.kind.ID, register.Input{Values: values, Fixed: fixed})
	if err != nil {
		w.Fatalf("create %s: %v", w.kind.ID, err)
	}
	w.names["self"] = r.ID
	w.stepped(register.Created)
	if way == nil && (state != r.State || move != "") {
		w.Fatalf("no way leads to %s of %s by %q", state, w.kind.ID, move)
	}
	for _, m := range way {
		if !w.hints.Moves[m.ID].AtOnce {
			r = w.pass(r, m)
			w.stepped(m.ID)
		} else if r.Done[m.ID].At.IsZero() {
			w.Fatalf("%s.%s was not made at once", w.kind.ID, m.ID)
		}
	}
	if r.State != state {
		w.Fatalf("the record is %s after the way to %s of %s", r.State, state, w.kind.ID)
	}
	return r
}

func (w *walker) stepped(by string) {
	if w.each != nil {
		w.each(by)
	}
}

// way is the shortest sequence of moves from the beginning to a state that
// contains a move; moves of people before automatic ones.
func (w *walker) way(state, by string) []*kind.Move {
	type place struct {
		state string
		done  bool
	}
	start := place{w.kind.Initial().ID, by == ""}
	ways := map[place][]*kind.Move{start: {}}
	for queue := []place{start}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		if at.state == state && at.done {
			return ways[at]
		}
		moves := slices.Clone(w.kind.From(at.state))
		slices.SortStableFunc(moves, func(a, b *kind.Move) int {
			return strings.Compare(strconv.FormatBool(a.Auto), strconv.FormatBool(b.Auto))
		})
		for _, m := range moves {
			next := place{m.To, at.done || m.ID == by}
			if _, seen := ways[next]; !seen && w.hints.Moves[m.ID].Engine == "" {
				ways[next] = append(slices.Clone(ways[at]), m)
				queue = append(queue, next)
			}
		}
	}
	return nil
}

// prepare brings about what a move takes.
func (w *walker) prepare(r *register.Record, m *kind.Move, hint moveHint) *register.Record {
	w.Helper()
	w.records(hint.Records)
	w.others(r, hint.Others)
	w.clock.Advance(time.Duration(hint.Wait) * 24 * time.Hour)
	before := map[string]any{}
	for id, v := range hint.Values {
		if !slices.Contains(m.Asks, id) {
			before[id] = v
		}
	}
	if len(before) == 0 {
		return r
	}
	values, fixed := w.values(w.kind, before)
	next, err := w.Change(w.Context(), register.Program, r.ID, register.Input{Version: r.Version, Values: values, Fixed: fixed})
	if err != nil {
		w.Fatalf("prepare %s.%s: %v", w.kind.ID, m.ID, err)
	}
	return next
}

// others makes moves of the records that link to one.
func (w *walker) others(r *register.Record, list []otherHint) {
	w.Helper()
	for _, h := range list {
		linking, _, err := w.Reader().LinksTo(w.Context(), r.ID, h.Kind)
		if err != nil {
			w.Fatal(err)
		}
		for _, l := range linking {
			values, _ := w.values(l.Kind, h.Values)
			if _, err := w.Move(w.Context(), register.Program, l.ID, h.Move, register.Input{Version: l.Version, Values: values, Reason: "As agreed"}); err != nil {
				w.Fatalf("%s of %s: %v", h.Move, l.Number(), err)
			}
		}
	}
}

// input is what the move's form asks for, filled in.
func (w *walker) input(r *register.Record, m *kind.Move, over map[string]any) register.Input {
	w.Helper()
	return w.inputOf(r, m, w.hints.Moves[m.ID], over)
}

func (w *walker) inputOf(r *register.Record, m *kind.Move, hint moveHint, over map[string]any) register.Input {
	w.Helper()
	given := map[string]any{}
	ordinary := w.ordinary(w.kind, true, w.hints.Values, hint.Values, over)
	for _, id := range m.Asks {
		if f, _ := w.kind.Field(id); f.Fixed {
			ordinary[id] = w.value(f)
		}
	}
	for _, source := range []map[string]any{ordinary, w.hints.Values, hint.Values, w.over, over} {
		for id, v := range source {
			if slices.Contains(m.Asks, id) {
				given[id] = v
			}
		}
	}
	values, fixed := w.values(w.kind, given)
	maps.Copy(values, fixed)
	return register.Input{Version: r.Version, Values: values, Reason: "As agreed"}
}

// rolesOf are the roles to make a move by, the one of the hints alone when it names one.
func (w *walker) rolesOf(m *kind.Move) []string {
	if role := w.hints.Moves[m.ID].Role; role != "" {
		return []string{role}
	}
	return m.Roles
}

// actor is somebody in a role towards the record; for each move somebody else,
// apart from the people the record names.
func (w *walker) actor(r *register.Record, role, move string) register.Actor {
	switch role {
	case kind.RoleOwner:
		return register.Actor{Person: r.Values.ID("owner")}
	case kind.RoleSelf:
		if id := r.Values.ID("person"); !id.IsZero() {
			return register.Actor{Person: id}
		}
		return register.Actor{Person: r.ID}
	case kind.RoleAny:
		return register.Actor{Person: w.somebody("anybody_" + move)}
	default:
		return register.Actor{Person: w.somebody("by_" + move), Roles: []string{role}}
	}
}
