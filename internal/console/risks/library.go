// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package risks

import (
	"net/http"
	"slices"
	"strings"

	"github.com/counterfoil/counterfoil/internal/console/assessment"
	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/standard"
)

// libraryPage is the starter library of risks.
type libraryPage struct {
	shell.Page
	Tabs       []part.Link
	Stub       []part.Fact
	May        bool
	Whom       string
	Roles      []part.Option
	Categories []part.Option
	Summary    string
	Rows       []libraryRow
	Saved      *shell.SavedRow
}

type libraryRow struct {
	*standard.LibraryRisk
	Band     part.Mark
	Controls []part.Link
	Copies   *part.Link // records copied from it
}

// showLibrary lists the risks to start from.
func (s *Section) showLibrary(w http.ResponseWriter, r *http.Request) error {
	d, err := s.desk(r)
	if err != nil {
		return err
	}
	k, err := s.Kinds.Kind("risk")
	if err != nil {
		return err
	}
	named, err := d.Naming(d.Ctx, k, "library")
	if err != nil {
		return err
	}
	copies := map[string]uint64{}
	for _, n := range named {
		copies[n.Value] += n.N
	}
	role, category := r.FormValue("role"), r.FormValue("category")
	p := libraryPage{Page: d.Page(r, "Starter library of risks", "risk"), Tabs: d.tabs("library")}
	if err := d.May(k, nil, register.Create); err != nil {
		p.Whom = shell.PublicText(err)
	} else {
		p.May = true
	}
	p.Roles = []part.Option{{Value: "", Label: "Any", Selected: role == ""}, {Value: "develops", Label: "Develops systems", Selected: role == "develops"}, {Value: "provides", Label: "Provides them", Selected: role == "provides"}, {Value: "uses", Label: "Uses them", Selected: role == "uses"}}
	p.Categories = []part.Option{{Value: "", Label: "Any", Selected: category == ""}}
	library := standard.Risks()
	for i := range library.Risks {
		l := &library.Risks[i]
		if !slices.ContainsFunc(p.Categories, func(o part.Option) bool { return o.Value == l.Category }) {
			p.Categories = append(p.Categories, part.Option{Value: l.Category, Label: l.Category, Selected: l.Category == category})
		}
		if role != "" && !slices.Contains(l.AppliesTo, role) || category != "" && l.Category != category {
			continue
		}
		p.Rows = append(p.Rows, d.libraryRow(l, copies[l.ID]))
	}
	p.Summary = words.Number(len(p.Rows)) + " of " + words.Number(len(library.Risks)) + " risks"
	p.Stub = []part.Fact{
		{Label: "Risks", Value: words.Number(len(library.Risks))},
		{Label: "Copied so far", Value: words.Counted(uint64(len(copies)), "of them", "of them")},
		{Label: "Ratings", Value: "Before treatment, for a middle-sized organisation", Sub: "a first guess"},
		{Label: "Copies", Value: "Marked until somebody edits them"},
	}
	if p.Saved, err = d.SavedRow(r, "/risk/library"); err != nil {
		return err
	}
	return s.Render(w, http.StatusOK, "risk_library", &p)
}

func (d *desk) libraryRow(l *standard.LibraryRisk, copies uint64) libraryRow {
	row := libraryRow{LibraryRisk: l, Band: assessment.BandMark(strings.ReplaceAll(l.Rating.Band, " ", "_"), l.Rating.Level)}
	for _, t := range l.Treatments {
		for _, id := range t.Controls {
			if !slices.ContainsFunc(row.Controls, func(c part.Link) bool { return c.Label == id }) {
				row.Controls = append(row.Controls, part.Link{Label: id, Href: d.Href("/requirements/" + id)})
			}
		}
	}
	if copies > 0 {
		row.Copies = &part.Link{Label: words.Counted(copies, "copy", "copies"), Href: d.Href("/kinds/risk", "f.library", l.ID)}
	}
	return row
}

// copy begins a risk with what the library says. It stays marked as a copy until
// somebody adjusts it.
func (s *Section) copy(w http.ResponseWriter, r *http.Request) error {
	l, ok := standard.Risks().Risk(r.PathValue("id"))
	if !ok {
		return shell.NotFound("The library has no such risk.")
	}
	d, err := s.desk(r)
	if err != nil {
		return err
	}
	values, fixed := register.LibraryRisk(l)
	record, err := s.records.Create(r.Context(), d.Actor, "risk", register.Input{Values: values, Fixed: fixed})
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/records/"+record.Number(), http.StatusSeeOther)
	return nil
}
