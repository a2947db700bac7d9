// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"net/http"
	"slices"
	"strings"

	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
	"github.com/counterfoil/counterfoil/internal/standard"
)

// requirementPage is one requirement: what it asks, how it is designed, and what is
// measured of it, with what is not measured said as plainly.
type requirementPage struct {
	page
	Requirement *standard.Requirement
	Kind        string
	Group       string
	Objective   string
	Lead        string
	Stub        []fact
	Decide      *link
	State       mark
	Decision    []fact // what the statement says; controls only
	Applies     []fact // by role of the organisation; controls only
	Signals     []signalLine
	Linked      []linkedKind
	Missing     []link // registers of this requirement without a record
	Related     []link
	Serves      []referenceLine
}

// signalLine is a measure the requirement reads.
type signalLine struct {
	ID, Name, Measure, Shows, Pass, Warn, Unit, Window string
}

// linkedKind are records of one kind that belong to a requirement.
type linkedKind struct {
	Label string // how they belong to it
	All   link   // the list of them, with how many
	Rows  []linkRow
}

// linkedShown is how many records of a kind the page names; the rest is a list away.
const linkedShown = 8

// referenceLine is what a requirement also serves.
type referenceLine struct {
	Framework, ID, Title, Href string
	Relation, Note             string
}

// showRequirement is the page of one requirement.
func (c *Console) showRequirement(w http.ResponseWriter, r *http.Request) error {
	requirement, ok := standard.ISO42001().Requirement(r.PathValue("id"))
	if !ok {
		return notFound("The standard has no requirement of this number.")
	}
	d, err := c.desk(r)
	if err != nil {
		return err
	}
	s, err := d.coverage()
	if err != nil {
		return err
	}
	group := standard.ISO42001().Groups[requirement.Group]
	p := requirementPage{
		page: d.page(r, requirement.ID+" "+requirement.Label, "controls"), Requirement: requirement, Kind: "Clause requirement",
		Group: requirement.Group + " " + group.Title, Objective: group.Objective, State: s.state(requirement),
	}
	if p.Linked, err = d.linkedTo(requirement.ID); err != nil {
		return err
	}
	for _, k := range s.empty[requirement.ID] {
		p.Missing = append(p.Missing, link{k.Plural, d.href("/kinds/" + k.ID), false})
	}
	decision := s.decisions[requirement.ID]
	p.Lead = s.sentence(requirement)
	p.Stub = []fact{
		{Label: "State", Mark: &p.State},
		{Label: "Records", Value: number(s.kept[requirement.ID] + s.named[requirement.ID]), Href: "#linked"},
		{Label: "Signals", Value: number(len(requirement.Signals)), Sub: "none is measured yet", Href: "#proved"},
		{Label: "Usual owner", Value: requirement.DefaultOwner},
		{Label: "Part of the cycle", Value: sentence(requirement.PDCA)},
	}
	if requirement.Kind == "control" {
		p.Kind = "Control"
		p.Decision, p.Decide = d.decision(decision)
		p.Applies = applicability(requirement)
	}
	p.Signals = signalLines(requirement)
	p.Related = d.related(requirement)
	for _, ref := range standard.Serving(c.frameworks, requirement.ID) {
		p.Serves = append(p.Serves, referenceLine{ref.Framework.Title, ref.Item.ID, ref.Item.Title, d.href("/frameworks/" + ref.Framework.ID), sentence(string(ref.Relation)), ref.Note})
	}
	return c.render(w, http.StatusOK, "requirement", &p)
}

// sentence is how a requirement stands, in words.
func (s *coverage) sentence(r *standard.Requirement) string {
	text := ""
	if r.Kind == "control" {
		switch decision := s.decisions[r.ID]; {
		case !isDecided(decision):
			text = "Nobody has decided yet whether this control is needed. "
		case decision.Values.Text("decision") == "excluded":
			text = "This control is excluded. "
		case decision.Values.Text("status") == "":
			text = "This control is included; nobody says how far it is. "
		default:
			text = "This control is included and declared " + decision.Values.Text("status") + ". "
		}
	}
	if n := s.gaps[r.ID]; n > 0 {
		text += counted(n, "gap is open. ", "gaps are open. ")
	}
	switch n := s.kept[r.ID] + s.named[r.ID]; n {
	case 0:
		text += "No record belongs to it yet. "
	case 1:
		text += "One record belongs to it. "
	default:
		text += number(n) + " records belong to it. "
	}
	return text + "None of its signals is measured yet, so nothing here shows that it works."
}

// decision is what the statement's row says, and where to decide.
func (d *desk) decision(r *register.Record) ([]fact, *link) {
	if r == nil {
		return []fact{{Label: "Decision", Mark: &mark{"none", "ring", "Not begun"}, Sub: "The statement of applicability has no row for it yet"}}, &link{Label: "Open the statement", Href: d.href("/controls")}
	}
	m := declared(r)
	facts := []fact{{Label: "Decision", Mark: &m, Sub: "since " + r.Since.Format("2 Jan 2006")}}
	for _, id := range []string{"why", "risks", "obligations", "objectives", "systems", "owner", "due", "evidence", "verified"} {
		f, ok := r.Kind.Field(id)
		if text := d.brief(f, r.Values[id]); ok && text != "" {
			facts = append(facts, fact{Label: f.Label, Value: text})
		}
	}
	return facts, &link{Label: "Open " + r.Number(), Href: d.recordHref(r)}
}

// applicability says for whom a control is usually needed.
func applicability(r *standard.Requirement) []fact {
	words := map[string]string{"develops": "Who develops systems", "provides": "Who provides them", "uses": "Who uses them"}
	var facts []fact
	for _, role := range []string{"develops", "provides", "uses"} {
		facts = append(facts, fact{Label: words[role], Value: sentence(r.Applicability[role]) + " needed"})
	}
	return facts
}

func signalLines(r *standard.Requirement) []signalLine {
	var lines []signalLine
	for _, use := range r.Signals {
		s := standard.ISO42001().Signals[use.Signal]
		lines = append(lines, signalLine{use.Signal, s.Name, s.Measure, use.Shows, threshold(use.Pass), threshold(use.Warn), s.Unit, counted(uint64(s.WindowDays), "day", "days")})
	}
	return lines
}

// threshold is a limit as people write it.
func threshold(text string) string {
	return strings.NewReplacer("== true", "yes", "== false", "no", "== ", "", ">=", "≥", "<=", "≤").Replace(text)
}

// related are the requirements this one names, and those that name it.
func (d *desk) related(r *standard.Requirement) []link {
	var list []link
	for i := range standard.ISO42001().Requirements {
		if other := &standard.ISO42001().Requirements[i]; slices.Contains(r.Related, other.ID) || slices.Contains(other.Related, r.ID) {
			list = append(list, link{other.ID + " " + other.Label, d.href("/requirements/" + other.ID), false})
		}
	}
	return list
}

// linkedTo lists the records that belong to a requirement: all those of its kinds,
// and those that name it.
func (d *desk) linkedTo(id string) ([]linkedKind, error) {
	var list []linkedKind
	for _, k := range d.console.kinds.Kinds() {
		if k.Inner || k.Named != nil || d.May(k, nil, register.Read) != nil {
			continue
		}
		if slices.Contains(k.Requires, id) {
			group, err := d.linkedKind(k, index.KeptFilter{Kind: k.ID}, "/kinds/"+k.ID)
			if err != nil {
				return nil, err
			}
			group.Label = "All " + strings.ToLower(k.Plural) + " are kept for it"
			list = append(list, group)
			continue
		}
		for _, f := range naming(k) {
			group, err := d.linkedKind(k, index.KeptFilter{Kind: k.ID, Fields: []index.KeptCondition{{Field: f.ID, Values: []string{id}}}}, "/kinds/"+k.ID, "f."+f.ID, id)
			if err != nil {
				return nil, err
			}
			group.Label = k.Plural + " that name it"
			list = append(list, group)
		}
	}
	return slices.DeleteFunc(list, func(g linkedKind) bool { return len(g.Rows) == 0 }), nil
}

func (d *desk) linkedKind(k *kind.Kind, f index.KeptFilter, path string, pairs ...string) (linkedKind, error) {
	f.Limit, f.Down, f.Sort = linkedShown, true, "time"
	page, err := d.List(d.ctx, f)
	if err != nil {
		return linkedKind{}, err
	}
	n, err := d.Count(d.ctx, f)
	if err != nil {
		return linkedKind{}, err
	}
	group := linkedKind{All: link{counted(n, strings.ToLower(k.Title), strings.ToLower(k.Plural)), d.href(path, pairs...), false}}
	for _, r := range page.Records {
		group.Rows = append(group.Rows, linkRow{d.recordHref(r), d.called(r), k.Title, stateMark(r)})
	}
	return group, nil
}
