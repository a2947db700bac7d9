// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/counterfoil/counterfoil"
)

// loadHead brings key and head together, or makes both for a new log. The first
// head, of the empty tree, is stored before the first entry can be: a log with
// entries and no head is always a fault.
func (l *Ledger) loadHead(ctx context.Context) (nodeKey, head, error) {
	begun := l.begun()
	key, err := l.cfg.key(!begun)
	if err != nil {
		return key, head{}, fmt.Errorf("open ledger: %w", err)
	}
	l.origin = key.signer.Name()
	if l.heads, err = openHeads(ctx, l.cfg.HeadsPath); err != nil {
		return key, head{}, err
	}
	h, err := l.heads.load(ctx, l.Origin())
	if errors.Is(err, errNoHead) {
		if begun {
			return key, head{}, fmt.Errorf("open ledger: %w: %s holds entries but %s holds no head; put the file back from a backup that is not older than the ledger",
				ErrDamaged, l.cfg.Dir, l.cfg.HeadsPath)
		}
		h = head{Root: counterfoil.EmptyRoot(), Keys: firstKey(key.verifier)}
		err = l.heads.create(ctx, l.Origin(), h)
	}
	if err == nil && len(h.Keys.Spans) == 0 { // stored by a release without rotation
		h.Keys = firstKey(key.verifier)
		err = l.heads.setKeys(ctx, h.Keys)
	}
	if err != nil {
		return key, head{}, fmt.Errorf("open ledger: %w", err)
	}
	return key, h, nil
}

// begun tells whether the first segment has a header.
func (l *Ledger) begun() bool {
	f, err := os.Open(filepath.Join(l.cfg.Dir, counterfoil.SegmentName(0)))
	if err != nil {
		return !errors.Is(err, fs.ErrNotExist)
	}
	defer f.Close()
	var b [counterfoil.SegmentHeaderBytes]byte
	n, _ := io.ReadFull(f, b[:])
	_, err = counterfoil.ParseSegmentHeader(b[:n])
	return !errors.Is(err, counterfoil.ErrNoHeader)
}

// recover brings the files to the last whole batch and the ledger's state to
// what they hold. It reads what was written since the head h, and from the
// first intent that was open then.
func (l *Ledger) recover(ctx context.Context, h head) error {
	l.signed = h
	if err := l.checkHead(h); err != nil {
		return err
	}
	if err := l.openDerived(ctx, h); err != nil {
		return err
	}
	if err := l.replayOpen(ctx, h); err != nil {
		return err
	}
	end, cut, err := l.replay(ctx, h)
	if err != nil {
		return err
	}
	if err := l.cutTail(end, cut); err != nil {
		return err
	}
	l.durable = end
	l.size.Store(end.Size)
	l.found = counterfoil.Checkpoint{Origin: l.Origin(), Size: end.Size, Root: end.Root}
	return l.startTracks(end)
}

// checkHead finds the trailer of the head where it must stand.
func (l *Ledger) checkHead(h head) error {
	if h.Size == 0 {
		return nil
	}
	b := make([]byte, counterfoil.TrailerBytes)
	n, err := l.entryShelf.readAt(b, h.End.Segment, h.End.Offset-counterfoil.TrailerBytes)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, ErrNotFound) {
		return fmt.Errorf("open ledger: %w", err)
	}
	f, err := counterfoil.ParseFrame(b[:n])
	switch {
	case errors.Is(err, counterfoil.ErrBadFrame):
		return l.damaged(h.End, "the batch of the last signed head is not sound")
	case err != nil:
		return l.rolledBack(h, "it ends before that head")
	case f.Raw != nil || f.Trailer.Size != h.Size || f.Trailer.Root != h.Root:
		return l.rolledBack(h, "it holds other entries there")
	}
	return nil
}

func (l *Ledger) rolledBack(h head, text string) error {
	return fmt.Errorf("open ledger: %w: %s signed a head of %d entries and %s does not reach it: %s; "+
		"put back the newest ledger and payload directories. The ledger will not continue from an older copy, since heads already signed would contradict it",
		ErrRolledBack, l.cfg.HeadsPath, h.Size, l.cfg.Dir, text)
}

func (l *Ledger) damaged(at counterfoil.Position, text string) error {
	return fmt.Errorf("open ledger: %w: %s in %s: %s; no crash leaves this behind. "+
		"Keep a copy of the directory, run counterfoil-verify on it, and put the ledger back from a backup that is not older than its last head",
		ErrDamaged, at, l.cfg.Dir, text)
}

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

func (l *Ledger) derivedSound(h head) bool {
	nodes := tlog.StoredHashCount(int64(h.Size)) * tlog.HashSize
	if l.hashes.size() < nodes || l.positions.size() < int64(h.Size)*8 {
		return false
	}
	root, err := tlog.TreeHash(int64(h.Size), l.nodes())
	return err == nil && counterfoil.Hash(root) == h.Root
}

func (l *Ledger) cutDerived(size uint64) error {
	nodes := tlog.StoredHashCount(int64(size)) * tlog.HashSize
	if err := errors.Join(l.hashes.cut(nodes), l.positions.cut(int64(size)*8)); err != nil {
		return fmt.Errorf("open ledger: cut tree nodes and positions: %w", err)
	}
	return nil
}

// rebuild makes tree nodes and positions anew from the first entry to the head.
func (l *Ledger) rebuild(ctx context.Context, h head) error {
	if err := l.cutDerived(0); err != nil {
		return err
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
			return l.damaged(r.At(), err.Error())
		}
		if err := l.takeIn(&tree, b); err != nil {
			return err
		}
	}
	if tree.Root() != h.Root {
		return l.rolledBack(h, "its entries have another root")
	}
	return nil
}

func (l *Ledger) reader(at counterfoil.Position, next counterfoil.Index) *counterfoil.Reader {
	return counterfoil.NewReader(l.cfg.Dir, counterfoil.OriginDigest(l.Origin()), at, next)
}

// takeIn adds a batch to tree, tree nodes and positions and checks its root.
func (l *Ledger) takeIn(tree *counterfoil.Tree, b *counterfoil.Batch) error {
	var nodes []counterfoil.Hash
	var places, bytes []byte
	for _, e := range b.Entries {
		nodes = tree.Append(nodes, counterfoil.LeafHash(e.Raw))
		places = binary.BigEndian.AppendUint64(places, packPosition(b.Start.Segment, e.Offset))
	}
	for i := range nodes {
		bytes = append(bytes, nodes[i][:]...)
	}
	if tree.Root() != b.Trailer.Root {
		return l.damaged(b.Start, "the batch has another root than its trailer says")
	}
	l.hashes.append(bytes)
	l.positions.append(places)
	return nil
}

// replayOpen finds the intents that were open at the head.
func (l *Ledger) replayOpen(ctx context.Context, h head) error {
	l.durable.End = h.End
	l.size.Store(h.Size)
	return l.Scan(ctx, h.OpenFrom, func(s Stored) error {
		_, err := l.replayEntry(s.Index, s.Raw)
		return err
	})
}

func (l *Ledger) replayEntry(i counterfoil.Index, raw []byte) (*counterfoil.Entry, error) {
	e, err := counterfoil.DecodeEntry(raw)
	if err != nil {
		return nil, fmt.Errorf("open ledger: %w: entry %d: %w", ErrDamaged, i, err)
	}
	return e, l.open.replay(e, i)
}
