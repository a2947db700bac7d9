// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"errors"
	"time"
)

// refillEvery is how often a full disk is asked again.
const refillEvery = time.Second

// fillUntilClosed keeps zero-filled space ahead of both tracks. While it cannot,
// the ledger counts as full: what is filled already is left to outcomes.
func (l *Ledger) fillUntilClosed() {
	defer l.background.Done()
	for {
		var again <-chan time.Time
		if err := l.fillAll(); errors.Is(err, errUnsynced) {
			l.poison(err)
			return
		} else if err != nil {
			l.setFull(err)
			again = time.After(refillEvery)
		} else {
			l.setFull(nil)
		}
		select {
		case <-l.closing:
			return
		case <-l.refill:
		case <-again:
		}
	}
}

// fillAll takes the tracks in turns, so that neither starves.
func (l *Ledger) fillAll() error {
	for more := true; more; {
		more = false
		for _, t := range []*track{l.frames, l.payloads} {
			m, err := t.fillStep()
			if err != nil {
				return err
			}
			more = more || m
		}
		select {
		case <-l.closing:
			return nil
		default:
		}
	}
	return nil
}

// kickFiller wakes the filler if space runs low.
func (l *Ledger) kickFiller() {
	if !l.frames.low() && !l.payloads.low() {
		return
	}
	select {
	case l.refill <- struct{}{}:
	default:
	}
}

func (l *Ledger) setFull(err error) {
	was := l.full.Load()
	if err == nil {
		if was != nil {
			l.full.Store(nil)
			l.log.Info("ledger has space again")
		}
		return
	}
	l.full.Store(&err)
	if was == nil {
		l.log.Error("ledger is full: only outcomes are taken until space returns", "error", err)
	}
}
