// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package requirements

import (
	"net/http"
	"slices"

	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/standard"
)

// frameworkPage is another text, item by item, with the requirements that serve it.
type frameworkPage struct {
	shell.Page
	Name      string
	Lead      string
	Tabs      []part.Link
	Stub      []part.Fact
	Items     []frameworkItem
	Relations []part.Fact
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
	State                    part.Mark
}

// showFramework is the crosswalk seen from the other text.
func (s *Section) showFramework(w http.ResponseWriter, r *http.Request) error {
	i := slices.IndexFunc(s.frameworks, func(f *standard.Framework) bool { return f.ID == r.PathValue("framework") })
	if i < 0 {
		return shell.NotFound("There is no such framework.")
	}
	d, err := s.desk(r)
	if err != nil {
		return err
	}
	coverage, err := d.coverage()
	if err != nil {
		return err
	}
	f := s.frameworks[i]
	p := frameworkPage{Page: d.Page(r, f.Title, "controls"), Name: f.Title, Tabs: d.controlTabs("requirements")}
	alone := 0
	for i := range f.Items {
		item := d.frameworkItem(coverage, &f.Items[i])
		if len(item.Ties) == 0 {
			alone++
		}
		p.Items = append(p.Items, item)
	}
	p.Lead = words.Counted(uint64(len(f.Items)-alone), "item of it is", "items of it are") + " served by requirements of " + standard.Edition() + "; " + words.Counted(uint64(alone), "has", "have") + " no counterpart."
	origin := "Comes with the program"
	if f.Own {
		origin = "Your own, from the configuration"
	}
	p.Stub = []part.Fact{{Label: "Edition", Value: f.Source}, {Label: "Origin", Value: origin}, {Label: "Items", Value: words.Number(len(f.Items))}, {Label: "Without counterpart", Value: words.Number(alone)}}
	for _, rel := range standard.Relations {
		p.Relations = append(p.Relations, part.Fact{Label: words.Sentence(string(rel.ID)), Value: rel.Meaning})
	}
	p.Cautions = standard.BuiltinCrosswalk().Meta.Cautions
	if f.ID == standard.EUAIAct {
		p.Uncovered = standard.BuiltinCrosswalk().Uncovered
	}
	return s.Render(w, http.StatusOK, "framework", &p)
}

func (d *desk) frameworkItem(s *coverage, item *standard.Item) frameworkItem {
	shown := frameworkItem{ID: item.ID, Title: item.Title, Summary: item.Summary, Facts: item.Facts, Questions: item.Questions}
	for _, t := range item.Ties {
		requirement, _ := standard.ISO42001().Requirement(t.Requirement) // checked when read
		shown.Ties = append(shown.Ties, tieLine{t.Requirement, d.Href("/requirements/" + t.Requirement), string(t.Relation), t.Note, s.state(requirement)})
	}
	return shown
}
