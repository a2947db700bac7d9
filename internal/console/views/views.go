// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package views

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/register"
)

// listPage lists the views a person sees, with what they may do to each.
type listPage struct {
	shell.Page
	part.FormState
	Stub    []part.Fact
	Summary string
	Rows    []row
	New     *newView // a view that was not saved yet
	CSV     string
	JSON    string
}

type newView struct {
	Title, List, Query string
	Name               part.Field
}

type row struct {
	shell.SavedLink
	List    string
	ListRef string // "" when the list no longer exists
	Asks    []part.Fact
	Gone    string
	Whose   part.Mark
	By      string
	Version string
	Name    part.Field // to rename
	Act     string     // address of the forms
	Keep    bool       // may rename and remove
	Share   bool       // may decide who sees it
	Whom    string     // who may, otherwise
}

// list shows the saved views.
func (s *Section) list(w http.ResponseWriter, r *http.Request) error {
	d, err := s.desk(r)
	if err != nil {
		return err
	}
	p, err := d.page(r)
	if err != nil {
		return err
	}
	return s.Render(w, http.StatusOK, "saved", p)
}

func (d *desk) page(r *http.Request) (*listPage, error) {
	saved, err := d.SavedViews(d.Ctx, "")
	if err != nil {
		return nil, err
	}
	p := &listPage{Page: d.Page(r, "Saved views", "settings"), Summary: words.Counted(uint64(len(saved)), "view", "views")}
	p.CSV, p.JSON = d.Href("/views/export", "as", "csv"), d.Href("/views/export", "as", "json")
	shared := 0
	for _, s := range saved {
		if s.State == "shared" {
			shared++
		}
		p.Rows = append(p.Rows, d.row(s))
	}
	p.Stub = []part.Fact{
		{Label: "Yours alone", Value: words.Number(len(saved) - shared), Sub: "Erased with you"},
		{Label: "Shared", Value: words.Number(shared), Sub: "With whoever may see the list"},
		{Label: "A view", Value: "Grants nothing", Sub: "It shows what the list shows you"},
	}
	return p, nil
}

func (d *desk) row(s *register.Record) row {
	v := row{
		SavedLink: d.SavedLink(s), List: s.Values.Text("list"), Whose: shell.SavedMark(s), By: d.Person(s.Made.By),
		Version: strconv.FormatUint(s.Version, 10), Act: "/views/" + s.Number(),
		Name: part.Field{Name: "name-" + s.Number(), Label: "Name", Type: "text", Width: "w-m", Value: s.Values.Text("name"), Required: true},
	}
	q := shell.SavedQuery(s)
	if list, ok := d.section.ListAt(v.List); ok {
		clean, gone := list.Mend(q)
		v.List, v.ListRef, v.Gone, q = list.Title, d.Href(list.Path), words.Enumerate(gone), clean
	} else {
		v.Gone = "a list that no longer exists"
	}
	for _, name := range sortedKeys(q) {
		v.Asks = append(v.Asks, part.Fact{Label: strings.TrimPrefix(name, "f."), Value: strings.Join(q[name], ", ")})
	}
	if err := d.MayKeep(s); err != nil {
		v.Whom = shell.PublicText(err)
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

// open leads to what a view shows. A part that no longer exists is left out, and
// the list says so.
func (s *Section) open(w http.ResponseWriter, r *http.Request) error {
	d, err := s.desk(r)
	if err != nil {
		return err
	}
	record, err := d.asked(r)
	if err != nil {
		return err
	}
	path := record.Values.Text("list")
	list, ok := s.ListAt(path)
	if !ok {
		return shell.NotFound("The list this view was saved of no longer exists. The view can be removed under Settings, Saved views.")
	}
	q, gone := list.Mend(shell.SavedQuery(record))
	if len(gone) > 0 {
		q.Set("view", record.Number())
	}
	http.Redirect(w, r, d.Address(path, q), http.StatusSeeOther)
	return nil
}

// asked finds the view an address names.
func (d *desk) asked(r *http.Request) (*register.Record, error) {
	k, n, ok := d.section.Kinds.ParseNumber(r.PathValue("number"))
	if !ok || k.ID != register.KindSavedView {
		return nil, shell.NotFound("There is no such view.")
	}
	return d.SavedView(d.Ctx, n)
}

// save keeps what a list shows under a name.
func (s *Section) save(w http.ResponseWriter, r *http.Request) error {
	d, err := s.desk(r)
	if err != nil {
		return err
	}
	list, ok := s.ListAt(r.PostFormValue("list"))
	if !ok {
		return shell.NotFound("There is no such list.")
	}
	asked, err := url.ParseQuery(r.PostFormValue("query"))
	if err != nil {
		return shell.Invalid("The filters in the address are damaged.")
	}
	clean, _ := list.Mend(asked)
	name := r.PostFormValue("name")
	_, err = s.records.SaveView(r.Context(), d.Actor, register.Saved{Name: name, List: list.Path, Records: list.Records, Query: clean.Encode()})
	fields := []part.Field{{Name: "name", Label: "Name", Hint: "What the list shows, in a few words. A name you gave before is used for what is shown now.", Type: "text", Value: name, Width: "w-m", Required: true}}
	if !shell.FieldErrors(err, fields) {
		if err != nil {
			return err
		}
		http.Redirect(w, r, d.Address(list.Path, clean), http.StatusSeeOther)
		return nil
	}
	p, err := d.page(r)
	if err != nil {
		return err
	}
	p.New = &newView{list.Title, list.Path, clean.Encode(), fields[0]}
	return s.RejectForm(w, &p.FormState, fields, "saved", p)
}

// change renames, shares, keeps to oneself or removes a view.
func (s *Section) change(w http.ResponseWriter, r *http.Request) error {
	d, err := s.desk(r)
	if err != nil {
		return err
	}
	record, err := d.asked(r)
	if err != nil {
		return err
	}
	version, err := shell.ParseSerial(r.PostFormValue("version"))
	if err != nil {
		return shell.Invalid("The form does not say which version it was made from.")
	}
	field := "name-" + record.Number()
	switch r.PathValue("act") {
	case "rename":
		_, err = s.records.RenameView(r.Context(), d.Actor, record.ID, version, r.PostFormValue(field))
	case "share":
		_, err = s.records.ShareView(r.Context(), d.Actor, record.ID, version)
	case "withdraw":
		_, err = s.records.WithdrawView(r.Context(), d.Actor, record.ID, version)
	case "remove":
		_, err = s.records.RemoveView(r.Context(), d.Actor, record.ID, version)
	default:
		return shell.NotFound("There is no such act.")
	}
	if f, ok := fault.As(err); ok && f.Fields["name"] != "" {
		return s.renameAgain(w, r, d, record, f.Fields["name"])
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/views#"+record.Number(), http.StatusSeeOther)
	return nil
}

// renameAgain shows the page with the name that was refused.
func (s *Section) renameAgain(w http.ResponseWriter, r *http.Request, d *desk, record *register.Record, text string) error {
	p, err := d.page(r)
	if err != nil {
		return err
	}
	for i := range p.Rows {
		if p.Rows[i].Number == record.Number() {
			name := &p.Rows[i].Name
			name.Value, name.Error = r.PostFormValue(name.Name), words.Sentence(strings.TrimSuffix(text, "."))
			return s.RejectForm(w, &p.FormState, []part.Field{*name}, "saved", p)
		}
	}
	return shell.NotFound("There is no such view.")
}

// export writes the views a person sees. The export is recorded before its first byte.
func (s *Section) export(w http.ResponseWriter, r *http.Request) error {
	d, err := s.desk(r)
	if err != nil {
		return err
	}
	saved, err := d.SavedViews(d.Ctx, "")
	if err != nil {
		return err
	}
	if r.FormValue("as") == "json" {
		name, err := s.Export(r, "saved-views", counterfoil.ID{})
		if err != nil {
			return err
		}
		list := []map[string]string{}
		for _, record := range saved {
			list = append(list, map[string]string{"number": record.Number(), "name": record.Values.Text("name"), "list": record.Values.Text("list"), "query": record.Values.Text("query"), "state": record.State, "made_by": record.Made.By.String()})
		}
		return shell.WriteJSON(w, name, list)
	}
	out, err := s.ExportSheet(w, r, "saved-views", "number", "name", "list", "query", "state", "made_by")
	if err != nil {
		return err
	}
	for _, record := range saved {
		out.Line([]string{record.Number(), record.Values.Text("name"), record.Values.Text("list"), record.Values.Text("query"), record.State, record.Made.By.String()})
	}
	out.Flush()
	return nil
}
