// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package standard

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/counterfoil/counterfoil/internal/strictyaml"
)

// ownText is the file of a framework the organisation brings, such as the rules of
// a supervisor or of a parent company.
type ownText struct {
	ID      string    `yaml:"id"`
	Title   string    `yaml:"title"`
	Entries []ownItem `yaml:"entries"`
}

type ownItem struct {
	ID        string   `yaml:"id"`
	Title     string   `yaml:"title"`
	Summary   string   `yaml:"summary"`
	Questions []string `yaml:"questions"`
	Map       []string `yaml:"map"` // ids of requirements
}

var ownID = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,40}$`)

// LoadFrameworks returns the built-in frameworks and those in a folder of the
// organisation's own, one YAML file each; "" for none. Files with faults are left out.
func LoadFrameworks(dir string) ([]*Framework, strictyaml.Faults) {
	list := BuiltinCrosswalk().Frameworks()
	if dir == "" {
		return list, nil
	}
	names, err := fs.Glob(os.DirFS(dir), "*.yaml")
	if _, statErr := os.Stat(dir); statErr != nil {
		err = statErr
	}
	if err != nil {
		return list, strictyaml.Faults{{File: dir, Text: "read frameworks: " + err.Error()}}
	}
	var faults strictyaml.Faults
	for _, name := range names {
		file := filepath.Join(dir, name)
		raw, err := os.ReadFile(file)
		if err != nil {
			faults = append(faults, strictyaml.Fault{File: file, Text: "read framework: " + err.Error()})
			continue
		}
		f, wrong := parseFramework(raw, list)
		if wrong = wrong.In(file); wrong.Err() != nil {
			faults = append(faults, wrong...)
			continue
		}
		f.Source = name
		list = append(list, f)
	}
	return list, faults
}

// parseFramework reads one file. others are the frameworks whose ids are taken.
func parseFramework(raw []byte, others []*Framework) (*Framework, strictyaml.Faults) {
	var text ownText
	doc := strictyaml.Decode(raw, &text)
	f := &Framework{ID: text.ID, Title: text.Title, Own: true}
	switch {
	case !ownID.MatchString(text.ID):
		doc.Faultf("id", "write an id of small letters, digits and hyphens, such as parent-company")
	case slices.ContainsFunc(others, func(o *Framework) bool { return o.ID == text.ID }):
		doc.Faultf("id", "another framework has the id %q", text.ID)
	}
	if text.Title == "" {
		doc.Faultf("title", "the framework needs a title")
	}
	if len(text.Entries) == 0 {
		doc.Faultf("entries", "the framework has no entries")
	}
	for i, e := range text.Entries {
		path := strictyaml.Element("entries", i)
		f.Items = append(f.Items, e.item(doc, path, f))
	}
	return f, doc.Faults()
}

func (e *ownItem) item(doc *strictyaml.Document, path string, f *Framework) Item {
	if _, twice := f.Item(e.ID); e.ID == "" || twice {
		doc.Faultf(path+".id", "each entry needs an id of its own; this is %q", e.ID)
	}
	if e.Title == "" {
		doc.Faultf(path+".title", "the entry needs a title")
	}
	item := Item{ID: e.ID, Title: e.Title, Summary: e.Summary, Questions: e.Questions}
	for i, id := range e.Map {
		if _, ok := ISO42001().Requirement(id); !ok {
			doc.Faultf(strictyaml.Element(path+".map", i), "there is no requirement %q", id)
		}
		if slices.Contains(e.Map[:i], id) {
			doc.Faultf(strictyaml.Element(path+".map", i), "%s stands twice", id)
		}
		item.Ties = append(item.Ties, Tie{Requirement: id, Relation: Related})
	}
	return item
}
