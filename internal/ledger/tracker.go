// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/counterfoil/counterfoil"
)

// OpenIntent is an intent without its outcome.
type OpenIntent struct {
	ID    counterfoil.ID
	Index counterfoil.Index
	Time  int64 // of the intent, microseconds since the Unix epoch
}

// stage is how far an interaction has come.
type stage uint8

const (
	stageBeginning stage = iota // its intent waits to become durable
	stageOpen
	stageEnding // its outcome waits to become durable
)

// tracker knows the interactions that have begun and not ended, so that every
// intent gets exactly one outcome. It is safe for concurrent use.
type tracker struct {
	mu   sync.Mutex
	open map[counterfoil.ID]openState
}

type openState struct {
	OpenIntent
	stage stage
}

// admit checks e against what is open and notes that it is on its way. For an
// outcome it returns the index of the intent.
func (t *tracker) admit(e *counterfoil.Entry) (counterfoil.Index, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s, found := t.open[e.ID]
	switch {
	case e.Kind == counterfoil.KindIntent && found:
		return 0, fmt.Errorf("%w: interaction %s has an intent already", ErrConflict, e.ID)
	case e.Kind == counterfoil.KindIntent && e.Outcome == nil:
		t.open[e.ID] = openState{OpenIntent{ID: e.ID, Time: e.Time}, stageBeginning}
	case e.Kind == counterfoil.KindOutcome && (!found || s.stage != stageOpen):
		return 0, fmt.Errorf("%w: interaction %s has no open intent", ErrConflict, e.ID)
	case e.Kind == counterfoil.KindOutcome:
		s.stage = stageEnding
		t.open[e.ID] = s
		return s.Index, nil
	}
	return 0, nil
}

// settle takes note of what became of an admitted entry.
func (t *tracker) settle(kind counterfoil.Kind, id counterfoil.ID, index counterfoil.Index, written bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s, found := t.open[id]
	switch {
	case !found:
	case kind == counterfoil.KindIntent && written:
		s.Index, s.stage = index, stageOpen
		t.open[id] = s
	case kind == counterfoil.KindIntent && s.stage == stageBeginning, kind == counterfoil.KindOutcome && written:
		delete(t.open, id)
	case kind == counterfoil.KindOutcome:
		s.stage = stageOpen
		t.open[id] = s
	}
}

// lowest is the index of the first intent of the log that is open, or size.
func (t *tracker) lowest(size uint64) counterfoil.Index {
	t.mu.Lock()
	defer t.mu.Unlock()
	low := counterfoil.Index(size)
	for _, s := range t.open {
		if s.stage != stageBeginning {
			low = min(low, s.Index)
		}
	}
	return low
}

// list returns the open intents in the order of the log.
func (t *tracker) list() []OpenIntent {
	t.mu.Lock()
	defer t.mu.Unlock()
	var list []OpenIntent
	for s := range maps.Values(t.open) {
		if s.stage != stageBeginning {
			list = append(list, s.OpenIntent)
		}
	}
	slices.SortFunc(list, func(a, b OpenIntent) int { return cmp.Compare(a.Index, b.Index) })
	return list
}

// replay takes in an entry that is in the log already.
func (t *tracker) replay(e *counterfoil.Entry, index counterfoil.Index) error {
	switch {
	case e.Kind == counterfoil.KindIntent && e.Outcome == nil:
		if _, found := t.open[e.ID]; found {
			return fmt.Errorf("%w: entry %d is a second intent of interaction %s", ErrDamaged, index, e.ID)
		}
		t.open[e.ID] = openState{OpenIntent{ID: e.ID, Index: index, Time: e.Time}, stageOpen}
	case e.Kind == counterfoil.KindOutcome:
		delete(t.open, e.ID) // an outcome whose intent lies before the scanned range closes nothing here
	}
	return nil
}
