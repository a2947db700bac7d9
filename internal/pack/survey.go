// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package pack

import (
	"context"
	"errors"
	"fmt"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/ledger"
)

// survey is what one walk from the log's beginning to the end of the range finds.
type survey struct {
	from, to counterfoil.Index
	counts   counterfoil.PackCounts
	key      string // verifier key in force at to

	anchor   counterfoil.Index // last anchor of type registry before from
	registry uint64            // size of the registry's head in it; 0 for no such anchor

	selected map[counterfoil.Index]bool // form selection: intents of the system, true once closed
	entries  []counterfoil.Index        // form selection: the contained entries
}

// errEnd ends a walk at the end of the range.
var errEnd = errors.New("the range ends here")

// look turns the times into indexes: the first entry at or after Since, and from
// there on the first at or after Until. Clocks are set back at times, so this is not
// the same as looking at every entry's time by itself; but packs of adjoining times
// hold every entry once.
func (p *packing) look(ctx context.Context) error {
	size := counterfoil.Index(p.Log.Size())
	since, until := p.Since.UnixMicro(), p.Until.UnixMicro()
	s := &p.survey
	s.to = size
	s.selected = make(map[counterfoil.Index]bool)
	begun := false
	var decoder counterfoil.Decoder
	err := p.Log.Scan(ctx, 0, func(st ledger.Stored) error {
		if st.Index >= size {
			return errEnd
		}
		if st.Index%4096 == 0 {
			p.Progress(uint64(st.Index), uint64(size))
		}
		if !begun && s.passes(st.Raw, since) {
			return nil
		}
		e, err := decoder.Decode(st.Raw)
		if err != nil {
			return fmt.Errorf("read entry %d: %w", st.Index, err)
		}
		if !begun && e.Time >= since {
			begun, s.from = true, st.Index
		}
		if begun && e.Time >= until {
			s.to = st.Index
			return errEnd
		}
		s.follow(e)
		if !begun {
			s.before(st.Index, e)
			return nil
		}
		if p.System != nil && !s.selects(st.Index, e, p.System.ID) {
			return nil
		}
		s.count(e)
		return nil
	})
	if err != nil && !errors.Is(err, errEnd) {
		return fmt.Errorf("look through the log: %w", err)
	}
	if !begun || s.from == s.to || p.System != nil && len(s.entries) == 0 {
		return ErrEmpty
	}
	return nil
}

// passes tells that an entry lies before the range and says nothing a pack needs, which
// takes no decoding of most entries. All their times are looked at, and not only some to
// find the place sooner: a clock may have been set back.
func (s *survey) passes(raw []byte, since int64) bool {
	at, ok := counterfoil.PeekTime(raw)
	if !ok || at >= since {
		return false
	}
	switch counterfoil.PeekKind(raw) {
	case counterfoil.KindKey, counterfoil.KindAnchor:
		return false
	case counterfoil.KindBoot:
		return s.key != ""
	default:
		return true
	}
}

// follow keeps the key that signs from here on.
func (s *survey) follow(e *counterfoil.Entry) {
	switch {
	case e.Boot != nil && s.key == "":
		s.key = e.Boot.NodeKey
	case e.Key != nil && (e.Key.Event == counterfoil.KeyRotated || e.Key.Event == counterfoil.KeySucceeded):
		s.key = e.Key.Key
	}
}

// before remembers what of the log before the range belongs into a pack.
func (s *survey) before(i counterfoil.Index, e *counterfoil.Entry) {
	if e.Anchor != nil && e.Anchor.Type == counterfoil.AnchorRegistry {
		s.anchor, s.registry = i, e.Anchor.Size
	}
}

// selects tells whether an entry of the range belongs to an interaction of the
// system, and remembers it.
func (s *survey) selects(i counterfoil.Index, e *counterfoil.Entry, system counterfoil.ID) bool {
	switch {
	case e.Intent != nil:
		if e.Intent.System != system {
			return false
		}
		s.selected[i] = e.Outcome != nil
	case e.Kind == counterfoil.KindOutcome:
		if _, ours := s.selected[e.Outcome.Intent]; !ours {
			return false
		}
		s.selected[e.Outcome.Intent] = true
	default:
		return false
	}
	s.entries = append(s.entries, i)
	return true
}

// count counts a contained entry.
func (s *survey) count(e *counterfoil.Entry) {
	c := &s.counts
	c.Entries++
	if len(e.Commitment) > 0 {
		c.Payloads.Withheld++ // until disclose takes it over
	}
	if e.Intent != nil {
		c.Intents++
	}
	if e.Outcome != nil {
		c.Outcomes++
		if e.Intent == nil && e.Outcome.Intent < s.from {
			c.Earlier++
		}
	}
	if e.Gap != nil {
		c.Unrecorded += e.Gap.Requests
	}
	c.Open = c.Intents - (c.Outcomes - c.Earlier)
}

// contained calls fn for the contained entries in order.
func (p *packing) contained(ctx context.Context, fn func(counterfoil.Index, *counterfoil.Entry, ledger.PayloadRef) error) error {
	if p.System != nil {
		for _, i := range p.survey.entries {
			if err := p.one(ctx, i, fn); err != nil {
				return err
			}
		}
		return nil
	}
	err := p.Log.Scan(ctx, p.survey.from, func(st ledger.Stored) error {
		if st.Index >= p.survey.to {
			return errEnd
		}
		e, err := counterfoil.DecodeEntry(st.Raw)
		if err != nil {
			return fmt.Errorf("read entry %d: %w", st.Index, err)
		}
		return fn(st.Index, e, st.Payload)
	})
	if errors.Is(err, errEnd) {
		return nil
	}
	return err
}

func (p *packing) one(ctx context.Context, i counterfoil.Index, fn func(counterfoil.Index, *counterfoil.Entry, ledger.PayloadRef) error) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	st, err := p.Log.Read(i)
	if err != nil {
		return err
	}
	e, err := counterfoil.DecodeEntry(st.Raw)
	if err != nil {
		return fmt.Errorf("read entry %d: %w", i, err)
	}
	return fn(i, e, st.Payload)
}
