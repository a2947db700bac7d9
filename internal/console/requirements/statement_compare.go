// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package requirements

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// statementComparePage is two frozen statements side by side, control by control.
type statementComparePage struct {
	shell.Page
	Lead  string
	Stub  []part.Fact
	A, B  string
	Rows  []statementDifference
	Same  int
	Links []part.Link
}

type statementDifference struct {
	Control, Href, Field, A, B string
}

// frozenFields are compared; the rest of a row says where it came from.
var frozenFields = []struct{ id, label string }{{"decision", "Decision"}, {"why", "Reason"}, {"source", "Needed for"}, {"status", "Status"}}

// statementVersions are the versions that hold frozen decisions, the newest first:
// those a move made, since changes in between leave the decisions as they are.
func (d *desk) statementVersions(statements []*register.Record) ([]part.Option, error) {
	var list []part.Option
	for i := len(statements) - 1; i >= 0; i-- {
		history, err := d.History(d.Ctx, statements[i].ID)
		if err != nil {
			return nil, err
		}
		for _, v := range history {
			if v.Values.Rows("rows") != nil && v.Move != register.Changed {
				list = append(list, part.Option{Value: v.Number() + "." + strconv.FormatUint(v.Version, 10), Label: v.Number() + " version " + words.Number(v.Version) + ", " + strings.ToLower(v.StateOf().Label) + ", " + v.Time.Format("2 Jan 2006"), Selected: len(list) == 0})
			}
		}
	}
	return list, nil
}

// compareStatements shows what changed between two frozen statements.
func (s *Section) compareStatements(w http.ResponseWriter, r *http.Request) error {
	d, err := s.desk(r)
	if err != nil {
		return err
	}
	a, err := d.statementVersion(r.FormValue("a"))
	if err != nil {
		return err
	}
	b, err := d.statementVersion(r.FormValue("b"))
	if err != nil {
		return err
	}
	name := func(v *register.Record) string { return v.Number() + " version " + words.Number(v.Version) }
	p := statementComparePage{Page: d.Page(r, "Compare statements", "controls"), A: name(a), B: name(b)}
	p.Rows, p.Same = d.differences(a.Values, b.Values)
	p.Lead = words.Counted(uint64(p.Same), "control is", "controls are") + " the same in both."
	for _, v := range []*register.Record{a, b} {
		m := shell.StateMark(v)
		p.Stub = append(p.Stub, part.Fact{Label: name(v), Mark: &m, Sub: v.Time.Format("2 Jan 2006") + ", " + d.Person(v.Actor)})
		p.Links = append(p.Links, part.Link{Label: "Open " + name(v), Href: d.Href("/records/" + v.Number() + "/versions/" + strconv.FormatUint(v.Version, 10))})
	}
	return s.Render(w, http.StatusOK, "statement_compare", &p)
}

// statementVersion finds a version written as SA-001.4.
func (d *desk) statementVersion(text string) (*register.Record, error) {
	none := shell.NotFound("There is no such version of a statement.")
	number, version, _ := strings.Cut(text, ".")
	k, n, ok := d.section.Kinds.ParseNumber(number)
	if !ok || k.ID != "statement" {
		return nil, none
	}
	v, err := shell.ParseSerial(version)
	if err != nil {
		return nil, none
	}
	record, err := d.Numbered(d.Ctx, k.ID, n)
	if err != nil {
		return nil, err
	}
	return d.Version(d.Ctx, record.ID, v)
}

// differences lists what differs by control, in the order of b, then what b lacks.
func (d *desk) differences(a, b kind.Values) (rows []statementDifference, same int) {
	before := byControl(a)
	for _, row := range b.Rows("rows") {
		control, _ := row["control"].(string)
		old := before[control]
		delete(before, control)
		found := d.differ(control, old, row)
		if len(found) == 0 {
			same++
		}
		rows = append(rows, found...)
	}
	for _, row := range a.Rows("rows") {
		if control, _ := row["control"].(string); before[control] != nil {
			rows = append(rows, d.differ(control, row, nil)...)
		}
	}
	return rows, same
}

func byControl(v kind.Values) map[string]map[string]any {
	rows := map[string]map[string]any{}
	for _, row := range v.Rows("rows") {
		control, _ := row["control"].(string)
		rows[control] = row
	}
	return rows
}

func (d *desk) differ(control string, a, b map[string]any) []statementDifference {
	var list []statementDifference
	for _, f := range frozenFields {
		x, _ := a[f.id].(string)
		y, _ := b[f.id].(string)
		if x != y {
			list = append(list, statementDifference{control, d.Href("/requirements/" + control), f.label, x, y})
		}
	}
	return list
}
