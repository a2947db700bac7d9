// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package redact

// decide settles as much of a text as can be settled, all of it when final,
// and notes the changes. If the guard stops the stream it returns the offset
// in the text where that is: everything before is settled, nothing from there.
func (s *Stream) decide(t *logical, final bool) (at int, stop bool) {
	from, limit := t.decided-t.base, len(t.window)
	if !final {
		limit = s.hold(t.window, from)
	}
	if limit <= from {
		return 0, false
	}
	s.places = s.live.appendLive(s.places[:0], t.window, from)
	s.found = s.found[:0]
	context := 0
	if s.guard != nil {
		s.found = s.guard.Scan(s.found, t.window, from)
		context = contextBytes
	}
	if !final {
		limit = s.uncut(limit, from)
	}
	limit, stop = s.judge(t, from, limit)
	t.settle(limit, context)
	return t.decided, stop
}

// hold returns the offset in a window up to which it can be decided now.
func (s *Stream) hold(window string, from int) int {
	limit := s.live.hold(window, from)
	if s.guard != nil {
		limit = min(limit, max(s.guard.Hold(window, from), from))
	}
	return limit
}

// uncut lowers limit until it cuts neither a finding nor a placeholder.
func (s *Stream) uncut(limit, from int) int {
	for before := -1; before != limit; {
		before = limit
		for i := range s.found {
			if f := &s.found[i]; f.Start < limit && limit < f.End {
				limit = f.Start
			}
		}
		for i := range s.places {
			if p := &s.places[i]; p.Start < limit && limit < p.End {
				limit = p.Start
			}
		}
	}
	return max(limit, from)
}

// judge merges findings and placeholders of the window between from and limit
// into the changes of the text. On a stop it returns the offset of the stop as
// the new limit.
func (s *Stream) judge(t *logical, from, limit int) (newLimit int, stop bool) {
	places := s.places
	for _, f := range s.found {
		f.Start, f.End = max(f.Start, from), min(f.End, limit)
		if f.Start >= f.End {
			continue
		}
		for len(places) > 0 && places[0].Start < f.Start {
			t.restore(places[0])
			places = places[1:]
		}
		value := t.window[f.Start:f.End]
		f.Start, f.End = f.Start+t.base, f.End+t.base
		switch v := s.guard.Decide(t.key, f, value); v.Action {
		case Replace:
			t.change(change{start: f.Start, end: f.End, with: v.With, isMask: true})
		case Stop:
			return t.retract(f.Start) - t.base, true
		}
	}
	for len(places) > 0 && places[0].Start < limit {
		t.restore(places[0])
		places = places[1:]
	}
	return limit, false
}

// restore notes that a placeholder of the window is restored.
func (t *logical) restore(p Replacement) {
	t.change(change{start: t.base + p.Start, end: t.base + p.End, with: p.Value})
}

// retract moves an offset to the beginning of the change it cuts, if any. The
// change itself may stay: the event it begins in is not emitted.
func (t *logical) retract(at int) int {
	if n := len(t.changes); n > 0 && t.changes[n-1].end > at {
		return t.changes[n-1].start
	}
	return at
}
