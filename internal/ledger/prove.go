// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"context"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/counterfoil/counterfoil"
)

// Prove returns the inclusion proof of an entry under the newest checkpoint,
// made now if the newest does not cover the entry.
func (l *Ledger) Prove(ctx context.Context, i counterfoil.Index) (counterfoil.Proof, error) {
	if uint64(i) >= l.Size() {
		return counterfoil.Proof{}, fmt.Errorf("prove entry %d: %w", i, ErrNotFound)
	}
	signed, err := l.covering(ctx, i)
	if err != nil {
		return counterfoil.Proof{}, fmt.Errorf("prove entry %d: %w", i, err)
	}
	c, err := counterfoil.ParseCheckpoint(signed)
	if err != nil {
		return counterfoil.Proof{}, fmt.Errorf("prove entry %d: %w", i, err)
	}
	path, err := tlog.ProveRecord(int64(c.Size), int64(i), l.nodes())
	if err != nil {
		return counterfoil.Proof{}, fmt.Errorf("prove entry %d: %w", i, err)
	}
	return counterfoil.Proof{Index: i, Hashes: hashes(path), Checkpoint: signed}, nil
}

// covering returns a checkpoint whose tree holds entry i.
func (l *Ledger) covering(ctx context.Context, i counterfoil.Index) ([]byte, error) {
	l.headMu.Lock()
	signed, size := l.checkpoint, l.published
	l.headMu.Unlock()
	if signed != nil && uint64(i) < size {
		return signed, nil
	}
	return l.Checkpoint(ctx)
}

// ProveConsistency returns the proof that the tree of size next grew from that
// of size prev, for counterfoil.CheckConsistency.
func (l *Ledger) ProveConsistency(_ context.Context, prev, next uint64) ([]counterfoil.Hash, error) {
	if prev > next || next > l.Size() {
		return nil, fmt.Errorf("prove consistency from %d to %d of %d: %w", prev, next, l.Size(), ErrNotFound)
	}
	if prev == 0 {
		return nil, nil
	}
	path, err := tlog.ProveTree(int64(next), int64(prev), l.nodes())
	if err != nil {
		return nil, fmt.Errorf("prove consistency from %d to %d: %w", prev, next, err)
	}
	return hashes(path), nil
}

// nodes reads the tree's nodes for package tlog.
func (l *Ledger) nodes() tlog.HashReader {
	return tlog.HashReaderFunc(func(at []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(at))
		for i, n := range at {
			if err := l.hashes.readAt(out[i][:], n*tlog.HashSize); err != nil {
				return nil, fmt.Errorf("read tree node %d: %w", n, err)
			}
		}
		return out, nil
	})
}

func hashes(list []tlog.Hash) []counterfoil.Hash {
	out := make([]counterfoil.Hash, len(list))
	for i, h := range list {
		out[i] = counterfoil.Hash(h)
	}
	return out
}
