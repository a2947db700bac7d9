// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// Record is one version of a record.
type Record struct {
	Kind    *kind.Kind
	ID      counterfoil.ID
	Serial  uint64
	Version uint64
	State   string
	Move    string // what led to this version: Created, Changed or a move of the kind
	Values  kind.Values
	About

	Entry counterfoil.Index // of this version
	Leaf  counterfoil.Hash
	Until counterfoil.Index // entry of the next version; 0 while this one stands
	Time  time.Time         // of recording
	Actor counterfoil.ID    // zero: the program itself

	Erased bool // the body, or the personal fields, are gone
	sealed []byte
}

// What leads to a version, besides the moves of the kind.
const (
	Created = "created"
	Changed = "changed"
)

// About is what a record carries beside its fields, from version to version.
type About struct {
	Reason   string         `json:"reason,omitzero"`   // why this version was made
	Fact     string         `json:"fact,omitzero"`     // the day of the fact, when it is not that of recording
	Late     string         `json:"late,omitzero"`     // why it was recorded late
	Override string         `json:"override,omitzero"` // number of the override this move used
	Made     Act            `json:"made"`              // who began the record
	Author   Act            `json:"author"`            // who changed its fields last
	Authors  []Act          `json:"authors,omitzero"`  // who entered what approvals bind, each once, since the last approval
	Since    time.Time      `json:"since"`             // when the present state was entered
	Done     map[string]Act `json:"done,omitzero"`     // who made each move last
	Approval *Approval      `json:"approval,omitzero"` // of these very fields; nil for a draft
	InForce  *InForce       `json:"in_force,omitzero"`
	Offer    *Offer         `json:"offer,omitzero"` // of the record to a new owner
	Dues     []kind.Due     `json:"due,omitzero"`
}

// Act is who did something when.
type Act struct {
	By      counterfoil.ID `json:"by,omitzero"` // zero: the program itself
	At      time.Time      `json:"at"`
	Version uint64         `json:"version"`
}

// Approval binds the digest of a version's fields.
type Approval struct {
	Act
	Move   string           `json:"move"`
	Digest counterfoil.Hash `json:"digest"`
}

// InForce is the approved version that binds, while its successor is drafted too.
type InForce struct {
	Approval
	Values kind.Values `json:"values"` // as approved
}

// Offer is a record handed over to somebody who has not accepted it yet.
type Offer struct {
	To counterfoil.ID `json:"to"`
	Act
}

// Number is how people name the record.
func (r *Record) Number() string { return number(r.Kind, r.Serial) }

func number(k *kind.Kind, serial uint64) string { return fmt.Sprintf("%s-%03d", k.Number, serial) }

// Title is the record's name for people: its title or name field, else its number.
// A personal name is not a title; it is shown where it may be.
func (r *Record) Title() string {
	for _, id := range []string{"title", "name"} {
		if f, ok := r.Kind.Field(id); ok && !f.Personal && r.Values.Text(id) != "" {
			return r.Values.Text(id)
		}
	}
	return r.Number()
}

// Owner is who the record's owner field names; zero without one.
func (r *Record) Owner() counterfoil.ID { return r.Values.ID("owner") }

// StateOf describes the record's state.
func (r *Record) StateOf() *kind.State {
	if s, ok := r.Kind.State(r.State); ok {
		return s
	}
	return &kind.State{ID: r.State, Label: strings.ReplaceAll(r.State, "_", " "), Mark: "none"} // of a kind that has changed since
}

// Subject is whose erasure erases the personal fields.
func (r *Record) Subject() counterfoil.ID {
	if id := r.Values.ID(r.Kind.Subject); r.Kind.Subject != kind.RoleSelf && !id.IsZero() {
		return id
	}
	return r.ID
}

// body is the payload of an entry.
type body struct {
	Kind     string          `json:"kind"`
	Serial   uint64          `json:"serial"`
	State    string          `json:"state"`
	Values   json.RawMessage `json:"values"`
	Personal []byte          `json:"personal,omitzero"` // sealed values of personal fields
	About
}

// SealedIn returns the sealed box of personal fields in the body of a row; nil
// without any.
func SealedIn(row *index.Kept) ([]byte, error) {
	var b struct {
		Personal []byte `json:"personal"`
	}
	if len(row.Body) == 0 {
		return nil, nil
	}
	if err := json.Unmarshal(row.Body, &b); err != nil {
		return nil, fmt.Errorf("decode body of %s: %w", row.Number, err)
	}
	return b.Personal, nil
}

// marshal encodes JSON as it is meant: < is no danger in a payload.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// encode writes the record's body; personal holds the sealed fields that values
// leave out.
func (r *Record) encode(shared kind.Values, personal []byte) ([]byte, error) {
	values, err := marshal(shared)
	if err != nil {
		return nil, fmt.Errorf("encode values: %w", err)
	}
	return marshal(body{Kind: r.Kind.ID, Serial: r.Serial, State: r.State, Values: values, Personal: personal, About: r.About})
}

// decodeBody reads a body, without what is sealed in it.
func decodeBody(k *kind.Kind, raw []byte, r *Record) error {
	var b struct {
		body
		InForce *struct {
			Approval
			Values json.RawMessage `json:"values"`
		} `json:"in_force"`
	}
	if err := json.Unmarshal(raw, &b); err != nil {
		return fmt.Errorf("decode %s record: %w", k.ID, err)
	}
	var err error
	r.Serial, r.State, r.sealed, r.About = b.Serial, b.State, b.Personal, b.About
	if r.Values, err = k.DecodeValues(b.Values); err != nil {
		return err
	}
	if b.InForce != nil {
		r.About.InForce = &InForce{Approval: b.InForce.Approval}
		if r.About.InForce.Values, err = k.DecodeValues(b.InForce.Values); err != nil {
			return err
		}
	}
	return nil
}

// fromKept makes a record of a row of the index.
func fromKept(k *kind.Kind, row *index.Kept) (*Record, error) {
	r := &Record{
		Kind: k, ID: row.ID, Serial: row.Serial, Version: row.Version, State: row.State, Move: row.Move, Values: kind.Values{},
		Entry: row.Entry, Leaf: row.Leaf, Until: row.Until, Time: micros(row.Time), Actor: row.Actor,
	}
	if len(row.Body) == 0 {
		r.Erased = true
		return r, nil
	}
	return r, decodeBody(k, row.Body, r)
}

func micros(us int64) time.Time { return time.UnixMicro(us).UTC() }

// Project makes the index's row of a record entry, for the types of records that
// are kinds; nil for others and for bodies that were erased.
func Project(kinds *kind.Set, at counterfoil.Index, leaf counterfoil.Hash, wrap counterfoil.ID, e *counterfoil.Entry, raw []byte) (*index.Kept, error) {
	k, err := kinds.Kind(e.Record.Type)
	if err != nil || len(raw) == 0 || !bytes.HasPrefix(raw, []byte(`{"kind":`)) {
		return nil, nil // not ours, or erased
	}
	r := &Record{Kind: k, ID: e.ID, Version: e.Record.Version, Move: e.Record.Transition}
	if err := decodeBody(k, raw, r); err != nil {
		return nil, err
	}
	row := &index.Kept{
		Entry: at, Leaf: leaf, ID: e.ID, Version: r.Version, Kind: k.ID, Number: r.Number(), Serial: r.Serial, State: r.State, Move: r.Move,
		Time: e.Time, Actor: e.Actor, Owner: r.Owner(), Title: r.Title(), Late: r.Late != "", Wrap: wrap, Body: raw, Links: r.links(),
	}
	if len(r.Dues) > 0 {
		row.Due = r.Dues[0].At.UnixMicro()
	}
	return row, nil
}

// links lists what the fields name, rows included.
func (r *Record) links() []index.KeptLink {
	var list []index.KeptLink
	add := func(field, text string) {
		if id, err := counterfoil.ParseID(text); err == nil {
			list = append(list, index.KeptLink{Field: field, Target: id})
		}
	}
	for i := range r.Kind.Fields {
		f := &r.Kind.Fields[i]
		for _, text := range linksIn(f, r.Values[f.ID]) {
			add(f.ID, text)
		}
		for _, row := range r.Values.Rows(f.ID) {
			for j := range f.Fields {
				for _, text := range linksIn(&f.Fields[j], row[f.Fields[j].ID]) {
					add(f.ID+"."+f.Fields[j].ID, text)
				}
			}
		}
	}
	return list
}

// linking is the field, or the column of rows, that a link of the record is in.
func (r *Record) linking(l index.KeptLink) *kind.Field {
	id, column, _ := strings.Cut(l.Field, ".")
	f, _ := r.Kind.Field(id) // links are read from the fields of the kind
	for i := range f.Fields {
		if f.Fields[i].ID == column {
			return &f.Fields[i]
		}
	}
	return f
}

func linksIn(f *kind.Field, value any) []string {
	switch f.Type {
	case kind.Link:
		if text, ok := value.(string); ok {
			return []string{text}
		}
	case kind.Links:
		list, _ := value.([]string)
		return list
	}
	return nil
}
