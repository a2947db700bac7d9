// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"net/url"
	"slices"
	"strings"

	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// kindOverride is the kind of record that lets a move pass guards.
const kindOverride = "override"

// overrideRow is an override in a table.
type overrideRow struct {
	Number, Href       string
	Record, RecordHref string
	Move, Guards       string
	Why, Measure       string
	State              mark
	Approver, Until    string
	Expired            bool // without being used
}

// overrideHref leads to the form that asks for an override, filled in; "" when a
// reason allows none, or the person may not ask.
func (d *desk) overrideHref(r *register.Record, m *kind.Move, reasons []register.Reason) string {
	k, err := d.console.kinds.Kind(kindOverride)
	if err != nil || len(reasons) == 0 || d.May(k, nil, register.Create) != nil {
		return ""
	}
	var guards []string
	for i := range reasons {
		if !reasons[i].Overridable() {
			return ""
		}
		guards = append(guards, reasons[i].Guard)
	}
	return "/kinds/" + kindOverride + "/new?" + url.Values{"record": {r.Number()}, "move": {m.ID}, "guards": {strings.Join(guards, "\n")}}.Encode()
}

// overridesOf are the overrides of a record's guards that the person may see.
func (d *desk) overridesOf(record *register.Record) ([]overrideRow, error) {
	return d.overrides(index.KeptFilter{Fields: []index.KeptCondition{{Field: "record", Values: []string{record.Number()}}}})
}

// departuresMost bounds each table of departures from the rules; what is more is
// counted, and in the lists of the kinds.
const departuresMost = 200

func (d *desk) overrides(f index.KeptFilter) ([]overrideRow, error) {
	f.Kind, f.Limit, f.Down = kindOverride, departuresMost, true
	list, err := d.List(d.ctx, f)
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
		Number: o.Number(), Href: d.recordHref(o), Record: o.Values.Text("record"), RecordHref: d.href("/records/" + url.PathEscape(o.Values.Text("record"))),
		Move: o.Values.Text("move"), Guards: strings.Join(o.Values.List("guards"), ", "), Why: clipTo(o.Values.Text("why"), 200), Measure: clipTo(o.Values.Text("measure"), 200),
		State: stateMark(o), Until: dayOf(o.Values.Text("until")),
	}
	if o.State == "approved" && o.Values.Text("until") < d.now().Format("2006-01-02") {
		row.Expired, row.State = true, mark{"none", "dash", "Expired unused"}
	}
	if a := o.Approval; a != nil {
		row.Approver = "approved by " + d.person(a.By)
	}
	return row
}

// mayList tells whether the person may read the records of a kind, or of a kind with
// named people, some.
func (d *desk) mayList(kindID string) bool {
	k, err := d.console.kinds.Kind(kindID)
	return err == nil && (k.Named != nil || d.May(k, nil, register.Read) == nil)
}

// unexpired leaves out what ended without being used.
func unexpired(rows []overrideRow) []overrideRow {
	return slices.DeleteFunc(rows, func(r overrideRow) bool { return r.Expired })
}
