// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"net/http"
	"reflect"
	"strconv"

	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

type comparePage struct {
	page
	Number, Name string
	Stub         []fact
	A, B         versionLine
	Rows         []compareRow
	Same         int
	Versions     []option
}

type compareRow struct {
	Label string
	A, B  string
}

// compareVersions shows two versions side by side, what differs first.
func (c *Console) compareVersions(w http.ResponseWriter, r *http.Request) error {
	d, err := c.desk(r)
	if err != nil {
		return err
	}
	record, err := d.recordOf(r)
	if err != nil {
		return err
	}
	var pair [2]*register.Record
	for i, name := range []string{"a", "b"} {
		n := record.Version
		if i == 0 && n > 1 {
			n--
		}
		if text := r.FormValue(name); text != "" {
			if n, err = strconv.ParseUint(text, 10, 32); err != nil {
				return notFound("There is no such version.")
			}
		}
		if pair[i], err = d.Version(d.ctx, record.ID, n); err != nil {
			return err
		}
	}
	a, b := pair[0], pair[1]
	p := comparePage{
		page: d.page(r, "Compare versions of "+record.Number(), record.Kind.Place), Number: record.Number(), Name: record.Title(),
		Stub: d.recordStub(record), A: d.versionLine(a), B: d.versionLine(b),
	}
	p.Rows, p.Same = d.compare(a, b)
	for n := record.Version; n > 0; n-- {
		p.Versions = append(p.Versions, option{strconv.FormatUint(n, 10), "Version " + number(n), false})
	}
	return c.render(w, http.StatusOK, "compare", &p)
}

// compare lists the fields that differ, and how many are the same.
func (d *desk) compare(a, b *register.Record) (rows []compareRow, same int) {
	if a.State != b.State {
		rows = append(rows, compareRow{"State", a.StateOf().Label, b.StateOf().Label})
	}
	for i := range b.Kind.Fields {
		f := &b.Kind.Fields[i]
		x, y := a.Values[f.ID], b.Values[f.ID]
		if reflect.DeepEqual(x, y) {
			same++
			continue
		}
		rows = append(rows, compareRow{f.Noun(), d.whole(f, x), d.whole(f, y)})
	}
	return rows, same
}

// whole is a field as text, with a word where there is no value.
func (d *desk) whole(f *kind.Field, value any) string {
	if text := d.brief(f, value); text != "" {
		return text
	}
	return "Not filled in"
}
