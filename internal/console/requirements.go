// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"net/http"
	"strings"

	"github.com/counterfoil/counterfoil/internal/standard"
)

// requirementsPage is the tree of everything the standard asks.
type requirementsPage struct {
	page
	Heading string
	Lead    string
	Tabs    []link
	Stub    []fact
	CSV     string
	JSON    string
	Shown   []option
	Saved   *savedRow
	Text    string
	At      string
	Summary string
	Groups  []requirementGroup
	Others  []link // frameworks the requirements are tied to
}

type requirementGroup struct {
	ID, Title, Objective string
	Rows                 []requirementRow
}

type requirementRow struct {
	ID, Title, Href string
	State           mark
	Decision        string // number of the record that decides; controls only
	DecisionHref    string
	Records         string
	Owner           string
	OwnerUsual      bool // nobody is named; this role usually answers for it
}

// requirementViews are the parts of the tree one may ask for.
var requirementViews = []struct {
	id, label string
	keep      func(*coverage, *standard.Requirement) bool
}{
	{"", "All", func(*coverage, *standard.Requirement) bool { return true }},
	{"clauses", "Clauses 4 to 10", func(_ *coverage, r *standard.Requirement) bool { return r.Kind == "clause" }},
	{"controls", "Controls of Annex A", func(_ *coverage, r *standard.Requirement) bool { return r.Kind == "control" }},
	{"open", "Without decision or record", func(s *coverage, r *standard.Requirement) bool { return s.open(r) }},
	{"gaps", "With open gaps", func(s *coverage, r *standard.Requirement) bool { return s.gaps[r.ID] > 0 }},
}

// open tells whether nothing is decided, or kept, about a requirement yet.
func (s *coverage) open(r *standard.Requirement) bool {
	if r.Kind == "control" {
		return !isDecided(s.decisions[r.ID])
	}
	return s.kept[r.ID]+s.named[r.ID] == 0
}

// listRequirements shows the tree.
func (c *Console) listRequirements(w http.ResponseWriter, r *http.Request) error {
	d, err := c.desk(r)
	if err != nil {
		return err
	}
	s, err := d.coverage()
	if err != nil {
		return err
	}
	show, text := r.FormValue("show"), strings.TrimSpace(r.FormValue("q"))
	p := requirementsPage{page: d.page(r, "Requirements", "controls"), Tabs: d.controlTabs("requirements"), Text: text}
	p.Heading, p.Lead = s.finding()
	p.Stub = s.figures(d)
	p.CSV, p.JSON = d.href("/requirements/export", "as", "csv"), d.href("/requirements/export", "as", "json")
	if !d.at.IsZero() {
		p.At = r.FormValue("at")
	}
	keep := requirementViews[0].keep
	for _, v := range requirementViews {
		p.Shown = append(p.Shown, option{v.id, v.label, v.id == show})
		if v.id == show {
			keep = v.keep
		}
	}
	n := 0
	for i := range standard.ISO42001().Requirements {
		requirement := &standard.ISO42001().Requirements[i]
		if !keep(s, requirement) || !saysText(requirement, text) {
			continue
		}
		n++
		p.add(requirement, d.requirementRow(s, requirement))
	}
	p.Summary = number(n) + " of " + number(len(standard.ISO42001().Requirements)) + " requirements"
	for _, f := range c.frameworks {
		p.Others = append(p.Others, link{f.Title, d.href("/frameworks/" + f.ID), false})
	}
	if p.Saved, err = d.savedViews(r, "/requirements"); err != nil {
		return err
	}
	return c.render(w, http.StatusOK, "requirements", &p)
}

// saysText looks for words in what a requirement asks.
func saysText(r *standard.Requirement, text string) bool {
	all := strings.ToLower(strings.Join(append([]string{r.ID, r.Label, r.Summary}, r.Documents...), "\n"))
	return strings.Contains(all, strings.ToLower(text))
}

// add puts a row under its group; the catalogue lists groups one after the other.
func (p *requirementsPage) add(r *standard.Requirement, row requirementRow) {
	if len(p.Groups) == 0 || p.Groups[len(p.Groups)-1].ID != r.Group {
		g := standard.ISO42001().Groups[r.Group]
		p.Groups = append(p.Groups, requirementGroup{ID: r.Group, Title: g.Title, Objective: g.Objective})
	}
	last := &p.Groups[len(p.Groups)-1]
	last.Rows = append(last.Rows, row)
}

func (d *desk) requirementRow(s *coverage, r *standard.Requirement) requirementRow {
	row := requirementRow{
		ID: r.ID, Title: r.Label, Href: d.href("/requirements/" + r.ID), State: s.state(r), Records: number(s.kept[r.ID] + s.named[r.ID]),
		Owner: r.DefaultOwner, OwnerUsual: true,
	}
	if decision := s.decisions[r.ID]; decision != nil {
		row.Decision, row.DecisionHref = decision.Number(), d.recordHref(decision)
		if owner := decision.Owner(); !owner.IsZero() {
			row.Owner, row.OwnerUsual = d.person(owner), false
		}
	}
	return row
}

// finding says in a sentence how the requirements stand.
func (s *coverage) finding() (heading, lead string) {
	var undecided, empty, gaps int
	for i := range standard.ISO42001().Requirements {
		switch r := &standard.ISO42001().Requirements[i]; {
		case r.Kind == "control" && s.open(r):
			undecided++
		case r.Kind == "clause" && s.open(r):
			empty++
		}
	}
	for _, n := range s.gaps {
		gaps += int(n)
	}
	switch {
	case undecided == 0:
		heading = "All 38 controls are decided"
	case undecided == 38:
		heading = "No control is decided yet"
	default:
		heading = number(38-undecided) + " of 38 controls are decided"
	}
	lead = "Every one of the 32 clause requirements has a record. "
	if empty > 0 {
		lead = counted(uint64(empty), "clause requirement has no record yet. ", "clause requirements have no record yet. ")
	}
	if gaps > 0 {
		lead += counted(uint64(gaps), "gap is open. ", "gaps are open. ")
	}
	return heading, lead + "A record shows that something is kept. Whether a control works is measured separately, and is not measured here yet."
}

func (s *coverage) figures(d *desk) []fact {
	var n [4]int // undecided, included, excluded, clauses without a record
	for i := range standard.ISO42001().Requirements {
		r := &standard.ISO42001().Requirements[i]
		switch decision := s.decisions[r.ID]; {
		case r.Kind == "clause":
			if s.open(r) {
				n[3]++
			}
		case !isDecided(decision):
			n[0]++
		case decision.Values.Text("decision") == "excluded":
			n[2]++
		default:
			n[1]++
		}
	}
	rows := func(state, decision string) string {
		return d.href("/kinds/statement_row", "state", state, "f.decision", decision)
	}
	return []fact{
		{Label: "Standard", Value: standard.Edition()},
		{Label: "Clause requirements", Value: "32", Sub: number(n[3]) + " without a record", Href: d.href("/requirements", "show", "clauses")},
		{Label: "Controls included", Value: number(n[1]) + " of 38", Href: rows("decided", "included")},
		{Label: "Controls excluded", Value: number(n[2]) + " of 38", Href: rows("decided", "excluded")},
		{Label: "Controls not decided", Value: number(n[0]) + " of 38", Href: d.href("/requirements", "show", "open")},
		{Label: "Catalogue", Value: "Version " + standard.Version(), Sub: "In our own words; it does not replace the standard"},
	}
}

// controlTabs are the pages of the entry Controls.
func (d *desk) controlTabs(current string) []link {
	return []link{
		{"Statement of applicability", d.href("/controls"), current == "statement"},
		{"Requirements", d.href("/requirements"), current == "requirements"},
		{"Decisions", d.href("/kinds/statement_row"), false},
		{"Registers", d.href("/controls#kinds"), false},
	}
}
