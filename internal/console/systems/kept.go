// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package systems

import (
	"github.com/counterfoil/counterfoil/internal/console/assessment"
	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/register"
)

// systemKept is what the management system keeps about a system.
type systemKept struct {
	Risks   []assessment.RiskRow
	Impacts []impactRow
	Others  []part.LinkGroup
	Events  string // how many versions there are
	History []part.VersionLine
}

// impactRow is an impact assessment of a system.
type impactRow struct {
	Href, Number, Title string
	State               part.Mark
	Concluded           string
	Conditions          string
	Due                 *part.Due
}

// systemEvents is how many versions a system's page shows; its record has all.
const systemEvents = 8

// keptOf reads what is connected with a system's record: risks and impact assessments
// with their levels, all others by what connects them.
func (d *desk) keptOf(record *register.Record) (*systemKept, error) {
	links, err := d.Links(d.Ctx, record)
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
			p.Risks = append(p.Risks, assessment.RiskRowOf(d.Desk, l.Record))
		case l.Record.Kind.ID == "impact":
			p.Impacts = append(p.Impacts, d.impactRow(l.Record))
		default:
			others = append(others, l)
		}
	}
	p.Others = d.Grouped(record, others)
	history, err := d.History(d.Ctx, record.ID)
	if err != nil {
		return nil, err
	}
	p.Events = words.Counted(uint64(len(history)), "version", "versions")
	for _, v := range history[:min(len(history), systemEvents)] {
		p.History = append(p.History, d.VersionLine(v))
	}
	return p, nil
}

func (d *desk) impactRow(r *register.Record) impactRow {
	row := impactRow{Href: d.RecordHref(r), Number: r.Number(), Title: r.Title(), State: shell.StateMark(r), Due: shell.DueOf(r, d.Now())}
	if s := assessment.ImpactStateOf(d.Desk, r); s != nil {
		row.Concluded = s.Concluded
		kept := 0
		for _, c := range s.Conditions {
			if c.State.Class == "ok" {
				kept++
			}
		}
		row.Conditions = "None"
		if len(s.Conditions) > 0 {
			row.Conditions = words.Number(kept) + " of " + words.Number(len(s.Conditions)) + " became something"
		}
	}
	return row
}
