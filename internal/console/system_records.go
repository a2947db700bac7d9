// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"slices"

	"github.com/counterfoil/counterfoil/internal/register"
)

// systemKept is what the management system keeps about a system.
type systemKept struct {
	Risks   []riskRow
	Impacts []impactRow
	Others  []linkGroup
	Events  string // how many versions there are
	History []versionLine
}

// impactRow is an impact assessment of a system.
type impactRow struct {
	Href, Number, Title string
	State               mark
	Concluded           string
	Conditions          string
	Due                 *due
}

// systemEvents is how many versions a system's page shows; its record has all.
const systemEvents = 8

// keptOf reads what is connected with a system's record: risks and impact assessments
// with their levels, all others by what connects them.
func (d *desk) keptOf(record *register.Record) (*systemKept, error) {
	links, err := d.Links(d.ctx, record)
	if err != nil {
		return nil, err
	}
	p := &systemKept{}
	var others []register.Link
	for _, l := range links {
		switch {
		case l.Out:
			others = append(others, l)
		case l.Record.Kind.ID == "risk":
			p.Risks = append(p.Risks, d.riskRow(l.Record))
		case l.Record.Kind.ID == "impact":
			p.Impacts = append(p.Impacts, d.impactRow(l.Record))
		default:
			others = append(others, l)
		}
	}
	p.Others = d.grouped(record, others)
	history, err := d.History(d.ctx, record.ID)
	if err != nil {
		return nil, err
	}
	p.Events = counted(uint64(len(history)), "version", "versions")
	for _, v := range history[:min(len(history), systemEvents)] {
		p.History = append(p.History, d.versionLine(v))
	}
	return p, nil
}

func (d *desk) impactRow(r *register.Record) impactRow {
	row := impactRow{Href: d.recordHref(r), Number: r.Number(), Title: r.Title(), State: stateMark(r), Due: dueOf(r, d.now())}
	if s := d.impactState(r); s != nil {
		row.Concluded = s.Concluded
		kept := 0
		for _, c := range s.Conditions {
			if c.State.Class == "ok" {
				kept++
			}
		}
		row.Conditions = "None"
		if len(s.Conditions) > 0 {
			row.Conditions = number(kept) + " of " + number(len(s.Conditions)) + " became something"
		}
	}
	return row
}

// grouped are connected records by what connects them, each once in a group.
func (d *desk) grouped(record *register.Record, links []register.Link) []linkGroup {
	var groups []linkGroup
	for _, l := range links {
		label := d.relation(record, l)
		at := slices.IndexFunc(groups, func(g linkGroup) bool { return g.Label == label })
		if at < 0 {
			at = len(groups)
			groups = append(groups, linkGroup{Label: label})
		}
		groups[at].Rows = append(groups[at].Rows, linkRow{d.recordHref(l.Record), d.called(l.Record), l.Record.Kind.Title, stateMark(l.Record)})
	}
	return groups
}
