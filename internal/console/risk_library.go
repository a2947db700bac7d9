// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"net/http"
	"slices"
	"strings"

	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/standard"
)

// libraryPage is the starter library of risks.
type libraryPage struct {
	page
	Tabs       []link
	Stub       []fact
	May        bool
	Whom       string
	Roles      []option
	Categories []option
	Summary    string
	Rows       []libraryRow
	Saved      *savedRow
}

type libraryRow struct {
	*standard.LibraryRisk
	Band     mark
	Controls []link
	Copies   *link // records copied from it
}

// showLibrary lists the risks to start from.
func (c *Console) showLibrary(w http.ResponseWriter, r *http.Request) error {
	d, err := c.desk(r)
	if err != nil {
		return err
	}
	k, err := c.kinds.Kind("risk")
	if err != nil {
		return err
	}
	named, err := d.Naming(d.ctx, k, "library")
	if err != nil {
		return err
	}
	copies := map[string]uint64{}
	for _, n := range named {
		copies[n.Value] += n.N
	}
	role, category := r.FormValue("role"), r.FormValue("category")
	p := libraryPage{page: d.page(r, "Starter library of risks", "risk"), Tabs: d.riskTabs("library")}
	if err := d.May(k, nil, register.Create); err != nil {
		p.Whom = publicText(err)
	} else {
		p.May = true
	}
	p.Roles = []option{{"", "Any", role == ""}, {"develops", "Develops systems", role == "develops"}, {"provides", "Provides them", role == "provides"}, {"uses", "Uses them", role == "uses"}}
	p.Categories = []option{{"", "Any", category == ""}}
	library := standard.Risks()
	for i := range library.Risks {
		l := &library.Risks[i]
		if !slices.ContainsFunc(p.Categories, func(o option) bool { return o.Value == l.Category }) {
			p.Categories = append(p.Categories, option{l.Category, l.Category, l.Category == category})
		}
		if role != "" && !slices.Contains(l.AppliesTo, role) || category != "" && l.Category != category {
			continue
		}
		p.Rows = append(p.Rows, d.libraryRow(l, copies[l.ID]))
	}
	p.Summary = number(len(p.Rows)) + " of " + number(len(library.Risks)) + " risks"
	p.Stub = []fact{
		{Label: "Risks", Value: number(len(library.Risks))},
		{Label: "Copied so far", Value: counted(uint64(len(copies)), "of them", "of them")},
		{Label: "Ratings", Value: "Before treatment, for a middle-sized organisation", Sub: "a first guess"},
		{Label: "Copies", Value: "Marked until somebody edits them"},
	}
	if p.Saved, err = d.savedViews(r, "/risk/library"); err != nil {
		return err
	}
	return c.render(w, http.StatusOK, "risk_library", &p)
}

func (d *desk) libraryRow(l *standard.LibraryRisk, copies uint64) libraryRow {
	row := libraryRow{LibraryRisk: l, Band: bandMark(strings.ReplaceAll(l.Rating.Band, " ", "_"), l.Rating.Level)}
	for _, t := range l.Treatments {
		for _, id := range t.Controls {
			if !slices.ContainsFunc(row.Controls, func(c link) bool { return c.Label == id }) {
				row.Controls = append(row.Controls, link{id, d.href("/requirements/" + id), false})
			}
		}
	}
	if copies > 0 {
		row.Copies = &link{counted(copies, "copy", "copies"), d.href("/kinds/risk", "f.library", l.ID), false}
	}
	return row
}

// copyRisk begins a risk with what the library says. It stays marked as a copy until
// somebody adjusts it.
func (c *Console) copyRisk(w http.ResponseWriter, r *http.Request) error {
	l, ok := standard.Risks().Risk(r.PathValue("id"))
	if !ok {
		return notFound("The library has no such risk.")
	}
	d, err := c.desk(r)
	if err != nil {
		return err
	}
	values, fixed := register.LibraryRisk(l)
	record, err := c.records.Create(r.Context(), d.actor, "risk", register.Input{Values: values, Fixed: fixed})
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/records/"+record.Number(), http.StatusSeeOther)
	return nil
}
