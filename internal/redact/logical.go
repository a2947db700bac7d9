// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package redact

import (
	"strings"
	"unicode/utf8"
)

// logical is one text of an answer, put together from segments. Offsets are
// bytes from its beginning unless they are said to be in the window.
type logical struct {
	key     Key
	base    int             // offset of the window
	window  string          // context that is decided, then all undecided text
	grown   strings.Builder // what window is the end of, when isGrown
	isGrown bool
	decided int      // all text before this offset is decided
	last    int      // end of the last piece that will be emitted; set by Stream.finish
	changes []change // decided and not yet rendered, in order, disjoint
	nested  *nesting // set in JSON text for which nesting matters
	read    int      // how far nested has read
}

// change is a stretch of text that becomes something else.
type change struct {
	start, end int
	with       string
	isMask     bool // from the guard, not from the map
	deeper     int  // how often with is escaped beyond the depth of its piece
}

func (t *logical) isDecided() bool { return t.decided == t.base+len(t.window) }

// extend adds a segment's text and returns where it stands. Strings are
// immutable, so the first is used as it is; from the second on a builder takes
// them in and starts anew when it is full, which keeps copying linear.
func (t *logical) extend(text string) (start, end int) {
	start = t.base + len(t.window)
	end = start + len(text)
	if t.window == "" {
		t.window, t.isGrown = text, false
		return start, end
	}
	size := len(t.window) + len(text)
	if !t.isGrown || t.grown.Len()+len(text) > t.grown.Cap() {
		t.grown.Reset()
		t.grown.Grow(2*size + 64)
		t.grown.WriteString(t.window)
		t.isGrown = true
	}
	t.grown.WriteString(text)
	all := t.grown.String()
	t.window = all[len(all)-size:]
	return start, end
}

// settle marks the window as decided up to limit and drops all of that but the
// given bytes of context.
func (t *logical) settle(limit, context int) {
	t.readTo(t.base + limit)
	t.decided = t.base + limit
	drop := max(limit-context, 0)
	for drop > 0 && drop < len(t.window) && !utf8.RuneStart(t.window[drop]) {
		drop--
	}
	t.base += drop
	t.window = t.window[drop:]
}

// crop forgets undecided text after last: its events will not be emitted.
func (t *logical) crop() {
	if end := max(t.last, t.decided) - t.base; end < len(t.window) {
		t.window, t.isGrown = t.window[:end], false
	}
}

// change notes a change behind all others. One that overlaps the one before is
// merged with it, and the guard's text wins: no part of a finding or of a
// placeholder stays behind.
func (t *logical) change(c change) {
	t.readTo(c.start)
	if t.nested != nil {
		c.deeper = t.nested.deeper()
	}
	if n := len(t.changes); n > 0 && c.start < t.changes[n-1].end {
		before := &t.changes[n-1]
		before.end = max(before.end, c.end)
		if c.isMask && !before.isMask {
			before.with, before.isMask = c.with, true
		}
		return
	}
	t.changes = append(t.changes, c)
}

// readTo lets nested read on to an offset.
func (t *logical) readTo(offset int) {
	if t.nested != nil && offset > t.read {
		t.nested.read(t.window[t.read-t.base : offset-t.base])
		t.read = offset
	}
}

// piece is a segment that waits: the stretch of a logical text it holds and
// the literal it holds it in.
type piece struct {
	text             *logical
	start, end       int // in text
	rawStart, rawEnd int // in the event
	depth            int
}

// isChanged reports whether a change touches the piece.
func (p *piece) isChanged() bool {
	return len(p.text.changes) > 0 && p.text.changes[0].start < p.end
}
