// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package home

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// searchPage is what answers to a text that names no single object.
type searchPage struct {
	shell.Page
	Query  string
	Lead   string
	Stub   []part.Fact
	Groups []foundGroup
}

// foundGroup are the records of one kind that were found.
type foundGroup struct {
	Label string
	Href  string // to the whole list
	More  bool   // the list has others
	Rows  []part.LinkRow
}

// foundMost is how many records of one kind a search shows.
const foundMost = 8

// goTo leads to what the text names: a record's number, the id of an interaction
// or a record, a place in the ledger, somebody's address. Anything else is looked
// for in the titles of records.
func (s *Section) goTo(w http.ResponseWriter, r *http.Request) error {
	text := strings.TrimSpace(r.FormValue("q"))
	d, err := s.desk(r)
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
	p := searchPage{Page: d.Page(r, "Search", ""), Query: text}
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
	p.Stub = []part.Fact{{Label: "Shown", Value: words.Counted(uint64(found), "record", "records"), Sub: "At most " + words.Number(foundMost) + " of each kind"}}
	return s.Render(w, http.StatusOK, "search", &p)
}

// pointed is the address of the one object a text names; "" when it names none.
func (d *desk) pointed(text string) (string, error) {
	switch k, n, ok := d.section.Kinds.ParseNumber(strings.ToUpper(text)); {
	case ok && k.ID == register.KindSavedView:
		if s, err := d.SavedView(d.Ctx, n); err == nil {
			return d.Href("/views/" + s.Number()), nil
		}
	case ok && !k.Inner:
		if record, err := d.Numbered(d.Ctx, k.ID, n); err == nil {
			return d.PageOf(record), nil
		}
	}
	if id, err := counterfoil.ParseID(strings.ToLower(text)); err == nil {
		if record, err := d.Record(d.Ctx, id); err == nil {
			return d.PageOf(record), nil
		}
		return "/interactions/" + id.String(), nil // its page says when there is none
	}
	digits := strings.ReplaceAll(strings.TrimPrefix(strings.ToLower(text), "entry "), ",", "")
	if n, err := strconv.ParseUint(digits, 10, 64); err == nil && n < d.section.ledger.Size() {
		return "/ledger/entries/" + strconv.FormatUint(n, 10), nil
	}
	if strings.Contains(text, "@") {
		if p, ok := d.section.Directory.Snapshot().PersonByEmail(strings.ToLower(text)); ok {
			if record, err := d.Record(d.Ctx, counterfoil.ID(p.ID)); err == nil {
				return d.PageOf(record), nil
			}
		}
	}
	return "", nil
}

// search looks for a text in the titles of records, and in the names of people.
func (d *desk) search(text string) ([]foundGroup, error) {
	groups, err := d.searchViews(text)
	if err != nil {
		return nil, err
	}
	for _, k := range d.section.Kinds.Kinds() {
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
		g := foundGroup{Label: k.Plural, Href: d.Href("/kinds/"+k.ID, "q", text), More: len(records) > foundMost}
		for _, record := range records[:min(len(records), foundMost)] {
			g.Rows = append(g.Rows, part.LinkRow{Href: d.PageOf(record), Text: d.Called(record), Kind: k.Title, State: shell.StateMark(record)})
		}
		groups = append(groups, g)
	}
	slices.SortStableFunc(groups, func(a, b foundGroup) int { return strings.Compare(a.Label, b.Label) })
	return groups, nil
}

// searchViews looks for a text in the names of saved views, which are sealed where the
// index cannot look.
func (d *desk) searchViews(text string) ([]foundGroup, error) {
	saved, err := d.SavedViews(d.Ctx, "")
	if err != nil {
		return nil, err
	}
	g := foundGroup{Label: "Saved views", Href: d.Href("/views")}
	for _, s := range saved {
		if !strings.Contains(strings.ToLower(s.Values.Text("name")), strings.ToLower(text)) {
			continue
		}
		if g.More = len(g.Rows) == foundMost; g.More {
			break
		}
		g.Rows = append(g.Rows, part.LinkRow{Href: d.SavedLink(s).Href, Text: s.Values.Text("name"), Kind: "Saved view", State: shell.SavedMark(s)})
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
		return d.Titled(d.Ctx, k, text, foundMost+1)
	}
	var list []*register.Record
	lower := strings.ToLower(text)
	people := d.section.Directory.Snapshot().People()
	matches := func(p *identity.Person) bool {
		return strings.Contains(strings.ToLower(p.Name), lower) || strings.Contains(strings.ToLower(p.Email), lower)
	}
	for at := range people {
		if len(list) > foundMost || !matches(&people[at]) {
			continue
		}
		if record, err := d.Record(d.Ctx, counterfoil.ID(people[at].ID)); err == nil {
			list = append(list, record)
		}
	}
	return list, nil
}
