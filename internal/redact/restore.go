// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package redact

// Replacement is a live placeholder found in a text: bytes Start to End are to
// become Value.
type Replacement struct {
	Start, End int
	Value      string
}

// Restore finds the live placeholders in a whole text, in order; nil when there
// are none. Placeholders of no value in this map are left alone.
func (m *Map) Restore(text string) []Replacement {
	return m.appendLive(nil, text, 0)
}

// Restored returns text with its live placeholders replaced by their values,
// and how many there were. Values are not searched again.
func (m *Map) Restored(text string) (string, int) {
	found := m.Restore(text)
	if len(found) == 0 {
		return text, 0
	}
	var out []byte
	done := 0
	for _, r := range found {
		out = append(out, text[done:r.Start]...)
		out = append(out, r.Value...)
		done = r.End
	}
	return string(append(out, text[done:]...)), len(found)
}

func (m *Map) appendLive(dst []Replacement, text string, from int) []Replacement {
	for {
		found, ok := m.next(text, from)
		if !ok {
			return dst
		}
		dst = append(dst, found)
		from = found.End
	}
}
