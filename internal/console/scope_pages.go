// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"net/http"

	"github.com/counterfoil/counterfoil/internal/register"
)

// scopePage is the entry Scope: the boundary with what is observed.
type scopePage struct {
	scopeHead
	Map      chart
	Shares   chart
	Rows     []scopeThing
	More     string
	Decide   []scopeThing
	Findings []scopeFinding
	Rules    string // how many of the rules have something to say
	All      string // address of the findings
	Exports  []link
	Kinds    []kindSummary
}

// scopeRowsMost is how many rows the table of the map shows; the export has all.
const scopeRowsMost = 300

// showScope is the first page of the entry.
func (c *Console) showScope(w http.ResponseWriter, r *http.Request) error {
	v, err := c.scopeView(r)
	if err != nil {
		return err
	}
	p := scopePage{scopeHead: v.head(r, "Scope", "map")}
	if p.Kinds, err = c.kindSummaries(v.desk, "scope"); err != nil {
		return err
	}
	if v.record == nil {
		return c.render(w, http.StatusOK, "scope", &p)
	}
	p.Toc = []link{{Label: "Boundary", Href: "#map"}, {Label: "Everything on the map", Href: "#uses"}, {Label: "Decide", Href: "#decide"}, {Label: "Too narrow, too broad", Href: "#rules"}, {Label: "Registers", Href: "#kinds"}}
	if p.Rows, err = v.things(); err != nil {
		return err
	}
	p.Map, p.Shares = v.boundary(p.Rows), v.sharesChart()
	if p.Decide, err = v.toDecide(p.Rows); err != nil {
		return err
	}
	if n := len(p.Rows); n > scopeRowsMost {
		p.Rows, p.More = p.Rows[:scopeRowsMost], number(scopeRowsMost)+" of "+number(n)+" shown; the export has all."
	}
	for _, f := range v.findings() {
		if f.Says != "" {
			p.Findings = append(p.Findings, f)
		}
	}
	if n := len(v.check.Rest); n > 0 {
		p.More += " " + number(n) + " more AI systems without a decision stand in the register; the export has them."
	}
	p.Rules = number(len(p.Findings)) + " of " + number(len(v.check.Findings)) + " rules have something to say"
	p.All = v.scopeHref("/scope/findings")
	p.Exports = v.exports("boundary")
	return c.render(w, http.StatusOK, "scope", &p)
}

// scopeDecideMost is how many undecided uses the page offers moves for.
const scopeDecideMost = 5

// toDecide are the first uses on the line, with what may be done about each.
func (v *scopeView) toDecide(things []scopeThing) ([]scopeThing, error) {
	var list []scopeThing
	for i := range things {
		if t := things[i]; t.Lies == liesOnLine && t.Field != "" && len(list) < scopeDecideMost {
			list = append(list, t)
		}
	}
	for i := range list {
		if list[i].open == nil {
			continue
		}
		choices, err := v.Choices(v.ctx, list[i].open)
		if err != nil {
			return nil, err
		}
		list[i].Choices = v.choices(list[i].open, choices)
	}
	return list, nil
}

// sharesChart shows observed use by what the scope says of it, beside the limit of N1.
func (v *scopeView) sharesChart() chart {
	s := v.shares()
	all := s.all()
	c := chart{ID: "shares", Title: "Share of use outside the boundary", Width: 1000, Height: 64, Open: true}
	if !v.check.Traffic.Known || all == 0 {
		return chart{}
	}
	c.Caption = "Of " + counted(all, "interaction", "interactions") + ". Rule N1 compares people and programs of units inside; its limit is 5 %."
	c.Desc = share(s.in, all) + " inside, " + share(s.undecided, all) + " undecided, " + share(s.out, all) + " outside with a reason."
	c.Table.Heads = []chartHead{{"Says the scope", false}, {"Interactions", true}, {"Share", true}}
	x := 0.0
	for _, part := range []struct {
		lies, class string
		n           uint64
	}{{liesIn, "ink-accent", s.in}, {liesOnLine, "ink-warn", s.undecided}, {liesOut, "ink-2", s.out}} {
		width := 1000 * float64(part.n) / float64(all)
		if part.n > 0 {
			c.Shapes = append(c.Shapes, filled(part.class, x, 20, max(width-1.5, 1.5), 14))
		}
		x += width
		m := liesMarks[part.lies]
		c.Table.Rows = append(c.Table.Rows, []chartCell{{Label: "Says the scope", Mark: &m}, {Label: "Interactions", Text: number(part.n), Numeric: true}, {Label: "Share", Text: share(part.n, all), Numeric: true}})
	}
	limit := textShape("ink-2", 943, 50, 12, "end", "no more than 5 % right of here")
	c.Shapes = append(c.Shapes, lineShape("ink-ink", 950, 16, 950, 54), limit, textShape("ink-ink", 0, 13, 12, "start", "Inside "+share(s.in, all)))
	return c
}

// scopeFinding is what one rule says, as pages show it.
type scopeFinding struct {
	ID, Asks, Limit, Value string
	Result                 mark
	Says                   string
	Records                []link
	Todo                   []link
	Accepted               string
	Group                  string // the heading before it
}

var scopeGroupNames = map[byte]string{'N': "Too narrow", 'B': "Too broad", 'C': "Wording for the certificate"}

// findings are those of every rule, in their order.
func (v *scopeView) findings() []scopeFinding {
	var list []scopeFinding
	for i := range v.check.Findings {
		f := &v.check.Findings[i]
		s := scopeFinding{ID: f.ID, Asks: f.Asks, Limit: f.Limit, Value: f.Value, Result: findingMark(f), Says: f.Text, Accepted: f.Accepted}
		s.Group = scopeGroupNames[f.ID[0]]
		for _, r := range f.Records {
			s.Records = append(s.Records, link{Label: v.called(r), Href: v.pageOf(r)})
		}
		if f.Accepted == "" {
			for _, id := range f.Resolve {
				s.Todo = append(s.Todo, link{Label: scopeResolutions[id], Href: v.resolution(id)})
			}
		}
		list = append(list, s)
	}
	return list
}

// resolution is where something is done about a finding; "" in the past and for who may not.
func (v *scopeView) resolution(id string) string {
	if !v.at.IsZero() {
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

// scopeFindingsPage is every rule with what it says.
type scopeFindingsPage struct {
	scopeHead
	Rows    []scopeFinding
	Exports []link
}

func (c *Console) showScopeFindings(w http.ResponseWriter, r *http.Request) error {
	v, err := c.scopeView(r)
	if err != nil {
		return err
	}
	p := scopeFindingsPage{scopeHead: v.head(r, "Findings of the scope", "findings")}
	if v.record != nil {
		p.Rows, p.Exports = v.findings(), v.exports("findings")
		p.Toc = []link{{Label: "Every rule", Href: "#rules"}}
	}
	return c.render(w, http.StatusOK, "scope_findings", &p)
}
