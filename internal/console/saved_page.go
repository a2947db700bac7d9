// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/register"
)

// savedPage lists the views a person sees, with what they may do to each.
type savedPage struct {
	page
	formState
	Stub    []fact
	Summary string
	Rows    []savedView
	New     *newView // a view that was not saved yet
	CSV     string
	JSON    string
}

type newView struct {
	Title, List, Query string
	Name               field
}

type savedView struct {
	savedLink
	List    string
	ListRef string // "" when the list no longer exists
	Asks    []fact
	Gone    string
	Whose   mark
	By      string
	Version string
	Name    field  // to rename
	Act     string // address of the forms
	Keep    bool   // may rename and remove
	Share   bool   // may decide who sees it
	Whom    string // who may, otherwise
}

// listSaved shows the saved views.
func (c *Console) listSaved(w http.ResponseWriter, r *http.Request) error {
	d, err := c.desk(r)
	if err != nil {
		return err
	}
	p, err := d.savedPage(r)
	if err != nil {
		return err
	}
	return c.render(w, http.StatusOK, "saved", p)
}

func (d *desk) savedPage(r *http.Request) (*savedPage, error) {
	saved, err := d.SavedViews(d.ctx, "")
	if err != nil {
		return nil, err
	}
	p := &savedPage{page: d.page(r, "Saved views", "settings"), Summary: counted(uint64(len(saved)), "view", "views")}
	p.CSV, p.JSON = d.href("/views/export", "as", "csv"), d.href("/views/export", "as", "json")
	shared := 0
	for _, s := range saved {
		if s.State == "shared" {
			shared++
		}
		p.Rows = append(p.Rows, d.savedView(s))
	}
	p.Stub = []fact{
		{Label: "Yours alone", Value: number(len(saved) - shared), Sub: "Erased with you"},
		{Label: "Shared", Value: number(shared), Sub: "With whoever may see the list"},
		{Label: "A view", Value: "Grants nothing", Sub: "It shows what the list shows you"},
	}
	return p, nil
}

func (d *desk) savedView(s *register.Record) savedView {
	v := savedView{
		savedLink: d.savedLink(s), List: s.Values.Text("list"), Whose: savedMark(s), By: d.person(s.Made.By),
		Version: formatIndex(counterfoil.Index(s.Version)), Act: "/views/" + s.Number(),
		Name: field{Name: "name-" + s.Number(), Label: "Name", Type: "text", Width: "w-m", Value: s.Values.Text("name"), Required: true},
	}
	q := savedQuery(s)
	if list, ok := d.console.listAt(v.List); ok {
		clean, gone := list.mend(q)
		v.List, v.ListRef, v.Gone, q = list.title, d.href(list.path), enumerate(gone), clean
	} else {
		v.Gone = "a list that no longer exists"
	}
	for _, name := range sortedKeys(q) {
		v.Asks = append(v.Asks, fact{Label: strings.TrimPrefix(name, "f."), Value: strings.Join(q[name], ", ")})
	}
	if err := d.MayKeep(s); err != nil {
		v.Whom = publicText(err)
	} else {
		v.Keep, v.Share = true, d.MayShare(s) == nil
	}
	return v
}

func sortedKeys(q url.Values) []string {
	var names []string
	for name := range q {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func savedMark(s *register.Record) mark {
	if s.State == "shared" {
		return mark{"ok", "dot", "Shared"}
	}
	return mark{"none", "ring", "Yours alone"}
}

// openSaved leads to what a view shows. A part that no longer exists is left out, and
// the list says so.
func (c *Console) openSaved(w http.ResponseWriter, r *http.Request) error {
	d, err := c.desk(r)
	if err != nil {
		return err
	}
	s, err := d.savedOf(r)
	if err != nil {
		return err
	}
	path := s.Values.Text("list")
	list, ok := c.listAt(path)
	if !ok {
		return notFound("The list this view was saved of no longer exists. The view can be removed under Settings, Saved views.")
	}
	q, gone := list.mend(savedQuery(s))
	if len(gone) > 0 {
		q.Set("view", s.Number())
	}
	http.Redirect(w, r, d.address(path, q), http.StatusSeeOther)
	return nil
}

// savedOf finds the view an address names.
func (d *desk) savedOf(r *http.Request) (*register.Record, error) {
	prefix, serial, ok := strings.Cut(r.PathValue("number"), "-")
	n, err := parseSerial(serial)
	if k, known := d.console.kinds.Numbered(prefix); !ok || err != nil || !known || k.ID != register.KindSavedView {
		return nil, notFound("There is no such view.")
	}
	return d.SavedView(d.ctx, n)
}

// saveView keeps what a list shows under a name.
func (c *Console) saveView(w http.ResponseWriter, r *http.Request) error {
	d, err := c.desk(r)
	if err != nil {
		return err
	}
	list, ok := c.listAt(r.PostFormValue("list"))
	if !ok {
		return notFound("There is no such list.")
	}
	asked, err := url.ParseQuery(r.PostFormValue("query"))
	if err != nil {
		return invalid("The filters in the address are damaged.")
	}
	clean, _ := list.mend(asked)
	name := r.PostFormValue("name")
	_, err = c.records.SaveView(r.Context(), d.actor, register.Saved{Name: name, List: list.path, Records: list.records, Query: clean.Encode()})
	fields := []field{{Name: "name", Label: "Name", Hint: "What the list shows, in a few words. A name you gave before is used for what is shown now.", Type: "text", Value: name, Width: "w-m", Required: true}}
	if !fieldErrors(err, fields) {
		if err != nil {
			return err
		}
		http.Redirect(w, r, d.address(list.path, clean), http.StatusSeeOther)
		return nil
	}
	p, err := d.savedPage(r)
	if err != nil {
		return err
	}
	p.New = &newView{list.title, list.path, clean.Encode(), fields[0]}
	return c.rejectForm(w, &p.formState, fields, "saved", p)
}

// changeSaved renames, shares, keeps to oneself or removes a view.
func (c *Console) changeSaved(w http.ResponseWriter, r *http.Request) error {
	d, err := c.desk(r)
	if err != nil {
		return err
	}
	s, err := d.savedOf(r)
	if err != nil {
		return err
	}
	version, err := parseSerial(r.PostFormValue("version"))
	if err != nil {
		return invalid("The form does not say which version it was made from.")
	}
	field := "name-" + s.Number()
	switch r.PathValue("act") {
	case "rename":
		_, err = c.records.RenameView(r.Context(), d.actor, s.ID, version, r.PostFormValue(field))
	case "share":
		_, err = c.records.ShareView(r.Context(), d.actor, s.ID, version)
	case "withdraw":
		_, err = c.records.WithdrawView(r.Context(), d.actor, s.ID, version)
	case "remove":
		_, err = c.records.RemoveView(r.Context(), d.actor, s.ID, version)
	default:
		return notFound("There is no such act.")
	}
	if f, ok := fault.As(err); ok && f.Fields["name"] != "" {
		return c.renameAgain(w, r, d, s, f.Fields["name"])
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/views#"+s.Number(), http.StatusSeeOther)
	return nil
}

// renameAgain shows the page with the name that was refused.
func (c *Console) renameAgain(w http.ResponseWriter, r *http.Request, d *desk, s *register.Record, text string) error {
	p, err := d.savedPage(r)
	if err != nil {
		return err
	}
	for i := range p.Rows {
		if p.Rows[i].Number == s.Number() {
			name := &p.Rows[i].Name
			name.Value, name.Error = r.PostFormValue(name.Name), sentence(strings.TrimSuffix(text, "."))
			return c.rejectForm(w, &p.formState, []field{*name}, "saved", p)
		}
	}
	return notFound("There is no such view.")
}

// exportSaved writes the views a person sees. The export is recorded before its first byte.
func (c *Console) exportSaved(w http.ResponseWriter, r *http.Request) error {
	d, err := c.desk(r)
	if err != nil {
		return err
	}
	saved, err := d.SavedViews(d.ctx, "")
	if err != nil {
		return err
	}
	if r.FormValue("as") == "json" {
		if err := c.recorder.Access(r.Context(), person(r), "exported", counterfoil.ID{}); err != nil {
			return err
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Disposition", `attachment; filename="saved-views-`+c.clock.Now().Format("20060102-150405")+`.json"`)
		list := []map[string]string{}
		for _, s := range saved {
			list = append(list, map[string]string{"number": s.Number(), "name": s.Values.Text("name"), "list": s.Values.Text("list"), "query": s.Values.Text("query"), "state": s.State, "made_by": s.Made.By.String()})
		}
		_ = json.NewEncoder(w).Encode(list) // the client may have left
		return nil
	}
	out, err := c.download(w, r, "saved-views", "number", "name", "list", "query", "state", "made_by")
	if err != nil {
		return err
	}
	for _, s := range saved {
		out.write([]string{s.Number(), s.Values.Text("name"), s.Values.Text("list"), s.Values.Text("query"), s.State, s.Made.By.String()})
	}
	out.Flush()
	return nil
}
