// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package erasure

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/ledger"
	"github.com/counterfoil/counterfoil/internal/vault"
)

// survey is which payloads of the whole log lie where and under which keys.
type survey struct {
	payloads map[counterfoil.ID]uint64 // by wrapping key; those overwritten or deleted are left out
	segments map[uint32]*contents
	written  uint32 // the payload segment written to when it began; those below hold nothing newer

	erasedKeys, erasedTargets map[counterfoil.ID]bool // what entries name
}

// contents is what a payload segment holds.
type contents struct {
	keys    map[counterfoil.ID]bool
	blank   []counterfoil.ID // entries whose payloads do not begin like one
	unknown bool             // something could not be read
}

// surveyStep is how often progress is told, in entries.
const surveyStep = 10_000

// survey reads the head of every payload of the log.
func (e *Eraser) survey(ctx context.Context, progress Progress) (*survey, error) {
	s := &survey{
		payloads: make(map[counterfoil.ID]uint64), segments: make(map[uint32]*contents),
		erasedKeys: make(map[counterfoil.ID]bool), erasedTargets: make(map[counterfoil.ID]bool), written: e.Log.WrittenPayloads(),
	}
	err := e.Log.Scan(ctx, 0, func(entry ledger.Stored) error {
		if progress != nil && entry.Index%surveyStep == 0 {
			progress(uint64(entry.Index), e.Log.Size())
		}
		if entry.Payload.Length == 0 {
			return s.noPayload(entry)
		}
		return e.look(s, entry)
	})
	if err != nil {
		return nil, fmt.Errorf("read which payloads lie under which key: %w", err)
	}
	return s, nil
}

// noPayload takes in what an erasure entry names.
func (s *survey) noPayload(entry ledger.Stored) error {
	e, err := counterfoil.DecodeEntry(entry.Raw)
	if err != nil {
		return fmt.Errorf("decode entry %d: %w", entry.Index, err)
	}
	if b := e.Erasure; b != nil {
		for _, id := range b.Keys {
			s.erasedKeys[id] = true
		}
		for _, id := range b.Targets {
			s.erasedTargets[id] = true
		}
	}
	return nil
}

func (e *Eraser) look(s *survey, entry ledger.Stored) error {
	ref := entry.Payload
	ref.Length = min(ref.Length, uint32(vault.HeadBytes))
	head, err := e.Log.Payload(ref)
	if errors.Is(err, ledger.ErrNotFound) {
		return nil // its segment was deleted
	}
	c := s.segments[ref.Segment]
	if c == nil {
		c = &contents{keys: make(map[counterfoil.ID]bool)}
		s.segments[ref.Segment] = c
	}
	if err != nil {
		c.unknown = true
		return nil
	}
	if key, ok := vault.KeyOf(head); ok {
		s.payloads[key]++
		c.keys[key] = true
		return nil
	}
	decoded, err := counterfoil.DecodeEntry(entry.Raw)
	if err != nil {
		return fmt.Errorf("decode entry %d: %w", entry.Index, err)
	}
	c.blank = append(c.blank, decoded.ID)
	return nil
}

// dead are the segments of which entries name everything as erased, with the keys
// given; each is returned once. Not the one being written when the survey began,
// even if it is full by now: others wrote into it since. A key that is only missing
// does not count: the store may be the wrong one, and what lies under its keys still
// be wanted.
func (s *survey) dead(keys, targets []counterfoil.ID) []uint64 {
	for _, id := range keys {
		s.erasedKeys[id] = true
	}
	for _, id := range targets {
		s.erasedTargets[id] = true
	}
	var dead []uint64
	for n, c := range s.segments {
		if n < s.written && s.allErased(c) {
			dead = append(dead, uint64(n))
			delete(s.segments, n)
		}
	}
	slices.Sort(dead)
	return dead
}

func (s *survey) allErased(c *contents) bool {
	for key := range c.keys {
		if !s.erasedKeys[key] {
			return false
		}
	}
	return !c.unknown && !slices.ContainsFunc(c.blank, func(id counterfoil.ID) bool { return !s.erasedTargets[id] })
}
