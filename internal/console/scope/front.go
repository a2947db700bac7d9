// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package scope

import (
	"net/http"

	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/register"
)

// frontPage is the entry Scope: the boundary with what is observed.
type frontPage struct {
	headOfPage
	Map      part.Chart
	Shares   part.Chart
	Rows     []thing
	More     string
	Decide   []thing
	Findings []findingRow
	Rules    string // how many of the rules have something to say
	All      string // address of the findings
	Exports  []part.Link
	Kinds    []part.KindSummary
}

// rowsMost is how many rows the table of the map shows; the export has all.
const rowsMost = 300

// show is the first page of the entry.
func (s *Section) show(w http.ResponseWriter, r *http.Request) error {
	v, err := s.view(r)
	if err != nil {
		return err
	}
	p := frontPage{headOfPage: v.head(r, "Scope", "map")}
	if p.Kinds, err = s.KindSummaries(v.Desk, "scope"); err != nil {
		return err
	}
	if v.record == nil {
		return s.Render(w, http.StatusOK, "scope", &p)
	}
	p.Toc = []part.Link{{Label: "Boundary", Href: "#map"}, {Label: "Everything on the map", Href: "#uses"}, {Label: "Decide", Href: "#decide"}, {Label: "Too narrow, too broad", Href: "#rules"}, {Label: "Registers", Href: "#kinds"}}
	if p.Rows, err = v.things(); err != nil {
		return err
	}
	p.Map, p.Shares = v.boundary(p.Rows), v.sharesChart()
	if p.Decide, err = v.toDecide(p.Rows); err != nil {
		return err
	}
	if n := len(p.Rows); n > rowsMost {
		p.Rows, p.More = p.Rows[:rowsMost], words.Number(rowsMost)+" of "+words.Number(n)+" shown; the export has all."
	}
	for _, f := range v.findings() {
		if f.Says != "" {
			p.Findings = append(p.Findings, f)
		}
	}
	if n := len(v.check.Rest); n > 0 {
		p.More += " " + words.Number(n) + " more AI systems without a decision stand in the register; the export has them."
	}
	p.Rules = words.Number(len(p.Findings)) + " of " + words.Number(len(v.check.Findings)) + " rules have something to say"
	p.All = v.href("/scope/findings")
	p.Exports = v.exports("boundary")
	return s.Render(w, http.StatusOK, "scope", &p)
}

// decideMost is how many undecided uses the page offers moves for.
const decideMost = 5

// toDecide are the first uses on the line, with what may be done about each.
func (v *view) toDecide(things []thing) ([]thing, error) {
	var list []thing
	for i := range things {
		if t := things[i]; t.Lies == liesOnLine && t.Field != "" && len(list) < decideMost {
			list = append(list, t)
		}
	}
	for i := range list {
		if list[i].open == nil {
			continue
		}
		choices, err := v.Choices(v.Ctx, list[i].open)
		if err != nil {
			return nil, err
		}
		list[i].Choices = v.MoveChoices(list[i].open, choices)
	}
	return list, nil
}

// sharesChart shows observed use by what the scope says of it, beside the limit of N1.
func (v *view) sharesChart() part.Chart {
	s := v.shares()
	all := s.all()
	c := part.Chart{ID: "shares", Title: "Share of use outside the boundary", Width: 1000, Height: 64, Open: true}
	if !v.check.Traffic.Known || all == 0 {
		return part.Chart{}
	}
	c.Caption = "Of " + words.Counted(all, "interaction", "interactions") + ". Rule N1 compares people and programs of units inside; its limit is 5 %."
	c.Desc = words.Share(s.in, all) + " inside, " + words.Share(s.undecided, all) + " undecided, " + words.Share(s.out, all) + " outside with a reason."
	c.Table.Heads = []part.ChartHead{{Label: "Says the scope", Numeric: false}, {Label: "Interactions", Numeric: true}, {Label: "Share", Numeric: true}}
	x := 0.0
	for _, piece := range []struct {
		lies, class string
		n           uint64
	}{{liesIn, "ink-accent", s.in}, {liesOnLine, "ink-warn", s.undecided}, {liesOut, "ink-2", s.out}} {
		width := 1000 * float64(piece.n) / float64(all)
		if piece.n > 0 {
			c.Shapes = append(c.Shapes, part.Filled(piece.class, x, 20, max(width-1.5, 1.5), 14))
		}
		x += width
		m := liesMarks[piece.lies]
		c.Table.Rows = append(c.Table.Rows, []part.ChartCell{{Label: "Says the scope", Mark: &m}, {Label: "Interactions", Text: words.Number(piece.n), Numeric: true}, {Label: "Share", Text: words.Share(piece.n, all), Numeric: true}})
	}
	limit := part.TextShape("ink-2", 943, 50, 12, "end", "no more than 5 % right of here")
	c.Shapes = append(c.Shapes, part.LineShape("ink-ink", 950, 16, 950, 54), limit, part.TextShape("ink-ink", 0, 13, 12, "start", "Inside "+words.Share(s.in, all)))
	return c
}

// findingRow is what one rule says, as pages show it.
type findingRow struct {
	ID, Asks, Limit, Value string
	Result                 part.Mark
	Says                   string
	Records                []part.Link
	Todo                   []part.Link
	Accepted               string
	Group                  string // the heading before it
}

var groupNames = map[byte]string{'N': "Too narrow", 'B': "Too broad", 'C': "Wording for the certificate"}

// findings are those of every rule, in their order.
func (v *view) findings() []findingRow {
	var list []findingRow
	for i := range v.check.Findings {
		f := &v.check.Findings[i]
		s := findingRow{ID: f.ID, Asks: f.Asks, Limit: f.Limit, Value: f.Value, Result: findingMark(f), Says: f.Text, Accepted: f.Accepted}
		s.Group = groupNames[f.ID[0]]
		for _, r := range f.Records {
			s.Records = append(s.Records, part.Link{Label: v.Called(r), Href: v.PageOf(r)})
		}
		if f.Accepted == "" {
			for _, id := range f.Resolve {
				s.Todo = append(s.Todo, part.Link{Label: resolutions[id], Href: v.resolution(id)})
			}
		}
		list = append(list, s)
	}
	return list
}

// resolution is where something is done about a finding; "" in the past and for who may not.
func (v *view) resolution(id string) string {
	if !v.At.IsZero() {
		return ""
	}
	change := ""
	if v.May(v.record.Kind, v.record, register.ChangeRight) == nil {
		change = "/records/" + v.record.Number() + "/edit"
	}
	switch id {
	case "change_scope":
		return change
	case "add_interface":
		if change != "" {
			return change + "#interfaces"
		}
	case "change_inventory":
		return "/systems"
	case "accept":
		return "/records/" + v.record.Number()
	}
	return ""
}

// findingsPage is every rule with what it says.
type findingsPage struct {
	headOfPage
	Rows    []findingRow
	Exports []part.Link
}

func (s *Section) showFindings(w http.ResponseWriter, r *http.Request) error {
	v, err := s.view(r)
	if err != nil {
		return err
	}
	p := findingsPage{headOfPage: v.head(r, "Findings of the scope", "findings")}
	if v.record != nil {
		p.Rows, p.Exports = v.findings(), v.exports("findings")
		p.Toc = []part.Link{{Label: "Every rule", Href: "#rules"}}
	}
	return s.Render(w, http.StatusOK, "scope_findings", &p)
}
