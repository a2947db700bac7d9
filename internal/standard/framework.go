// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package standard

import "slices"

// Framework is another text the organisation answers to, as far as its items are
// tied to requirements of the catalogue. It never changes.
type Framework struct {
	ID, Title string
	Source    string // edition, or the file it was read from
	Own       bool   // brought by the organisation
	Items     []Item // in the order of the text
}

// Item is an article, a subcategory, a clause or a control of a framework.
type Item struct {
	ID, Title, Summary string
	Facts              []string // for whom it is, from when it applies, what can be checked
	Questions          []string
	Ties               []Tie // to requirements of the catalogue, in its order
}

// Tie says how far fulfilling a requirement serves an item.
type Tie struct {
	Requirement string
	Relation    Relation
	Note        string
}

// Relation is how far a requirement serves an item.
type Relation string

// Relations. NIST publishes its crosswalk without a grade, and own frameworks need
// not give one: their ties are only related.
const (
	Equivalent Relation = "equivalent"
	Supports   Relation = "supports"
	Partial    Relation = "partial"
	Related    Relation = "related"
)

// Relations lists them with their meaning, the closest first.
var Relations = []struct {
	ID      Relation
	Meaning string
}{
	{Equivalent, "The same requirement of the common structure of management systems, applied to another subject. One process may serve both."},
	{Supports, "Fulfilling the requirement yields most of what the item asks for."},
	{Partial, "It contributes one aspect; more is needed."},
	{Related, "They concern the same; how far one serves the other is not graded."},
}

// Item returns the item with the id.
func (f *Framework) Item(id string) (*Item, bool) {
	i := slices.IndexFunc(f.Items, func(i Item) bool { return i.ID == id })
	if i < 0 {
		return nil, false
	}
	return &f.Items[i], true
}

// Reference is an item that a requirement is tied to.
type Reference struct {
	Framework *Framework
	Item      *Item
	Tie
}

// Serving lists the items of frameworks that a requirement is tied to.
func Serving(frameworks []*Framework, requirement string) []Reference {
	var list []Reference
	for _, f := range frameworks {
		for i := range f.Items {
			for _, t := range f.Items[i].Ties {
				if t.Requirement == requirement {
					list = append(list, Reference{f, &f.Items[i], t})
				}
			}
		}
	}
	return list
}
