// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package requirements

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
	"github.com/counterfoil/counterfoil/internal/standard"
)

// onePage is one requirement: what it asks, how it is designed, and what is
// measured of it, with what is not measured said as plainly.
type onePage struct {
	shell.Page
	Requirement *standard.Requirement
	Kind        string
	Group       string
	Objective   string
	Lead        string
	Stub        []part.Fact
	Decide      *part.Link
	State       part.Mark
	Decision    []part.Fact // what the statement says; controls only
	Applies     []part.Fact // by role of the organisation; controls only
	Signals     []signalLine
	Linked      []linkedKind
	Missing     []part.Link // registers of this requirement without a record
	Related     []part.Link
	Serves      []referenceLine
}

// signalLine is a measure the requirement reads.
type signalLine struct {
	ID, Name, Measure, Shows, Pass, Warn, Unit, Window string
}

// linkedKind are records of one kind that belong to a requirement.
type linkedKind struct {
	Label string    // how they belong to it
	All   part.Link // the list of them, with how many
	Rows  []part.LinkRow
}

// linkedShown is how many records of a kind the page names; the rest is a list away.
const linkedShown = 8

// referenceLine is what a requirement also serves.
type referenceLine struct {
	Framework, ID, Title, Href string
	Relation, Note             string
}

// show is the page of one requirement.
func (s *Section) show(w http.ResponseWriter, r *http.Request) error {
	requirement, ok := standard.ISO42001().Requirement(r.PathValue("id"))
	if !ok {
		return shell.NotFound("The standard has no requirement of this number.")
	}
	d, err := s.desk(r)
	if err != nil {
		return err
	}
	coverage, err := d.coverage()
	if err != nil {
		return err
	}
	group := standard.ISO42001().Groups[requirement.Group]
	p := onePage{
		Page: d.Page(r, requirement.ID+" "+requirement.Label, "controls"), Requirement: requirement, Kind: "Clause requirement",
		Group: requirement.Group + " " + group.Title, Objective: group.Objective, State: coverage.state(requirement),
	}
	if p.Linked, err = d.linkedTo(requirement.ID); err != nil {
		return err
	}
	for _, k := range coverage.empty[requirement.ID] {
		p.Missing = append(p.Missing, part.Link{Label: k.Plural, Href: d.Href("/kinds/" + k.ID)})
	}
	decision := coverage.decisions[requirement.ID]
	p.Lead = coverage.sentence(requirement)
	p.Stub = []part.Fact{
		{Label: "State", Mark: &p.State},
		{Label: "Records", Value: words.Number(coverage.kept[requirement.ID] + coverage.named[requirement.ID]), Href: "#linked"},
		{Label: "Signals", Value: words.Number(len(requirement.Signals)), Sub: "none is measured yet", Href: "#proved"},
		{Label: "Usual owner", Value: requirement.DefaultOwner},
		{Label: "Part of the cycle", Value: words.Sentence(requirement.PDCA)},
	}
	if requirement.Kind == "control" {
		p.Kind = "Control"
		p.Decision, p.Decide = d.decision(decision)
		p.Applies = applicability(requirement)
	}
	p.Signals = signalLines(requirement)
	p.Related = d.related(requirement)
	for _, ref := range standard.Serving(s.frameworks, requirement.ID) {
		p.Serves = append(p.Serves, referenceLine{ref.Framework.Title, ref.Item.ID, ref.Item.Title, d.Href("/frameworks/" + ref.Framework.ID), words.Sentence(string(ref.Relation)), ref.Note})
	}
	return s.Render(w, http.StatusOK, "requirement", &p)
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
		text += words.Counted(n, "gap is open. ", "gaps are open. ")
	}
	switch n := s.kept[r.ID] + s.named[r.ID]; n {
	case 0:
		text += "No record belongs to it yet. "
	case 1:
		text += "One record belongs to it. "
	default:
		text += words.Number(n) + " records belong to it. "
	}
	return text + "None of its signals is measured yet, so nothing here shows that it works."
}

// decision is what the statement's row says, and where to decide.
func (d *desk) decision(r *register.Record) ([]part.Fact, *part.Link) {
	if r == nil {
		return []part.Fact{{Label: "Decision", Mark: new(part.NotBegun("Not begun")), Sub: "The statement of applicability has no row for it yet"}}, &part.Link{Label: "Open the statement", Href: d.Href("/controls")}
	}
	m := declared(r)
	facts := []part.Fact{{Label: "Decision", Mark: &m, Sub: "since " + r.Since.Format("2 Jan 2006")}}
	for _, id := range []string{"why", "risks", "obligations", "objectives", "systems", "owner", "due", "evidence", "verified"} {
		f, ok := r.Kind.Field(id)
		if text := d.Brief(f, r.Values[id]); ok && text != "" {
			facts = append(facts, part.Fact{Label: f.Label, Value: text})
		}
	}
	return facts, &part.Link{Label: "Open " + r.Number(), Href: d.RecordHref(r)}
}

// applicability says for whom a control is usually needed.
func applicability(r *standard.Requirement) []part.Fact {
	wording := map[string]string{"develops": "Who develops systems", "provides": "Who provides them", "uses": "Who uses them"}
	var facts []part.Fact
	for _, role := range []string{"develops", "provides", "uses"} {
		facts = append(facts, part.Fact{Label: wording[role], Value: words.Sentence(r.Applicability[role]) + " needed"})
	}
	return facts
}

func signalLines(r *standard.Requirement) []signalLine {
	var lines []signalLine
	for _, use := range r.Signals {
		s := standard.ISO42001().Signals[use.Signal]
		lines = append(lines, signalLine{use.Signal, s.Name, s.Measure, use.Shows, threshold(use.Pass), threshold(use.Warn), s.Unit, words.Counted(uint64(s.WindowDays), "day", "days")})
	}
	return lines
}

// threshold is a limit as people write it.
func threshold(text string) string {
	return strings.NewReplacer("== true", "yes", "== false", "no", "== ", "", ">=", "≥", "<=", "≤").Replace(text)
}

// related are the requirements this one names, and those that name it.
func (d *desk) related(r *standard.Requirement) []part.Link {
	var list []part.Link
	for i := range standard.ISO42001().Requirements {
		if other := &standard.ISO42001().Requirements[i]; slices.Contains(r.Related, other.ID) || slices.Contains(other.Related, r.ID) {
			list = append(list, part.Link{Label: other.ID + " " + other.Label, Href: d.Href("/requirements/" + other.ID)})
		}
	}
	return list
}

// linkedTo lists the records that belong to a requirement: all those of its kinds,
// and those that name it.
func (d *desk) linkedTo(id string) ([]linkedKind, error) {
	var list []linkedKind
	for _, k := range d.section.Kinds.Kinds() {
		if k.Inner || k.Named != nil || d.May(k, nil, register.Read) != nil {
			continue
		}
		if slices.Contains(k.Requires, id) {
			group, err := d.linkedKind(k, index.KeptFilter{Kind: k.ID}, "/kinds/"+k.ID)
			if err != nil {
				return nil, err
			}
			group.Label = "All " + words.Within(k.Plural) + " are kept for it"
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
	page, err := d.List(d.Ctx, f)
	if err != nil {
		return linkedKind{}, err
	}
	n, err := d.Count(d.Ctx, f)
	if err != nil {
		return linkedKind{}, err
	}
	group := linkedKind{All: part.Link{Label: words.Counted(n, words.Within(k.Title), words.Within(k.Plural)), Href: d.Href(path, pairs...)}}
	for _, r := range page.Records {
		group.Rows = append(group.Rows, part.LinkRow{Href: d.RecordHref(r), Text: d.Called(r), Kind: k.Title, State: shell.StateMark(r)})
	}
	return group, nil
}
