// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"net/http"
	"slices"

	"github.com/counterfoil/counterfoil/internal/standard"
)

// frameworkPage is another text, item by item, with the requirements that serve it.
type frameworkPage struct {
	page
	Name      string
	Lead      string
	Tabs      []link
	Stub      []fact
	Items     []frameworkItem
	Relations []fact
	Cautions  []string
	Uncovered []string
}

type frameworkItem struct {
	ID, Title, Summary string
	Facts              []string
	Questions          []string
	Ties               []tieLine
}

type tieLine struct {
	ID, Href, Relation, Note string
	State                    mark
}

// showFramework is the crosswalk seen from the other text.
func (c *Console) showFramework(w http.ResponseWriter, r *http.Request) error {
	i := slices.IndexFunc(c.frameworks, func(f *standard.Framework) bool { return f.ID == r.PathValue("framework") })
	if i < 0 {
		return notFound("There is no such framework.")
	}
	d, err := c.desk(r)
	if err != nil {
		return err
	}
	s, err := d.coverage()
	if err != nil {
		return err
	}
	f := c.frameworks[i]
	p := frameworkPage{page: d.page(r, f.Title, "controls"), Name: f.Title, Tabs: d.controlTabs("requirements")}
	alone := 0
	for i := range f.Items {
		item := d.frameworkItem(s, &f.Items[i])
		if len(item.Ties) == 0 {
			alone++
		}
		p.Items = append(p.Items, item)
	}
	p.Lead = counted(uint64(len(f.Items)-alone), "item of it is", "items of it are") + " served by requirements of " + standard.Edition() + "; " + counted(uint64(alone), "has", "have") + " no counterpart."
	origin := "Comes with the program"
	if f.Own {
		origin = "Your own, from the configuration"
	}
	p.Stub = []fact{{Label: "Edition", Value: f.Source}, {Label: "Origin", Value: origin}, {Label: "Items", Value: number(len(f.Items))}, {Label: "Without counterpart", Value: number(alone)}}
	for _, rel := range standard.Relations {
		p.Relations = append(p.Relations, fact{Label: sentence(string(rel.ID)), Value: rel.Meaning})
	}
	p.Cautions = standard.BuiltinCrosswalk().Meta.Cautions
	if f.ID == standard.EUAIAct {
		p.Uncovered = standard.BuiltinCrosswalk().Uncovered
	}
	return c.render(w, http.StatusOK, "framework", &p)
}

func (d *desk) frameworkItem(s *coverage, item *standard.Item) frameworkItem {
	shown := frameworkItem{ID: item.ID, Title: item.Title, Summary: item.Summary, Facts: item.Facts, Questions: item.Questions}
	for _, t := range item.Ties {
		requirement, _ := standard.ISO42001().Requirement(t.Requirement) // checked when read
		shown.Ties = append(shown.Ties, tieLine{t.Requirement, d.href("/requirements/" + t.Requirement), string(t.Relation), t.Note, s.state(requirement)})
	}
	return shown
}
