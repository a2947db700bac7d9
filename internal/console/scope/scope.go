// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package scope

import (
	"net/http"
	"slices"
	"strings"

	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// headOfPage is what the pages of the entry Scope have in common.
type headOfPage struct {
	shell.Page
	Heading string
	Lead    string
	Tabs    []part.Link
	Stub    []part.Fact
	Acts    []part.Link
	Toc     []part.Link
	Notices []part.Notice
	Missing *emptyState // there is no scope, or it is not for this person
}

// emptyState says what an auditor will look for.
type emptyState struct {
	Title, Text string
	Acts        []part.Link
}

// view is the scope an address asks for, held against everything.
type view struct {
	*shell.Desk
	section *Section
	record  *register.Record // as it stands; nil when there is none
	shown   *register.Record // with the values that are shown
	others  []*register.Record
	draft   bool
	check   *register.ScopeCheck // nil when the person may not see it
}

// view finds the scope: the one asked for by number, else the one in force, else
// the newest. Shown is what is in force; a successor that is drafted with draft=1.
func (s *Section) view(r *http.Request) (*view, error) {
	d, err := s.Desk(r)
	if err != nil {
		return nil, err
	}
	v := &view{Desk: d, section: s, draft: r.FormValue("draft") != ""}
	k, err := s.Kinds.Kind("scope")
	if err != nil {
		return nil, err
	}
	if d.May(k, nil, register.Read) != nil {
		return v, nil
	}
	if v.others, err = v.candidates(k); err != nil {
		return nil, err
	}
	if v.record, err = v.chosen(r.FormValue("of")); err != nil || v.record == nil {
		return v, err
	}
	v.others = slices.DeleteFunc(v.others, func(o *register.Record) bool { return o.ID == v.record.ID })
	v.shown = v.record
	if !v.draft {
		v.shown = v.record.AsInForce()
	}
	v.check, err = d.CheckScope(d.Ctx, v.shown)
	return v, err
}

// scopesMost is how many scopes the pages offer beside the one they show.
const scopesMost = 6

// candidates are scopes to show, the best first: those in force, then drafts, then those that are over.
func (v *view) candidates(k *kind.Kind) (list []*register.Record, err error) {
	var states [3][]string
	for i := range k.States {
		switch s := &k.States[i]; {
		case s.Ends:
			states[2] = append(states[2], s.ID)
		case s.InForce:
			states[0] = append(states[0], s.ID)
		default:
			states[1] = append(states[1], s.ID)
		}
	}
	for _, in := range states {
		page, err := v.List(v.Ctx, index.KeptFilter{Kind: k.ID, States: in, Down: true, Limit: scopesMost})
		if err != nil {
			return nil, err
		}
		list = append(list, page.Records...)
	}
	return list[:min(len(list), scopesMost)], nil
}

// chosen is the scope asked for by number, else the first that has approved values, else the first.
func (v *view) chosen(number string) (*register.Record, error) {
	if number != "" {
		k, n, ok := v.section.Kinds.ParseNumber(number)
		if !ok || k.ID != "scope" {
			return nil, shell.NotFound("There is no such scope.")
		}
		return v.Numbered(v.Ctx, k.ID, n)
	}
	if i := slices.IndexFunc(v.others, func(r *register.Record) bool { return r.InForce != nil && !r.StateOf().Ends }); i >= 0 {
		return v.others[i], nil
	}
	if len(v.others) == 0 {
		return nil, nil
	}
	return v.others[0], nil
}

// href is an address within the entry, of the same scope.
func (v *view) href(path string, pairs ...string) string {
	if v.record != nil && len(v.others) > 0 {
		pairs = append(pairs, "of", v.record.Number())
	}
	if v.draft {
		pairs = append(pairs, "draft", "1")
	}
	return v.Href(path, pairs...)
}

// head fills what the pages have in common.
func (v *view) head(r *http.Request, title, current string) headOfPage {
	h := headOfPage{Page: v.Page(r, title, "scope")}
	for _, tab := range []struct{ id, label, path string }{
		{"map", "Boundary", "/scope"},
		{"statement", "Statement", "/scope/statement"},
		{"context", "Context and parties", "/scope/context"},
		{"findings", "Findings", "/scope/findings"},
		{"versions", "Versions", "/scope/versions"},
	} {
		h.Tabs = append(h.Tabs, part.Link{Label: tab.label, Href: v.href(tab.path), Current: tab.id == current})
	}
	h.Heading, h.Lead = "No scope is written yet", "The scope says which units, sites, entities and AI systems the management system covers, and where it ends."
	if v.record == nil {
		h.Missing = v.nothing()
		h.Stub = []part.Fact{{Label: "Scope", Value: "None to show", Missing: true}}
		return h
	}
	h.Heading, h.Lead = v.finding()
	h.Stub = v.facts()
	h.Acts = []part.Link{{Label: "Open " + v.record.Number(), Href: v.RecordHref(v.record)}}
	for _, o := range v.others {
		h.Acts = append(h.Acts, part.Link{Label: "Show " + v.Called(o), Href: v.Href(r.URL.Path, "of", o.Number())})
	}
	if n := v.successor(r); n != nil {
		h.Notices = append(h.Notices, *n)
		h.Acts = append(h.Acts, part.Link{Label: "Show " + map[bool]string{true: "what is in force", false: "the draft"}[v.draft], Href: v.otherVersion(r.URL.Path)})
	}
	return h
}

// nothing is the empty state of the entry.
func (v *view) nothing() *emptyState {
	k, _ := v.section.Kinds.Kind("scope")
	if err := v.May(k, nil, register.Read); err != nil {
		return &emptyState{Title: "The scope is not for you", Text: shell.PublicText(err)}
	}
	e := &emptyState{Title: "An auditor looks here first", Text: "They look for what was left out and why, compare the scope with what is really used, and read whether the certificate claims more than it. Begin with the units and the AI systems; what is not known yet is said as not covered, never as good."}
	if v.May(k, nil, register.Create) == nil {
		e.Acts = []part.Link{{Label: "New scope", Href: "/kinds/scope/new"}, {Label: "New AI system", Href: "/systems/new"}}
	} else if v.At.IsZero() {
		e.Text += " It is written by: " + strings.Join(v.RolesFor(k, register.Create), ", ") + "."
	}
	return e
}

// successor says that a draft follows what is in force, or is shown.
func (v *view) successor(*http.Request) *part.Notice {
	if v.record.InForce == nil || v.record.Approval != nil {
		return nil
	}
	in := v.record.InForce
	if v.draft {
		return &part.Notice{Class: "warn", Shape: "triangle", Title: "This is a draft", Text: "It does not hold yet. In force is what was approved on " + in.At.Format("2 Jan 2006") + "."}
	}
	return &part.Notice{Class: "", Shape: "target", Title: "A new version is drafted", Text: v.record.Number() + " is " + strings.ToLower(v.record.StateOf().Label) + ". Shown is what was approved on " + in.At.Format("2 Jan 2006") + ", which holds until the next approval."}
}

func (v *view) otherVersion(path string) string {
	other := *v
	other.draft = !v.draft
	return other.href(path)
}

// facts are the stub.
func (v *view) facts() []part.Fact {
	r := v.record
	state := shell.StateMark(r)
	facts := []part.Fact{{Label: "Scope", Value: v.Called(r), Href: v.RecordHref(r)}, {Label: "State", Mark: &state, Sub: "since " + r.Since.Format("2 Jan 2006")}}
	if in := r.InForce; in != nil {
		facts = append(facts, part.Fact{Label: "In force", Value: "Version " + words.Number(in.Version), Sub: "approved " + in.At.Format("2 Jan 2006") + " by " + v.Person(in.By)},
			part.Fact{Label: "Digest", Value: "sha256:" + in.Digest.String()[:16] + "…", Mono: true})
	} else {
		facts = append(facts, part.Fact{Label: "In force", Value: "Nothing is approved yet", Missing: true})
	}
	values := v.shown.Values
	facts = append(facts, textFact("For the certificate", words.ClipTo(values.Text("certificate"), 300), "No wording yet"), textFact("Compared with use", words.DayOf(values.Text("compared")), "Never"))
	found, uncovered := 0, 0
	for i := range v.check.Findings {
		if f := &v.check.Findings[i]; f.Found() {
			found++
		} else if f.Level == register.NotCovered {
			uncovered++
		}
	}
	return append(facts, part.Fact{Label: "Findings", Value: words.Number(found) + " of " + words.Counted(uint64(len(v.check.Findings)), "rule", "rules"), Href: v.href("/scope/findings"), Sub: words.Number(uncovered) + " not covered"})
}

func textFact(label, value, missing string) part.Fact {
	if value == "" {
		return part.Fact{Label: label, Value: missing, Missing: true}
	}
	return part.Fact{Label: label, Value: value}
}
