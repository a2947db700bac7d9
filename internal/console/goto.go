// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// searchPage is what answers to a text that names no single object.
type searchPage struct {
	page
	Query  string
	Lead   string
	Stub   []fact
	Groups []foundGroup
}

// foundGroup are the records of one kind that were found.
type foundGroup struct {
	Label string
	Href  string // to the whole list
	More  bool   // the list has others
	Rows  []linkRow
}

// foundMost is how many records of one kind a search shows.
const foundMost = 8

// goTo leads to what the text names: a record's number, the id of an interaction
// or a record, a place in the ledger, somebody's address. Anything else is looked
// for in the titles of records.
func (c *Console) goTo(w http.ResponseWriter, r *http.Request) error {
	text := strings.TrimSpace(r.FormValue("q"))
	d, err := c.desk(r)
	if err != nil {
		return err
	}
	target, err := d.pointed(text)
	if err != nil {
		return err
	}
	if target != "" {
		http.Redirect(w, r, target, http.StatusSeeOther)
		return nil
	}
	p := searchPage{page: d.page(r, "Search", ""), Query: text}
	if text != "" {
		if p.Groups, err = d.search(text); err != nil {
			return err
		}
	}
	found := 0
	for _, g := range p.Groups {
		found += len(g.Rows)
	}
	switch {
	case text == "":
		p.Lead = "Write a number such as R-031, the id of an interaction, a place in the ledger, or words of a title."
	case found == 0:
		p.Lead = "Nothing you may see has this in its number or title. Text inside records is looked for in the list of each kind."
	default:
		p.Lead = "The titles of records are searched; text inside records is looked for in the list of each kind."
	}
	p.Stub = []fact{{Label: "Shown", Value: counted(uint64(found), "record", "records"), Sub: "At most " + number(foundMost) + " of each kind"}}
	return c.render(w, http.StatusOK, "search", &p)
}

// pointed is the address of the one object a text names; "" when it names none.
func (d *desk) pointed(text string) (string, error) {
	if prefix, serial, ok := strings.Cut(strings.ToUpper(text), "-"); ok {
		k, known := d.console.kinds.Numbered(prefix)
		n, err := parseSerial(serial)
		if known && err == nil && k.ID == register.KindSavedView {
			if s, err := d.SavedView(d.ctx, n); err == nil {
				return d.href("/views/" + s.Number()), nil
			}
		}
		if known && err == nil && !k.Inner {
			if record, err := d.Numbered(d.ctx, k.ID, n); err == nil {
				return d.pageOf(record), nil
			}
		}
	}
	if id, err := counterfoil.ParseID(strings.ToLower(text)); err == nil {
		if record, err := d.Record(d.ctx, id); err == nil {
			return d.pageOf(record), nil
		}
		return "/interactions/" + id.String(), nil // its page says when there is none
	}
	digits := strings.ReplaceAll(strings.TrimPrefix(strings.ToLower(text), "entry "), ",", "")
	if n, err := strconv.ParseUint(digits, 10, 64); err == nil && n < d.console.ledger.Size() {
		return "/ledger/entries/" + strconv.FormatUint(n, 10), nil
	}
	if strings.Contains(text, "@") {
		if p, ok := d.console.directory.Snapshot().PersonByEmail(strings.ToLower(text)); ok {
			if record, err := d.Record(d.ctx, counterfoil.ID(p.ID)); err == nil {
				return d.pageOf(record), nil
			}
		}
	}
	return "", nil
}

// pageOf is the page where one reads about a record: a system has one of its own.
func (d *desk) pageOf(r *register.Record) string {
	if slug := r.Values.Text("slug"); r.Kind.ID == "system" && slug != "" {
		return d.href("/systems/" + slug)
	}
	return d.recordHref(r)
}

// search looks for a text in the titles of records, and in the names of people.
func (d *desk) search(text string) ([]foundGroup, error) {
	groups, err := d.searchViews(text)
	if err != nil {
		return nil, err
	}
	for _, k := range d.console.kinds.Kinds() {
		if k.Inner || k.Named == nil && d.May(k, nil, register.Read) != nil {
			continue
		}
		records, err := d.titled(k, text)
		if err != nil {
			return nil, err
		}
		if len(records) == 0 {
			continue
		}
		g := foundGroup{Label: k.Plural, Href: d.href("/kinds/"+k.ID, "q", text), More: len(records) > foundMost}
		for _, record := range records[:min(len(records), foundMost)] {
			g.Rows = append(g.Rows, linkRow{d.pageOf(record), d.called(record), k.Title, stateMark(record)})
		}
		groups = append(groups, g)
	}
	slices.SortStableFunc(groups, func(a, b foundGroup) int { return strings.Compare(a.Label, b.Label) })
	return groups, nil
}

// searchViews looks for a text in the names of saved views, which are sealed where the
// index cannot look.
func (d *desk) searchViews(text string) ([]foundGroup, error) {
	saved, err := d.SavedViews(d.ctx, "")
	if err != nil {
		return nil, err
	}
	g := foundGroup{Label: "Saved views", Href: d.href("/views")}
	for _, s := range saved {
		if !strings.Contains(strings.ToLower(s.Values.Text("name")), strings.ToLower(text)) {
			continue
		}
		if g.More = len(g.Rows) == foundMost; g.More {
			break
		}
		g.Rows = append(g.Rows, linkRow{d.savedLink(s).Href, s.Values.Text("name"), "Saved view", savedMark(s)})
	}
	if len(g.Rows) == 0 {
		return nil, nil
	}
	return []foundGroup{g}, nil
}

// titled finds records of a kind; people by the directory, because their names are
// sealed where the index cannot look.
func (d *desk) titled(k *kind.Kind, text string) ([]*register.Record, error) {
	if k.ID != "person" {
		return d.Titled(d.ctx, k, text, foundMost+1)
	}
	var list []*register.Record
	lower := strings.ToLower(text)
	people := d.console.directory.Snapshot().People()
	matches := func(p *identity.Person) bool {
		return strings.Contains(strings.ToLower(p.Name), lower) || strings.Contains(strings.ToLower(p.Email), lower)
	}
	for at := range people {
		if len(list) > foundMost || !matches(&people[at]) {
			continue
		}
		if record, err := d.Record(d.ctx, counterfoil.ID(people[at].ID)); err == nil {
			list = append(list, record)
		}
	}
	return list, nil
}
