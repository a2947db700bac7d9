// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"net/http"

	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// riskPage is the entry Risk.
type riskPage struct {
	page
	Heading string
	Lead    string
	Tabs    []link
	Stub    []fact
	New     string
	Whom    string
	Method  *link
	Maps    []heatMap
	Rows    []riskRow
	All     string
	Summary string
	Kinds   []kindSummary
}

type riskRow struct {
	Href, Number, Title string
	Systems             []link
	Owner               string
	Before, Now         mark
	State               mark
	Due                 *due
	Template            bool
}

// risksShown is how many risks the entry lists, the highest first.
const risksShown = 20

// showRisk is the entry Risk: where the risks lie and which are the highest.
func (c *Console) showRisk(w http.ResponseWriter, r *http.Request) error {
	d, err := c.desk(r)
	if err != nil {
		return err
	}
	k, err := c.kinds.Kind("risk")
	if err != nil {
		return err
	}
	tallies, err := d.openRisks()
	if err != nil {
		return err
	}
	method, err := d.methodInForce()
	if err != nil {
		return err
	}
	p := riskPage{page: d.page(r, "Risk", "risk"), Tabs: d.riskTabs("risk"), All: d.href("/kinds/risk", "sort", "level", "down", "1")}
	p.Heading = riskFinding(tallies)
	values := kind.Values{}
	p.Lead = "No risk method is in force, so no level is computed and nobody’s limit of acceptance is known. An auditor asks for the method first."
	if method != nil {
		values = method.InForce.Values
		p.Method = &link{Label: method.Number() + ", version " + number(method.InForce.Version), Href: d.recordHref(method)}
		p.Lead = "Levels by " + method.Number() + ", approved on " + method.InForce.At.Format("2 Jan 2006") + ". An auditor takes three risks and follows each to its treatment, its controls and back."
	}
	p.Maps = []heatMap{d.heatMap(values, tallies, true), d.heatMap(values, tallies, false)}
	if p.Stub, err = d.stateFacts(k); err != nil {
		return err
	}
	if err := d.May(k, nil, register.Create); err != nil {
		p.Whom = publicText(err)
	} else {
		p.New = "/kinds/risk/new"
	}
	list, err := d.List(d.ctx, index.KeptFilter{Kind: "risk", States: openStates(k), Sort: "level", Down: true, Limit: risksShown})
	if err != nil {
		return err
	}
	for _, record := range list.Records {
		p.Rows = append(p.Rows, d.riskRow(record))
	}
	p.Summary = counted(sum(tallies), "open risk", "open risks") + ", the highest level before treatment first"
	if p.Kinds, err = c.kindSummaries(d, "risk"); err != nil {
		return err
	}
	return c.render(w, http.StatusOK, "risk", &p)
}

// openRisks counts risks that are not over, by their ratings.
func (d *desk) openRisks() ([]index.KeptTally, error) {
	k, err := d.console.kinds.Kind("risk")
	if err != nil {
		return nil, err
	}
	list, err := d.Tally(d.ctx, k.ID, riskFields...)
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
	if values[5] != "" {
		return values[5]
	}
	return values[2]
}

// riskFinding is the heading: of the rated risks, how many are high. A risk nobody
// rated is never taken for a low one.
func riskFinding(tallies []index.KeptTally) string {
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
		rest = "; " + number(unrated) + " not rated"
	}
	switch rated := counted(all-unrated, "rated risk", "rated risks"); {
	case all == 0:
		return "No risk is recorded yet"
	case all == unrated:
		return "None of " + counted(all, "open risk", "open risks") + " is rated"
	case high == 0:
		return "None of " + rated + " is high" + rest
	case high == 1:
		return "One of " + rated + " is high or very high" + rest
	default:
		return number(high) + " of " + rated + " are high or very high" + rest
	}
}

// methodInForce is the method risks are rated by; nil without one, or when the person
// may not see it.
func (d *desk) methodInForce() (*register.Record, error) {
	list, err := d.List(d.ctx, index.KeptFilter{Kind: "method", States: []string{"in_force"}, Down: true, Limit: 1})
	if err != nil || len(list.Records) == 0 || list.Records[0].InForce == nil {
		return nil, err
	}
	return list.Records[0], nil
}

func (d *desk) riskRow(r *register.Record) riskRow {
	row := riskRow{
		Href: d.recordHref(r), Number: r.Number(), Title: r.Title(), Systems: d.named(r, "systems"), State: stateMark(r), Due: dueOf(r, d.now()),
		Before: bandMark(r.Values.Text("band"), r.Values.Integer("level")), Now: bandMark(r.Values.Text("residual_band"), r.Values.Integer("residual_level")),
		Template: r.Values.Truth("template"),
	}
	if !r.Owner().IsZero() {
		row.Owner = d.person(r.Owner())
	}
	return row
}

// bandMark is a band with its level.
func bandMark(band string, level int64) mark {
	switch band {
	case "":
		return mark{"none", "none", "Not rated"}
	case "high":
		return mark{"warn", "triangle", "High, " + number(level)}
	case "very_high":
		return mark{"bad", "cross", "Very high, " + number(level)}
	}
	return mark{"none", "ring", sentence(bandWords[band]) + ", " + number(level)}
}

// riskTabs are the pages of the entry Risk.
func (d *desk) riskTabs(current string) []link {
	return []link{
		{"Map", d.href("/risk"), current == "risk"},
		{"Register", d.href("/kinds/risk"), false},
		{"Treatment", d.href("/kinds/treatment"), false},
		{"Acceptances", d.href("/kinds/risk", "state", "accepted", "state", "monitored", "sort", "due"), false},
		{"Impact assessments", d.href("/kinds/impact"), false},
		{"Trend", d.href("/risk/trend"), current == "trend"},
		{"Not considered", d.href("/risk/sources"), current == "sources"},
		{"Library", d.href("/risk/library"), current == "library"},
		{"Method", d.href("/kinds/method"), false},
		{"Departures", d.href("/records/late"), false},
	}
}
