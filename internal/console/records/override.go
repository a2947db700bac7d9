// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package records

import (
	"net/url"
	"slices"
	"strings"

	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register"
)

// overrideRow is an override in a table.
type overrideRow struct {
	Number, Href       string
	Record, RecordHref string
	Move               string
	Guards             []string // what each of them said
	Why, Measure       string
	State              part.Mark
	Approver, Until    string
	Expired            bool // without being used
}

// overridesOf are the overrides of a record's guards that the person may see.
func (d *desk) overridesOf(record *register.Record) ([]overrideRow, error) {
	return d.overrides(index.KeptFilter{Fields: []index.KeptCondition{{Field: "record", Values: []string{record.Number()}}}})
}

// departuresMost bounds each table of departures from the rules. The figures count all,
// and lead to the lists of the kinds.
const departuresMost = 200

func (d *desk) overrides(f index.KeptFilter) ([]overrideRow, error) {
	f.Kind, f.Limit, f.Down = shell.KindOverride, departuresMost, true
	list, err := d.List(d.Ctx, f)
	if err != nil {
		return nil, err
	}
	var rows []overrideRow
	for _, o := range list.Records {
		rows = append(rows, d.overrideRow(o))
	}
	return rows, nil
}

func (d *desk) overrideRow(o *register.Record) overrideRow {
	row := overrideRow{
		Number: o.Number(), Href: d.RecordHref(o), Record: o.Values.Text("record"), RecordHref: d.Href("/records/" + url.PathEscape(o.Values.Text("record"))),
		Why: words.ClipTo(o.Values.Text("why"), 200), Measure: words.ClipTo(o.Values.Text("measure"), 200),
		State: shell.StateMark(o), Until: words.DayOf(o.Values.Text("until")),
	}
	row.Move, row.Guards = d.passed(o)
	if o.State == "approved" && o.Values.Text("until") < d.Now().Format("2006-01-02") {
		row.Expired, row.State = true, part.Skipped("Expired unused")
	}
	if a := o.Approval; a != nil {
		row.Approver = "approved by " + d.Person(a.By)
	}
	return row
}

// passed are the move and the guards of an override in the words of the record's kind.
func (d *desk) passed(o *register.Record) (move string, guards []string) {
	move, guards = o.Values.Text("move"), o.Values.List("guards")
	prefix, _, _ := strings.Cut(o.Values.Text("record"), "-")
	for _, k := range d.section.Kinds.Kinds() {
		m, known := k.Move(move)
		if k.Number != prefix || !known {
			continue
		}
		says := slices.Clone(guards)
		for _, g := range m.Guards {
			if i := slices.Index(guards, g.ID); i >= 0 {
				says[i] = g.Says
			}
		}
		return m.Label, says
	}
	return move, guards
}

// unexpired leaves out what ended without being used.
func unexpired(rows []overrideRow) []overrideRow {
	return slices.DeleteFunc(rows, func(r overrideRow) bool { return r.Expired })
}
