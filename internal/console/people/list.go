// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package people

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/accounts"
	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/sheet"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register"
)

// rowsPerPage is how many people one page shows.
const rowsPerPage = 50

// query is what the address of the list of people asks for.
type query struct {
	text, access string
	after        uint64 // number of the last person of the page before
}

// accessAsked are the answers of the filter by access.
var accessAsked = []struct {
	id, label string
	keep      func(accounts.Access) bool
}{
	{"", "Any", func(accounts.Access) bool { return true }},
	{"signs_in", "Signs in", func(a accounts.Access) bool { return a.SignsIn }},
	{"invited", "Invited", func(a accounts.Access) bool { return !a.SignsIn && !a.InvitedUntil.IsZero() }},
	{"none", "No access", func(a accounts.Access) bool { return !a.SignsIn && a.InvitedUntil.IsZero() }},
}

func parse(v url.Values) (query, error) {
	q := query{text: strings.TrimSpace(v.Get("q")), access: v.Get("access")}
	if text := v.Get("after"); text != "" {
		n, err := shell.ParseSerial(text)
		if err != nil {
			return q, shell.Invalid("The place in the list is not one. Begin at the first page.")
		}
		q.after = n
	}
	for i := range accessAsked {
		if accessAsked[i].id == q.access {
			return q, nil
		}
	}
	return q, shell.Invalid("The list cannot be asked for this access.")
}

func (q query) values() url.Values {
	v := url.Values{}
	if q.text != "" {
		v.Set("q", q.text)
	}
	if q.access != "" {
		v.Set("access", q.access)
	}
	if q.after > 0 {
		v.Set("after", strconv.FormatUint(q.after, 10))
	}
	return v
}

// filters are the questions above the list.
func (q query) filters() []part.FilterField {
	access := part.FilterField{Name: "access", Label: "Access"}
	for _, a := range accessAsked {
		access.Options = append(access.Options, part.Option{Value: a.id, Label: a.label, Selected: a.id == q.access})
	}
	return []part.FilterField{{Name: "q", Label: "Name or address", Value: q.text}, access}
}

// asked returns up to limit people the query asks for, by number, and whether
// there are more. Names are sealed where the index cannot look, so a filter is applied
// to the directory; who may not see somebody does not find them either.
func (d *desk) asked(q query, limit int) (list []*register.Record, more bool, err error) {
	if q.text == "" && q.access == "" {
		f := index.KeptFilter{Kind: "person", States: []string{"active"}, Limit: limit, After: index.KeptCursor{Serial: q.after}}
		page, err := d.List(d.Ctx, f)
		return page.Records, !page.Next.Zero(), err
	}
	if q.access != "" && !d.At.IsZero() {
		return nil, false, shell.Invalid("Who could sign in is known for now only: take this filter away, or go to the present.")
	}
	for _, id := range d.section.matching(q) {
		record, err := d.Record(d.Ctx, id)
		if err != nil || record.State != "active" || record.Serial <= q.after {
			continue // not for this person, not at this moment, or on a page before
		}
		if len(list) == limit {
			return list, true, nil
		}
		list = append(list, record)
	}
	return list, false, nil
}

// matching are the people in the directory that a filter keeps, by number.
func (s *Section) matching(q query) []counterfoil.ID {
	people, text := slices.Clone(s.Directory.Snapshot().People()), strings.ToLower(q.text)
	slices.SortFunc(people, func(a, b identity.Person) int {
		return cmp.Or(len(a.Number)-len(b.Number), strings.Compare(a.Number, b.Number))
	})
	var keep func(accounts.Access) bool
	for i := range accessAsked {
		if accessAsked[i].id == q.access {
			keep = accessAsked[i].keep
		}
	}
	var ids []counterfoil.ID
	for i := range people {
		p := &people[i]
		if !p.Left && strings.Contains(strings.ToLower(p.Name+"\n"+p.Email+"\n"+p.Number), text) && keep(s.accounts.AccessOf(p.ID)) {
			ids = append(ids, counterfoil.ID(p.ID))
		}
	}
	return ids
}

// export writes the filtered list as CSV. The export is recorded before its first byte.
func (s *Section) export(w http.ResponseWriter, r *http.Request) error {
	d, err := s.desk(r)
	if err != nil {
		return err
	}
	k, err := s.Kinds.Kind("person")
	if err != nil {
		return err
	}
	if err := d.May(k, nil, register.Export); err != nil {
		return err
	}
	q, err := parse(r.URL.Query())
	if err != nil {
		return err
	}
	q.after = 0
	list, more, err := d.asked(q, sheet.ExportRows)
	if err != nil {
		return err
	}
	roles, err := s.rolesAt(d)
	if err != nil {
		return err
	}
	out, err := s.ExportSheet(w, r, "people", "number", "name", "roles", "access")
	if err != nil {
		return err
	}
	for {
		for _, record := range list {
			row := s.row(d, record, roles(record.ID), false)
			out.Line([]string{row.Number, row.Name, row.Roles, row.Access.Word})
		}
		if !more {
			break
		}
		q.after = list[len(list)-1].Serial
		if list, more, err = d.asked(q, sheet.ExportRows); err != nil {
			s.CutExport(r, err)
		}
	}
	out.Flush()
	return nil
}
