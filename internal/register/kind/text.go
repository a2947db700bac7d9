// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package kind

import (
	"cmp"
	"strings"

	"github.com/counterfoil/counterfoil/internal/strictyaml"
)

// What a file says, as it is written.
type (
	kindText struct {
		Kind      string         `yaml:"kind"`
		Extends   string         `yaml:"extends"`
		Title     string         `yaml:"title"`
		Plural    string         `yaml:"plural"`
		Number    string         `yaml:"number"`
		Place     string         `yaml:"place"`
		Help      string         `yaml:"help"`
		Subject   string         `yaml:"subject"`
		Named     []string       `yaml:"named"`
		Inner     bool           `yaml:"inner"`
		Derives   []string       `yaml:"derives"`
		Requires  []string       `yaml:"requirements"`
		Fields    []fieldText    `yaml:"fields"`
		States    []stateText    `yaml:"states"`
		Moves     []moveText     `yaml:"moves"`
		Deadlines []deadlineText `yaml:"deadlines"`
		Review    reviewText     `yaml:"review"`
		Columns   []string       `yaml:"columns"`
		Sections  []sectionText  `yaml:"sections"`
	}
	fieldText struct {
		ID       string       `yaml:"id"`
		Type     string       `yaml:"type"`
		Label    string       `yaml:"label"`
		Short    string       `yaml:"short"`
		Help     string       `yaml:"help"`
		Required bool         `yaml:"required"`
		When     string       `yaml:"required_when"`
		Personal bool         `yaml:"personal"`
		Options  []optionText `yaml:"options"`
		Range    []float64    `yaml:"range"`
		To       []string     `yaml:"to"`
		Back     string       `yaml:"back"`
		Fields   []columnText `yaml:"fields"`
		Fixed    bool         `yaml:"fixed"`
		Minor    bool         `yaml:"minor"`
		Bound    bool         `yaml:"bound"`
		Of       string       `yaml:"computed"`
	}
	// columnText is a field of a row: rows do not nest.
	columnText struct {
		ID       string       `yaml:"id"`
		Type     string       `yaml:"type"`
		Label    string       `yaml:"label"`
		Help     string       `yaml:"help"`
		Required bool         `yaml:"required"`
		Minor    bool         `yaml:"minor"`
		Options  []optionText `yaml:"options"`
		Range    []float64    `yaml:"range"`
		To       []string     `yaml:"to"`
	}
	optionText struct {
		ID      string `yaml:"id"`
		Label   string `yaml:"label"`
		Meaning string `yaml:"meaning"`
	}
	stateText struct {
		ID       string `yaml:"id"`
		Label    string `yaml:"label"`
		Mark     string `yaml:"mark"`
		InForce  bool   `yaml:"in_force"`
		Draft    bool   `yaml:"draft"`
		Ends     bool   `yaml:"ends"`
		OnChange string `yaml:"on_change"`
		Help     string `yaml:"help"`
	}
	moveText struct {
		ID       string      `yaml:"id"`
		From     []string    `yaml:"from"`
		To       string      `yaml:"to"`
		Label    string      `yaml:"label"`
		Help     string      `yaml:"help"`
		Roles    []string    `yaml:"roles"`
		Auto     bool        `yaml:"automatic"`
		Needs    []string    `yaml:"needs"`
		Asks     []string    `yaml:"asks"`
		Guards   []guardText `yaml:"guards"`
		Apart    []string    `yaml:"apart_from"`
		Approves bool        `yaml:"approves"`
		Reason   bool        `yaml:"reason"`
		Does     string      `yaml:"does"`
		Tag      string      `yaml:"tag"`
		Clause   string      `yaml:"clause"`
	}
	guardText struct {
		ID   string `yaml:"id"`
		CEL  string `yaml:"cel"`
		Go   string `yaml:"go"`
		Says string `yaml:"says"`
		Tag  string `yaml:"tag"`
	}
	deadlineText struct {
		ID      string   `yaml:"id"`
		Label   string   `yaml:"label"`
		From    string   `yaml:"from"`
		Days    int      `yaml:"days"`
		DaysOf  string   `yaml:"days_of"`
		Working bool     `yaml:"working"`
		While   []string `yaml:"while"`
		Tag     string   `yaml:"tag"`
	}
	reviewText struct {
		Days   int      `yaml:"days"`
		DaysOf string   `yaml:"days_of"`
		After  string   `yaml:"after"`
		While  []string `yaml:"while"`
		Tag    string   `yaml:"tag"`
	}
	sectionText struct {
		Title  string   `yaml:"title"`
		Help   string   `yaml:"help"`
		Fields []string `yaml:"fields"`
	}
)

// SetDefaults implements strictyaml.Defaulter: what a file leaves out is ours.
func (g *guardText) SetDefaults() { g.Tag = string(TagProduct) }

// SetDefaults implements strictyaml.Defaulter.
func (d *deadlineText) SetDefaults() { d.Tag = string(TagProduct) }

// SetDefaults implements strictyaml.Defaulter.
func (m *moveText) SetDefaults() { m.Tag = string(TagProduct) }

func decode(raw []byte) (*kindText, *strictyaml.Document) {
	text := new(kindText)
	d := strictyaml.Decode(raw, text)
	return text, d
}

func (t *kindText) kind() *Kind {
	k := &Kind{
		ID: t.Kind, Title: t.Title, Plural: t.Plural, Number: t.Number, Place: t.Place, Help: strings.TrimSpace(t.Help), Subject: t.Subject,
		Named: t.Named, Derives: t.Derives, Inner: t.Inner, Requires: t.Requires, Columns: t.Columns,
	}
	for _, f := range t.Fields {
		k.Fields = append(k.Fields, f.field())
	}
	for _, s := range t.States {
		k.States = append(k.States, State{ID: s.ID, Label: s.Label, Mark: s.Mark, InForce: s.InForce, Draft: s.Draft, Ends: s.Ends, OnChange: s.OnChange, Help: s.Help})
	}
	for _, m := range t.Moves {
		k.Moves = append(k.Moves, m.move())
	}
	for i := range k.States {
		k.States[i].Final = len(k.From(k.States[i].ID)) == 0
	}
	for _, d := range t.Deadlines {
		k.Deadlines = append(k.Deadlines, Deadline{ID: d.ID, Label: d.Label, From: d.From, Days: d.Days, DaysOf: d.DaysOf, Working: d.Working, While: d.While, Tag: Tag(d.Tag)})
	}
	if r := t.Review; r.Days != 0 || r.DaysOf != "" || r.After != "" {
		k.Review = &Review{Days: r.Days, DaysOf: r.DaysOf, After: r.After, While: r.While, Tag: cmp.Or(Tag(r.Tag), TagProduct)}
	}
	for _, s := range t.Sections {
		k.Sections = append(k.Sections, s.section())
	}
	return k
}

func (s *sectionText) section() Section {
	return Section{Title: s.Title, Help: s.Help, Fields: s.Fields}
}

func (t *fieldText) field() Field {
	f := Field{
		ID: t.ID, Type: FieldType(t.Type), Label: t.Label, Short: t.Short, Help: t.Help, Required: t.Required, When: t.When, Personal: t.Personal,
		Options: options(t.Options), Range: t.Range, To: t.To, Back: t.Back, Fixed: t.Fixed || t.Of != "", Minor: t.Minor, Bound: t.Bound, Of: t.Of,
	}
	for _, c := range t.Fields {
		f.Fields = append(f.Fields, Field{ID: c.ID, Type: FieldType(c.Type), Label: c.Label, Help: c.Help, Required: c.Required, Minor: c.Minor, Options: options(c.Options), Range: c.Range, To: c.To})
	}
	return f
}

func options(texts []optionText) []Option {
	var list []Option
	for _, o := range texts {
		list = append(list, Option(o))
	}
	return list
}

func (t *moveText) move() Move {
	m := Move{
		ID: t.ID, From: t.From, To: t.To, Label: t.Label, Help: t.Help, Roles: t.Roles, Auto: t.Auto, Needs: t.Needs, Asks: t.Asks,
		Apart: t.Apart, Approves: t.Approves, Reason: t.Reason, Does: t.Does, Tag: Tag(t.Tag), Clause: t.Clause,
	}
	for _, g := range t.Guards {
		m.Guards = append(m.Guards, Guard{ID: g.ID, CEL: g.CEL, Go: g.Go, Says: g.Says, Tag: Tag(g.Tag)})
	}
	return m
}
