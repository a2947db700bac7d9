// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package redact

// render returns an event's bytes with the changes to its texts made; they are
// valid until the next call.
func (s *Stream) render(e *event) []byte {
	s.edits, s.values = s.edits[:0], s.values[:0]
	for i := range e.pieces {
		if p := &e.pieces[i]; p.isChanged() {
			s.edit(p, e.raw)
		}
	}
	if len(s.edits) == 0 {
		return e.raw
	}
	s.out = Splice(s.out[:0], e.raw, s.edits)
	return s.out
}

// edit turns the changes that touch a piece into edits of its event's bytes,
// and forgets those that end in it. Pieces of a text come in order.
func (s *Stream) edit(p *piece, raw []byte) {
	cursor := NewCursor(raw[p.rawStart:p.rawEnd])
	done, after := 0, p.rawStart
	for _, c := range p.text.changes {
		if c.start >= p.end {
			break
		}
		start, end := cursor.Range(max(c.start, p.start)-p.start, min(c.end, p.end)-p.start)
		// A guard may cut characters, whose borders then belong to both sides.
		start, end = max(start+p.rawStart, after), max(end+p.rawStart, after)
		s.edits = append(s.edits, Edit{Start: start, End: end, New: s.escaped(p, c)})
		after = end
		if c.end <= p.end {
			done++
		}
	}
	p.text.changes = append(p.text.changes[:0], p.text.changes[done:]...)
}

// escaped returns what a change puts into a piece: its text where it begins,
// nothing in the pieces it goes on through.
func (s *Stream) escaped(p *piece, c change) []byte {
	if c.start < p.start {
		return nil
	}
	if !c.isMask {
		s.restored++
	}
	begin := len(s.values)
	s.values = AppendEscaped(s.values, c.with, p.depth+c.deeper)
	return s.values[begin:len(s.values):len(s.values)]
}
