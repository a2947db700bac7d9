// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package kind

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/counterfoil/counterfoil"
)

// Values are what the fields of a record hold, by field id. Each value has the
// Go type its field type names; a field without a value is not in the map.
type Values map[string]any

// Clone copies the values, lists and rows included.
func (v Values) Clone() Values {
	c := make(Values, len(v))
	for id, value := range v {
		switch value := value.(type) {
		case []string:
			c[id] = slices.Clone(value)
		case []map[string]any:
			rows := make([]map[string]any, len(value))
			for i := range value {
				rows[i] = maps.Clone(value[i])
			}
			c[id] = rows
		default:
			c[id] = value
		}
	}
	return c
}

// Text returns a field that holds a string; "" without a value.
func (v Values) Text(field string) string { s, _ := v[field].(string); return s }

// List returns a field that holds strings; nil without a value.
func (v Values) List(field string) []string { l, _ := v[field].([]string); return l }

// Integer returns a field that holds a whole number; 0 without a value.
func (v Values) Integer(field string) int64 { n, _ := v[field].(int64); return n }

// Truth returns a field that holds a truth; false without a value.
func (v Values) Truth(field string) bool { b, _ := v[field].(bool); return b }

// Rows returns a field that holds rows; nil without a value.
func (v Values) Rows(field string) []map[string]any { r, _ := v[field].([]map[string]any); return r }

// ID returns a field that holds a link; zero without a value.
func (v Values) ID(field string) counterfoil.ID {
	id, err := counterfoil.ParseID(v.Text(field))
	if err != nil {
		return counterfoil.ID{}
	}
	return id
}

// Binds tells whether an approval binds a field. It binds neither minor fields nor the
// owner, which changes by hand-over; of fixed ones only those that say so; and no
// personal one: the digest stays when these are erased, and would tell whoever guesses
// them right.
func (f *Field) Binds() bool {
	return !f.Minor && !f.Personal && f.ID != "owner" && (!f.Fixed || f.Bound)
}

// BoundPart is what an approval binds of the field's value: of rows the columns that are
// not minor, of everything else the whole.
func (f *Field) BoundPart(value any) any {
	rows, ok := value.([]map[string]any)
	if !ok || !slices.ContainsFunc(f.Fields, func(c Field) bool { return c.Minor }) {
		return value
	}
	bound := make([]map[string]any, len(rows))
	for i := range rows {
		bound[i] = maps.Clone(rows[i])
		for j := range f.Fields {
			if f.Fields[j].Minor {
				delete(bound[i], f.Fields[j].ID)
			}
		}
	}
	return bound
}

// Digest is what an approval binds: SHA-256 over the values of bound fields as JSON with
// keys in order.
func (k *Kind) Digest(v Values) (counterfoil.Hash, error) {
	bound := make(map[string]any, len(v))
	for id, value := range v {
		f, ok := k.Field(id)
		if ok && !f.Binds() {
			continue
		}
		if ok {
			value = f.BoundPart(value)
		}
		bound[id] = value
	}
	raw, err := json.Marshal(bound) // encoding/json sorts the keys of maps
	if err != nil {
		return counterfoil.Hash{}, fmt.Errorf("encode values of %s: %w", k.ID, err)
	}
	return sha256.Sum256(append([]byte("counterfoil record "+k.ID+"\n"), raw...)), nil
}

// DecodeValues reads values from JSON. Fields the kind does not know (any more)
// stay as JSON decodes them; a value of another type than its field's is an error.
func (k *Kind) DecodeValues(raw []byte) (Values, error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var loose map[string]any
	if err := decoder.Decode(&loose); err != nil {
		return nil, fmt.Errorf("decode values of %s: %w", k.ID, err)
	}
	v := make(Values, len(loose))
	for id, value := range loose {
		if value == nil {
			continue
		}
		f, ok := k.Field(id)
		if !ok {
			v[id] = value
			continue
		}
		typed, err := f.typed(value)
		if err != nil {
			return nil, fmt.Errorf("decode %s.%s: %w", k.ID, id, err)
		}
		v[id] = typed
	}
	return v, nil
}

// typed turns what JSON decodes to into the field's Go type.
func (f *Field) typed(value any) (any, error) {
	switch f.Type {
	case Integer:
		return integer(value)
	case Number:
		n, ok := value.(json.Number)
		if !ok {
			return nil, fmt.Errorf("want a number, have %T", value)
		}
		return n.Float64()
	case Truth:
		b, ok := value.(bool)
		if !ok {
			return nil, fmt.Errorf("want true or false, have %T", value)
		}
		return b, nil
	case Choices, Texts, Links, Controls:
		return texts(value)
	case Rows:
		return f.rows(value)
	default:
		s, ok := value.(string)
		if !ok {
			return nil, fmt.Errorf("want text, have %T", value)
		}
		return s, nil
	}
}

func integer(value any) (any, error) {
	n, ok := value.(json.Number)
	if !ok {
		return nil, fmt.Errorf("want a whole number, have %T", value)
	}
	if i, err := n.Int64(); err == nil {
		return i, nil
	}
	x, err := n.Float64()
	if err != nil || x != math.Trunc(x) || math.Abs(x) > 1<<53 {
		return nil, fmt.Errorf("%s is no whole number", n)
	}
	return int64(x), nil
}

func texts(value any) (any, error) {
	items, ok := value.([]any)
	if !ok {
		return nil, fmt.Errorf("want a list, have %T", value)
	}
	list := make([]string, len(items))
	for i, item := range items {
		if list[i], ok = item.(string); !ok {
			return nil, fmt.Errorf("want a list of texts, have %T in it", item)
		}
	}
	return list, nil
}

func (f *Field) rows(value any) (any, error) {
	items, ok := value.([]any)
	if !ok {
		return nil, fmt.Errorf("want rows, have %T", value)
	}
	rows := make([]map[string]any, len(items))
	for i, item := range items {
		loose, ok := item.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("want a row, have %T", item)
		}
		rows[i] = make(map[string]any, len(loose))
		for id, cell := range loose {
			column := slices.IndexFunc(f.Fields, func(c Field) bool { return c.ID == id })
			if column < 0 || cell == nil {
				continue
			}
			typed, err := f.Fields[column].typed(cell)
			if err != nil {
				return nil, fmt.Errorf("row %d, %s: %w", i+1, id, err)
			}
			rows[i][id] = typed
		}
	}
	return rows, nil
}
