// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package risks

import (
	"net/http"

	"github.com/counterfoil/counterfoil/internal/console/assessment"
	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// frontPage is the entry Risk.
type frontPage struct {
	shell.Page
	Heading string
	Lead    string
	Tabs    []part.Link
	Stub    []part.Fact
	New     string
	Whom    string
	Method  *part.Link
	Maps    []heatMap
	Rows    []assessment.RiskRow
	All     string
	Summary string
	Kinds   []part.KindSummary
}

// rowsShown is how many risks the entry lists, the highest first.
const rowsShown = 20

// show is the entry Risk: where the risks lie and which are the highest.
func (s *Section) show(w http.ResponseWriter, r *http.Request) error {
	d, err := s.desk(r)
	if err != nil {
		return err
	}
	k, err := s.Kinds.Kind("risk")
	if err != nil {
		return err
	}
	tallies, err := d.open()
	if err != nil {
		return err
	}
	method, err := d.methodInForce()
	if err != nil {
		return err
	}
	p := frontPage{Page: d.Page(r, "Risk", "risk"), Tabs: d.tabs("risk"), All: d.Href("/kinds/risk", "sort", "level", "down", "1")}
	p.Heading = finding(tallies)
	values := kind.Values{}
	p.Lead = "No risk method is in force, so no level is computed and nobody’s limit of acceptance is known. An auditor asks for the method first."
	if method != nil {
		values = method.InForce.Values
		p.Method = &part.Link{Label: method.Number() + ", version " + words.Number(method.InForce.Version), Href: d.RecordHref(method)}
		p.Lead = "Levels by " + method.Number() + ", approved on " + method.InForce.At.Format("2 Jan 2006") + ". An auditor takes three risks and follows each to its treatment, its controls and back."
	}
	for _, after := range []bool{true, false} {
		m, err := d.heatMap(values, tallies, after)
		if err != nil {
			return err
		}
		p.Maps = append(p.Maps, m)
	}
	if p.Stub, err = d.StateFacts(k); err != nil {
		return err
	}
	if err := d.May(k, nil, register.Create); err != nil {
		p.Whom = shell.PublicText(err)
	} else {
		p.New = "/kinds/risk/new"
	}
	list, err := d.List(d.Ctx, index.KeptFilter{Kind: "risk", States: shell.OpenStates(k), Sort: "level", Down: true, Limit: rowsShown})
	if err != nil {
		return err
	}
	for _, record := range list.Records {
		p.Rows = append(p.Rows, assessment.RiskRowOf(d.Desk, record))
	}
	p.Summary = words.Counted(sum(tallies), "open risk", "open risks") + ", the highest level before treatment first"
	if p.Kinds, err = s.KindSummaries(d.Desk, "risk"); err != nil {
		return err
	}
	return s.Render(w, http.StatusOK, "risk", &p)
}

// open counts risks that are not over, by their ratings.
func (d *desk) open() ([]index.KeptTally, error) {
	k, err := d.section.Kinds.Kind("risk")
	if err != nil {
		return nil, err
	}
	list, err := d.Tally(d.Ctx, k.ID, mapFields...)
	if err != nil {
		return nil, err
	}
	var open []index.KeptTally
	for _, t := range list {
		if s, ok := k.State(t.State); ok && !s.Ends {
			open = append(open, t)
		}
	}
	return open, nil
}

func sum(tallies []index.KeptTally) uint64 {
	n := uint64(0)
	for _, t := range tallies {
		n += t.N
	}
	return n
}

// bandNow is the band of what remains where that is rated, else of the risk untreated.
func bandNow(values []string) string {
	if values[bandAfter] != "" {
		return values[bandAfter]
	}
	return values[bandBefore]
}

// finding is the heading: of the rated risks, how many are high. A risk nobody
// rated is never taken for a low one.
func finding(tallies []index.KeptTally) string {
	high, unrated := uint64(0), uint64(0)
	for _, t := range tallies {
		switch bandNow(t.Values) {
		case "high", "very_high":
			high += t.N
		case "":
			unrated += t.N
		}
	}
	all, rest := sum(tallies), ""
	if unrated > 0 {
		rest = "; " + words.Number(unrated) + " not rated"
	}
	switch rated := words.Counted(all-unrated, "rated risk", "rated risks"); {
	case all == 0:
		return "No risk is recorded yet"
	case all == unrated:
		return "None of " + words.Counted(all, "open risk", "open risks") + " is rated"
	case high == 0:
		return "None of " + rated + " is high" + rest
	case high == 1:
		return "One of " + rated + " is high or very high" + rest
	default:
		return words.Number(high) + " of " + rated + " are high or very high" + rest
	}
}

// methodInForce is the method risks are rated by; nil without one, or when the person
// may not see it.
func (d *desk) methodInForce() (*register.Record, error) {
	list, err := d.List(d.Ctx, index.KeptFilter{Kind: "method", States: []string{"in_force"}, Down: true, Limit: 1})
	if err != nil || len(list.Records) == 0 || list.Records[0].InForce == nil {
		return nil, err
	}
	return list.Records[0], nil
}

// tabs are the pages of the entry Risk.
func (d *desk) tabs(current string) []part.Link {
	return []part.Link{
		{Label: "Map", Href: d.Href("/risk"), Current: current == "risk"},
		{Label: "Register", Href: d.Href("/kinds/risk")},
		{Label: "Treatment", Href: d.Href("/kinds/treatment")},
		{Label: "Acceptances", Href: d.Href("/kinds/risk", "state", "accepted", "state", "monitored", "sort", "due")},
		{Label: "Impact assessments", Href: d.Href("/kinds/impact")},
		{Label: "Trend", Href: d.Href("/risk/trend"), Current: current == "trend"},
		{Label: "Not considered", Href: d.Href("/risk/sources"), Current: current == "sources"},
		{Label: "Library", Href: d.Href("/risk/library"), Current: current == "library"},
		{Label: "Method", Href: d.Href("/kinds/method")},
		{Label: "Departures", Href: d.Href("/records/late")},
	}
}
