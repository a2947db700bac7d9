// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package records

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// rowsPerPage is how many records one page of a list shows.
const rowsPerPage = 50

type listPage struct {
	shell.Page
	Kind    part.KindName
	Heading string // how many there are, and how many are overdue
	Lead    string
	Summary string
	Stub    []part.Fact
	Tabs    []part.Link
	Create  string // address of the form, when the person may begin a record
	Whom    string // who may, otherwise
	Begin   bool   // offer to begin the decisions on all controls at once
	Filters []part.FilterField
	Saved   *shell.SavedRow
	Action  string
	At      string
	Sorts   []sortLink
	Rows    []row
	First   string
	Next    string
	CSV     string
	JSON    string
}

type sortLink struct {
	Label   string
	Href    string
	Sorted  string // aria-sort: "ascending", "descending" or ""
	Numeric bool
}

type row struct {
	Number, Title, Href string
	State               part.Mark
	Cells               []cell
	Due                 *part.Due
}

type cell struct {
	Label   string
	Text    string
	Numeric bool
}

// askedList is the kind, the moment and the conditions an address asks for, when the
// person may do so with records of the kind.
func (s *Section) askedList(r *http.Request, a register.Action) (*kind.Kind, *desk, index.KeptFilter, error) {
	k, err := s.KindOf(r)
	if err != nil {
		return nil, nil, index.KeptFilter{}, err
	}
	d, err := s.desk(r)
	if err != nil {
		return nil, nil, index.KeptFilter{}, err
	}
	if err := d.May(k, nil, a); err != nil && k.Named == nil { // of the others the person sees those that name them
		return nil, nil, index.KeptFilter{}, err
	}
	f, err := filterOf(k, r.URL.Query())
	return k, d, f, err
}

// list shows the records of one kind.
func (s *Section) list(w http.ResponseWriter, r *http.Request) error {
	k, d, f, err := s.askedList(r, register.Read)
	if err != nil {
		return err
	}
	f.Limit = rowsPerPage
	list, err := d.List(r.Context(), f)
	if err != nil {
		return err
	}
	n, err := d.Count(r.Context(), f)
	if err != nil {
		return err
	}
	p := listPage{
		Page: d.Page(r, k.Plural, k.Place), Kind: shell.NameOf(k), Lead: words.FirstSentence(k.Help), Summary: words.Counted(n, "record", "records"),
		Tabs: s.kindTabs(d, k), Filters: d.filterFields(k, r.URL.Query()), Action: "/kinds/" + k.ID, Sorts: d.sortLinks(k, r.URL.Query()),
	}
	if p.Heading, err = d.listHeading(k); err != nil {
		return err
	}
	if k.Named != nil && r.FormValue("sent") != "" {
		p.Lead = "It was received. It does not name you, so it is not shown to you; those who handle it see it."
	}
	if !d.At.IsZero() {
		p.At = r.FormValue("at")
	}
	q := r.URL.Query()
	q.Del("after")
	q.Set("as", "csv")
	p.CSV = "/kinds/" + k.ID + "/export?" + q.Encode()
	q.Set("as", "json")
	p.JSON = "/kinds/" + k.ID + "/export?" + q.Encode()
	q.Del("as")
	if err := d.May(k, nil, register.Create); err == nil {
		p.Create = "/kinds/" + k.ID + "/new"
		p.Begin = k.ID == "statement_row" && n == 0
	} else {
		p.Whom = shell.PublicText(err)
	}
	for _, record := range list.Records {
		p.Rows = append(p.Rows, d.row(record))
	}
	if !list.Next.Zero() {
		q.Set("after", cursorText(list.Next))
		p.Next = "/kinds/" + k.ID + "?" + q.Encode()
	}
	if q.Get("after") != "" && r.FormValue("after") != "" {
		q.Del("after")
		p.First = "/kinds/" + k.ID + "?" + q.Encode()
	}
	if p.Stub, err = d.StateFacts(k); err != nil {
		return err
	}
	if p.Saved, err = d.SavedRow(r, "/kinds/"+k.ID); err != nil {
		return err
	}
	return s.Render(w, http.StatusOK, "records", &p)
}

// listHeading is the finding of a list: how many records of the kind there are for the
// person, whatever the filter, and how many of them are past their deadline.
func (d *desk) listHeading(k *kind.Kind) (string, error) {
	all, err := d.Count(d.Ctx, index.KeptFilter{Kind: k.ID})
	if err != nil || all == 0 {
		return "No " + words.Within(k.Plural) + " yet", err
	}
	overdue, err := d.Count(d.Ctx, index.KeptFilter{Kind: k.ID, Due: d.Now().UnixMicro()})
	heading := words.Counted(all, words.Within(k.Title), words.Within(k.Plural))
	if overdue > 0 {
		heading += ", " + words.Number(overdue) + " overdue"
	}
	return heading, err
}

func (d *desk) row(r *register.Record) row {
	row := row{Number: r.Number(), Title: r.Title(), Href: d.RecordHref(r), State: shell.StateMark(r), Due: shell.DueOf(r, d.Now())}
	if r.Kind.ID == "person" {
		row.Title = d.PersonName(r)
	}
	if row.Title == row.Number {
		row.Title = ""
	}
	for _, f := range listColumns(r.Kind) {
		row.Cells = append(row.Cells, cell{f.Noun(), words.ClipTo(d.Brief(f, r.Values[f.ID]), 120), numeric(f)})
	}
	return row
}

// listColumns are the columns of a list besides number, title and state.
func listColumns(k *kind.Kind) []*kind.Field {
	var list []*kind.Field
	for _, id := range k.Columns {
		if f, ok := k.Field(id); ok && id != "title" && id != "name" {
			list = append(list, f)
		}
	}
	return list
}

func numeric(f *kind.Field) bool { return f.Type == kind.Integer || f.Type == kind.Number }

// filterOf reads a list's conditions from its address. Field conditions are
// named f.FIELD, and may come more than once.
func filterOf(k *kind.Kind, q url.Values) (index.KeptFilter, error) {
	f := index.KeptFilter{Kind: k.ID, Text: strings.TrimSpace(q.Get("q")), Sort: q.Get("sort"), Down: q.Get("down") != ""}
	for _, state := range q["state"] {
		if state == "" {
			continue
		}
		if _, ok := k.State(state); !ok {
			return f, shell.Invalid("There is no state of that name.")
		}
		f.States = append(f.States, state)
	}
	for name, values := range q {
		id, ok := strings.CutPrefix(name, "f.")
		values = slices.DeleteFunc(slices.Clone(values), func(v string) bool { return v == "" })
		if !ok || len(values) == 0 {
			continue
		}
		if _, ok := k.Field(id); !ok {
			return f, shell.Invalid("There is no field of that name.")
		}
		f.Fields = append(f.Fields, index.KeptCondition{Field: id, Values: values})
	}
	slices.SortFunc(f.Fields, func(a, b index.KeptCondition) int { return strings.Compare(a.Field, b.Field) })
	if !shell.Sorts(k, f.Sort) {
		return f, shell.Invalid("The list cannot be sorted by that.")
	}
	var err error
	f.After, err = cursorOf(q.Get("after"))
	return f, err
}

// cursorText packs a place in a list into an address.
func cursorText(c index.KeptCursor) string {
	raw, _ := json.Marshal(c) // two plain fields
	return base64.RawURLEncoding.EncodeToString(raw)
}

func cursorOf(text string) (c index.KeptCursor, err error) {
	if text == "" {
		return c, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(raw, &c)
	}
	if err != nil || len(c.Value) > 4096 {
		return c, shell.Invalid("The place in the list is not one. Begin at the first page.")
	}
	return c, nil
}

// filterFields are the filters of a list: a text, the state, and every choice
// among its columns.
func (d *desk) filterFields(k *kind.Kind, q url.Values) []part.FilterField {
	list := []part.FilterField{{Name: "q", Label: "Text", Value: q.Get("q")}}
	states := part.FilterField{Name: "state", Label: "State", Options: []part.Option{{Value: "", Label: "Any", Selected: q.Get("state") == ""}}}
	for i := range k.States {
		states.Options = append(states.Options, part.Option{Value: k.States[i].ID, Label: k.States[i].Label, Selected: q.Get("state") == k.States[i].ID})
	}
	list = append(list, states)
	for _, f := range listColumns(k) {
		if f.Type != kind.Choice && f.Type != kind.Choices || len(list) == 5 {
			continue
		}
		name := "f." + f.ID
		asked := part.FilterField{Name: name, Label: f.Noun(), Options: []part.Option{{Value: "", Label: "Any", Selected: q.Get(name) == ""}}}
		for _, o := range f.Options {
			asked.Options = append(asked.Options, part.Option{Value: o.ID, Label: o.Label, Selected: q.Get(name) == o.ID})
		}
		list = append(list, asked)
	}
	return list
}

// sortLinks are the heads of the columns: number, state, the kind's, due.
func (d *desk) sortLinks(k *kind.Kind, q url.Values) []sortLink {
	head := func(label, sort string, numeric bool) sortLink {
		next := url.Values{}
		for name, values := range q {
			if name != "sort" && name != "down" && name != "after" && name != "view" {
				next[name] = values
			}
		}
		if sort != "" {
			next.Set("sort", sort)
		}
		l := sortLink{Label: label, Numeric: numeric}
		if q.Get("sort") == sort {
			l.Sorted = "ascending"
			if q.Get("down") == "" {
				next.Set("down", "1")
			} else {
				l.Sorted = "descending"
			}
		}
		l.Href = "/kinds/" + k.ID + "?" + next.Encode()
		return l
	}
	list := []sortLink{head(k.Title, "", false), head("State", "state", false)}
	for _, f := range listColumns(k) {
		if f.Type == kind.Rows || f.Type == kind.Links || f.Type == kind.Link || f.Personal {
			list = append(list, sortLink{Label: f.Noun()})
			continue
		}
		list = append(list, head(f.Noun(), f.ID, numeric(f)))
	}
	return append(list, head("Due", "due", false))
}

// kindTabs are the kinds of one entry of the navigation that the person may list.
func (s *Section) kindTabs(d *desk, current *kind.Kind) []part.Link {
	var tabs []part.Link
	for _, k := range s.KindsIn(current.Place) {
		if k.Named == nil && d.May(k, nil, register.Read) != nil {
			continue
		}
		tabs = append(tabs, part.Link{Label: k.Plural, Href: d.Href("/kinds/" + k.ID), Current: k.ID == current.ID})
	}
	return tabs
}
