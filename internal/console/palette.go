// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"net/http"
	"slices"
	"strings"

	"github.com/counterfoil/counterfoil/internal/register"
)

// palettePage is every place and act in one list, to be narrowed by writing.
type palettePage struct {
	page
	Stub     []fact
	Sections []paletteSection
	Keys     []fact
}

type paletteSection struct {
	ID, Title, Note string
	Links           []link
}

// recentShown is how many records the palette shows.
const recentShown = 20

func (c *Console) showPalette(w http.ResponseWriter, r *http.Request) error {
	d, err := c.desk(r)
	if err != nil {
		return err
	}
	p := palettePage{page: d.page(r, "Go to", ""), Keys: []fact{
		{Label: "/", Value: "Write where to go"},
		{Label: "Ctrl K", Value: "This page"},
	}}
	entries := paletteSection{ID: "entries", Title: "Entries", Note: "Always in the navigation"}
	for _, e := range places() {
		entries.Links = append(entries.Links, link{Label: e.Label, Href: d.href(e.Href)})
		p.Keys = append(p.Keys, fact{Label: "g " + e.Key, Value: e.Label})
	}
	create := paletteSection{ID: "new", Title: "Begin a record", Note: "Of the kinds you may"}
	lists := paletteSection{ID: "lists", Title: "Lists", Note: "Of the kinds you may read"}
	for _, k := range c.kinds.Kinds() {
		if k.Inner {
			continue
		}
		if d.May(k, nil, register.Create) == nil {
			create.Links = append(create.Links, link{Label: "New " + strings.ToLower(k.Title), Href: "/kinds/" + k.ID + "/new"})
		}
		if k.Named != nil || d.May(k, nil, register.Read) == nil {
			lists.Links = append(lists.Links, link{Label: k.Plural, Href: d.href("/kinds/" + k.ID)})
		}
	}
	recent := paletteSection{ID: "recent", Title: "Records that changed last", Note: "Of those you may see"}
	records, err := d.Recent(d.ctx, recentShown)
	if err != nil {
		return err
	}
	for _, record := range records {
		recent.Links = append(recent.Links, link{Label: d.called(record), Href: d.pageOf(record)})
	}
	views, err := d.savedSection()
	if err != nil {
		return err
	}
	for _, s := range []paletteSection{recent, entries, views, create, lists} {
		if len(s.Links) == 0 {
			continue
		}
		if s.ID == "new" || s.ID == "lists" {
			slices.SortFunc(s.Links, func(a, b link) int { return strings.Compare(a.Label, b.Label) })
		}
		p.Sections = append(p.Sections, s)
	}
	p.Stub = []fact{{Label: "Works", Value: "With and without script"}}
	return c.render(w, http.StatusOK, "palette", &p)
}

// savedSection are the saved views the person sees, each with its list.
func (d *desk) savedSection() (paletteSection, error) {
	s := paletteSection{ID: "views", Title: "Saved views", Note: "Yours, then the shared ones"}
	saved, err := d.SavedViews(d.ctx, "")
	for _, v := range saved {
		if list, ok := d.console.listAt(v.Values.Text("list")); ok {
			s.Links = append(s.Links, link{Label: list.title + ": " + v.Values.Text("name"), Href: d.savedLink(v).Href})
		}
	}
	return s, err
}
