// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package shell

import (
	"net/url"
	"slices"
	"strings"

	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// List is a list of which views can be saved.
type List struct {
	Path    string
	Title   string
	Records string // kind of the records; "" when they are of none
	// Mend keeps of a query what the list understands today, without page and moment,
	// and says in words what it does not.
	Mend func(url.Values) (clean url.Values, gone []string)
}

// Mending takes over what a list understands, one part at a time.
type Mending struct {
	From, Clean url.Values
	Gone        []string
}

// Keep takes over the values of a parameter that are known, and says of the others what they are.
func (m *Mending) Keep(name string, known func(string) bool, what string) {
	for _, value := range m.From[name] {
		switch {
		case value == "":
		case known(value):
			m.Clean.Add(name, value)
		default:
			m.Gone = append(m.Gone, what+" “"+words.Clip(value)+"”")
		}
	}
}

// Anything is known for a parameter that takes any text.
func Anything(string) bool { return true }

// Plainly keeps the parameters that always mean something.
func Plainly(names ...string) func(url.Values) (url.Values, []string) {
	return func(q url.Values) (url.Values, []string) {
		m := Mending{From: q, Clean: url.Values{}}
		for _, name := range names {
			m.Keep(name, Anything, "")
		}
		return m.Clean, nil
	}
}

func mendRecords(k *kind.Kind, q url.Values) (url.Values, []string) {
	m := Mending{From: q, Clean: url.Values{}}
	m.Keep("q", Anything, "")
	m.Keep("state", func(id string) bool { _, ok := k.State(id); return ok }, "the state")
	m.Keep("sort", func(id string) bool { return Sorts(k, id) }, "the order by")
	if m.Clean.Has("sort") || !q.Has("sort") {
		m.Keep("down", Anything, "")
	}
	for name := range q {
		id, ok := strings.CutPrefix(name, "f.")
		if !ok || strings.Join(q[name], "") == "" {
			continue
		}
		f, ok := k.Field(id)
		if !ok {
			m.Gone = append(m.Gone, "the field “"+words.Clip(id)+"”")
			continue
		}
		m.Keep(name, func(value string) bool { return answers(f, value) }, "the answer")
	}
	slices.Sort(m.Gone)
	return m.Clean, m.Gone
}

// answers tells whether a field can hold a value; of a choice, whether it is an option.
func answers(f *kind.Field, value string) bool {
	if len(f.Options) == 0 {
		return true
	}
	return slices.ContainsFunc(f.Options, func(o kind.Option) bool { return o.ID == value })
}

// Sorts tells whether a list can be sorted by something.
func Sorts(k *kind.Kind, by string) bool {
	_, ok := k.Field(by)
	return ok || slices.Contains([]string{"", "due", "time", "state", "title"}, by)
}
