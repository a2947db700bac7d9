// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package standard

import (
	"bytes"
	_ "embed"
	"fmt"
	"sync"

	"go.yaml.in/yaml/v3"
)

//go:embed data/risks.yaml
var libraryFile []byte

// Library is the starter library of risks.
type Library struct {
	Meta       map[string]any    `yaml:"meta"`
	Scales     Scales            `yaml:"scales"`
	Options    map[string]string `yaml:"risk_treatment_options"`
	Objectives map[string]Topic  `yaml:"objectives"` // topics of Annex C
	Sources    map[string]Topic  `yaml:"sources"`
	Risks      []LibraryRisk     `yaml:"risks"`
}

// Scales are suggested levels.
type Scales struct {
	Likelihood map[int64]string            `yaml:"likelihood"`
	Impact     map[string]map[int64]string `yaml:"impact"` // organisation, individuals, society
	Level      string                      `yaml:"level"`
	Rules      []string                    `yaml:"rules"`
}

// Topic is an objective or a source of risk.
type Topic struct {
	Title   string   `yaml:"title"`
	Meaning string   `yaml:"meaning"`
	Ask     []string `yaml:"ask"`
}

// LibraryRisk is a risk to start from. Whoever copies it adjusts it.
type LibraryRisk struct {
	ID          string            `yaml:"id"`
	Category    string            `yaml:"category"`
	Title       string            `yaml:"title"`
	Cause       string            `yaml:"cause"`
	Event       string            `yaml:"event"`
	Consequence map[string]string `yaml:"consequence"` // organisation, individuals, society
	Sources     []string          `yaml:"sources"`
	Objectives  []string          `yaml:"objectives"`
	AppliesTo   []string          `yaml:"applies_to"`
	When        string            `yaml:"relevant_when"`
	Rating      struct {
		Likelihood int64            `yaml:"likelihood"`
		Impact     map[string]int64 `yaml:"impact"`
		Level      int64            `yaml:"level"`
		Band       string           `yaml:"band"`
	} `yaml:"default_rating"`
	Treatments []LibraryTreatment  `yaml:"treatments"`
	References map[string][]string `yaml:"references"`
}

// LibraryTreatment is one way to treat it.
type LibraryTreatment struct {
	Option     string   `yaml:"option"`
	Action     string   `yaml:"action"`
	Controls   []string `yaml:"controls"`
	Indicators []string `yaml:"indicators"`
}

// Risks is the built-in library.
var Risks = sync.OnceValue(func() *Library {
	l := new(Library)
	decoder := yaml.NewDecoder(bytes.NewReader(libraryFile))
	decoder.KnownFields(true)
	if err := decoder.Decode(l); err != nil {
		panic(fmt.Sprintf("standard: the built-in risk library: %v", err)) // a test reads it
	}
	return l
})

// Risk returns the risk with the id.
func (l *Library) Risk(id string) (*LibraryRisk, bool) {
	for i := range l.Risks {
		if l.Risks[i].ID == id {
			return &l.Risks[i], true
		}
	}
	return nil, false
}
