// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"bytes"
	"unicode/utf8"

	"github.com/counterfoil/counterfoil/internal/gateway/dialect"
	"github.com/counterfoil/counterfoil/internal/redact"
)

// template is the last event that held one text and nothing else of interest.
// Most events of a stream differ from the one before in that text alone. When
// all bytes around the text are the same and the text needs no decoding, the
// event is the same JSON with another string in it: what was read of the one
// before holds for it, and it need not be read again.
type template struct {
	raw      []byte // the event
	from, to int    // of the text in it, without the quotes
	segment  redact.Segment
}

// learn keeps an event as the template, or drops the one there is.
func (t *template) learn(raw []byte, segments []redact.Segment, complete []redact.Key, info dialect.Event, counts bool) {
	t.raw = t.raw[:0]
	if len(segments) != 1 || len(complete) != 0 || info != (dialect.Event{}) || counts {
		return
	}
	t.segment = segments[0]
	t.raw = append(t.raw, raw...)
	t.from, t.to = t.segment.RawStart+1, t.segment.RawEnd-1
}

// match returns the segment of an event that fits the template.
func (t *template) match(raw []byte) (redact.Segment, bool) {
	tail := len(t.raw) - t.to
	if len(t.raw) == 0 || len(raw) <= t.from+tail || !bytes.Equal(raw[:t.from], t.raw[:t.from]) || !bytes.Equal(raw[len(raw)-tail:], t.raw[t.to:]) {
		return redact.Segment{}, false
	}
	text := raw[t.from : len(raw)-tail]
	if !verbatim(text) {
		return redact.Segment{}, false
	}
	s := t.segment
	s.Text, s.RawEnd = string(text), len(raw)-tail+1
	return s, true
}

// verbatim tells whether text may stand in a JSON string as it is (RFC 8259,
// section 7) and is valid UTF-8.
func verbatim(text []byte) bool {
	ascii := true
	for _, c := range text {
		if c < ' ' || c == '"' || c == '\\' {
			return false
		}
		ascii = ascii && c < utf8.RuneSelf
	}
	return ascii || utf8.Valid(text)
}
