// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"path/filepath"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/counterfoil/counterfoil"
)

// openDerived opens tree nodes and positions up to the head, and rebuilds them
// from the segments if they do not lead to its root.
func (l *Ledger) openDerived(ctx context.Context, h head) error {
	var err error
	if l.hashes, err = openDerived(l.cfg.Disk, filepath.Join(l.cfg.Dir, "hashes")); err != nil {
		return fmt.Errorf("open ledger: %w", err)
	}
	if l.positions, err = openDerived(l.cfg.Disk, filepath.Join(l.cfg.Dir, "positions")); err != nil {
		return fmt.Errorf("open ledger: %w", err)
	}
	if !l.derivedSound(h) {
		if h.Size > 0 {
			l.log.Warn("tree nodes or positions do not match the head and are rebuilt", "entries", h.Size)
		}
		return l.rebuild(ctx, h)
	}
	return l.cutDerived(h.Size)
}

// nodeBytes and positionBytes are what a log of some size has of each.
func nodeBytes(size uint64) int64     { return tlog.StoredHashCount(int64(size)) * tlog.HashSize }
func positionBytes(size uint64) int64 { return int64(size) * 8 }

func (l *Ledger) derivedSound(h head) bool {
	if l.hashes.size() < nodeBytes(h.Size) || l.positions.size() < positionBytes(h.Size) {
		return false
	}
	root, err := tlog.TreeHash(int64(h.Size), l.nodes())
	return err == nil && counterfoil.Hash(root) == h.Root && (h.Size == 0 || l.leadsTo(counterfoil.Index(h.Size-1)))
}

// leadsTo tells whether the position of an entry leads to its leaf.
func (l *Ledger) leadsTo(i counterfoil.Index) bool {
	at, err := l.position(i)
	if err != nil {
		return false
	}
	frame, err := l.readFrame(at)
	return err == nil && l.checkLeaf(stored(i, frame)) == nil
}

func (l *Ledger) cutDerived(size uint64) error {
	if err := errors.Join(l.hashes.cut(nodeBytes(size)), l.positions.cut(positionBytes(size))); err != nil {
		return fmt.Errorf("open ledger: cut tree nodes and positions: %w", err)
	}
	return nil
}

// rebuild makes tree nodes and positions anew from the first entry to the head.
func (l *Ledger) rebuild(ctx context.Context, h head) error {
	if err := l.cutDerived(0); err != nil {
		return err
	}
	err := errors.Join(l.hashes.owe(nodeBytes(h.Size)), l.positions.owe(positionBytes(h.Size)))
	if err != nil {
		return fmt.Errorf("open ledger: rebuild tree nodes and positions: %w", err)
	}
	var tree counterfoil.Tree
	r := l.reader(counterfoil.Position{}, 0)
	defer r.Close()
	for tree.Size() < h.Size {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		b, err := r.Next()
		if err != nil {
			return l.unreadable(r.At(), err)
		}
		l.takeIn(&tree, b)
	}
	if tree.Root() != h.Root {
		return l.rolledBack(h, "its entries have another root")
	}
	return nil
}

// takeIn adds a batch to tree, tree nodes and positions. The root is checked
// when all batches are in.
func (l *Ledger) takeIn(tree *counterfoil.Tree, b *counterfoil.Batch) {
	c := &l.committer // nobody commits yet
	c.nodes, c.bytes = c.nodes[:0], c.bytes[:0]
	for _, e := range b.Entries {
		c.nodes = tree.Append(c.nodes, counterfoil.LeafHash(e.Raw))
		c.bytes = binary.BigEndian.AppendUint64(c.bytes, packPosition(b.Start.Segment, e.Offset))
	}
	l.positions.append(c.bytes)
	c.bytes = c.bytes[:0]
	for i := range c.nodes {
		c.bytes = append(c.bytes, c.nodes[i][:]...)
	}
	l.hashes.append(c.bytes)
}
