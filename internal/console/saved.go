// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/register"
)

// SavedViews keeps views of lists; *register.Register implements it.
type SavedViews interface {
	SaveView(ctx context.Context, actor register.Actor, s register.Saved) (*register.Record, error)
	RenameView(ctx context.Context, actor register.Actor, id counterfoil.ID, version uint64, name string) (*register.Record, error)
	ShareView(ctx context.Context, actor register.Actor, id counterfoil.ID, version uint64) (*register.Record, error)
	WithdrawView(ctx context.Context, actor register.Actor, id counterfoil.ID, version uint64) (*register.Record, error)
	RemoveView(ctx context.Context, actor register.Actor, id counterfoil.ID, version uint64) (*register.Record, error)
}

// savedRow is what a list says about its saved views: links to them, and a small form
// to save what is shown now.
type savedRow struct {
	Views  []savedLink
	Manage string
	List   string  // address of the list, for the form
	Query  string  // what would be saved
	Save   bool    // nothing is saved in the past
	Notice *notice // the view that was opened asks for what no longer exists
}

type savedLink struct {
	Label, Href string
	Current     bool
	Shared      bool
	Number      string
}

// savedViews is the row of a list at a path, for what its address asks for.
func (d *desk) savedViews(r *http.Request, path string) (*savedRow, error) {
	list, ok := d.console.listAt(path)
	if !ok {
		return nil, notFound("There is no such list.")
	}
	asked, _ := list.mend(r.URL.Query())
	row := &savedRow{Manage: d.href("/views"), List: path, Query: asked.Encode(), Save: d.at.IsZero() && d.lists(list.records)}
	saved, err := d.SavedViews(d.ctx, path)
	if err != nil {
		return nil, err
	}
	opened := r.URL.Query().Get("view")
	for _, s := range saved {
		link := d.savedLink(s)
		link.Current = s.Values.Text("query") == row.Query || s.Number() == opened
		row.Views = append(row.Views, link)
		if s.Number() == opened {
			_, gone := list.mend(savedQuery(s))
			row.Notice = goneNotice(s, gone)
		}
	}
	return row, nil
}

// lists tells whether the person may open a list of records of a kind.
func (d *desk) lists(kindID string) bool {
	k, err := d.console.kinds.Kind(kindID)
	return kindID == "" || err == nil && (k.Named != nil || d.May(k, nil, register.Read) == nil)
}

// savedLink leads to what a view shows: to the list itself where all of it still exists.
func (d *desk) savedLink(s *register.Record) savedLink {
	link := savedLink{Label: s.Values.Text("name"), Href: d.href("/views/" + s.Number()), Shared: s.State == "shared", Number: s.Number()}
	path := s.Values.Text("list")
	if list, ok := d.console.listAt(path); ok {
		if clean, gone := list.mend(savedQuery(s)); len(gone) == 0 {
			link.Href = d.address(path, clean)
		}
	}
	return link
}

// address is a list with a query, in the moment shown.
func (d *desk) address(path string, q url.Values) string {
	href := d.href(path)
	switch text := q.Encode(); {
	case text == "":
		return href
	case strings.Contains(href, "?"):
		return href + "&" + text
	default:
		return href + "?" + text
	}
}

// savedQuery is what a view asks for.
func savedQuery(s *register.Record) url.Values {
	q, _ := url.ParseQuery(s.Values.Text("query")) // was read before it was saved
	return q
}

// goneNotice says what of a view no longer exists; nil when all of it does.
func goneNotice(s *register.Record, gone []string) *notice {
	if len(gone) == 0 {
		return nil
	}
	return &notice{"warn", "triangle", "Shown without what no longer exists", "The view “" + s.Values.Text("name") + "” also asks for " + enumerate(gone) + ". Save it again as it is shown now, or remove it."}
}
