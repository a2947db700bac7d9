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

// statementPage is the entry Controls: every control with its decision, what relies
// on it, and what the checks before an approval find.
type statementPage struct {
	shell.Page
	Heading  string
	Lead     string
	Tabs     []part.Link
	Stub     []part.Fact
	Begin    bool       // decisions can be begun
	Whom     string     // who may, when the person may not
	Open     *part.Link // the statement
	CSV      string
	JSON     string
	Approved string // export of the statement in force
	Rows     []controlRow
	Checks   []controlFinding
	Versions []part.Option
	Kinds    []part.KindSummary
}

type controlRow struct {
	ID, Title, Href string
	Own             bool
	Decision        part.Mark
	Record          part.Link // the record of the decision
	Why             string
	Sources         []part.Link
	Needs           []part.Link // what relies on it, counted
	Contradiction   bool        // excluded, and something relies on it
	Systems         []part.Link
	Owner           string
}

type controlFinding struct {
	Control, Href, Says string
}

// showStatement is the statement of applicability as it stands.
func (s *Section) showStatement(w http.ResponseWriter, r *http.Request) error {
	d, err := s.desk(r)
	if err != nil {
		return err
	}
	stands, err := d.statementNow()
	if err != nil {
		return err
	}
	p := statementPage{Page: d.Page(r, "Controls", "controls"), Tabs: d.controlTabs("statement"), Rows: stands.rows}
	p.Heading, p.Lead = stands.finding()
	p.Stub = stands.facts(d)
	p.CSV, p.JSON = d.Href("/controls/export", "as", "csv"), d.Href("/controls/export", "as", "json")
	if stands.current != nil {
		p.Open = &part.Link{Label: "Open " + stands.current.Number(), Href: d.RecordHref(stands.current)}
		if stands.current.InForce != nil {
			p.Approved = d.Href("/controls/export", "as", "csv", "of", stands.current.Number())
		}
	}
	rows, err := s.Kinds.Kind("statement_row")
	if err != nil {
		return err
	}
	if err := d.May(rows, nil, register.Create); err != nil {
		p.Whom = shell.PublicText(err)
	} else {
		p.Begin = len(stands.decisions) < stands.controls
	}
	if p.Checks, err = d.checks(); err != nil {
		return err
	}
	if p.Versions, err = d.statementVersions(stands.statements); err != nil {
		return err
	}
	if p.Kinds, err = s.KindSummaries(d.Desk, "controls"); err != nil {
		return err
	}
	return s.Render(w, http.StatusOK, "statement", &p)
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
	if s.statements, err = d.All(index.KeptFilter{Kind: "statement"}); err != nil {
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
func (d *desk) relying() (map[string][]part.Link, error) {
	needs := map[string][]part.Link{}
	for _, of := range []struct {
		kind, one, more string
		over            []string
	}{
		{"risk", "risk", "risks", []string{"closed"}},
		{"treatment", "treatment", "treatments", []string{"dropped"}},
		{"obligation", "obligation", "obligations", []string{"retired", "withdrawn", "ended"}},
	} {
		k, err := d.section.Kinds.Kind(of.kind)
		if err != nil {
			return nil, err
		}
		if f, ok := k.Field("controls"); !ok || f.Type != kind.Controls {
			continue
		}
		list, err := d.Naming(d.Ctx, k, "controls")
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
			needs[control] = append(needs[control], part.Link{Label: words.Counted(n, of.one, of.more), Href: d.Href("/kinds/"+k.ID, "f.controls", control)})
		}
	}
	return needs, nil
}

func (d *desk) controlRow(id, title string, decision *register.Record, needs []part.Link) controlRow {
	row := controlRow{ID: id, Title: title, Href: d.Href("/requirements/" + id), Decision: declared(decision), Needs: needs}
	if decision == nil {
		row.Decision = part.NotBegun("Not begun")
		return row
	}
	row.Record = part.Link{Label: decision.Number(), Href: d.RecordHref(decision)}
	row.Why = words.ClipTo(decision.Values.Text("why"), 240)
	if !decision.Owner().IsZero() {
		row.Owner = d.Person(decision.Owner())
	}
	row.Contradiction = decision.Values.Text("decision") == "excluded" && len(needs) > 0
	for _, field := range []string{"risks", "obligations", "objectives"} {
		row.Sources = append(row.Sources, d.Named(decision, field)...)
	}
	row.Systems = d.Named(decision, "systems")
	return row
}

// reader reads everything at the moment shown, for checks that see more than a person.
func (d *desk) reader() (*register.Reader, error) {
	if d.At.IsZero() {
		return d.section.records.Reader(), nil
	}
	return d.section.records.At(d.Ctx, d.At)
}

// checks are what stands between the decisions and an approval.
func (d *desk) checks() ([]controlFinding, error) {
	reader, err := d.reader()
	if err != nil {
		return nil, err
	}
	found, err := register.CheckDecisions(d.Ctx, reader)
	if err != nil {
		return nil, err
	}
	var list []controlFinding
	for _, f := range found {
		row := controlFinding{Control: f.Control, Says: f.Says + "."}
		if _, ok := standard.ISO42001().Requirement(f.Control); ok {
			row.Href = d.Href("/requirements/" + f.Control)
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
		heading = words.Counted(uint64(open), "control is", "controls are") + " not decided yet"
	default:
		heading = "All " + words.Number(s.controls) + " controls are decided"
	}
	switch {
	case s.current == nil:
		lead = "No statement is drafted yet. An auditor reads it first: each control of Annex A, included or excluded, with a reason that can be checked."
	case s.current.InForce == nil:
		lead = s.current.Number() + " is " + strings.ToLower(s.current.StateOf().Label) + "; none has been approved yet."
	default:
		lead = s.current.Number() + ", version " + words.Number(s.current.InForce.Version) + ", was approved on " + s.current.InForce.At.Format("2 Jan 2006") + " and is " + strings.ToLower(s.current.StateOf().Label) + "."
	}
	return heading, lead
}

func (s *statementNow) facts(d *desk) []part.Fact {
	of := " of " + words.Number(s.controls)
	facts := []part.Fact{
		{Label: "Standard", Value: standard.Edition()},
		{Label: "Included", Value: words.Number(s.included) + of, Href: d.Href("/kinds/statement_row", "state", "decided", "f.decision", "included")},
		{Label: "Excluded", Value: words.Number(s.excluded) + of, Href: d.Href("/kinds/statement_row", "state", "decided", "f.decision", "excluded")},
		{Label: "Not decided", Value: words.Number(s.controls-s.included-s.excluded) + of, Href: d.Href("/kinds/statement_row", "state", "open")},
		{Label: "Own controls", Value: words.Number(len(s.rows) - s.controls)},
	}
	if s.current == nil {
		return append(facts, part.Fact{Label: "Statement", Value: "None yet", Missing: true})
	}
	m := shell.StateMark(s.current)
	return append(facts, part.Fact{Label: s.current.Number(), Mark: &m, Sub: "since " + s.current.Since.Format("2 Jan 2006")})
}

// beginDecisions makes a record of the decision on every control of Annex A that has none.
func (s *Section) beginDecisions(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.records.StartStatement(r.Context(), s.ActorOf(r)); err != nil {
		return err
	}
	http.Redirect(w, r, "/kinds/statement_row", http.StatusSeeOther)
	return nil
}
