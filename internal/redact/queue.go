// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package redact

// event is an event that waits for its texts to be decided.
type event struct {
	raw    []byte // the caller's bytes until own copies them
	copied []byte // memory of this slot, reused
	pieces []piece
}

func (e *event) isDecided() bool {
	for i := range e.pieces {
		if e.pieces[i].text.decided < e.pieces[i].end {
			return false
		}
	}
	return true
}

// queue is a ring of waiting events. Its slots keep their memory, so that a
// stream in which each event waits for the next allocates nothing. Pointers to
// events are valid until the next push.
type queue struct {
	ring []event // length a power of two, or zero
	head int
	n    int
}

// at returns the i-th waiting event from the front.
func (q *queue) at(i int) *event { return &q.ring[(q.head+i)&(len(q.ring)-1)] }

func (q *queue) first() *event { return q.at(0) }
func (q *queue) last() *event  { return q.at(q.n - 1) }

// push adds an event without copying its bytes; see own.
func (q *queue) push(raw []byte) *event {
	if q.n == len(q.ring) {
		q.grow()
	}
	q.n++
	e := q.last()
	e.raw = raw
	e.pieces = e.pieces[:0]
	return e
}

// own copies the bytes of the last event, if one waits, before its owner takes
// them back.
func (q *queue) own() {
	if q.n == 0 {
		return
	}
	e := q.last()
	e.copied = append(e.copied[:0], e.raw...)
	e.raw = e.copied
}

func (q *queue) grow() {
	ring := make([]event, max(2*len(q.ring), 4))
	for i := range q.n {
		ring[i] = *q.at(i)
	}
	q.ring, q.head = ring, 0
}

func (q *queue) pop() {
	q.head = (q.head + 1) & (len(q.ring) - 1)
	q.n--
}

// truncate drops all events but the first n.
func (q *queue) truncate(n int) { q.n = n }

// find returns the index of the event that holds the offset of a text, or the
// number of waiting events.
func (q *queue) find(text *logical, offset int) int {
	for i := range q.n {
		for _, p := range q.at(i).pieces {
			if p.text == text && p.start <= offset && offset < p.end {
				return i
			}
		}
	}
	return q.n
}
