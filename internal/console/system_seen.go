// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/register"
)

// systemRecord is what the register says of a system beside what the live path has.
type systemRecord struct {
	Href     string // the whole record: every field, comments, history
	Track    []trackStep
	Choices  []moveChoice
	Relation chart
	Use      *systemUse
	Traffic  chart
	*systemKept
}

// systemDays is how many days of traffic a system's page shows.
const systemDays = 30

// recordOfSystem reads what the register says of a system, and its traffic.
func (d *desk) recordOfSystem(s *identity.System, record *register.Record) (*systemRecord, error) {
	p := &systemRecord{Href: d.recordHref(record), Track: track(record)}
	choices, err := d.Choices(d.ctx, record)
	if err != nil {
		return nil, err
	}
	p.Choices = d.choices(record, choices)
	if p.Relation, err = d.relations(record); err != nil {
		return nil, err
	}
	days, err := d.days(s)
	if err != nil {
		return nil, err
	}
	p.Traffic = barsOf("traffic-chart", days, func(day time.Time) string {
		text := day.Format(time.DateOnly)
		return d.listed(query{system: s.Slug, from: text, to: text})
	})
	if p.Use, err = d.useOf(s, record, days); err != nil {
		return nil, err
	}
	p.systemKept, err = d.keptOf(record)
	return p, err
}

// relationColumn is where records of a kind stand in the graph of a system; the
// others hang on its record.
var relationColumn = map[string]int{"risk": 0, "impact": 0, "person": 0, "dataset": 1, "model": 3, "tool": 3, "supplier": 4}

// relations draws what a system is made of and who stands behind it.
func (d *desk) relations(record *register.Record) (chart, error) {
	links, err := d.Links(d.ctx, record)
	if err != nil {
		return chart{}, err
	}
	var nodes []graphNode
	var edges []graphEdge
	place := map[counterfoil.ID]int{}
	add := func(r *register.Record, relation string) int {
		at, ok := place[r.ID]
		if !ok {
			at = len(nodes)
			place[r.ID] = at
			state := stateMark(r)
			class := "ink-rule2"
			if state.Class == "bad" || state.Class == "warn" {
				class = "ink-" + state.Class
			}
			nodes = append(nodes, graphNode{Column: relationColumn[r.Kind.ID], Text: d.called(r), Sub: state.Word, Href: d.pageOf(r), Class: class, Kind: r.Kind.Title, Relation: relation, State: state})
		}
		return at
	}
	for _, l := range links {
		if _, ok := relationColumn[l.Record.Kind.ID]; !ok {
			continue
		}
		at := add(l.Record, d.relation(record, l))
		edges = append(edges, graphEdge{at, -1})
		supplier := l.Record.Values.ID("supplier")
		if column := relationColumn[l.Record.Kind.ID]; column != 3 || supplier.IsZero() {
			continue
		}
		if behind, err := d.Record(d.ctx, supplier); err == nil {
			edges = append(edges, graphEdge{at, add(behind, "Supplies "+d.called(l.Record))})
		}
	}
	state := stateMark(record)
	return graphOf("relations-chart", "What the system is made of and who stands behind it", relationColumns, 2, graphNode{Text: record.Title(), Sub: state.Word, Class: "ink-accent"}, nodes, edges), nil
}

// days are the interactions of the last days, by the day.
func (d *desk) days(s *identity.System) ([]dayBar, error) {
	now := d.now()
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	var days []dayBar
	for i := range systemDays {
		bar := dayBar{Day: today.AddDate(0, 0, i+1-systemDays)}
		f := d.passed(counterfoil.ID(s.ID))
		f.From, f.To = bar.Day, bar.Day.AddDate(0, 0, 1)
		tallies, err := d.console.index.Tally(d.ctx, f)
		if err != nil {
			return nil, err
		}
		for _, t := range tallies {
			bar.All += t.N
			if t.Effect >= counterfoil.EffectRedact {
				bar.Touched += t.N
			}
		}
		days = append(days, bar)
	}
	return days, nil
}
