// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package requirements

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/standard"
)

// listPage is the tree of everything the standard asks.
type listPage struct {
	shell.Page
	Heading string
	Lead    string
	Tabs    []part.Link
	Stub    []part.Fact
	CSV     string
	JSON    string
	Shown   []part.Option
	Saved   *shell.SavedRow
	Text    string
	At      string
	Summary string
	Groups  []group
	Others  []part.Link // frameworks the requirements are tied to
}

type group struct {
	ID, Title, Objective string
	Rows                 []row
}

type row struct {
	ID, Title, Href string
	State           part.Mark
	Decision        string // number of the record that decides; controls only
	DecisionHref    string
	Records         string
	Owner           string
	OwnerUsual      bool // nobody is named; this role usually answers for it
}

// listViews are the parts of the tree one may ask for.
var listViews = []struct {
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

// list shows the tree.
func (s *Section) list(w http.ResponseWriter, r *http.Request) error {
	d, err := s.desk(r)
	if err != nil {
		return err
	}
	coverage, err := d.coverage()
	if err != nil {
		return err
	}
	show, text := r.FormValue("show"), strings.TrimSpace(r.FormValue("q"))
	p := listPage{Page: d.Page(r, "Requirements", "controls"), Tabs: d.controlTabs("requirements"), Text: text}
	p.Heading, p.Lead = coverage.finding()
	p.Stub = coverage.figures(d)
	p.CSV, p.JSON = d.Href("/requirements/export", "as", "csv"), d.Href("/requirements/export", "as", "json")
	if !d.At.IsZero() {
		p.At = r.FormValue("at")
	}
	keep := listViews[0].keep
	for _, v := range listViews {
		p.Shown = append(p.Shown, part.Option{Value: v.id, Label: v.label, Selected: v.id == show})
		if v.id == show {
			keep = v.keep
		}
	}
	n := 0
	for i := range standard.ISO42001().Requirements {
		requirement := &standard.ISO42001().Requirements[i]
		if !keep(coverage, requirement) || !saysText(requirement, text) {
			continue
		}
		n++
		p.add(requirement, d.row(coverage, requirement))
	}
	p.Summary = words.Number(n) + " of " + words.Number(len(standard.ISO42001().Requirements)) + " requirements"
	for _, f := range s.frameworks {
		p.Others = append(p.Others, part.Link{Label: f.Title, Href: d.Href("/frameworks/" + f.ID)})
	}
	if p.Saved, err = d.SavedRow(r, "/requirements"); err != nil {
		return err
	}
	return s.Render(w, http.StatusOK, "requirements", &p)
}

// saysText looks for words in what a requirement asks.
func saysText(r *standard.Requirement, text string) bool {
	all := strings.ToLower(strings.Join(append([]string{r.ID, r.Label, r.Summary}, r.Documents...), "\n"))
	return strings.Contains(all, strings.ToLower(text))
}

// add puts a row under its group; the catalogue lists groups one after the other.
func (p *listPage) add(r *standard.Requirement, row row) {
	if len(p.Groups) == 0 || p.Groups[len(p.Groups)-1].ID != r.Group {
		g := standard.ISO42001().Groups[r.Group]
		p.Groups = append(p.Groups, group{ID: r.Group, Title: g.Title, Objective: g.Objective})
	}
	last := &p.Groups[len(p.Groups)-1]
	last.Rows = append(last.Rows, row)
}

func (d *desk) row(s *coverage, r *standard.Requirement) row {
	row := row{
		ID: r.ID, Title: r.Label, Href: d.Href("/requirements/" + r.ID), State: s.state(r), Records: words.Number(s.kept[r.ID] + s.named[r.ID]),
		Owner: r.DefaultOwner, OwnerUsual: true,
	}
	if decision := s.decisions[r.ID]; decision != nil {
		row.Decision, row.DecisionHref = decision.Number(), d.RecordHref(decision)
		if owner := decision.Owner(); !owner.IsZero() {
			row.Owner, row.OwnerUsual = d.Person(owner), false
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
		heading = words.Number(38-undecided) + " of 38 controls are decided"
	}
	lead = "Every one of the 32 clause requirements has a record. "
	if empty > 0 {
		lead = words.Counted(uint64(empty), "clause requirement has no record yet. ", "clause requirements have no record yet. ")
	}
	if gaps > 0 {
		lead += words.Counted(uint64(gaps), "gap is open. ", "gaps are open. ")
	}
	return heading, lead + "A record shows that something is kept. Whether a control works is measured separately, and is not measured here yet."
}

func (s *coverage) figures(d *desk) []part.Fact {
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
		return d.Href("/kinds/statement_row", "state", state, "f.decision", decision)
	}
	return []part.Fact{
		{Label: "Standard", Value: standard.Edition()},
		{Label: "Clause requirements", Value: "32", Sub: words.Number(n[3]) + " without a record", Href: d.Href("/requirements", "show", "clauses")},
		{Label: "Controls included", Value: words.Number(n[1]) + " of 38", Href: rows("decided", "included")},
		{Label: "Controls excluded", Value: words.Number(n[2]) + " of 38", Href: rows("decided", "excluded")},
		{Label: "Controls not decided", Value: words.Number(n[0]) + " of 38", Href: d.Href("/requirements", "show", "open")},
		{Label: "Catalogue", Value: "Version " + standard.Version(), Sub: "In our own words; it does not replace the standard"},
	}
}

// controlTabs are the pages of the entry Controls.
func (d *desk) controlTabs(current string) []part.Link {
	return []part.Link{
		{Label: "Statement of applicability", Href: d.Href("/controls"), Current: current == "statement"},
		{Label: "Requirements", Href: d.Href("/requirements"), Current: current == "requirements"},
		{Label: "Decisions", Href: d.Href("/kinds/statement_row")},
		{Label: "Registers", Href: d.Href("/controls#kinds")},
	}
}

func mend(q url.Values) (url.Values, []string) {
	m := shell.Mending{From: q, Clean: url.Values{}}
	m.Keep("q", shell.Anything, "")
	m.Keep("show", func(s string) bool {
		for _, v := range listViews {
			if v.id == s {
				return true
			}
		}
		return false
	}, "the part")
	return m.Clean, m.Gone
}
