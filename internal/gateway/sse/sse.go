// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package sse cuts a byte stream into server-sent events (WHATWG HTML, section
// 9.2) without changing a byte of them.
package sse

import (
	"bytes"
	"errors"
)

// MaxEvent bounds one event, in bytes.
const MaxEvent = 16 << 20

// ErrTooLarge is returned for an event above MaxEvent.
var ErrTooLarge = errors.New("an event of the stream is larger than 16 MiB")

// ErrLineEnd is returned for a carriage return without a line feed. Clients
// count it as a line end; providers do not send it; two readings of one stream
// would be a way around the scanner.
var ErrLineEnd = errors.New("a line of the stream ends in a bare carriage return")

// Event is one event. Its slices are valid until the next call of Write.
type Event struct {
	Raw  []byte // all bytes, the blank line included
	Name []byte // value of the last "event" field
	Data []byte // value of the "data" field; nil without one
	At   int    // offset of Data in Raw
}

// Splitter collects bytes until an event is whole. The zero value is ready.
type Splitter struct {
	buf  []byte
	from int // start of the event not yet returned
	scan int // start of the line not yet seen whole
}

// Write adds bytes that arrived.
func (s *Splitter) Write(p []byte) {
	if s.from > 0 {
		n := copy(s.buf, s.buf[s.from:])
		s.buf, s.scan, s.from = s.buf[:n], s.scan-s.from, 0
	}
	s.buf = append(s.buf, p...)
}

// Reset forgets all bytes and keeps a small buffer for the next stream.
func (s *Splitter) Reset() {
	const keep = 64 << 10
	if cap(s.buf) > keep {
		s.buf = nil
	}
	s.buf, s.from, s.scan = s.buf[:0], 0, 0
}

// Rest returns the bytes after the last whole event.
func (s *Splitter) Rest() []byte { return s.buf[s.from:] }

// Next returns the next whole event; ok is false when more bytes are needed.
func (s *Splitter) Next() (e Event, ok bool, err error) {
	for {
		n := bytes.IndexByte(s.buf[s.scan:], '\n')
		if n < 0 {
			if len(s.buf)-s.from > MaxEvent {
				return Event{}, false, ErrTooLarge
			}
			return Event{}, false, nil
		}
		line := bytes.TrimSuffix(s.buf[s.scan:s.scan+n], []byte{'\r'})
		s.scan += n + 1
		if len(line) > 0 {
			continue
		}
		raw := s.buf[s.from:s.scan]
		s.from = s.scan
		e, err := parse(raw)
		return e, true, err
	}
}

// parse reads the fields of one event.
func parse(raw []byte) (Event, error) {
	e := Event{Raw: raw}
	lines := 0
	for at := 0; at < len(raw); {
		n := bytes.IndexByte(raw[at:], '\n')
		line := bytes.TrimSuffix(raw[at:at+n], []byte{'\r'})
		if bytes.IndexByte(line, '\r') >= 0 {
			return Event{}, ErrLineEnd
		}
		name, value, offset := field(line)
		switch string(name) {
		case "event":
			e.Name = value
		case "data":
			e.Data, e.At = value, at+offset
			lines++
		}
		at += n + 1
	}
	if lines > 1 {
		return join(raw)
	}
	return e, nil
}

// field splits a line at the colon; offset is where the value begins.
func field(line []byte) (name, value []byte, offset int) {
	n := bytes.IndexByte(line, ':')
	if n < 0 {
		return line, nil, len(line)
	}
	offset = n + 1
	if offset < len(line) && line[offset] == ' ' {
		offset++
	}
	return line[:n], line[offset:], offset
}

// join rewrites an event whose data stands on several lines to one line, so
// that a text in it has one place. Line ends between JSON tokens mean nothing.
func join(raw []byte) (Event, error) {
	var data, rest []byte
	for line := range bytes.Lines(raw) {
		line = bytes.TrimRight(line, "\r\n")
		name, value, _ := field(line)
		switch {
		case string(name) == "data":
			if data != nil {
				data = append(data, ' ')
			}
			data = append(data, value...)
		case len(line) > 0:
			rest = append(append(rest, line...), '\n')
		}
	}
	out := append(append(rest, "data: "...), data...)
	return parse(append(out, "\n\n"...))
}
