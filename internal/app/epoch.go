// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"fmt"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/ledger"
)

// epochOf names the quarter a time lies in, such as "2026q4".
func epochOf(t time.Time) string {
	t = t.UTC()
	return fmt.Sprintf("%04dq%d", t.Year(), (int(t.Month())+2)/3)
}

// sealEpoch closes the last epoch when it is over: one seal, however many
// quarters passed without an entry. A clock set back seals nothing.
func (a *App) sealEpoch(ctx context.Context) error {
	size := counterfoil.Index(a.ledger.Size())
	if err := a.awaitIndex(ctx, size); err != nil {
		return fmt.Errorf("seal epoch: %w", err)
	}
	over, first, err := a.openEpoch(ctx, size)
	if err != nil {
		return fmt.Errorf("seal epoch: %w", err)
	}
	if over >= epochOf(a.clock.Now()) {
		return nil
	}
	s := epochCount{seal: counterfoil.Seal{Epoch: over, First: uint64(first)}, next: first}
	if err := s.count(ctx, a.ledger); err != nil { // most of it before anything has to wait
		return fmt.Errorf("seal epoch %s: %w", over, err)
	}
	_, err = a.ledger.AppendBuilt(ctx, counterfoil.KindSeal, func(before counterfoil.Checkpoint) (*counterfoil.Entry, error) {
		if err := s.count(ctx, a.ledger); err != nil {
			return nil, err
		}
		if uint64(s.next) != before.Size {
			return nil, fmt.Errorf("%d entries are counted of %d", s.next, before.Size)
		}
		s.seal.Size, s.seal.Root = before.Size, before.Root
		return &counterfoil.Entry{Kind: counterfoil.KindSeal, ID: counterfoil.NewID(), Time: a.clock.Now().UnixMicro(), Seal: &s.seal}, nil
	})
	if err != nil {
		return fmt.Errorf("seal epoch %s: %w", over, err)
	}
	a.log.Info("epoch sealed", "epoch", over, "entries", s.seal.Size-s.seal.First)
	return nil
}

// awaitIndex waits for the index, and not for long: while it is made again other work
// is due too.
func (a *App) awaitIndex(ctx context.Context, size counterfoil.Index) error {
	short, cancel := context.WithTimeout(ctx, projectionPatience)
	defer cancel()
	if err := a.projected.wait(short, size); err != nil {
		return fmt.Errorf("the index knows fewer than %d entries: %w", size, err)
	}
	return nil
}

// openEpoch is the epoch that is not sealed yet, by the time of its first entry,
// and the index of that entry. The index must know the first size entries: one that
// is being made again would show no seal, and what is sealed would be sealed twice.
func (a *App) openEpoch(ctx context.Context, size counterfoil.Index) (string, counterfoil.Index, error) {
	var first counterfoil.Index
	a.projected.exclusive.Lock()
	known := a.index.Position().Next
	seals, err := a.index.Events(ctx, index.EventFilter{Kinds: []counterfoil.Kind{counterfoil.KindSeal}, Limit: 1})
	a.projected.exclusive.Unlock()
	if err != nil {
		return "", 0, err
	}
	if known < size {
		return "", 0, fmt.Errorf("the index knows %d entries of %d", known, size)
	}
	if len(seals) > 0 {
		first = seals[0].Entry + 1
	}
	if uint64(first) == a.ledger.Size() {
		return epochOf(a.clock.Now()), first, nil
	}
	stored, err := a.ledger.Read(first)
	if err != nil {
		return "", 0, err
	}
	e, err := counterfoil.DecodeEntry(stored.Raw)
	if err != nil {
		return "", 0, fmt.Errorf("decode entry %d: %w", first, err)
	}
	return epochOf(time.UnixMicro(e.Time)), first, nil
}

// epochCount counts the entries of an epoch up to the end the log has.
type epochCount struct {
	seal counterfoil.Seal
	next counterfoil.Index
}

func (s *epochCount) count(ctx context.Context, l *ledger.Ledger) error {
	return l.Scan(ctx, s.next, func(stored ledger.Stored) error {
		e, err := counterfoil.DecodeEntry(stored.Raw)
		if err != nil {
			return fmt.Errorf("decode entry %d: %w", stored.Index, err)
		}
		if e.Kind == counterfoil.KindIntent {
			s.seal.Intents++
		}
		if e.Outcome != nil {
			s.seal.Outcomes++
		}
		if e.Gap != nil {
			s.seal.Gaps += e.Gap.Requests
		}
		s.next = stored.Index + 1
		return nil
	})
}
