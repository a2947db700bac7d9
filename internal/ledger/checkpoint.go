// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/durable"
)

// Checkpoint returns the signed head of everything durable now. The head is
// swapped into the store first: a ledger that does not follow on the stored
// head never signs. The note is also left in the file "checkpoint" of Dir.
func (l *Ledger) Checkpoint(ctx context.Context) ([]byte, error) {
	l.headMu.Lock()
	defer l.headMu.Unlock()
	h := l.durableHead()
	if l.checkpoint != nil && h.Size == l.published {
		return l.checkpoint, nil
	}
	if h.Size != l.signed.Size {
		if err := l.syncDerived(h.Size); err != nil {
			return nil, l.poison(err)
		}
		if err := l.heads.swap(ctx, l.signed, h); err != nil {
			if errors.Is(err, ErrRolledBack) {
				return nil, l.poison(err)
			}
			return nil, err
		}
		l.signed = h
	}
	signed, err := l.sign(counterfoil.Checkpoint{Origin: l.Origin(), Size: h.Size, Root: h.Root})
	if err != nil {
		return nil, err
	}
	if err := durable.Replace(l.cfg.Disk, filepath.Join(l.cfg.Dir, "checkpoint"), signed); err != nil {
		return nil, fmt.Errorf("publish checkpoint: %w", err)
	}
	l.checkpoint, l.published = signed, h.Size
	l.shown.Store(&signed)
	return signed, nil
}

// durableHead is the present end with the lowest open intent: one moment.
func (l *Ledger) durableHead() head {
	l.mu.Lock()
	defer l.mu.Unlock()
	h := l.durable
	h.Edge = append([]counterfoil.Hash(nil), h.Edge...)
	h.OpenFrom = l.open.lowest(h.Size)
	h.Keys = l.keys.Load().history
	return h
}

// syncDerived makes tree nodes and positions durable up to the head. Without
// space they stay in memory, and the next start makes them anew.
func (l *Ledger) syncDerived(size uint64) error {
	for d, need := range map[*derived]int64{l.hashes: nodeBytes(size), l.positions: positionBytes(size)} {
		err := d.sync(need)
		if errors.Is(err, errUnwritten) {
			l.log.Warn("tree nodes and positions are not on the disk; a restart will rebuild them", "error", err)
		} else if err != nil {
			return fmt.Errorf("sync tree nodes and positions: %w", err)
		}
	}
	return nil
}

// signUntilClosed signs a head at every interval in which the log grew.
func (l *Ledger) signUntilClosed() {
	defer l.background.Done()
	if l.cfg.HeadEvery < 0 {
		return
	}
	ticker := time.NewTicker(l.cfg.HeadEvery)
	defer ticker.Stop()
	for {
		select {
		case <-l.closing:
			return
		case <-ticker.C:
			if _, err := l.Checkpoint(context.Background()); err != nil {
				l.log.Error("no head was signed", "error", err)
			}
		}
	}
}
