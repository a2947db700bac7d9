// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// shownValue is the value of a field as a page shows it.
type shownValue struct {
	Label    string
	Personal bool
	Parts    []fact // links, or one text; none when there is no value
	Long     string // text of several lines
}

// shownField is one field of a record; rows have their columns' values.
type shownField struct {
	shownValue
	Columns []string
	Rows    [][]shownValue
}

// show makes a field readable.
func (d *desk) show(f *kind.Field, value any) shownField {
	rows, ok := value.([]map[string]any)
	if !ok {
		return shownField{shownValue: d.value(f, value)}
	}
	s := shownField{shownValue: shownValue{Label: f.Noun(), Personal: f.Personal}}
	for i := range f.Fields {
		s.Columns = append(s.Columns, f.Fields[i].Noun())
	}
	for _, row := range rows {
		cells := make([]shownValue, len(f.Fields))
		for i := range f.Fields {
			cells[i] = d.value(&f.Fields[i], row[f.Fields[i].ID])
		}
		s.Rows = append(s.Rows, cells)
	}
	return s
}

func (d *desk) value(f *kind.Field, value any) shownValue {
	s := shownValue{Label: f.Noun(), Personal: f.Personal}
	switch v := value.(type) {
	case nil:
	case []string:
		for _, text := range v {
			s.Parts = append(s.Parts, d.part(f, text))
		}
	case string:
		if f.Type == kind.LongText {
			s.Long = v
		} else {
			s.Parts = []fact{d.part(f, v)}
		}
	default:
		s.Parts = []fact{{Value: plain(value)}}
	}
	return s
}

func (d *desk) part(f *kind.Field, text string) fact {
	switch f.Type {
	case kind.Link, kind.Links:
		return d.linked(text)
	case kind.Choice, kind.Choices:
		return fact{Value: optionLabel(f, text)}
	case kind.URL:
		return fact{Value: text, Href: text}
	case kind.Date:
		return fact{Value: dayOf(text)}
	case kind.Controls:
		return fact{Value: text, Href: d.href("/requirements/" + text)}
	default:
		return fact{Value: text}
	}
}

func optionLabel(f *kind.Field, id string) string {
	for _, o := range f.Options {
		if o.ID == id {
			return o.Label
		}
	}
	return id
}

// dayOf is a date as people read it.
func dayOf(text string) string {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return text
	}
	return t.Format("2 Jan 2006")
}

func plain(value any) string {
	switch v := value.(type) {
	case bool:
		if v {
			return "Yes"
		}
		return "No"
	case int64:
		return number(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	default:
		return fmt.Sprint(v)
	}
}

// brief is a field in one line, for lists, comparisons and tables.
func (d *desk) brief(f *kind.Field, value any) string {
	s := d.show(f, value)
	var parts []string
	if text := s.text(); text != "" {
		parts = append(parts, text)
	}
	for _, row := range s.Rows {
		var cells []string
		for i, cell := range row {
			if text := cell.text(); text != "" {
				cells = append(cells, s.Columns[i]+": "+text)
			}
		}
		parts = append(parts, strings.Join(cells, "; "))
	}
	return strings.Join(parts, ", ")
}

// filled tells whether there is anything to show.
func (s *shownField) filled() bool { return len(s.Parts) > 0 || s.Long != "" || len(s.Rows) > 0 }

func (s *shownValue) text() string {
	var parts []string
	for _, p := range s.Parts {
		parts = append(parts, p.Value)
	}
	if s.Long != "" {
		parts = append(parts, s.Long)
	}
	return strings.Join(parts, ", ")
}

// kindName is how a kind is called.
type kindName struct{ ID, Title, Plural, Help string }

func nameOf(k *kind.Kind) kindName { return kindName{k.ID, k.Title, k.Plural, k.Help} }

// stateMark is a record's state by shape, word and colour.
func stateMark(r *register.Record) mark { return markOf(r.StateOf()) }

var stateShapes = map[string]string{"ok": "dot", "warn": "triangle", "bad": "cross", "none": "ring", "now": "target"}

func markOf(s *kind.State) mark { return mark{s.Mark, stateShapes[s.Mark], s.Label} }

func parseSerial(text string) (uint64, error) { return strconv.ParseUint(text, 10, 32) }
