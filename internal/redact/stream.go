// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package redact

import (
	"errors"
	"maps"
	"strings"
)

// What a stream keeps back at most. When more waits, the oldest events are
// decided with what is known by then.
const (
	maxHeldText   = 64 * 1024       // bytes of text
	maxHeldEvents = 4096            // events
	maxHeldBytes  = 4 * 1024 * 1024 // bytes of raw events, about 1 KiB for each
)

// contextBytes of decided text stay before the undecided text for a guard, so
// that it knows a value by the words in front of it.
const contextBytes = 512

// maxTexts is how many logical texts are remembered before those with nothing
// undecided are forgotten, as if they had ended.
const maxTexts = 1024

// ErrStopped is returned when a guard stopped the stream: all events before
// the finding were emitted, and nothing of the finding will be.
var ErrStopped = errors.New("stream stopped by a finding")

// Segment is a piece of a logical text inside an event.
type Segment struct {
	Key  Key
	Text string // decoded; kept while undecided

	// The JSON string literal that holds Text, quotes included, as offsets in
	// the event's bytes. Segments of an event stand in the order of their
	// literals.
	RawStart, RawEnd int

	// Depth says how often a value is escaped on its way into the literal: 1
	// where Text is plain text, 2 where it is itself JSON, as tool arguments
	// are. Less than 1 counts as 1. Within such text the stream itself follows
	// strings that are JSON again, to MaxLeafDepth.
	Depth int
}

// Emit passes an event on. The bytes are valid only during the call.
type Emit func(event []byte) error

// Stream restores the live placeholders of a map in an answer that comes as a
// sequence of events, and shows the answer to a guard on the way. Wherever the
// borders of events cut a text, the result is that of the whole text; events
// themselves are never joined, split, dropped or reordered. What spans events
// gets its new text in the first of them and leaves the others.
//
// An answer in one piece is a stream of one event: push it and flush.
//
// Without a guard an event waits only while it or an earlier one ends in the
// beginning of a live placeholder; with a guard also while the guard holds.
//
// Any error but ErrStopped comes from emit. After an error the stream returns
// the same error for everything.
type Stream struct {
	live     *Map
	guard    Guard
	texts    map[Key]*logical
	waiting  queue
	heldText int // bytes of text in waiting
	heldRaw  int // bytes of events in waiting
	sweepAt  int // number of texts at which the decided ones are forgotten
	restored int
	err      error

	// Scratch, reused from call to call.
	found  []Found
	places []Replacement
	edits  []Edit
	values []byte
	out    []byte
}

// NewStream returns a stream over the placeholders of m, which may be empty
// but not nil. The guard may be nil.
func NewStream(m *Map, guard Guard) *Stream {
	return &Stream{live: m, guard: guard, texts: make(map[Key]*logical), sweepAt: maxTexts}
}

// Restored returns how many placeholders were restored in the events emitted.
func (s *Stream) Restored() int { return s.restored }

// Waiting returns how many events are held back at the moment.
func (s *Stream) Waiting() int { return s.waiting.n }

// Push takes the next event with the segments of text in it, none for an event
// without text, and emits whatever is decided by now. The event is copied if
// it has to wait. It returns ErrStopped when the guard stopped the stream.
func (s *Stream) Push(event []byte, segments []Segment, emit Emit) error {
	if s.err != nil {
		return s.err
	}
	if s.passes(segments) {
		return s.pass(event, emit)
	}
	s.enqueue(event, segments)
	for _, p := range s.waiting.last().pieces {
		if at, stop := s.decide(p.text, false); stop {
			return s.halt(p.text, at, emit)
		}
	}
	if err := s.release(emit); err != nil {
		return err
	}
	if err := s.relieve(emit); err != nil {
		return err
	}
	s.waiting.own()
	return nil
}

// End says that a logical text is complete: what it still held is decided. A
// text that begins later under the same key is a new one.
func (s *Stream) End(key Key, emit Emit) error {
	if s.err != nil {
		return s.err
	}
	text, ok := s.texts[key]
	if !ok {
		return nil
	}
	delete(s.texts, key)
	if at, stop := s.decide(text, true); stop {
		return s.halt(text, at, emit)
	}
	return s.release(emit)
}

// Flush decides and emits everything that waits. It belongs at the end of the
// stream; a stream cut off by the provider is flushed too.
func (s *Stream) Flush(emit Emit) error {
	if s.err != nil {
		return s.err
	}
	if text, at, stop := s.finish(); stop {
		return s.halt(text, at, emit)
	}
	return s.release(emit)
}

// passes reports whether an event needs no look at all: nobody waits, so no
// text is undecided, and no placeholder begins in it.
func (s *Stream) passes(segments []Segment) bool {
	if s.waiting.n > 0 {
		return false
	}
	if s.guard != nil {
		return len(segments) == 0
	}
	if s.live.Len() == 0 {
		return true
	}
	for i := range segments {
		if s.follows(&segments[i]) || strings.IndexByte(segments[i].Text, '[') >= 0 {
			return false
		}
	}
	return true
}

// follows reports whether the stream must know the strings in a segment: it is
// JSON text and some value looks different at each depth.
func (s *Stream) follows(g *Segment) bool { return g.Depth > 1 && s.live.escapes }

func (s *Stream) pass(event []byte, emit Emit) error {
	s.err = emit(event)
	return s.err
}

func (s *Stream) enqueue(event []byte, segments []Segment) {
	e := s.waiting.push(event)
	s.heldRaw += len(event)
	for i := range segments {
		g := &segments[i]
		text := s.text(g.Key)
		if s.follows(g) && text.nested == nil {
			text.nested, text.read = new(nesting), text.base+len(text.window)
		}
		start, end := text.extend(g.Text)
		e.pieces = append(e.pieces, piece{
			text: text, start: start, end: end,
			rawStart: g.RawStart, rawEnd: g.RawEnd, depth: max(g.Depth, 1),
		})
		s.heldText += len(g.Text)
	}
}

// text returns the logical text of key, a new one if there is none.
func (s *Stream) text(key Key) *logical {
	if text, ok := s.texts[key]; ok {
		return text
	}
	if len(s.texts) >= s.sweepAt {
		maps.DeleteFunc(s.texts, func(_ Key, t *logical) bool { return t.isDecided() })
		s.sweepAt = max(maxTexts, 2*len(s.texts))
	}
	text := &logical{key: key}
	s.texts[key] = text
	return text
}

// release emits the events at the front that are decided.
func (s *Stream) release(emit Emit) error {
	for s.waiting.n > 0 && s.waiting.first().isDecided() {
		e := s.waiting.first()
		raw := s.render(e)
		for i := range e.pieces {
			s.heldText -= e.pieces[i].end - e.pieces[i].start
		}
		s.heldRaw -= len(e.raw)
		s.waiting.pop()
		if err := s.pass(raw, emit); err != nil {
			return err
		}
	}
	return nil
}

// relieve decides the oldest texts for good until the limits are kept.
func (s *Stream) relieve(emit Emit) error {
	for s.heldText > maxHeldText || s.waiting.n > maxHeldEvents || s.heldRaw > maxHeldBytes {
		for _, p := range s.waiting.first().pieces {
			if at, stop := s.decide(p.text, true); stop {
				return s.halt(p.text, at, emit)
			}
		}
		if err := s.release(emit); err != nil {
			return err
		}
	}
	return nil
}

// halt ends the stream at an offset of a text: the events before the one that
// holds the offset are decided for good and emitted, the rest is dropped.
func (s *Stream) halt(text *logical, at int, emit Emit) error {
	for stop := true; stop; {
		s.waiting.truncate(s.waiting.find(text, at))
		text, at, stop = s.finish()
	}
	if err := s.release(emit); err != nil {
		return err
	}
	s.waiting.truncate(0)
	s.err = ErrStopped
	return s.err
}

// finish decides all waiting texts for good, as far as events hold them.
func (s *Stream) finish() (text *logical, at int, stop bool) {
	for i := range s.waiting.n {
		for _, p := range s.waiting.at(i).pieces {
			p.text.last = p.end
		}
	}
	for i := range s.waiting.n {
		for _, p := range s.waiting.at(i).pieces {
			p.text.crop()
			if at, stop := s.decide(p.text, true); stop {
				return p.text, at, true
			}
		}
	}
	return nil, 0, false
}
