// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// hints say what the walk of a kind needs beyond values made from the types of its
// fields. Everywhere a text "@name" stands for a record made earlier, a person
// called name when there is none, "@self" for the record that walks, and "@+30" for
// the date in 30 days.
type hints struct {
	Values  map[string]any      `yaml:"values"`  // of the record
	Records []recordHint        `yaml:"records"` // that have to be there from the start
	Moves   map[string]moveHint `yaml:"moves"`
}

// recordHint is another record, set up in a state. Fields it needs and does not
// say are made from their types.
type recordHint struct {
	As     string         `yaml:"as"`
	Kind   string         `yaml:"kind"`
	State  string         `yaml:"state"`
	Values map[string]any `yaml:"values"`
}

// moveHint is what it takes to make a move.
type moveHint struct {
	Values  map[string]any        `yaml:"values"` // asked for by the move, or set before
	Records []recordHint          `yaml:"records"`
	Others  []otherHint           `yaml:"others"`  // moves of all linked records of a kind, made before
	Wait    int                   `yaml:"wait"`    // days that pass before
	First   map[string][]string   `yaml:"first"`   // by state it starts from: moves made before
	AtOnce  bool                  `yaml:"at_once"` // automatic, and made together with the move before
	Role    string                `yaml:"role"`    // who makes it, when not the first role that can
	Engine  string                `yaml:"engine"`  // why only the engine makes it
	Refuse  map[string]refuseHint `yaml:"refuse"`  // by guard: what makes the guard refuse
}

// otherHint is a move the program makes of every record of a kind that links here.
type otherHint struct {
	Kind   string         `yaml:"kind"`
	Move   string         `yaml:"move"`
	Values map[string]any `yaml:"values"`
}

// refuseHint is how a record differs from one that passes.
type refuseHint struct {
	Values  map[string]any `yaml:"values"`
	Records []recordHint   `yaml:"records"` // instead of those of the move
	Wait    int            `yaml:"wait"`
	Role    string         `yaml:"role"`
	Walk    bool           `yaml:"walk"` // the record walks to the state, and differs in nothing
}

// try is one attempt to have a guard refuse.
type try struct {
	hint   moveHint
	values map[string]any // over those of the hint
	walk   bool
}

func (h refuseHint) tries(of moveHint) []try {
	alone := moveHint{Values: of.Values, Records: h.Records, Wait: h.Wait, Role: h.Role}
	if alone.Role == "" {
		alone.Role = of.Role
	}
	list := []try{{alone, h.Values, h.Walk}}
	if h.Records == nil { // with those of the move too
		with := alone
		with.Records = of.Records
		list = append(list, try{with, h.Values, h.Walk})
	}
	return list
}

// otherValues are values of a field unlike the ordinary one.
func otherValues(f *kind.Field, hint moveHint) []try {
	values := []any{nil}
	switch f.Type {
	case kind.Truth:
		values = append(values, true, false)
	case kind.Date:
		values = append(values, "@-400", "@-1", "@+4000")
	case kind.Integer, kind.Number:
		values = append(values, 0)
		if len(f.Range) == 2 {
			values = append(values, f.Range[0], f.Range[1])
		}
	case kind.Choice:
		for _, o := range f.Options {
			values = append(values, o.ID)
		}
	}
	list := make([]try, len(values))
	for i, v := range values {
		list[i] = try{hint: hint, values: map[string]any{f.ID: v}}
	}
	return list
}

func readHints(t *testing.T, k *kind.Kind) *hints {
	t.Helper()
	h := new(hints)
	raw, err := os.ReadFile("testdata/walk/" + k.ID + ".yaml")
	if errors.Is(err, fs.ErrNotExist) {
		return h
	}
	if err != nil {
		t.Fatal(err)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(raw))
	decoder.KnownFields(true)
	if err := decoder.Decode(h); err != nil {
		t.Fatalf("hints of %s: %v", k.ID, err)
	}
	for id, hint := range h.Moves {
		m, ok := k.Move(id)
		if !ok {
			t.Fatalf("hints of %s: there is no move %q", k.ID, id)
		}
		for guard := range hint.Refuse {
			if !slices.ContainsFunc(m.Guards, func(g kind.Guard) bool { return g.ID == guard }) {
				t.Fatalf("hints of %s.%s: there is no guard %q", k.ID, id, guard)
			}
		}
	}
	return h
}

// walker walks one record of a kind in a world of its own.
type walker struct {
	*world
	kind  *kind.Kind
	hints *hints
	names map[string]counterfoil.ID
	over  map[string]any // values this way takes
}

func newWalker(t *testing.T, k *kind.Kind, h *hints) *walker {
	t.Helper()
	w := &walker{world: newWorld(t), kind: k, hints: h, names: map[string]counterfoil.ID{}}
	w.records(h.Records)
	return w
}

func (w *walker) id(text string) counterfoil.ID {
	w.Helper()
	id, err := counterfoil.ParseID(text)
	if err != nil {
		w.Fatal(err)
	}
	return id
}

// somebody is the person of that name.
func (w *walker) somebody(name string) counterfoil.ID {
	if id, ok := w.names[name]; ok {
		return id
	}
	w.names[name] = w.person(strings.ReplaceAll(name, "_", "-")).Person
	return w.names[name]
}

// resolve replaces what texts stand for.
func (w *walker) resolve(value any) any {
	switch v := value.(type) {
	case string:
		name, ok := strings.CutPrefix(v, "@")
		if !ok {
			return v
		}
		if days, err := strconv.Atoi(name); err == nil {
			return w.clock.Now().AddDate(0, 0, days).Format(time.DateOnly)
		}
		return w.somebody(name).String()
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = w.resolve(v[i])
		}
		return list
	case map[string]any:
		row := make(map[string]any, len(v))
		for id := range v {
			row[id] = w.resolve(v[id])
		}
		return row
	default:
		return v
	}
}

// values of a kind in their Go types; those of fixed fields apart. A null empties.
func (w *walker) values(k *kind.Kind, given ...map[string]any) (values, fixed kind.Values) {
	w.Helper()
	all := map[string]any{}
	for _, g := range given {
		maps.Copy(all, g)
	}
	resolved, _ := w.resolve(all).(map[string]any)
	raw, err := json.Marshal(resolved)
	if err != nil {
		w.Fatal(err)
	}
	if values, err = k.DecodeValues(raw); err != nil {
		w.Fatalf("values for the walk of %s: %v", k.ID, err)
	}
	fixed = kind.Values{}
	for id := range all {
		if f, ok := k.Field(id); ok && f.Fixed {
			if fixed[id] = values[id]; fixed[id] == nil {
				delete(fixed, id)
			}
			delete(values, id)
		} else if all[id] == nil {
			values[id] = nil
		}
	}
	return values, fixed
}

// ordinary makes a value for every field that people fill in; of links only those
// that are required, needed by a move, or name people. Fields that are given are left.
func (w *walker) ordinary(k *kind.Kind, all bool, given ...map[string]any) map[string]any {
	values := map[string]any{}
	for i := range k.Fields {
		f := &k.Fields[i]
		needed := f.Required || slices.ContainsFunc(k.Moves, func(m kind.Move) bool { return all && slices.Contains(m.Needs, f.ID) })
		link := (f.Type == kind.Link || f.Type == kind.Links) && !f.Allows("person")
		has := slices.ContainsFunc(given, func(g map[string]any) bool { _, ok := g[f.ID]; return ok })
		if f.Fixed || has || !needed && (!all || link) {
			continue
		}
		values[f.ID] = w.value(f)
	}
	return values
}

func (w *walker) value(f *kind.Field) any {
	switch f.Type {
	case kind.Integer, kind.Number:
		if len(f.Range) == 2 {
			return f.Range[0]
		}
		return 1
	case kind.Truth:
		return true
	case kind.Date:
		return "@+30"
	case kind.Email:
		return f.ID + "@northgate.example"
	case kind.URL:
		return "https://northgate.example/" + f.ID
	case kind.Choice:
		return f.Options[0].ID
	case kind.Choices:
		return []any{f.Options[0].ID}
	case kind.Texts:
		return []any{"One of " + f.ID}
	case kind.Controls:
		return []any{"A.9.2"}
	case kind.Link:
		return w.target(f)
	case kind.Links:
		return []any{w.target(f)}
	case kind.Rows:
		row := map[string]any{}
		for i := range f.Fields {
			if c := &f.Fields[i]; c.Required || c.Type != kind.Link && c.Type != kind.Links {
				row[c.ID] = w.value(c)
			}
		}
		return []any{row}
	default:
		return "Some " + f.ID
	}
}

// target is a record for a link to name: for people one a field, otherwise one a kind.
func (w *walker) target(f *kind.Field) string {
	if f.Allows("person") {
		return "@" + f.ID
	}
	name := "a_" + f.To[0]
	if _, ok := w.names[name]; !ok {
		k, err := w.Kinds.Kind(f.To[0])
		if err != nil {
			w.Fatal(err)
		}
		w.names[name] = w.other(recordHint{Kind: k.ID, State: k.Initial().ID})
	}
	return "@" + name
}

// records sets up records the hints name.
func (w *walker) records(list []recordHint) {
	w.Helper()
	for _, h := range list {
		id := w.other(h)
		if h.As != "" {
			w.names[h.As] = id
		}
	}
}

func (w *walker) other(h recordHint) counterfoil.ID {
	w.Helper()
	k, err := w.Kinds.Kind(h.Kind)
	if err != nil {
		w.Fatal(err)
	}
	if h.State == "" {
		h.State = k.Initial().ID
	}
	values, fixed := w.values(k, w.ordinary(k, false, h.Values), h.Values)
	r, err := w.SetUp(w.Context(), register.Program, k.ID, h.State, register.Input{Values: values, Fixed: fixed})
	if err != nil {
		w.Fatalf("set up %s for the walk of %s: %v", h.Kind, w.kind.ID, err)
	}
	return r.ID
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
	if way == nil && (state != r.State || move != "") {
		w.Fatalf("no way leads to %s of %s by %q", state, w.kind.ID, move)
	}
	for _, m := range way {
		if !w.hints.Moves[m.ID].AtOnce {
			r = w.pass(r, m)
		} else if r.Done[m.ID].At.IsZero() {
			w.Fatalf("%s.%s was not made at once", w.kind.ID, m.ID)
		}
	}
	if r.State != state {
		w.Fatalf("the record is %s after the way to %s of %s", r.State, state, w.kind.ID)
	}
	return r
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
	given := map[string]any{}
	ordinary := w.ordinary(w.kind, true, w.hints.Values, w.hints.Moves[m.ID].Values, over)
	for _, source := range []map[string]any{ordinary, w.hints.Values, w.hints.Moves[m.ID].Values, w.over, over} {
		for id, v := range source {
			if slices.Contains(m.Asks, id) {
				given[id] = v
			}
		}
	}
	values, _ := w.values(w.kind, given)
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
