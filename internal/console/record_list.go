// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// recordsPerPage is how many records one page of a list shows.
const recordsPerPage = 50

type recordsPage struct {
	page
	Kind    kindName
	Lead    string
	Summary string
	Stub    []fact
	Tabs    []link
	Create  string // address of the form, when the person may begin a record
	Whom    string // who may, otherwise
	Begin   bool   // offer to begin the decisions on all controls at once
	Filters []filterField
	Saved   *savedRow
	Action  string
	At      string
	Sorts   []sortLink
	Rows    []recordRow
	First   string
	Next    string
	CSV     string
	JSON    string
}

// beginDecisions makes a record of the decision on every control of Annex A that has none.
func (c *Console) beginDecisions(w http.ResponseWriter, r *http.Request) error {
	if _, err := c.records.StartStatement(r.Context(), c.actorOf(r)); err != nil {
		return err
	}
	http.Redirect(w, r, "/kinds/statement_row", http.StatusSeeOther)
	return nil
}

type filterField struct {
	Name, Label, Value string
	Options            []option // none: a text to look for
}

type sortLink struct {
	Label   string
	Href    string
	Sorted  string // aria-sort: "ascending", "descending" or ""
	Numeric bool
}

type recordRow struct {
	Number, Title, Href string
	State               mark
	Cells               []cell
	Due                 *due
}

type cell struct {
	Label   string
	Text    string
	Numeric bool
}

// due is a deadline against a moment.
type due struct {
	At      time.Time
	Label   string
	Why     string
	Overdue bool
}

func dueOf(r *register.Record, now time.Time) *due {
	if len(r.Dues) == 0 || !r.Dues[0].At.After(time.Time{}) {
		return nil
	}
	d := r.Dues[0]
	return &due{d.At, d.Label, d.Why, d.At.Before(now)}
}

// askedList is the kind, the moment and the conditions an address asks for, when the
// person may do so with records of the kind.
func (c *Console) askedList(r *http.Request, a register.Action) (*kind.Kind, *desk, index.KeptFilter, error) {
	k, err := c.kindOf(r)
	if err != nil {
		return nil, nil, index.KeptFilter{}, err
	}
	d, err := c.desk(r)
	if err != nil {
		return nil, nil, index.KeptFilter{}, err
	}
	if err := d.May(k, nil, a); err != nil && k.Named == nil { // of the others the person sees those that name them
		return nil, nil, index.KeptFilter{}, err
	}
	f, err := recordFilter(k, r.URL.Query())
	return k, d, f, err
}

// listRecords shows the records of one kind.
func (c *Console) listRecords(w http.ResponseWriter, r *http.Request) error {
	k, d, f, err := c.askedList(r, register.Read)
	if err != nil {
		return err
	}
	f.Limit = recordsPerPage
	list, err := d.List(r.Context(), f)
	if err != nil {
		return err
	}
	n, err := d.Count(r.Context(), f)
	if err != nil {
		return err
	}
	p := recordsPage{
		page: d.page(r, k.Plural, k.Place), Kind: nameOf(k), Lead: firstSentence(k.Help), Summary: counted(n, "record", "records"),
		Tabs: c.kindTabs(d, k), Filters: d.filterFields(k, r.URL.Query()), Action: "/kinds/" + k.ID, Sorts: d.sortLinks(k, r.URL.Query()),
	}
	if k.Named != nil && r.FormValue("sent") != "" {
		p.Lead = "It was received. It does not name you, so it is not shown to you; those who handle it see it."
	}
	if !d.at.IsZero() {
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
		p.Whom = publicText(err)
	}
	for _, record := range list.Records {
		p.Rows = append(p.Rows, d.recordRow(record))
	}
	if !list.Next.Zero() {
		q.Set("after", cursorText(list.Next))
		p.Next = "/kinds/" + k.ID + "?" + q.Encode()
	}
	if q.Get("after") != "" && r.FormValue("after") != "" {
		q.Del("after")
		p.First = "/kinds/" + k.ID + "?" + q.Encode()
	}
	if p.Stub, err = d.stateFacts(k); err != nil {
		return err
	}
	if p.Saved, err = d.savedViews(r, "/kinds/"+k.ID); err != nil {
		return err
	}
	return c.render(w, http.StatusOK, "records", &p)
}

// stateFacts counts by state; each figure leads to its rows.
func (d *desk) stateFacts(k *kind.Kind) ([]fact, error) {
	counts, err := d.Counts(d.ctx, k.ID)
	if err != nil {
		return nil, err
	}
	var facts []fact
	for i := range k.States {
		for _, n := range counts {
			if n.State == k.States[i].ID {
				facts = append(facts, fact{Label: k.States[i].Label, Value: number(n.N), Href: d.href("/kinds/"+k.ID, "state", n.State)})
			}
		}
	}
	return facts, nil
}

func (d *desk) recordRow(r *register.Record) recordRow {
	row := recordRow{Number: r.Number(), Title: r.Title(), Href: d.recordHref(r), State: stateMark(r), Due: dueOf(r, d.now())}
	if r.Kind.ID == "person" {
		row.Title = d.personName(r)
	}
	if row.Title == row.Number {
		row.Title = ""
	}
	for _, f := range listColumns(r.Kind) {
		row.Cells = append(row.Cells, cell{f.Noun(), clipTo(d.brief(f, r.Values[f.ID]), 120), numeric(f)})
	}
	return row
}

// now is the moment shown.
func (d *desk) now() time.Time {
	if !d.at.IsZero() {
		return d.at
	}
	return d.console.clock.Now()
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

func firstSentence(text string) string {
	if i := strings.Index(text, ". "); i >= 0 {
		return text[:i+1]
	}
	return text
}

// recordFilter reads a list's conditions from its address. Field conditions are
// named f.FIELD, and may come more than once.
func recordFilter(k *kind.Kind, q url.Values) (index.KeptFilter, error) {
	f := index.KeptFilter{Kind: k.ID, Text: strings.TrimSpace(q.Get("q")), Sort: q.Get("sort"), Down: q.Get("down") != ""}
	for _, state := range q["state"] {
		if state == "" {
			continue
		}
		if _, ok := k.State(state); !ok {
			return f, invalid("There is no state of that name.")
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
			return f, invalid("There is no field of that name.")
		}
		f.Fields = append(f.Fields, index.KeptCondition{Field: id, Values: values})
	}
	slices.SortFunc(f.Fields, func(a, b index.KeptCondition) int { return strings.Compare(a.Field, b.Field) })
	if !sorts(k, f.Sort) {
		return f, invalid("The list cannot be sorted by that.")
	}
	var err error
	f.After, err = cursorOf(q.Get("after"))
	return f, err
}

// sorts tells whether a list can be sorted by something.
func sorts(k *kind.Kind, by string) bool {
	_, ok := k.Field(by)
	return ok || slices.Contains([]string{"", "due", "time", "state", "title"}, by)
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
		return c, invalid("The place in the list is not one. Begin at the first page.")
	}
	return c, nil
}

// filterFields are the filters of a list: a text, the state, and every choice
// among its columns.
func (d *desk) filterFields(k *kind.Kind, q url.Values) []filterField {
	list := []filterField{{Name: "q", Label: "Text", Value: q.Get("q")}}
	states := filterField{Name: "state", Label: "State", Options: []option{{"", "Any", q.Get("state") == ""}}}
	for i := range k.States {
		states.Options = append(states.Options, option{k.States[i].ID, k.States[i].Label, q.Get("state") == k.States[i].ID})
	}
	list = append(list, states)
	for _, f := range listColumns(k) {
		if f.Type != kind.Choice && f.Type != kind.Choices || len(list) == 5 {
			continue
		}
		name := "f." + f.ID
		filter := filterField{Name: name, Label: f.Noun(), Options: []option{{"", "Any", q.Get(name) == ""}}}
		for _, o := range f.Options {
			filter.Options = append(filter.Options, option{o.ID, o.Label, q.Get(name) == o.ID})
		}
		list = append(list, filter)
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
func (c *Console) kindTabs(d *desk, current *kind.Kind) []link {
	var tabs []link
	for _, k := range c.kindsIn(current.Place) {
		if k.Named == nil && d.May(k, nil, register.Read) != nil {
			continue
		}
		tabs = append(tabs, link{k.Plural, d.href("/kinds/" + k.ID), k.ID == current.ID})
	}
	return tabs
}

// kindOrder is the order of lists within their entry; kinds of the organisation's
// own follow by name.
var kindOrder = strings.Fields(`programme scope issue party obligation objective commitment communication
	system model dataset tool supplier deployment responsibility change
	risk treatment impact method incident concern report exception override
	statement statement_row gap_assessment gap_item gap measure
	person appointment competence training`)

// kindsIn lists the kinds of an entry that have lists.
func (c *Console) kindsIn(place string) []*kind.Kind {
	var list []*kind.Kind
	for _, k := range c.kinds.Kinds() {
		if k.Place == place && !k.Inner {
			list = append(list, k)
		}
	}
	rank := func(k *kind.Kind) int {
		if i := slices.Index(kindOrder, k.ID); i >= 0 {
			return i
		}
		return len(kindOrder)
	}
	slices.SortStableFunc(list, func(a, b *kind.Kind) int { return rank(a) - rank(b) })
	return list
}
