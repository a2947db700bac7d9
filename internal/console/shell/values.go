// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package shell

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// ShownValue is the value of a field as a page shows it.
type ShownValue struct {
	Label    string
	Personal bool
	Parts    []part.Fact // links, or one text; none when there is no value
	Long     string      // text of several lines
}

// ShownField is one field of a record; rows have their columns' values.
type ShownField struct {
	ShownValue
	Columns []string
	Rows    [][]ShownValue
}

// Show makes a field readable.
func (d *Desk) Show(f *kind.Field, value any) ShownField {
	rows, ok := value.([]map[string]any)
	if !ok {
		return ShownField{ShownValue: d.Value(f, value)}
	}
	s := ShownField{ShownValue: ShownValue{Label: f.Noun(), Personal: f.Personal}}
	for i := range f.Fields {
		s.Columns = append(s.Columns, f.Fields[i].Noun())
	}
	for _, row := range rows {
		cells := make([]ShownValue, len(f.Fields))
		for i := range f.Fields {
			cells[i] = d.Value(&f.Fields[i], row[f.Fields[i].ID])
		}
		s.Rows = append(s.Rows, cells)
	}
	return s
}

// Value is a field's value as a page shows it.
func (d *Desk) Value(f *kind.Field, value any) ShownValue {
	s := ShownValue{Label: f.Noun(), Personal: f.Personal}
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
			s.Parts = []part.Fact{d.part(f, v)}
		}
	default:
		s.Parts = []part.Fact{{Value: plain(value)}}
	}
	return s
}

func (d *Desk) part(f *kind.Field, text string) part.Fact {
	switch f.Type {
	case kind.Link, kind.Links:
		return d.Linked(text)
	case kind.Choice, kind.Choices:
		return part.Fact{Value: OptionLabel(f, text)}
	case kind.URL:
		return part.Fact{Value: text, Href: text}
	case kind.Date:
		return part.Fact{Value: words.DayOf(text)}
	case kind.Controls:
		return part.Fact{Value: text, Href: d.Href("/requirements/" + text)}
	default:
		return part.Fact{Value: text}
	}
}

// OptionLabel is an option of a field as people read it.
func OptionLabel(f *kind.Field, id string) string {
	for _, o := range f.Options {
		if o.ID == id {
			return o.Label
		}
	}
	return id
}

func plain(value any) string {
	switch v := value.(type) {
	case bool:
		if v {
			return "Yes"
		}
		return "No"
	case int64:
		return words.Number(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	default:
		return fmt.Sprint(v)
	}
}

// Brief is a field in one line, for lists, comparisons and tables.
func (d *Desk) Brief(f *kind.Field, value any) string {
	s := d.Show(f, value)
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

// Filled tells whether there is anything to show.
func (s *ShownField) Filled() bool { return len(s.Parts) > 0 || s.Long != "" || len(s.Rows) > 0 }

func (s *ShownValue) text() string {
	var parts []string
	for _, p := range s.Parts {
		parts = append(parts, p.Value)
	}
	if s.Long != "" {
		parts = append(parts, s.Long)
	}
	return strings.Join(parts, ", ")
}

// Whole is a field as text, with a word where there is no value.
func (d *Desk) Whole(f *kind.Field, value any) string {
	if text := d.Brief(f, value); text != "" {
		return text
	}
	return "Not filled in"
}
