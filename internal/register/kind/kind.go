// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package kind

import (
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Kind describes one sort of record.
type Kind struct {
	ID     string // "risk"; the record type in the ledger
	Title  string // "Risk"
	Plural string // "Risks"
	Number string // prefix of the readable number: "R" gives R-001
	Place  string // entry of the console's navigation it belongs to
	Help   string // what it is for, and what an auditor looks for

	// Subject says whose erasure erases the personal fields: "self" for the record
	// itself (a person), or the field that links to a person. Empty without any.
	Subject string

	Fields    []Field
	States    []State // the first is where a record begins
	Moves     []Move
	Deadlines []Deadline
	Review    *Review
	Requires  []string // ids of clauses and controls the records serve as evidence for
	Columns   []string // of the list, by field id; number, title and state come by themselves
	Sections  []Section

	schema  *jsonschema.Schema
	Named   []string // fields linking to people, who alone may see a record; empty: everybody with the right to read
	Inner   bool     // belongs to the record it links to and is seen with it; has no list of its own
	Derives []string // names of Go functions that set fixed fields at each save
}

// FieldType is what a field holds.
type FieldType string

// Types of fields and the Go values they have in a record's values.
const (
	Text     FieldType = "text"      // string, one line
	LongText FieldType = "long_text" // string, lines
	Integer  FieldType = "integer"   // int64
	Number   FieldType = "number"    // float64
	Truth    FieldType = "boolean"   // bool
	Date     FieldType = "date"      // string, 2006-01-02
	Email    FieldType = "email"     // string, normalised
	URL      FieldType = "url"       // string, https or http
	Choice   FieldType = "choice"    // string, id of an option
	Choices  FieldType = "choices"   // []string, ids of options, in their order
	Texts    FieldType = "texts"     // []string, one a line
	Link     FieldType = "link"      // string, id of a record of one of To
	Links    FieldType = "links"     // []string
	Rows     FieldType = "rows"      // []map[string]any by Fields of the row
	Controls FieldType = "controls"  // []string, ids of clauses and controls of the catalogue
)

// Field is one thing a record says.
type Field struct {
	ID       string
	Type     FieldType
	Label    string // a question or a noun, as the form shows it
	Short    string // a noun for lists and records; see Noun
	Help     string
	Required bool   // always; see also Move.Needs and When
	When     string // CEL over record: required when true
	Personal bool
	Options  []Option  // choice, choices
	Range    []float64 // integer, number: least and greatest; empty for any
	To       []string  // link, links: kinds
	Back     string    // link, links: what the linked record calls the records that link to it
	Fields   []Field   // rows; of simple types only
	Fixed    bool      // set by the engine, or by the moves that ask for it; no other form has it
	Minor    bool      // a change of it needs no new approval, and approvals do not bind it; also of a column of rows
	Bound    bool      // a fixed field that approvals bind all the same
	Of       string    // computed: CEL over record, evaluated when saved; implies Fixed

	when, of cel.Program
}

// Option is one answer of a choice.
type Option struct {
	ID      string
	Label   string
	Meaning string
}

// State is where a record stands.
type State struct {
	ID    string
	Label string
	Mark  string // "ok", "warn", "bad", "none", "now": how it is shown, by shape and word
	Help  string
	// Draft: the record may be edited freely. In any other state a change of its
	// fields, minor ones apart, is a new draft: the record goes to OnChange while the
	// approved version stays in force. OnChange is the first draft state by default.
	Draft    bool
	OnChange string
	InForce  bool // the approved version binds from here on, until a state that ends it
	Ends     bool // nothing is in force (any more)
	Final    bool // no move leads out
}

// Waits tells whether somebody has to do something in this state; in others a
// record rests.
func (s *State) Waits() bool { return s.Mark == "now" }

// Tag is where a rule comes from; it decides what may be changed.
type Tag string

// Tags, as docs/console.md explains them to people.
const (
	Tag42001    Tag = "42001"
	Tag17021    Tag = "17021"
	Tag42006    Tag = "42006"
	Tag19011    Tag = "19011"
	TagPractice Tag = "practice"
	TagProduct  Tag = "product"
)

// Overridable tells whether a guard of this source may be passed with a reason
// and somebody else's approval. Rules for certification bodies never are.
func (t Tag) Overridable() bool { return t != Tag17021 && t != Tag42006 }

// Move is a transition between states.
type Move struct {
	ID     string
	From   []string
	To     string
	Label  string // the button: a verb with its object
	Help   string
	Roles  []string // who may; "owner" is whoever the record's owner field names, "any" everybody signed in
	Auto   bool     // made by the program when its guards hold; nobody may make it by hand
	Needs  []string // fields that must be filled
	Asks   []string // fields the move's form asks for
	Guards []Guard
	// Apart names fields linking to people, or "did:MOVE" for whoever made that
	// move last, or "author" for whoever changed the fields last: none of them may
	// make this move.
	Apart    []string
	Approves bool   // binds the digest of the fields as they stand
	Reason   bool   // a reason must be given
	Does     string // name of a Go function that makes other records once the move is made
	Tag      Tag
	Clause   string
}

// Guard is a condition of a move.
type Guard struct {
	ID   string // unique within the move
	CEL  string // or
	Go   string // the name of a function
	Says string // the refusal: what is missing and what to do
	Tag  Tag

	program cel.Program
}

// Deadline is a computed date.
type Deadline struct {
	ID      string
	Label   string
	From    string // "created", "state" (when the present state was entered), "move:ID" (when it was last made) or a date field
	Days    int    // added to From; working days when Working
	DaysOf  string // CEL over record giving the days, instead of Days
	Working bool
	While   []string // states in which it counts
	Tag     Tag

	days cel.Program
}

// Review says how often a record has to be looked at again.
type Review struct {
	Days   int
	DaysOf string // CEL over record giving the days, instead of Days
	After  string // move from which it counts
	While  []string
	Tag    Tag

	days cel.Program
}

// Section is a part of the record's page.
type Section struct {
	Title  string
	Fields []string
	Help   string
}

// Field returns the field with the id.
func (k *Kind) Field(id string) (*Field, bool) {
	i := slices.IndexFunc(k.Fields, func(f Field) bool { return f.ID == id })
	if i < 0 {
		return nil, false
	}
	return &k.Fields[i], true
}

// State returns the state with the id.
func (k *Kind) State(id string) (*State, bool) {
	i := slices.IndexFunc(k.States, func(s State) bool { return s.ID == id })
	if i < 0 {
		return nil, false
	}
	return &k.States[i], true
}

// Move returns the move with the id.
func (k *Kind) Move(id string) (*Move, bool) {
	i := slices.IndexFunc(k.Moves, func(m Move) bool { return m.ID == id })
	if i < 0 {
		return nil, false
	}
	return &k.Moves[i], true
}

// Noun is how lists and records call the field: its short label, else a label that
// is no question, else its id in words.
func (f *Field) Noun() string {
	switch {
	case f.Short != "":
		return f.Short
	case !strings.HasSuffix(f.Label, "?"):
		return f.Label
	}
	words := strings.ReplaceAll(f.ID, "_", " ")
	return strings.ToUpper(words[:1]) + words[1:]
}

// Allows tells whether a link may name a record of a kind.
func (f *Field) Allows(kindID string) bool {
	return slices.Contains(f.To, kindID) || slices.Contains(f.To, AnyKind)
}

// Initial is the state of a new record.
func (k *Kind) Initial() *State { return &k.States[0] }

// ChangedTo is the state an edited record goes to from a state.
func (k *Kind) ChangedTo(state string) string {
	s, ok := k.State(state)
	switch {
	case !ok || s.Draft:
		return state
	case s.OnChange != "":
		return s.OnChange
	}
	return k.States[max(slices.IndexFunc(k.States, func(s State) bool { return s.Draft }), 0)].ID
}

// Reads tells whether the guard's condition names a field of the record.
func (g *Guard) Reads(field string) bool {
	for rest := g.CEL; ; {
		_, after, found := strings.Cut(rest, "record."+field)
		if !found {
			return false
		}
		if after == "" || !strings.ContainsRune("_abcdefghijklmnopqrstuvwxyz0123456789", rune(after[0])) {
			return true
		}
		rest = after
	}
}

// ReadsTime tells whether the guard's condition may name the moment of the act.
func (g *Guard) ReadsTime() bool { return strings.Contains(g.CEL, "now") }

// ReadsOthers tells whether other records, or traffic, may be read to answer.
func (g *Guard) ReadsOthers() bool {
	return g.Go != "" || strings.Contains(g.CEL, "links") || strings.Contains(g.CEL, "register") || strings.Contains(g.CEL, "traffic")
}

// Leads tells whether the move may start from a state.
func (m *Move) Leads(state string) bool { return slices.Contains(m.From, state) }

// From returns the moves that start from a state, in the order of the file.
func (k *Kind) From(state string) []*Move {
	var list []*Move
	for i := range k.Moves {
		if k.Moves[i].Leads(state) {
			list = append(list, &k.Moves[i])
		}
	}
	return list
}
