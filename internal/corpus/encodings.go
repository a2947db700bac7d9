// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package corpus

import "slices"

// encodings puts the same content into another form and signs it again: only
// that an entry has one encoding tells.
func encodings() []Case {
	var all []Case
	for _, k := range kinds {
		for _, e := range []struct {
			name string
			do   func(raw []byte) []byte
		}{
			{"version in a longer form", func(raw []byte) []byte { return slices.Insert(raw, 2, 0x18) }},
			{"map of indefinite length", func(raw []byte) []byte { return append(append([]byte{0xbf}, raw[1:]...), 0xff) }},
			{"a byte behind it", func(raw []byte) []byte { return append(raw, 0) }},
			{"cut by a byte", func(raw []byte) []byte { return raw[:len(raw)-1] }},
			{"count of fields in a longer form", func(raw []byte) []byte { return append([]byte{0xb8, raw[0] & 0x1f}, raw[1:]...) }},
			{"inside a tag", func(raw []byte) []byte { return append([]byte{0xc0}, raw...) }},
			{"an unknown field", func(raw []byte) []byte { return append(append([]byte{raw[0] + 1}, raw[1:]...), 0x18, 0x63, 0x01) }},
			{"version 2", func(raw []byte) []byte { raw[2] = 2; return raw }},
			{"first key twice", func(raw []byte) []byte { return append([]byte{raw[0] + 1, 1, 1}, raw[1:]...) }},
		} {
			all = append(all, Case{Name: k.name + ", " + e.name, Class: "encoding", Index: k.at, Change: func(w *World) {
				b, at := w.Node.Frame(k.at)
				f := &w.Node.Batches[b].Frames[at]
				f.Raw = e.do(slices.Clone(f.Raw))
				w.Node.Resign()
			}})
		}
	}
	return all
}
