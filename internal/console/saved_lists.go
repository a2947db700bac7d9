// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/detect"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// viewedList is a list of which views can be saved.
type viewedList struct {
	path    string
	title   string
	records string // kind of the records; "" when they are of none
	// mend keeps of a query what the list understands today, without page and moment,
	// and says in words what it does not.
	mend func(url.Values) (clean url.Values, gone []string)
}

// listAt finds the list at a path.
func (c *Console) listAt(path string) (viewedList, bool) {
	if id, ok := strings.CutPrefix(path, "/kinds/"); ok {
		k, err := c.kinds.Kind(id)
		if err != nil || k.Inner {
			return viewedList{}, false
		}
		return viewedList{path, k.Plural, k.ID, func(q url.Values) (url.Values, []string) { return mendRecords(k, q) }}, true
	}
	for _, l := range []viewedList{
		{"/interactions", "Interactions", "", c.mendInteractions},
		{"/systems", "AI systems", "", plainly("q", "keys")},
		{"/people", "People", "person", plainly("q", "access")},
		{"/requirements", "Requirements", "", mendRequirements},
		{"/risk/library", "Starter library of risks", "", plainly("role", "category")},
		{"/ledger/events", "What the ledger says of itself", "", mendEvents},
	} {
		if l.path == path {
			return l, true
		}
	}
	return viewedList{}, false
}

// mending takes over what a list understands, one part at a time.
type mending struct {
	from, clean url.Values
	gone        []string
}

func (m *mending) keep(name string, known func(string) bool, what string) {
	for _, value := range m.from[name] {
		switch {
		case value == "":
		case known(value):
			m.clean.Add(name, value)
		default:
			m.gone = append(m.gone, what+" “"+clip(value)+"”")
		}
	}
}

func anything(string) bool { return true }

// plainly keeps the parameters that always mean something.
func plainly(names ...string) func(url.Values) (url.Values, []string) {
	return func(q url.Values) (url.Values, []string) {
		m := mending{from: q, clean: url.Values{}}
		for _, name := range names {
			m.keep(name, anything, "")
		}
		return m.clean, nil
	}
}

func mendRecords(k *kind.Kind, q url.Values) (url.Values, []string) {
	m := mending{from: q, clean: url.Values{}}
	m.keep("q", anything, "")
	m.keep("state", func(id string) bool { _, ok := k.State(id); return ok }, "the state")
	m.keep("sort", func(id string) bool { return sorts(k, id) }, "the order by")
	if m.clean.Has("sort") || !q.Has("sort") {
		m.keep("down", anything, "")
	}
	for name := range q {
		id, ok := strings.CutPrefix(name, "f.")
		if !ok || strings.Join(q[name], "") == "" {
			continue
		}
		f, ok := k.Field(id)
		if !ok {
			m.gone = append(m.gone, "the field “"+clip(id)+"”")
			continue
		}
		m.keep(name, func(value string) bool { return answers(f, value) }, "the answer")
	}
	slices.Sort(m.gone)
	return m.clean, m.gone
}

// answers tells whether a field can hold a value; of a choice, whether it is an option.
func answers(f *kind.Field, value string) bool {
	if len(f.Options) == 0 {
		return true
	}
	return slices.ContainsFunc(f.Options, func(o kind.Option) bool { return o.ID == value })
}

func (c *Console) mendInteractions(q url.Values) (url.Values, []string) {
	m := mending{from: q, clean: url.Values{}}
	snapshot := c.directory.Snapshot()
	m.keep("system", func(slug string) bool { _, ok := snapshot.SystemBySlug(slug); return ok }, "the AI system")
	m.keep("decision", func(s string) bool {
		e, err := counterfoil.ParseEffect(s)
		return err == nil && e != counterfoil.EffectNone
	}, "the decision")
	m.keep("finding", func(s string) bool {
		return slices.ContainsFunc(c.findingTypes, func(t detect.TypeInfo) bool { return t.Type == s })
	}, "the finding type")
	m.keep("result", func(s string) bool { _, err := counterfoil.ParseResult(s); return s == "open" || err == nil }, "the result")
	for _, name := range []string{"from", "to"} {
		m.keep(name, isDay, "the day")
	}
	return m.clean, m.gone
}

func isDay(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

func mendEvents(q url.Values) (url.Values, []string) {
	m := mending{from: q, clean: url.Values{}}
	m.keep("kind", func(s string) bool { k, err := counterfoil.ParseKind(s); return err == nil && kindWords[k] != "" }, "the kind")
	return m.clean, m.gone
}

func mendRequirements(q url.Values) (url.Values, []string) {
	m := mending{from: q, clean: url.Values{}}
	m.keep("q", anything, "")
	m.keep("show", func(s string) bool {
		for _, v := range requirementViews {
			if v.id == s {
				return true
			}
		}
		return false
	}, "the part")
	return m.clean, m.gone
}
