// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package home

import (
	"net/http"
	"slices"
	"strings"

	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/register"
)

// palettePage is every place and act in one list, to be narrowed by writing.
type palettePage struct {
	shell.Page
	Stub     []part.Fact
	Sections []paletteSection
	Keys     []part.Fact
}

type paletteSection struct {
	ID, Title, Note string
	Links           []part.Link
}

// recentShown is how many records the palette shows.
const recentShown = 20

func (s *Section) showPalette(w http.ResponseWriter, r *http.Request) error {
	d, err := s.desk(r)
	if err != nil {
		return err
	}
	p := palettePage{Page: d.Page(r, "Go to", ""), Keys: []part.Fact{
		{Label: "/", Value: "Write where to go"},
		{Label: "Ctrl K", Value: "This page"},
	}}
	entries := paletteSection{ID: "entries", Title: "Entries", Note: "Always in the navigation"}
	for _, e := range shell.Places() {
		entries.Links = append(entries.Links, part.Link{Label: e.Label, Href: d.Href(e.Href)})
		p.Keys = append(p.Keys, part.Fact{Label: "g " + e.Key, Value: e.Label})
	}
	create := paletteSection{ID: "new", Title: "Begin a record", Note: "Of the kinds you may"}
	lists := paletteSection{ID: "lists", Title: "Lists", Note: "Of the kinds you may read"}
	for _, k := range s.Kinds.Kinds() {
		if k.Inner {
			continue
		}
		if d.May(k, nil, register.Create) == nil {
			create.Links = append(create.Links, part.Link{Label: "New " + words.Within(k.Title), Href: "/kinds/" + k.ID + "/new"})
		}
		if k.Named != nil || d.May(k, nil, register.Read) == nil {
			lists.Links = append(lists.Links, part.Link{Label: k.Plural, Href: d.Href("/kinds/" + k.ID)})
		}
	}
	recent := paletteSection{ID: "recent", Title: "Records that changed last", Note: "Of those you may see"}
	records, err := d.Recent(d.Ctx, recentShown)
	if err != nil {
		return err
	}
	for _, record := range records {
		recent.Links = append(recent.Links, part.Link{Label: d.Called(record), Href: d.PageOf(record)})
	}
	views, err := d.savedSection()
	if err != nil {
		return err
	}
	for _, section := range []paletteSection{recent, entries, views, create, lists} {
		if len(section.Links) == 0 {
			continue
		}
		if section.ID == "new" || section.ID == "lists" {
			slices.SortFunc(section.Links, func(a, b part.Link) int { return strings.Compare(a.Label, b.Label) })
		}
		p.Sections = append(p.Sections, section)
	}
	p.Stub = []part.Fact{{Label: "Works", Value: "With and without script"}}
	return s.Render(w, http.StatusOK, "palette", &p)
}

// savedSection are the saved views the person sees, each with its list.
func (d *desk) savedSection() (paletteSection, error) {
	s := paletteSection{ID: "views", Title: "Saved views", Note: "Yours, then the shared ones"}
	saved, err := d.SavedViews(d.Ctx, "")
	for _, v := range saved {
		if list, ok := d.section.ListAt(v.Values.Text("list")); ok {
			s.Links = append(s.Links, part.Link{Label: list.Title + ": " + v.Values.Text("name"), Href: d.SavedLink(v).Href})
		}
	}
	return s, err
}
