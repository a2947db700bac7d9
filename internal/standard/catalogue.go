// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package standard

import (
	"bytes"
	_ "embed"
	"fmt"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

//go:embed data/iso42001.yaml
var catalogueFile []byte

// Role is a part somebody plays in the management system.
type Role struct {
	ID   string `yaml:"id"`
	Name string `yaml:"name"`
	Duty string `yaml:"duty"`
}

// Group is a clause or a group of controls.
type Group struct {
	Title       string `yaml:"title"`
	Kind        string `yaml:"kind"`
	ObjectiveID string `yaml:"objective_id"`
	Objective   string `yaml:"objective"`
}

// Requirement is a clause requirement or a control.
type Requirement struct {
	ID             string            `yaml:"id"`
	Kind           string            `yaml:"kind"` // "clause" or "control"
	Group          string            `yaml:"group"`
	Title          string            `yaml:"title"`
	Label          string            `yaml:"label"`
	PDCA           string            `yaml:"pdca"`
	DefaultOwner   string            `yaml:"default_owner"` // name of a role
	Summary        string            `yaml:"summary"`       // what it asks, in our words
	Documents      []string          `yaml:"documents"`
	Templates      []string          `yaml:"templates"`
	Questions      []Question        `yaml:"questions"`
	Evidence       []Evidence        `yaml:"evidence"`
	Signals        []SignalUse       `yaml:"runtime_signals"`
	CommonFindings []string          `yaml:"common_findings"`
	Related        []string          `yaml:"related"`
	Applicability  map[string]string `yaml:"applicability"` // by role of the organisation; controls only
	Exclusion      string            `yaml:"exclusion_guidance"`
}

// Question is one thing an assessor asks.
type Question struct {
	ID   string `yaml:"id"`
	Text string `yaml:"text"`
	IfNo string `yaml:"if_no"` // weight of the gap: "major", "minor", "ofi"
	Auto string `yaml:"auto"`  // signal that may pre-fill the answer
}

// Evidence is one thing that shows the requirement is met.
type Evidence struct {
	ID            string `yaml:"id"`
	Kind          string `yaml:"kind"` // "document", "record", "runtime"
	What          string `yaml:"what"`
	FreshnessDays int    `yaml:"freshness_days"`
}

// SignalUse is how a requirement reads a signal.
type SignalUse struct {
	Signal string `yaml:"signal"`
	Pass   string `yaml:"pass"`
	Warn   string `yaml:"warn"`
	Shows  string `yaml:"shows"`
}

// Signal is a measure, defined once.
type Signal struct {
	Name       string   `yaml:"name"`
	Measure    string   `yaml:"measure"`
	Source     []string `yaml:"source"`
	Unit       string   `yaml:"unit"`
	Better     string   `yaml:"better"`
	WindowDays int      `yaml:"window_days"`
	Pass       string   `yaml:"pass"`
	Warn       string   `yaml:"warn"`
	Empty      string   `yaml:"empty_population"` // "no_data", "pass" or "fail"
	Note       string   `yaml:"note"`
}

// Catalogue is the requirements of one standard.
type Catalogue struct {
	Meta         map[string]any    `yaml:"meta"`
	Conventions  map[string]any    `yaml:"conventions"`
	Roles        []Role            `yaml:"default_roles"`
	Groups       map[string]Group  `yaml:"groups"`
	Signals      map[string]Signal `yaml:"signals"`
	Requirements []Requirement     `yaml:"entries"` // in the order of the standard

	byID map[string]*Requirement
}

// ISO42001 is the built-in catalogue.
var ISO42001 = sync.OnceValue(func() *Catalogue {
	c := new(Catalogue)
	decoder := yaml.NewDecoder(bytes.NewReader(catalogueFile))
	decoder.KnownFields(true)
	if err := decoder.Decode(c); err != nil {
		panic(fmt.Sprintf("standard: the built-in catalogue: %v", err)) // a test reads it
	}
	c.byID = make(map[string]*Requirement, len(c.Requirements))
	for i := range c.Requirements {
		c.byID[c.Requirements[i].ID] = &c.Requirements[i]
	}
	return c
})

// Requirement returns the requirement with the id.
func (c *Catalogue) Requirement(id string) (*Requirement, bool) {
	r, ok := c.byID[id]
	return r, ok
}

// IDs lists the ids of all requirements, in the order of the standard.
func (c *Catalogue) IDs() []string {
	ids := make([]string, len(c.Requirements))
	for i := range c.Requirements {
		ids[i] = c.Requirements[i].ID
	}
	return ids
}

// RoleAdministrator runs the program: people, keys, systems. It is ours, not the standard's.
const RoleAdministrator = "administrator"

// RoleIDs lists the ids of all roles.
func (c *Catalogue) RoleIDs() []string {
	ids := []string{RoleAdministrator}
	for _, r := range c.Roles {
		ids = append(ids, r.ID)
	}
	return ids
}

// RoleName is a role as people read it, at the beginning of a line: "Risk manager".
// A role that is not in the catalogue reads as its id.
func RoleName(id string) string {
	name := strings.ReplaceAll(id, "_", " ")
	for _, role := range ISO42001().Roles {
		if role.ID == id {
			name = role.Name
		}
	}
	if name == "" {
		return ""
	}
	return strings.ToUpper(name[:1]) + name[1:]
}

// RoleInSentence is a role as people read it inside a sentence: "risk manager", "AIMS manager".
func RoleInSentence(id string) string {
	name := RoleName(id)
	if len(name) < 2 || name[1] >= 'A' && name[1] <= 'Z' { // an acronym stays one
		return name
	}
	return strings.ToLower(name[:1]) + name[1:]
}

// Edition names the standard and its edition, as a statement of applicability must.
func Edition() string { return ISO42001().metaText("standard") }

// Version is that of the catalogue's text.
func Version() string { return ISO42001().metaText("catalogue_version") }

func (c *Catalogue) metaText(key string) string {
	text, _ := c.Meta[key].(string)
	return text
}
