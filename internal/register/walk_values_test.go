// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

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
