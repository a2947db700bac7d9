// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package shell

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/register"
)

// SavedRow is what a list says about its saved views: links to them, and a small form
// to save what is shown now.
type SavedRow struct {
	Views  []SavedLink
	Manage string
	List   string       // address of the list, for the form
	Query  string       // what would be saved
	Save   bool         // nothing is saved in the past
	Notice *part.Notice // the view that was opened asks for what no longer exists
}

// SavedLink leads to what a saved view shows.
type SavedLink struct {
	Label, Href string
	Current     bool
	Shared      bool
	Number      string
}

// SavedRow is the row of a list at a path, for what its address asks for.
func (d *Desk) SavedRow(r *http.Request, path string) (*SavedRow, error) {
	list, ok := d.shell.ListAt(path)
	if !ok {
		return nil, NotFound("There is no such list.")
	}
	asked, _ := list.Mend(r.URL.Query())
	row := &SavedRow{Manage: d.Href("/views"), List: path, Query: asked.Encode(), Save: d.At.IsZero() && d.mayList(list.Records)}
	saved, err := d.SavedViews(d.Ctx, path)
	if err != nil {
		return nil, err
	}
	opened := r.URL.Query().Get("view")
	for _, s := range saved {
		link := d.SavedLink(s)
		link.Current = s.Values.Text("query") == row.Query || s.Number() == opened
		row.Views = append(row.Views, link)
		if s.Number() == opened {
			_, gone := list.Mend(SavedQuery(s))
			row.Notice = goneNotice(s, gone)
		}
	}
	return row, nil
}

// mayList tells whether the person may open a list of records of a kind.
func (d *Desk) mayList(kindID string) bool {
	k, err := d.shell.Kinds.Kind(kindID)
	return kindID == "" || err == nil && (k.Named != nil || d.May(k, nil, register.Read) == nil)
}

// SavedLink leads to what a view shows: to the list itself where all of it still exists.
func (d *Desk) SavedLink(s *register.Record) SavedLink {
	link := SavedLink{Label: s.Values.Text("name"), Href: d.Href("/views/" + s.Number()), Shared: s.State == "shared", Number: s.Number()}
	path := s.Values.Text("list")
	if list, ok := d.shell.ListAt(path); ok {
		if clean, gone := list.Mend(SavedQuery(s)); len(gone) == 0 {
			link.Href = d.Address(path, clean)
		}
	}
	return link
}

// Address is a list with a query, in the moment shown.
func (d *Desk) Address(path string, q url.Values) string {
	href := d.Href(path)
	switch text := q.Encode(); {
	case text == "":
		return href
	case strings.Contains(href, "?"):
		return href + "&" + text
	default:
		return href + "?" + text
	}
}

// SavedQuery is what a view asks for.
func SavedQuery(s *register.Record) url.Values {
	q, _ := url.ParseQuery(s.Values.Text("query")) // was read before it was saved
	return q
}

// goneNotice says what of a view no longer exists; nil when all of it does.
func goneNotice(s *register.Record, gone []string) *part.Notice {
	if len(gone) == 0 {
		return nil
	}
	return &part.Notice{Class: "warn", Shape: "triangle", Title: "Shown without what no longer exists", Text: "The view “" + s.Values.Text("name") + "” also asks for " + words.Enumerate(gone) + ". Save it again as it is shown now, or remove it."}
}

// SavedMark is who sees a saved view.
func SavedMark(s *register.Record) part.Mark {
	if s.State == "shared" {
		return part.OK("Shared")
	}
	return part.NotBegun("Yours alone")
}
