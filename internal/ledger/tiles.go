// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/counterfoil/counterfoil"
)

// Published returns the newest signed head, without signing one: everything up
// to its size is durable. It is nil only before the first head of this process.
func (l *Ledger) Published() []byte {
	if signed := l.shown.Load(); signed != nil {
		return *signed
	}
	return nil
}

// HashTile returns the nodes of a hash tile, 32 bytes each, or ErrNotFound.
func (l *Ledger) HashTile(t counterfoil.Tile) ([]byte, error) {
	if t.Level == counterfoil.EntriesLevel || !t.Within(l.Size()) {
		return nil, fmt.Errorf("read tile %s: %w", t.Path(), ErrNotFound)
	}
	if t.Level == 0 {
		return l.leafTile(t)
	}
	out := make([]byte, 0, t.Width*tlog.HashSize)
	for i := range t.Width {
		node := tlog.StoredHashIndex(8*t.Level, int64(t.N)*counterfoil.TileWidth+int64(i))
		out = out[:len(out)+tlog.HashSize]
		if err := l.hashes.readAt(out[len(out)-tlog.HashSize:], node*tlog.HashSize); err != nil {
			return nil, fmt.Errorf("read tile %s: %w", t.Path(), err)
		}
	}
	return out, nil
}

// leafTile reads a tile of level 0. Its leaves lie among at most as many nodes
// again, so one read takes them all.
func (l *Ledger) leafTile(t counterfoil.Tile) ([]byte, error) {
	at := func(i int) int64 {
		return tlog.StoredHashIndex(0, int64(t.N)*counterfoil.TileWidth+int64(i)) * tlog.HashSize
	}
	start := at(0)
	region := make([]byte, at(t.Width-1)+tlog.HashSize-start)
	if err := l.hashes.readAt(region, start); err != nil {
		return nil, fmt.Errorf("read tile %s: %w", t.Path(), err)
	}
	out := make([]byte, 0, t.Width*tlog.HashSize)
	for i := range t.Width {
		out = append(out, region[at(i)-start:][:tlog.HashSize]...)
	}
	return out, nil
}

// errEnough ends a scan that has what it wants.
var errEnough = errors.New("enough")

// Bundle returns an entry bundle, or ErrNotFound.
func (l *Ledger) Bundle(ctx context.Context, t counterfoil.Tile) ([]byte, error) {
	if t.Level != counterfoil.EntriesLevel || !t.Within(l.Size()) {
		return nil, fmt.Errorf("read bundle %s: %w", t.Path(), ErrNotFound)
	}
	var out []byte
	left := t.Width
	err := l.Scan(ctx, counterfoil.Index(t.N*counterfoil.TileWidth), func(s Stored) error {
		var err error
		if out, err = counterfoil.AppendBundled(out, s.Raw); err != nil {
			return err
		}
		if left--; left == 0 {
			return errEnough
		}
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		return nil, fmt.Errorf("read bundle %s: %w", t.Path(), err)
	}
	return out, nil
}

// Root returns the root the tree had at a size.
func (l *Ledger) Root(size uint64) (counterfoil.Hash, error) {
	if size == 0 {
		return counterfoil.EmptyRoot(), nil
	}
	if size > l.Size() {
		return counterfoil.Hash{}, fmt.Errorf("root at size %d of %d: %w", size, l.Size(), ErrNotFound)
	}
	root, err := tlog.TreeHash(int64(size), l.nodes())
	if err != nil {
		return counterfoil.Hash{}, fmt.Errorf("root at size %d: %w", size, err)
	}
	return counterfoil.Hash(root), nil
}

// ProveUnder returns the inclusion proof of an entry under a signed head of this
// log that is at hand already.
func (l *Ledger) ProveUnder(signed []byte, i counterfoil.Index) (counterfoil.Proof, error) {
	c, err := counterfoil.ParseCheckpoint(signed)
	if err != nil {
		return counterfoil.Proof{}, fmt.Errorf("prove entry %d: %w", i, err)
	}
	if uint64(i) >= c.Size || c.Size > l.Size() {
		return counterfoil.Proof{}, fmt.Errorf("prove entry %d under a head of size %d: %w", i, c.Size, ErrNotFound)
	}
	path, err := tlog.ProveRecord(int64(c.Size), int64(i), l.nodes())
	if err != nil {
		return counterfoil.Proof{}, fmt.Errorf("prove entry %d: %w", i, err)
	}
	return counterfoil.Proof{Index: i, Hashes: hashes(path), Checkpoint: signed}, nil
}
