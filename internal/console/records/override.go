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
	Move, Guards       string
	Why, Measure       string
	State              part.Mark
	Approver, Until    string
	Expired            bool // without being used
}

// overridesOf are the overrides of a record's guards that the person may see.
func (d *desk) overridesOf(record *register.Record) ([]overrideRow, error) {
	return d.overrides(index.KeptFilter{Fields: []index.KeptCondition{{Field: "record", Values: []string{record.Number()}}}})
}

// departuresMost bounds each table of departures from the rules; what is more is
// counted, and in the lists of the kinds.
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
		Move: o.Values.Text("move"), Guards: strings.Join(o.Values.List("guards"), ", "), Why: words.ClipTo(o.Values.Text("why"), 200), Measure: words.ClipTo(o.Values.Text("measure"), 200),
		State: shell.StateMark(o), Until: words.DayOf(o.Values.Text("until")),
	}
	if o.State == "approved" && o.Values.Text("until") < d.Now().Format("2006-01-02") {
		row.Expired, row.State = true, part.Skipped("Expired unused")
	}
	if a := o.Approval; a != nil {
		row.Approver = "approved by " + d.Person(a.By)
	}
	return row
}

// mayList tells whether the person may read the records of a kind, or of a kind with
// named people, some.
func (d *desk) mayList(kindID string) bool {
	k, err := d.section.Kinds.Kind(kindID)
	return err == nil && (k.Named != nil || d.May(k, nil, register.Read) == nil)
}

// unexpired leaves out what ended without being used.
func unexpired(rows []overrideRow) []overrideRow {
	return slices.DeleteFunc(rows, func(r overrideRow) bool { return r.Expired })
}
