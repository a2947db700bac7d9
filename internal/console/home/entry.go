// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package home

import (
	"net/http"

	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/console/words"
)

// entryPage is the first page of an entry of the navigation: what is kept
// there, how much of it in which state, and what an auditor will look for.
type entryPage struct {
	shell.Page
	Heading string
	Lead    string
	Stub    []part.Fact
	Kinds   []part.KindSummary
	Acts    []part.Link
	Later   []string // what is not there yet
}

// entries say what each entry is for and what an auditor looks for there.
var entries = map[string]struct{ heading, lead string }{
	"documents": {"Documents", "Policies and procedures with their versions. An auditor will look for the approved version, who approved it and who has read it."},
	"audits":    {"Audits", "Internal audits, management reviews, nonconformities and the certification body. An auditor will look for one full internal audit and one management review held after it."},
	"settings":  {"Settings", "People and what they may do. An auditor will look for who holds which role, since when, and who accepted it."},
}

func (s *Section) entry(place string) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		d, err := s.desk(r)
		if err != nil {
			return err
		}
		wording := entries[place]
		p := entryPage{Page: d.Page(r, wording.heading, place), Heading: wording.heading, Lead: wording.lead}
		if p.Kinds, err = s.KindSummaries(d.Desk, place); err != nil {
			return err
		}
		if place == "settings" {
			p.Acts = []part.Link{{Label: "People and access", Href: "/people"}, {Label: "Who may do what", Href: "/settings/rights"}, {Label: "Saved views", Href: d.Href("/views")}}
		}
		if place == "audits" {
			p.Acts = append(p.Acts, part.Link{Label: "Departures from the rules", Href: d.Href("/records/late")})
		}
		p.Stub = []part.Fact{{Label: "Kinds of records", Value: words.Number(len(p.Kinds))}}
		return s.Render(w, http.StatusOK, "entry", &p)
	}
}
