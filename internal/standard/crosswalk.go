// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package standard

import (
	"bytes"
	"cmp"
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.yaml.in/yaml/v3"
)

//go:embed data/crosswalk.yaml
var crosswalkFile []byte

// Crosswalk ties the catalogue to the EU AI Act, the NIST AI RMF and ISO/IEC 27001.
type Crosswalk struct {
	Meta struct {
		Crosswalk string              `yaml:"crosswalk"`
		Version   string              `yaml:"version"`
		Sources   map[string]string   `yaml:"sources"` // by framework: edition
		Relations map[Relation]string `yaml:"relations"`
		Cautions  []string            `yaml:"cautions"`
	} `yaml:"meta"`
	Articles    map[string]Article `yaml:"eu_articles"`
	Uncovered   []string           `yaml:"eu_duties_not_covered_by_iso42001"`
	Titles27001 map[string]string  `yaml:"iso27001_titles"`
	NIST        map[string]string  `yaml:"nist_subcategories"`
	NISTAlone   map[string]string  `yaml:"nist_without_counterpart"` // subcategory: why nothing is tied to it
	Mappings    []CrosswalkRow     `yaml:"mappings"`                 // one a requirement, in its order
}

// Article is an article of the EU AI Act.
type Article struct {
	Title     string            `yaml:"title"`
	Addressee string            `yaml:"addressee"`
	Gist      string            `yaml:"gist"`
	From      map[string]string `yaml:"applies_from"` // by kind of system: a day
	Checkable []string          `yaml:"checkable"`
}

// CrosswalkRow is what one requirement is tied to.
type CrosswalkRow struct {
	ID    string   `yaml:"id"`
	Label string   `yaml:"label"`
	NIST  []string `yaml:"nist_ai_rmf"`
	EU    []struct {
		Article  string   `yaml:"article"`
		Relation Relation `yaml:"relation"`
		Note     string   `yaml:"note"`
	} `yaml:"eu_ai_act"`
	ISO27001 []struct {
		ID       string   `yaml:"id"`
		Relation Relation `yaml:"relation"`
		Note     string   `yaml:"note"`
	} `yaml:"iso27001"`
}

// BuiltinCrosswalk is the crosswalk that comes with the program.
var BuiltinCrosswalk = sync.OnceValue(func() *Crosswalk {
	c := new(Crosswalk)
	decoder := yaml.NewDecoder(bytes.NewReader(crosswalkFile))
	decoder.KnownFields(true)
	if err := decoder.Decode(c); err != nil {
		panic(fmt.Sprintf("standard: the built-in crosswalk: %v", err)) // a test reads it
	}
	return c
})

// Ids of the built-in frameworks.
const (
	EUAIAct   = "eu-ai-act"
	NISTAIRMF = "nist-ai-rmf"
	ISO27001  = "iso27001"
)

// Frameworks are the three the built-in crosswalk knows.
func (c *Crosswalk) Frameworks() []*Framework {
	return []*Framework{c.euAIAct(), c.nist(), c.iso27001()}
}

func (c *Crosswalk) euAIAct() *Framework {
	f := &Framework{ID: EUAIAct, Title: "EU AI Act", Source: c.Meta.Sources["eu_ai_act"]}
	for id, a := range c.Articles {
		item := Item{ID: id, Title: a.Title, Summary: a.Gist, Facts: append([]string{"For: " + a.Addressee}, applies(a.From)...)}
		item.Facts = append(item.Facts, a.Checkable...)
		for _, m := range c.Mappings {
			for _, t := range m.EU {
				if t.Article == id {
					item.Ties = append(item.Ties, Tie{m.ID, t.Relation, t.Note})
				}
			}
		}
		f.Items = append(f.Items, item)
	}
	return f.sorted()
}

// applies writes from when an article applies.
func applies(from map[string]string) []string {
	words := map[string]string{"annex_iii": "high-risk systems of Annex III", "annex_i": "high-risk systems of Annex I", "general": "in general"}
	var list []string
	for _, of := range slices.SortedFunc(maps.Keys(from), func(a, b string) int { return cmp.Or(cmp.Compare(from[a], from[b]), cmp.Compare(a, b)) }) {
		day := from[of]
		if of == "note" {
			list = append(list, "Applies "+day)
			continue
		}
		if at, err := time.Parse(time.DateOnly, day); err == nil {
			day = at.Format("2 Jan 2006")
		}
		list = append(list, "Applies from "+day+": "+cmp.Or(words[of], strings.ReplaceAll(of, "_", " ")))
	}
	return list
}

func (c *Crosswalk) nist() *Framework {
	f := &Framework{ID: NISTAIRMF, Title: "NIST AI RMF", Source: c.Meta.Sources["nist_ai_rmf"]}
	for id, title := range c.NIST {
		item := Item{ID: id, Title: title, Summary: c.NISTAlone[id]}
		for _, m := range c.Mappings {
			if slices.Contains(m.NIST, id) {
				item.Ties = append(item.Ties, Tie{Requirement: m.ID, Relation: Related})
			}
		}
		f.Items = append(f.Items, item)
	}
	return f.sorted()
}

func (c *Crosswalk) iso27001() *Framework {
	f := &Framework{ID: ISO27001, Title: "ISO/IEC 27001", Source: c.Meta.Sources["iso27001"]}
	for id, title := range c.Titles27001 {
		item := Item{ID: id, Title: title}
		for _, m := range c.Mappings {
			for _, t := range m.ISO27001 {
				if t.ID == id {
					item.Ties = append(item.Ties, Tie{m.ID, t.Relation, t.Note})
				}
			}
		}
		f.Items = append(f.Items, item)
	}
	return f.sorted()
}

// sorted puts 9 before 10, A.5.2 before A.5.10 and clauses before controls.
func (f *Framework) sorted() *Framework {
	slices.SortFunc(f.Items, func(a, b Item) int {
		return slices.CompareFunc(places(a.ID), places(b.ID), func(x, y string) int {
			m, err1 := strconv.Atoi(x)
			n, err2 := strconv.Atoi(y)
			if err1 == nil && err2 == nil {
				return m - n
			}
			return strings.Compare(x, y)
		})
	})
	return f
}

func places(id string) []string {
	return strings.FieldsFunc(id, func(r rune) bool { return r == '.' || r == ' ' })
}
