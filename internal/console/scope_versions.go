// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// scopeVersionsPage lists the versions of a scope.
type scopeVersionsPage struct {
	scopeHead
	Lines   []versionLine
	A, B    []option
	Of      string
	At      string
	Exports []link
}

func (c *Console) showScopeVersions(w http.ResponseWriter, r *http.Request) error {
	v, err := c.scopeView(r)
	if err != nil {
		return err
	}
	p := scopeVersionsPage{scopeHead: v.head(r, "Versions of the scope", "versions"), At: r.FormValue("at")}
	if v.record == nil {
		return c.render(w, http.StatusOK, "scope_versions", &p)
	}
	p.Of, p.Exports = v.record.Number(), v.exports("versions")
	p.Toc = []link{{Label: "Compare", Href: "#compare"}, {Label: "Versions", Href: "#versions"}}
	history, err := v.History(v.ctx, v.record.ID)
	if err != nil {
		return err
	}
	approved := 0
	for _, version := range history {
		p.Lines = append(p.Lines, v.versionLine(version))
		o := option{Value: strconv.FormatUint(version.Version, 10), Label: "Version " + number(version.Version) + ", " + strings.ToLower(version.StateOf().Label) + ", " + version.Time.Format("2 Jan 2006")}
		if m, ok := version.Kind.Move(version.Move); ok && m.ID == "approve" {
			approved++
		}
		a, b := o, o
		a.Selected, b.Selected = approved == 2 && version.Move == "approve", approved == 1 && version.Move == "approve"
		p.A, p.B = append(p.A, a), append(p.B, b)
	}
	return c.render(w, http.StatusOK, "scope_versions", &p)
}

// scopeComparePage is two versions side by side, thing by thing.
type scopeComparePage struct {
	scopeHead
	A, B    string
	Rows    []scopeDifference
	Same    int
	Exports []link
}

// scopeDifference is one thing that differs.
type scopeDifference struct{ Field, What, A, B string }

func (c *Console) compareScopes(w http.ResponseWriter, r *http.Request) error {
	v, err := c.scopeView(r)
	if err != nil {
		return err
	}
	if v.record == nil {
		return notFound("There is no scope to compare.")
	}
	a, b, err := v.pair(r)
	if err != nil {
		return err
	}
	p := scopeComparePage{scopeHead: v.head(r, "Compare versions of the scope", "versions"), A: versionName(a), B: versionName(b)}
	p.Notices, p.Exports = nil, v.exports("compare", "a", r.FormValue("a"), "b", r.FormValue("b"))
	p.Rows, p.Same = v.scopeDifferences(a, b)
	p.Heading = counted(uint64(len(p.Rows)), "thing differs", "things differ")
	p.Lead = "From " + p.A + " to " + p.B + ": " + number(p.Same) + " are the same."
	return c.render(w, http.StatusOK, "scope_compare", &p)
}

func versionName(r *register.Record) string {
	return "version " + number(r.Version) + " of " + r.Time.Format("2 Jan 2006")
}

// pair are the versions an address names as a and b.
func (v *scopeView) pair(r *http.Request) (a, b *register.Record, err error) {
	var pair [2]*register.Record
	for i, name := range []string{"a", "b"} {
		n, err := strconv.ParseUint(r.FormValue(name), 10, 32)
		if err != nil {
			return nil, nil, notFound("There is no such version of the scope.")
		}
		if pair[i], err = v.Version(v.ctx, v.record.ID, n); err != nil {
			return nil, nil, err
		}
	}
	return pair[0], pair[1], nil
}

// scopeDifferences lists what differs, row by row of lists, and how many are the same.
func (v *scopeView) scopeDifferences(a, b *register.Record) (rows []scopeDifference, same int) {
	for i := range b.Kind.Fields {
		f := &b.Kind.Fields[i]
		if f.Type != kind.Rows {
			x, y := a.Values[f.ID], b.Values[f.ID]
			switch {
			case x == nil && y == nil:
			case reflect.DeepEqual(x, y):
				same++
			default:
				rows = append(rows, scopeDifference{Field: f.Noun(), A: v.whole(f, x), B: v.whole(f, y)})
			}
			continue
		}
		more, alike := v.rowDifferences(f, a.Values.Rows(f.ID), b.Values.Rows(f.ID))
		rows, same = append(rows, more...), same+alike
	}
	return rows, same
}

// rowDifferences pairs rows by their first column.
func (v *scopeView) rowDifferences(f *kind.Field, a, b []map[string]any) (rows []scopeDifference, same int) {
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
		rows = append(rows, scopeDifference{f.Noun(), v.rowName(f, row), v.rowText(f, old), v.rowText(f, row)})
	}
	for _, row := range a {
		if before[rowCell(row, f.Fields[0].ID)] != nil {
			rows = append(rows, scopeDifference{f.Noun(), v.rowName(f, row), v.rowText(f, row), "Not named"})
		}
	}
	return rows, same
}

func (v *scopeView) rowName(f *kind.Field, row map[string]any) string {
	name := v.value(&f.Fields[0], row[f.Fields[0].ID])
	if len(name.Parts) == 0 {
		return ""
	}
	return name.Parts[0].Value
}

// rowText is a row without its first column.
func (v *scopeView) rowText(f *kind.Field, row map[string]any) string {
	if row == nil {
		return "Not named"
	}
	var parts []string
	for i := 1; i < len(f.Fields); i++ {
		column := &f.Fields[i]
		if text := v.brief(column, row[column.ID]); text != "" {
			if column.ID != "decision" {
				text = column.Noun() + ": " + text
			}
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, "; ")
}
