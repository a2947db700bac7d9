// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package records

import (
	"net/http"
	"reflect"
	"strconv"

	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/register"
)

type comparePage struct {
	shell.Page
	Number, Name string
	Stub         []part.Fact
	A, B         part.VersionLine
	Rows         []compareRow
	Same         int
	Versions     []part.Option
}

type compareRow struct {
	Label string
	A, B  string
}

// compareVersions shows two versions side by side, what differs first.
func (s *Section) compareVersions(w http.ResponseWriter, r *http.Request) error {
	d, record, err := s.at(r)
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
				return shell.NotFound("There is no such version.")
			}
		}
		if pair[i], err = d.Version(d.Ctx, record.ID, n); err != nil {
			return err
		}
	}
	a, b := pair[0], pair[1]
	p := comparePage{
		Page: d.Page(r, "Compare versions of "+record.Number(), record.Kind.Place), Number: record.Number(), Name: record.Title(),
		Stub: d.stub(record), A: d.VersionLine(a), B: d.VersionLine(b),
	}
	p.Rows, p.Same = d.compare(a, b)
	for n := record.Version; n > 0; n-- {
		p.Versions = append(p.Versions, part.Option{Value: strconv.FormatUint(n, 10), Label: "Version " + words.Number(n)})
	}
	return s.Render(w, http.StatusOK, "compare", &p)
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
		rows = append(rows, compareRow{f.Noun(), d.Whole(f, x), d.Whole(f, y)})
	}
	return rows, same
}
