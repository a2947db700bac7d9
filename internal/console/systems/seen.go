// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package systems

import (
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/filter"
	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/register"
)

// registered is what the register says of a system beside what the live path has.
type registered struct {
	Href     string // the whole record: every field, comments, history
	Track    []part.TrackStep
	Choices  []shell.MoveChoice
	Relation part.Chart
	Use      *systemUse
	Traffic  part.Chart
	*systemKept
}

// trafficDays is how many days of traffic a system's page shows.
const trafficDays = 30

// registered reads what the register says of a system, and its traffic.
func (d *desk) registered(s *identity.System, record *register.Record) (*registered, error) {
	p := &registered{Href: d.RecordHref(record), Track: shell.Track(record)}
	choices, err := d.Choices(d.Ctx, record)
	if err != nil {
		return nil, err
	}
	p.Choices = d.MoveChoices(record, choices)
	if p.Relation, err = d.relations(record); err != nil {
		return nil, err
	}
	days, err := d.days(s)
	if err != nil {
		return nil, err
	}
	p.Traffic = part.BarsOf("traffic-chart", days, func(day time.Time) string {
		text := day.Format(time.DateOnly)
		return d.Listed(filter.Query{System: s.Slug, From: text, To: text})
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
func (d *desk) relations(record *register.Record) (part.Chart, error) {
	links, err := d.Links(d.Ctx, record)
	if err != nil {
		return part.Chart{}, err
	}
	var nodes []part.GraphNode
	var edges []part.GraphEdge
	place := map[counterfoil.ID]int{}
	add := func(r *register.Record, relation string) int {
		at, ok := place[r.ID]
		if !ok {
			at = len(nodes)
			place[r.ID] = at
			state := shell.StateMark(r)
			class := "ink-rule2"
			if state.Class == "bad" || state.Class == "warn" {
				class = "ink-" + state.Class
			}
			nodes = append(nodes, part.GraphNode{Column: relationColumn[r.Kind.ID], Text: d.Called(r), Sub: state.Word, Href: d.PageOf(r), Class: class, Kind: r.Kind.Title, Relation: relation, State: state})
		}
		return at
	}
	for _, l := range links {
		if _, ok := relationColumn[l.Record.Kind.ID]; !ok {
			continue
		}
		at := add(l.Record, d.Relation(record, l))
		edges = append(edges, part.GraphEdge{From: at, To: -1})
		supplier := l.Record.Values.ID("supplier")
		if column := relationColumn[l.Record.Kind.ID]; column != 3 || supplier.IsZero() {
			continue
		}
		if behind, err := d.Record(d.Ctx, supplier); err == nil {
			edges = append(edges, part.GraphEdge{From: at, To: add(behind, "Supplies "+d.Called(l.Record))})
		}
	}
	state := shell.StateMark(record)
	return part.GraphOf("relations-chart", "What the system is made of and who stands behind it", part.RelationColumns, 2, part.GraphNode{Text: record.Title(), Sub: state.Word, Class: "ink-accent"}, nodes, edges), nil
}

// days are the interactions of the last days, by the day.
func (d *desk) days(s *identity.System) ([]part.DayBar, error) {
	now := d.Now()
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	var days []part.DayBar
	for i := range trafficDays {
		bar := part.DayBar{Day: today.AddDate(0, 0, i+1-trafficDays)}
		f := d.Passed(counterfoil.ID(s.ID))
		f.From, f.To = bar.Day, bar.Day.AddDate(0, 0, 1)
		tallies, err := d.section.index.Tally(d.Ctx, f)
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
