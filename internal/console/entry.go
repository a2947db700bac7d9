// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"net/http"

	"github.com/counterfoil/counterfoil/internal/register"
)

// sectionPage is the first page of an entry of the navigation: what is kept
// there, how much of it in which state, and what an auditor will look for.
type sectionPage struct {
	page
	Heading string
	Lead    string
	Stub    []fact
	Kinds   []kindSummary
	Acts    []link
	Later   []string // what is not there yet
}

type kindSummary struct {
	Kind   kindName
	Href   string
	Create string
	N      uint64
	States []fact
}

// entries say what each entry is for and what an auditor looks for there.
var entries = map[string]struct{ heading, lead string }{
	"documents": {"Documents", "Policies and procedures with their versions. An auditor will look for the approved version, who approved it and who has read it."},
	"audits":    {"Audits", "Internal audits, management reviews, nonconformities and the certification body. An auditor will look for one full internal audit and one management review held after it."},
	"settings":  {"Settings", "People and what they may do. An auditor will look for who holds which role, since when, and who accepted it."},
}

func (c *Console) entry(place string) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		d, err := c.desk(r)
		if err != nil {
			return err
		}
		words := entries[place]
		p := sectionPage{page: d.page(r, words.heading, place), Heading: words.heading, Lead: words.lead}
		if p.Kinds, err = c.kindSummaries(d, place); err != nil {
			return err
		}
		if place == "settings" {
			p.Acts = []link{{Label: "People and access", Href: "/people"}, {Label: "Who may do what", Href: "/settings/rights"}, {Label: "Saved views", Href: d.href("/views")}}
		}
		if place == "audits" {
			p.Acts = append(p.Acts, link{Label: "Departures from the rules", Href: d.href("/records/late")})
		}
		p.Stub = []fact{{Label: "Kinds of records", Value: number(len(p.Kinds))}}
		return c.render(w, http.StatusOK, "section", &p)
	}
}

func (c *Console) kindSummaries(d *desk, place string) ([]kindSummary, error) {
	var list []kindSummary
	for _, k := range c.kindsIn(place) {
		if k.Named == nil && d.May(k, nil, register.Read) != nil {
			continue
		}
		s := kindSummary{Kind: nameOf(k), Href: d.href("/kinds/" + k.ID)}
		if d.May(k, nil, register.Create) == nil {
			s.Create = "/kinds/" + k.ID + "/new"
		}
		counts, err := d.Counts(d.ctx, k.ID)
		if err != nil {
			return nil, err
		}
		for _, n := range counts {
			s.N += n.N
			m := mark{"none", "ring", n.State}
			if state, ok := k.State(n.State); ok {
				m = markOf(state)
			}
			s.States = append(s.States, fact{Label: number(n.N), Mark: &m, Href: d.href("/kinds/"+k.ID, "state", n.State)})
		}
		list = append(list, s)
	}
	return list, nil
}
