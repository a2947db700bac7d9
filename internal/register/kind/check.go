// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package kind

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"

	"github.com/counterfoil/counterfoil/internal/strictyaml"
)

// checker checks one kind within its set, and compiles its expressions.
type checker struct {
	*strictyaml.Document
	kind  *Kind
	set   *Set
	known Known
}

// Roles every kind may name besides those of the organisation.
const (
	RoleAny   = "any"   // everybody signed in
	RoleOwner = "owner" // whom the record's field owner names
	RoleSelf  = "self"  // whom the record's person field, or the record itself, stands for
)

// AnyKind in a link's to allows records of every kind.
const AnyKind = "*"

const didMove = "did:"

var (
	idForm     = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)
	numberForm = regexp.MustCompile(`^[A-Z]{1,4}$`)
	marks      = []string{"ok", "warn", "bad", "none", "now"}
	tags       = []Tag{Tag42001, Tag17021, Tag42006, Tag19011, TagPractice, TagProduct}
	fieldTypes = []FieldType{Text, LongText, Integer, Number, Truth, Date, Email, URL, Choice, Choices, Texts, Link, Links, Rows, Controls}
	reserved   = append([]string{"id", "kind", "values", "reason", "fact", "late", "at"}, served...) // names of forms and expressions
)

func (c *checker) check() {
	k := c.kind
	c.id("kind", k.ID)
	c.filled("title", k.Title)
	c.filled("plural", k.Plural)
	if !numberForm.MatchString(k.Number) {
		c.Faultf("number", "must be one to four capital letters, such as R")
	}
	c.oneOf("place", k.Place, c.known.Places)
	for i, id := range k.Requires {
		c.oneOf(strictyaml.Element("requirements", i), id, c.known.Requirements)
	}
	for i, name := range k.Derives {
		c.oneOf(strictyaml.Element("derives", i), name, c.known.Functions)
	}
	c.fields()
	c.people()
	c.states()
	c.moves()
	c.deadlines()
	c.layout()
	if len(c.Faults()) > 0 {
		return // expressions over unsound fields would only repeat it
	}
	c.compile()
}

func (c *checker) id(path, id string) {
	if !idForm.MatchString(id) {
		c.Faultf(path, "must be lower-case letters, digits and _, beginning with a letter, at most 40")
	}
}

func (c *checker) filled(path, text string) {
	if strings.TrimSpace(text) == "" {
		c.Faultf(path, "is missing")
	}
}

// oneOf accepts anything when nothing is known.
func (c *checker) oneOf(path, id string, list []string) {
	if len(list) > 0 && !slices.Contains(list, id) {
		c.Faultf(path, "there is no %q", id)
	}
}

func (c *checker) unique(path, id string, seen map[string]bool) {
	c.id(path, id)
	if seen[id] {
		c.Faultf(path, "%q is there already", id)
	}
	seen[id] = true
}

func (c *checker) fields() {
	seen := map[string]bool{}
	for i := range c.kind.Fields {
		f, path := &c.kind.Fields[i], strictyaml.Element("fields", i)
		c.unique(path+".id", f.ID, seen)
		if slices.Contains(reserved, f.ID) {
			c.Faultf(path+".id", "%q means something else; choose another id", f.ID)
		}
		c.field(f, path)
		if f.Personal && c.kind.Subject == "" {
			c.Faultf(path+".personal", "the kind must say in subject whose data this is")
		}
		if f.Type == Rows {
			c.columns(f, path)
		}
	}
}

func (c *checker) field(f *Field, path string) {
	c.filled(path+".label", f.Label)
	if !slices.Contains(fieldTypes, f.Type) {
		c.Faultf(path+".type", "there is no type %q", f.Type)
	}
	if choice := f.Type == Choice || f.Type == Choices; choice != (len(f.Options) > 0) {
		c.Faultf(path+".options", "options belong to choice and choices, and these need some")
	}
	options := map[string]bool{}
	for i, o := range f.Options {
		at := strictyaml.Element(path+".options", i)
		if o.ID == "" || options[o.ID] {
			c.Faultf(at+".id", "%q is missing or there already", o.ID)
		}
		options[o.ID] = true
		c.filled(at+".label", o.Label)
	}
	if len(f.Range) != 0 && (len(f.Range) != 2 || f.Range[0] > f.Range[1] || f.Type != Integer && f.Type != Number) {
		c.Faultf(path+".range", "must be the least and the greatest value of an integer or number")
	}
	if link := f.Type == Link || f.Type == Links; link != (len(f.To) > 0) {
		c.Faultf(path+".to", "to belongs to link and links, and these need it")
	}
	for i, to := range f.To {
		if c.set.byID[to] == nil && to != AnyKind {
			c.Faultf(strictyaml.Element(path+".to", i), "there is no kind %q", to)
		}
	}
	if f.Bound && !f.Fixed {
		c.Faultf(path+".bound", "only a fixed field has to say that approvals bind it; others say when they do not, with minor")
	}
	if f.Required && f.Fixed {
		c.Faultf(path+".required", "nobody can fill in a fixed field")
	}
}

func (c *checker) columns(f *Field, path string) {
	if len(f.Fields) == 0 {
		c.Faultf(path+".fields", "rows need fields")
	}
	seen := map[string]bool{}
	for i := range f.Fields {
		column, at := &f.Fields[i], strictyaml.Element(path+".fields", i)
		c.unique(at+".id", column.ID, seen)
		c.field(column, at)
		if column.Type == Rows {
			c.Faultf(at+".type", "rows do not nest")
		}
	}
}

// people checks the fields that name people.
func (c *checker) people() {
	if s := c.kind.Subject; s != "" && s != RoleSelf && !c.toPerson(s) {
		c.Faultf("subject", "must be self or a field that links to a person")
	}
	for i, id := range c.kind.Named {
		if !c.toPerson(id) {
			c.Faultf(strictyaml.Element("named", i), "must be a field that links to people")
		}
	}
}

func (c *checker) toPerson(field string) bool {
	f, ok := c.kind.Field(field)
	return ok && (f.Type == Link || f.Type == Links) && f.Allows("person")
}

func (c *checker) states() {
	if len(c.kind.States) == 0 {
		c.Faultf("states", "are missing")
		return
	}
	seen := map[string]bool{}
	draft := false
	for i := range c.kind.States {
		s, path := &c.kind.States[i], strictyaml.Element("states", i)
		c.unique(path+".id", s.ID, seen)
		c.filled(path+".label", s.Label)
		c.oneOf(path+".mark", s.Mark, marks)
		draft = draft || s.Draft
		if _, ok := c.kind.State(s.OnChange); s.OnChange != "" && !ok {
			c.Faultf(path+".on_change", "there is no state %q", s.OnChange)
		}
		if s.InForce && s.Ends {
			c.Faultf(path+".ends", "what is in force does not end here")
		}
	}
	if !draft {
		c.Faultf("states", "one must be marked draft: records are written in it, and go back to it when they are changed")
	}
	reached := map[string]bool{c.kind.States[0].ID: true}
	for range c.kind.States {
		for _, m := range c.kind.Moves {
			if slices.ContainsFunc(m.From, func(s string) bool { return reached[s] }) {
				reached[m.To] = true
			}
		}
	}
	for i := range c.kind.States {
		if s := &c.kind.States[i]; !reached[s.ID] {
			c.Faultf(strictyaml.Element("states", i)+".id", "no move leads to %q", s.ID)
		}
	}
}

func (c *checker) moves() {
	seen := map[string]bool{}
	for i := range c.kind.Moves {
		m, path := &c.kind.Moves[i], strictyaml.Element("moves", i)
		c.unique(path+".id", m.ID, seen)
		if slices.Contains([]string{"created", "changed", "offered", "accepted_offer", "declined_offer"}, m.ID) {
			c.Faultf(path+".id", "%q is something the engine does itself", m.ID)
		}
		c.filled(path+".label", m.Label)
		if len(m.From) == 0 {
			c.Faultf(path+".from", "is missing")
		}
		for j, id := range append(slices.Clone(m.From), m.To) {
			if _, ok := c.kind.State(id); !ok {
				c.Faultf(path, "there is no state %q (%d)", id, j+1)
			}
		}
		c.tag(path+".tag", m.Tag)
		for _, list := range []struct {
			name string
			ids  []string
		}{{".needs", m.Needs}, {".asks", m.Asks}} {
			for j, id := range list.ids {
				f, ok := c.kind.Field(id)
				if !ok {
					c.Faultf(strictyaml.Element(path+list.name, j), "there is no field %q", id)
				} else if f.Of != "" && list.name == ".asks" {
					c.Faultf(strictyaml.Element(path+list.name, j), "nobody can fill in %q, which is computed", id)
				}
			}
		}
		c.roles(m, path)
		c.duties(m, path)
		c.guards(m, path)
		if m.Does != "" && !slices.Contains(c.known.Functions, m.Does) {
			c.Faultf(path+".does", "there is no function %q", m.Does)
		}
	}
}

func (c *checker) roles(m *Move, path string) {
	if m.Auto != (len(m.Roles) == 0) {
		c.Faultf(path+".roles", "say who may, or that the move is automatic; not both")
	}
	for i, role := range m.Roles {
		at := strictyaml.Element(path+".roles", i)
		switch role {
		case RoleAny:
		case RoleOwner:
			if !c.toPerson("owner") {
				c.Faultf(at, "the kind has no field owner that links to a person")
			}
		case RoleSelf:
			if !c.toPerson("person") && c.kind.Subject != RoleSelf {
				c.Faultf(at, "the kind has no field person that links to a person")
			}
		default:
			c.oneOf(at, role, c.known.Roles)
		}
	}
}

// duties checks that separated duties can be separated: whoever is kept apart
// from a move must not be the only one who may make it.
func (c *checker) duties(m *Move, path string) {
	for i, apart := range m.Apart {
		at := strictyaml.Element(path+".apart_from", i)
		other, did := strings.CutPrefix(apart, didMove)
		switch {
		case apart == "author", apart == didMove+"created":
		case did:
			if before, ok := c.kind.Move(other); !ok || before.Auto {
				c.Faultf(at, "there is no move %q that people make", other)
			}
		case !c.toPerson(apart):
			c.Faultf(at, "must be author, did:created, did:MOVE or a field that links to people")
		case len(m.Roles) == 1 && (m.Roles[0] == apart || m.Roles[0] == RoleSelf && apart == "person"):
			c.Faultf(at, "only %s may make this move, so nobody could", m.Roles[0])
		}
	}
	if len(m.Apart) > 0 && m.Auto {
		c.Faultf(path+".apart_from", "nobody makes an automatic move")
	}
}

func (c *checker) guards(m *Move, path string) {
	seen := map[string]bool{}
	for i := range m.Guards {
		g, at := &m.Guards[i], strictyaml.Element(path+".guards", i)
		c.unique(at+".id", g.ID, seen)
		c.filled(at+".says", g.Says)
		c.tag(at+".tag", g.Tag)
		switch {
		case (g.CEL == "") == (g.Go == ""):
			c.Faultf(at, "needs either cel or go")
		case g.Go != "" && !slices.Contains(c.known.Functions, g.Go):
			c.Faultf(at+".go", "there is no function %q", g.Go)
		}
	}
	if m.Auto && len(m.Guards) == 0 {
		c.Faultf(path+".guards", "an automatic move needs a guard, which says when it happens")
	}
}

func (c *checker) tag(path string, tag Tag) {
	if !slices.Contains(tags, tag) {
		c.Faultf(path, "there is no tag %q", tag)
	}
}

func (c *checker) deadlines() {
	seen := map[string]bool{}
	for i := range c.kind.Deadlines {
		d, path := &c.kind.Deadlines[i], strictyaml.Element("deadlines", i)
		c.unique(path+".id", d.ID, seen)
		c.filled(path+".label", d.Label)
		c.tag(path+".tag", d.Tag)
		move, isMove := strings.CutPrefix(d.From, "move:")
		switch {
		case d.From == "created" || d.From == "state":
		case isMove:
			if _, ok := c.kind.Move(move); !ok {
				c.Faultf(path+".from", "there is no move %q", move)
			}
		default:
			if f, ok := c.kind.Field(d.From); !ok || f.Type != Date {
				c.Faultf(path+".from", "must be created, state, move:ID or a date field")
			}
		}
		c.whileIn(path+".while", d.While)
	}
	if r := c.kind.Review; r != nil {
		if _, ok := c.kind.Move(r.After); !ok {
			c.Faultf("review.after", "there is no move %q", r.After)
		}
		c.tag("review.tag", r.Tag)
		c.whileIn("review.while", r.While)
	}
}

func (c *checker) whileIn(path string, states []string) {
	if len(states) == 0 {
		c.Faultf(path, "is missing: the states in which this counts")
	}
	for i, id := range states {
		if _, ok := c.kind.State(id); !ok {
			c.Faultf(strictyaml.Element(path, i), "there is no state %q", id)
		}
	}
}

// layout checks that the page shows every field once.
func (c *checker) layout() {
	for i, id := range c.kind.Columns {
		if _, ok := c.kind.Field(id); !ok {
			c.Faultf(strictyaml.Element("columns", i), "there is no field %q", id)
		}
	}
	shown := map[string]bool{}
	for i, s := range c.kind.Sections {
		path := strictyaml.Element("sections", i)
		c.filled(path+".title", s.Title)
		for j, id := range s.Fields {
			if _, ok := c.kind.Field(id); !ok {
				c.Faultf(strictyaml.Element(path+".fields", j), "there is no field %q", id)
			}
			if shown[id] {
				c.Faultf(strictyaml.Element(path+".fields", j), "%q is shown already", id)
			}
			shown[id] = true
		}
	}
	for i := range c.kind.Fields {
		if id := c.kind.Fields[i].ID; !shown[id] {
			c.Faultf(strictyaml.Element("fields", i)+".id", "no section shows %q", id)
		}
	}
}

// compile compiles every expression and the schema.
func (c *checker) compile() {
	k := c.kind
	l, err := newLanguage(k)
	if err != nil {
		c.Faultf("", "%s", err)
		return
	}
	program := func(path, text string, want *cel.Type) cel.Program {
		if text == "" {
			return nil
		}
		p, err := l.compile(text, want)
		if err != nil {
			c.Faultf(path, "%s", err)
		}
		return p
	}
	for i := range k.Fields {
		f, path := &k.Fields[i], strictyaml.Element("fields", i)
		f.when = program(path+".required_when", f.When, cel.BoolType)
		if f.Of != "" {
			f.of = program(path+".computed", f.Of, f.celType(k.ID))
		}
	}
	for i := range k.Moves {
		for j := range k.Moves[i].Guards {
			g := &k.Moves[i].Guards[j]
			g.program = program(fmt.Sprintf("moves[%d].guards[%d].cel", i, j), g.CEL, cel.BoolType)
		}
	}
	for i := range k.Deadlines {
		d := &k.Deadlines[i]
		d.days = program(strictyaml.Element("deadlines", i)+".days_of", d.DaysOf, cel.IntType)
	}
	if k.Review != nil {
		k.Review.days = program("review.days_of", k.Review.DaysOf, cel.IntType)
	}
	if k.schema, err = k.compileSchema(); err != nil {
		c.Faultf("", "%s", err)
	}
}
