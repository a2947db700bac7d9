// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package scope

import (
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// versionsPage lists the versions of a scope.
type versionsPage struct {
	headOfPage
	Lines   []part.VersionLine
	A, B    []part.Option
	Of      string
	At      string
	Exports []part.Link
}

func (s *Section) showVersions(w http.ResponseWriter, r *http.Request) error {
	v, err := s.view(r)
	if err != nil {
		return err
	}
	p := versionsPage{headOfPage: v.head(r, "Versions of the scope", "versions"), At: r.FormValue("at")}
	if v.record == nil {
		return s.Render(w, http.StatusOK, "scope_versions", &p)
	}
	p.Of, p.Exports = v.record.Number(), v.exports("versions")
	p.Toc = []part.Link{{Label: "Compare", Href: "#compare"}, {Label: "Versions", Href: "#versions"}}
	history, err := v.History(v.Ctx, v.record.ID)
	if err != nil {
		return err
	}
	approved := 0
	for _, version := range history {
		p.Lines = append(p.Lines, v.VersionLine(version))
		o := part.Option{Value: strconv.FormatUint(version.Version, 10), Label: "Version " + words.Number(version.Version) + ", " + strings.ToLower(version.StateOf().Label) + ", " + version.Time.Format("2 Jan 2006")}
		if m, ok := version.Kind.Move(version.Move); ok && m.ID == "approve" {
			approved++
		}
		a, b := o, o
		a.Selected, b.Selected = approved == 2 && version.Move == "approve", approved == 1 && version.Move == "approve"
		p.A, p.B = append(p.A, a), append(p.B, b)
	}
	return s.Render(w, http.StatusOK, "scope_versions", &p)
}

// comparePage is two versions side by side, thing by thing.
type comparePage struct {
	headOfPage
	A, B    string
	Rows    []difference
	Same    int
	Exports []part.Link
}

// difference is one thing that differs.
type difference struct{ Field, What, A, B string }

func (s *Section) compare(w http.ResponseWriter, r *http.Request) error {
	v, err := s.view(r)
	if err != nil {
		return err
	}
	if v.record == nil {
		return shell.NotFound("There is no scope to compare.")
	}
	a, b, err := v.pair(r)
	if err != nil {
		return err
	}
	p := comparePage{headOfPage: v.head(r, "Compare versions of the scope", "versions"), A: versionName(a), B: versionName(b)}
	p.Notices, p.Exports = nil, v.exports("compare", "a", r.FormValue("a"), "b", r.FormValue("b"))
	p.Rows, p.Same = v.differences(a, b)
	p.Heading = words.Counted(uint64(len(p.Rows)), "thing differs", "things differ")
	p.Lead = "From " + p.A + " to " + p.B + ": " + words.Number(p.Same) + " are the same."
	return s.Render(w, http.StatusOK, "scope_compare", &p)
}

func versionName(r *register.Record) string {
	return "version " + words.Number(r.Version) + " of " + r.Time.Format("2 Jan 2006")
}

// pair are the versions an address names as a and b.
func (v *view) pair(r *http.Request) (a, b *register.Record, err error) {
	var pair [2]*register.Record
	for i, name := range []string{"a", "b"} {
		n, err := strconv.ParseUint(r.FormValue(name), 10, 32)
		if err != nil {
			return nil, nil, shell.NotFound("There is no such version of the scope.")
		}
		if pair[i], err = v.Version(v.Ctx, v.record.ID, n); err != nil {
			return nil, nil, err
		}
	}
	return pair[0], pair[1], nil
}

// differences lists what differs, row by row of lists, and how many are the same.
func (v *view) differences(a, b *register.Record) (rows []difference, same int) {
	for i := range b.Kind.Fields {
		f := &b.Kind.Fields[i]
		if f.Type != kind.Rows {
			x, y := a.Values[f.ID], b.Values[f.ID]
			switch {
			case x == nil && y == nil:
			case reflect.DeepEqual(x, y):
				same++
			default:
				rows = append(rows, difference{Field: f.Noun(), A: v.Whole(f, x), B: v.Whole(f, y)})
			}
			continue
		}
		more, alike := v.rowDifferences(f, a.Values.Rows(f.ID), b.Values.Rows(f.ID))
		rows, same = append(rows, more...), same+alike
	}
	return rows, same
}

// rowDifferences pairs rows by their first column.
func (v *view) rowDifferences(f *kind.Field, a, b []map[string]any) (rows []difference, same int) {
	before := map[string]map[string]any{}
	for _, row := range a {
		before[rowCell(row, f.Fields[0].ID)] = row
	}
	for _, row := range b {
		name := rowCell(row, f.Fields[0].ID)
		old := before[name]
		delete(before, name)
		if reflect.DeepEqual(old, row) {
			same++
			continue
		}
		rows = append(rows, difference{f.Noun(), v.rowName(f, row), v.rowText(f, old), v.rowText(f, row)})
	}
	for _, row := range a {
		if before[rowCell(row, f.Fields[0].ID)] != nil {
			rows = append(rows, difference{f.Noun(), v.rowName(f, row), v.rowText(f, row), "Not named"})
		}
	}
	return rows, same
}

func (v *view) rowName(f *kind.Field, row map[string]any) string {
	name := v.Value(&f.Fields[0], row[f.Fields[0].ID])
	if len(name.Parts) == 0 {
		return ""
	}
	return name.Parts[0].Value
}

// rowText is a row without its first column.
func (v *view) rowText(f *kind.Field, row map[string]any) string {
	if row == nil {
		return "Not named"
	}
	var parts []string
	for i := 1; i < len(f.Fields); i++ {
		column := &f.Fields[i]
		if text := v.Brief(column, row[column.ID]); text != "" {
			if column.ID != "decision" {
				text = column.Noun() + ": " + text
			}
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, "; ")
}
