// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register_test

import (
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"os"
	"slices"
	"testing"

	"go.yaml.in/yaml/v3"

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
	By      map[string]string     `yaml:"by"`      // by state it starts from: a move on the way there
	AtOnce  bool                  `yaml:"at_once"` // automatic, and made together with the move before
	Role    string                `yaml:"role"`    // who makes it, when not the first role that can
	Engine  string                `yaml:"engine"`  // why only the engine makes it
	Refuse  map[string]refuseHint `yaml:"refuse"`  // by guard: what makes the guard refuse
	As      map[string]asHint     `yaml:"as"`      // by role: what differs when it makes the move
}

// asHint is how a record differs that a role may move.
type asHint struct {
	Values  map[string]any `yaml:"values"`
	Records []recordHint   `yaml:"records"` // beside those of the move
}

// as is what it takes to make the move in a role.
func (h moveHint) as(role string) moveHint {
	values := maps.Clone(h.Values)
	if values == nil {
		values = map[string]any{}
	}
	maps.Copy(values, h.As[role].Values)
	h.Values, h.Records = values, append(slices.Clone(h.Records), h.As[role].Records...)
	return h
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
		for role := range hint.As {
			if !slices.Contains(m.Roles, role) {
				t.Fatalf("hints of %s.%s: it is not for role %q", k.ID, id, role)
			}
		}
		for guard := range hint.Refuse {
			if !slices.ContainsFunc(m.Guards, func(g kind.Guard) bool { return g.ID == guard }) {
				t.Fatalf("hints of %s.%s: there is no guard %q", k.ID, id, guard)
			}
		}
	}
	return h
}
