// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package redact

import (
	"slices"
	"strconv"
	"strings"
)

// Entry is one value of an interaction and the placeholder that stands for it.
type Entry struct {
	Placeholder string // "[EMAIL_1]"
	Label       string // "EMAIL", as it stands in the placeholder
	Value       string
	Count       int // how often Placeholder was asked for it: the places replaced
}

// Map gives the values of one interaction their placeholders and finds the way
// back. Placeholders are pure printable ASCII without quotes and backslashes,
// so they need no escaping at any depth of JSON; a bracket stands at each end
// and nowhere else, so none is part of another.
type Map struct {
	taken   func(placeholder string) bool
	entries []Entry
	byValue map[labelled]int // index into entries; nil while there are few
	live    map[string]int   // placeholder to index into entries; nil while there are few
	numbers []numbered
	longest int      // length of the longest live placeholder
	escapes bool     // a value changes when it is escaped for JSON
	sorted  []string // live placeholders in byte order, when complete
}

type labelled struct{ label, value string }

// numbered is a label with the last number used.
type numbered struct {
	label string
	last  int
}

// few is up to how many entries are looked through one by one: most requests
// hold no more, and maps would cost more than they save.
const few = 16

// NewMap returns an empty map. taken reports whether the outgoing text already
// holds a placeholder literally; such a number is skipped, for otherwise the
// literal would come back as somebody's value. A nil taken means none is held.
func NewMap(taken func(placeholder string) bool) *Map {
	if taken == nil {
		taken = func(string) bool { return false }
	}
	return &Map{taken: taken}
}

// Placeholder returns the placeholder for value: the same one each time for
// the same label and value, else a new one with the label's next number. Bytes
// of label other than A-Z, 0-9 and _ are upper-cased or become _.
func (m *Map) Placeholder(label, value string) string {
	label = cleanLabel(label)
	if i, ok := m.find(label, value); ok {
		m.entries[i].Count++
		return m.entries[i].Placeholder
	}
	placeholder := m.unused(label)
	i := len(m.entries)
	m.entries = append(m.entries, Entry{Placeholder: placeholder, Label: label, Value: value, Count: 1})
	m.note(i)
	m.longest = max(m.longest, len(placeholder))
	m.escapes = m.escapes || !isPlain(value)
	return placeholder
}

// unused takes the label's next number that neither the text nor the map uses.
// The map can collide with itself only through labels such as "A" and "A_1".
func (m *Map) unused(label string) string {
	number := m.number(label)
	for {
		number.last++
		placeholder := "[" + label + "_" + strconv.Itoa(number.last) + "]"
		if _, used := m.Lookup(placeholder); !used && !m.taken(placeholder) {
			return placeholder
		}
	}
}

func (m *Map) number(label string) *numbered {
	for i := range m.numbers {
		if m.numbers[i].label == label {
			return &m.numbers[i]
		}
	}
	m.numbers = append(m.numbers, numbered{label: label})
	return &m.numbers[len(m.numbers)-1]
}

// find returns the index of the entry of a value.
func (m *Map) find(label, value string) (int, bool) {
	if m.byValue != nil {
		i, ok := m.byValue[labelled{label, value}]
		return i, ok
	}
	for i := range m.entries {
		if e := &m.entries[i]; e.Value == value && e.Label == label {
			return i, true
		}
	}
	return 0, false
}

// note makes the entry that was added last findable.
func (m *Map) note(last int) {
	if m.byValue == nil {
		if last < few {
			return
		}
		m.byValue, m.live = make(map[labelled]int), make(map[string]int)
		for i := range last {
			m.note(i)
		}
	}
	e := &m.entries[last]
	m.byValue[labelled{e.Label, e.Value}], m.live[e.Placeholder] = last, last
}

func cleanLabel(label string) string {
	if label == "" {
		return "VALUE"
	}
	return strings.Map(func(r rune) rune {
		switch {
		case 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '_':
			return r
		case 'a' <= r && r <= 'z':
			return r - 'a' + 'A'
		default:
			return '_'
		}
	}, label)
}

// Len returns how many placeholders are live.
func (m *Map) Len() int { return len(m.entries) }

// Entries returns a copy of the entries in order of first appearance.
func (m *Map) Entries() []Entry { return slices.Clone(m.entries) }

// Lookup returns the value a live placeholder stands for.
func (m *Map) Lookup(placeholder string) (value string, ok bool) {
	if m.live != nil {
		i, ok := m.live[placeholder]
		if !ok {
			return "", false
		}
		return m.entries[i].Value, true
	}
	for i := range m.entries {
		if m.entries[i].Placeholder == placeholder {
			return m.entries[i].Value, true
		}
	}
	return "", false
}

// next finds the first live placeholder in text at or after from. A text
// without an opening bracket costs one IndexByte.
func (m *Map) next(text string, from int) (found Replacement, ok bool) {
	if m.longest == 0 {
		return Replacement{}, false
	}
	for from < len(text) {
		open := strings.IndexByte(text[from:], '[')
		if open < 0 {
			break
		}
		from += open
		end := strings.IndexByte(text[from:min(from+m.longest, len(text))], ']')
		if end > 0 {
			if value, live := m.Lookup(text[from : from+end+1]); live {
				return Replacement{Start: from, End: from + end + 1, Value: value}, true
			}
		}
		from++
	}
	return Replacement{}, false
}

// hold returns the offset, not before from, at which a live placeholder may
// have begun that the end of text cuts; len(text) when there is none.
func (m *Map) hold(text string, from int) int {
	from = max(from, len(text)-m.longest+1)
	if m.longest == 0 || from >= len(text) {
		return len(text)
	}
	// Only the last bracket counts: no placeholder has a second one.
	open := strings.LastIndexByte(text[from:], '[')
	if open < 0 || !m.begins(text[from+open:]) {
		return len(text)
	}
	return from + open
}

// begins reports whether part is a proper prefix of a live placeholder.
func (m *Map) begins(part string) bool {
	if len(m.sorted) != len(m.entries) {
		m.sorted = m.sorted[:0]
		for i := range m.entries {
			m.sorted = append(m.sorted, m.entries[i].Placeholder)
		}
		slices.Sort(m.sorted)
	}
	i, exact := slices.BinarySearch(m.sorted, part)
	return !exact && i < len(m.sorted) && strings.HasPrefix(m.sorted[i], part)
}
