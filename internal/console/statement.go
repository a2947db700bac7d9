// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
	"github.com/counterfoil/counterfoil/internal/standard"
)

// statementPage is the entry Controls: every control with its decision, what relies
// on it, and what the checks before an approval find.
type statementPage struct {
	page
	Heading  string
	Lead     string
	Tabs     []link
	Stub     []fact
	Begin    bool   // decisions can be begun
	Whom     string // who may, when the person may not
	Open     *link  // the statement
	CSV      string
	JSON     string
	Approved string // export of the statement in force
	Rows     []controlRow
	Checks   []controlFinding
	Checked  string // what the checks looked at
	Versions []option
	Kinds    []kindSummary
}

type controlRow struct {
	ID, Title, Href string
	Own             bool
	Decision        mark
	Record          link // the record of the decision
	Why             string
	Sources         []link
	Needs           []link // what relies on it, counted
	Contradiction   bool   // excluded, and something relies on it
	Systems         []link
	Owner           string
}

type controlFinding struct {
	Control, Href, Says string
}

// showStatement is the statement of applicability as it stands.
func (c *Console) showStatement(w http.ResponseWriter, r *http.Request) error {
	d, err := c.desk(r)
	if err != nil {
		return err
	}
	s, err := d.statementNow()
	if err != nil {
		return err
	}
	p := statementPage{page: d.page(r, "Controls", "controls"), Tabs: d.controlTabs("statement"), Rows: s.rows}
	p.Heading, p.Lead = s.finding()
	p.Stub = s.facts(d)
	p.CSV, p.JSON = d.href("/controls/export", "as", "csv"), d.href("/controls/export", "as", "json")
	if s.current != nil {
		p.Open = &link{Label: "Open " + s.current.Number(), Href: d.recordHref(s.current)}
		if s.current.InForce != nil {
			p.Approved = d.href("/controls/export", "as", "csv", "of", s.current.Number())
		}
	}
	rows, err := c.kinds.Kind("statement_row")
	if err != nil {
		return err
	}
	if err := d.May(rows, nil, register.Create); err != nil {
		p.Whom = publicText(err)
	} else {
		p.Begin = len(s.decisions) < s.controls
	}
	if d.May(rows, nil, register.Read) == nil {
		if p.Checks, err = d.checks(); err != nil {
			return err
		}
		p.Checked = "The decisions as they stand, by the rules that guard the approval"
	} else {
		p.Checked = "You may not read the decisions, so they are not checked here"
	}
	if p.Versions, err = d.statementVersions(s.statements); err != nil {
		return err
	}
	if p.Kinds, err = c.kindSummaries(d, "controls"); err != nil {
		return err
	}
	return c.render(w, http.StatusOK, "statement", &p)
}

// statementNow is what the page and the export show.
type statementNow struct {
	decisions  map[string]*register.Record
	statements []*register.Record
	current    *register.Record // the last that is not replaced
	rows       []controlRow
	controls   int // of Annex A
	included   int
	excluded   int
}

func (d *desk) statementNow() (*statementNow, error) {
	s := &statementNow{}
	var err error
	if s.decisions, err = d.decisions(); err != nil {
		return nil, err
	}
	if s.statements, err = d.all(index.KeptFilter{Kind: "statement"}); err != nil {
		return nil, err
	}
	for _, r := range s.statements {
		if !r.StateOf().Ends {
			s.current = r
		}
	}
	relying, err := d.relying()
	if err != nil {
		return nil, err
	}
	own := make([]string, 0, len(s.decisions))
	for control := range s.decisions {
		if r, ok := standard.ISO42001().Requirement(control); !ok || r.Kind != "control" {
			own = append(own, control)
		}
	}
	slices.Sort(own)
	for i := range standard.ISO42001().Requirements {
		if r := &standard.ISO42001().Requirements[i]; r.Kind == "control" {
			s.controls++
			s.add(d.controlRow(r.ID, r.Label, s.decisions[r.ID], relying[r.ID]))
		}
	}
	for _, control := range own {
		row := d.controlRow(control, "", s.decisions[control], relying[control])
		row.Own, row.Href = true, row.Record.Href
		s.add(row)
	}
	return s, nil
}

func (s *statementNow) add(row controlRow) {
	s.rows = append(s.rows, row)
	switch r := s.decisions[row.ID]; {
	case !isDecided(r) || row.Own:
	case r.Values.Text("decision") == "excluded":
		s.excluded++
	default:
		s.included++
	}
}

// relying counts, by control, the records that need it and still count.
func (d *desk) relying() (map[string][]link, error) {
	needs := map[string][]link{}
	for _, of := range []struct {
		kind, one, more string
		over            []string
	}{
		{"risk", "risk", "risks", []string{"closed"}},
		{"treatment", "treatment", "treatments", []string{"dropped"}},
		{"obligation", "obligation", "obligations", []string{"retired", "withdrawn", "ended"}},
	} {
		k, err := d.console.kinds.Kind(of.kind)
		if err != nil {
			return nil, err
		}
		if f, ok := k.Field("controls"); !ok || f.Type != kind.Controls {
			continue
		}
		list, err := d.Naming(d.ctx, k, "controls")
		if err != nil {
			return nil, err
		}
		counts := map[string]uint64{}
		for _, n := range list {
			if !slices.Contains(of.over, n.State) {
				counts[n.Value] += n.N
			}
		}
		for control, n := range counts {
			needs[control] = append(needs[control], link{Label: counted(n, of.one, of.more), Href: d.href("/kinds/"+k.ID, "f.controls", control)})
		}
	}
	return needs, nil
}

func (d *desk) controlRow(id, title string, decision *register.Record, needs []link) controlRow {
	row := controlRow{ID: id, Title: title, Href: d.href("/requirements/" + id), Decision: declared(decision), Needs: needs}
	if decision == nil {
		row.Decision = mark{"none", "ring", "Not begun"}
		return row
	}
	row.Record = link{Label: decision.Number(), Href: d.recordHref(decision)}
	row.Why = clipTo(decision.Values.Text("why"), 240)
	if !decision.Owner().IsZero() {
		row.Owner = d.person(decision.Owner())
	}
	row.Contradiction = decision.Values.Text("decision") == "excluded" && len(needs) > 0
	for _, field := range []string{"risks", "obligations", "objectives"} {
		row.Sources = append(row.Sources, d.named(decision, field)...)
	}
	row.Systems = d.named(decision, "systems")
	return row
}

// named are the records a field names, by number.
func (d *desk) named(r *register.Record, field string) []link {
	var list []link
	for _, text := range r.Values.List(field) {
		f := d.linked(text)
		label, _, _ := strings.Cut(f.Value, " ")
		if f.Missing {
			label = f.Value
		}
		list = append(list, link{Label: label, Href: f.Href})
	}
	return list
}

// reader reads everything at the moment shown, for checks that see more than a person.
func (d *desk) reader() (*register.Reader, error) {
	if d.at.IsZero() {
		return d.console.records.Reader(), nil
	}
	return d.console.records.At(d.ctx, d.at)
}

// checks are what stands between the decisions and an approval.
func (d *desk) checks() ([]controlFinding, error) {
	reader, err := d.reader()
	if err != nil {
		return nil, err
	}
	found, err := register.CheckDecisions(d.ctx, reader)
	if err != nil {
		return nil, err
	}
	var list []controlFinding
	for _, f := range found {
		row := controlFinding{Control: f.Control, Says: f.Says + "."}
		if _, ok := standard.ISO42001().Requirement(f.Control); ok {
			row.Href = d.href("/requirements/" + f.Control)
		}
		list = append(list, row)
	}
	return list, nil
}

func (s *statementNow) finding() (heading, lead string) {
	open := s.controls - s.included - s.excluded
	switch {
	case len(s.decisions) == 0:
		heading = "The statement of applicability is not begun"
	case open > 0:
		heading = counted(uint64(open), "control is", "controls are") + " not decided yet"
	default:
		heading = "All " + number(s.controls) + " controls are decided"
	}
	switch {
	case s.current == nil:
		lead = "No statement is drafted yet. An auditor reads it first: each control of Annex A, included or excluded, with a reason that can be checked."
	case s.current.InForce == nil:
		lead = s.current.Number() + " is " + strings.ToLower(s.current.StateOf().Label) + "; none has been approved yet."
	default:
		lead = s.current.Number() + ", version " + number(s.current.InForce.Version) + ", was approved on " + s.current.InForce.At.Format("2 Jan 2006") + " and is " + strings.ToLower(s.current.StateOf().Label) + "."
	}
	return heading, lead
}

func (s *statementNow) facts(d *desk) []fact {
	of := " of " + number(s.controls)
	facts := []fact{
		{Label: "Standard", Value: standard.Edition()},
		{Label: "Included", Value: number(s.included) + of, Href: d.href("/kinds/statement_row", "state", "decided", "f.decision", "included")},
		{Label: "Excluded", Value: number(s.excluded) + of, Href: d.href("/kinds/statement_row", "state", "decided", "f.decision", "excluded")},
		{Label: "Not decided", Value: number(s.controls-s.included-s.excluded) + of, Href: d.href("/kinds/statement_row", "state", "open")},
		{Label: "Own controls", Value: number(len(s.rows) - s.controls)},
	}
	if s.current == nil {
		return append(facts, fact{Label: "Statement", Value: "None yet", Missing: true})
	}
	m := stateMark(s.current)
	return append(facts, fact{Label: s.current.Number(), Mark: &m, Sub: "since " + s.current.Since.Format("2 Jan 2006")})
}

// Statements is what the pages of the statement need of the register.
type Statements interface {
	StartStatement(ctx context.Context, actor register.Actor) (made int, err error)
	Reader() *register.Reader
	At(ctx context.Context, t time.Time) (*register.Reader, error)
}
