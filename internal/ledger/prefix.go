// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/counterfoil/counterfoil"
)

// prefix is what a log holds, read from its first entry, without its head: that one
// may be of a newer copy.
type prefix struct {
	head   head
	rootAt counterfoil.Hash       // the root it had at the size asked for
	newest counterfoil.PayloadRef // the newest payload
	erased bool                   // an erasure lies behind it
	shelf  *shelf                 // of payloads
}

// readPrefix reads the log and compares the roots of all batches. The segments may
// bear any origin, all the same one. The root at a size is noted on the way.
func (s *Succession) readPrefix(ctx context.Context, at uint64) (*prefix, error) {
	p := &prefix{rootAt: counterfoil.EmptyRoot(), shelf: newShelf(s.cfg.Disk, s.cfg.PayloadDir)}
	defer p.shelf.close()
	open := tracker{open: make(map[counterfoil.ID]openState)}
	var tree counterfoil.Tree
	var nodes []counterfoil.Hash
	err := s.batches(ctx, func(b *counterfoil.Batch) error {
		for i, one := range b.Entries {
			if err := p.entry(&open, b.Trailer.First+counterfoil.Index(i), one); err != nil {
				return err
			}
			nodes = tree.Append(nodes[:0], counterfoil.LeafHash(one.Raw))
			if tree.Size() == at {
				p.rootAt = tree.Root()
			}
		}
		if tree.Root() != b.Trailer.Root {
			return fmt.Errorf("%w: the entries before %s have another root than written", ErrDamaged, b.End)
		}
		p.head.End = b.End
		return nil
	})
	if err != nil {
		return nil, err
	}
	h := &p.head
	h.Size, h.Root, h.Edge, h.OpenFrom = tree.Size(), tree.Root(), tree.Edge(nil), open.lowest(tree.Size())
	if len(h.Keys.Spans) == 0 {
		return nil, fmt.Errorf("%w: it holds no start", ErrEmpty)
	}
	return p, p.checkNewest()
}

func (p *prefix) entry(open *tracker, i counterfoil.Index, one counterfoil.BatchEntry) error {
	e, err := counterfoil.DecodeEntry(one.Raw)
	if err != nil {
		return fmt.Errorf("%w: entry %d: %w", ErrDamaged, i, err)
	}
	if err := open.replay(e, i); err != nil {
		return err
	}
	h := &p.head
	switch {
	case e.Boot != nil && len(h.Keys.Spans) == 0:
		h.Keys = firstKey(e.Boot.NodeKey)
	case e.Key != nil && len(h.Keys.Spans) > 0 && h.Keys.concerns(e.Key):
		h.Keys = h.Keys.apply(e.Key, i)
	}
	if e.Kind == counterfoil.KindErasure {
		p.erased = true
	}
	if one.Payload.Length > 0 {
		p.newest, p.erased = one.Payload, false
		h.Payloads = counterfoil.Position{Segment: one.Payload.Segment, Offset: int64(one.Payload.Offset) + int64(one.Payload.Length)}
	}
	return nil
}

// checkNewest notices payloads that are older than the entries, before anything is
// changed.
func (p *prefix) checkNewest() error {
	if p.newest.Length == 0 || p.erased {
		return nil
	}
	sealed, err := p.shelf.payload(p.newest)
	if errors.Is(err, io.EOF) || errors.Is(err, ErrNotFound) || err == nil && counterfoil.Checksum(sealed) != p.newest.CRC {
		return fmt.Errorf("%w: the newest payload is not what its entry says: the payload directory is older than the ledger, or was changed. Put both back from one backup", ErrDamaged)
	}
	return err
}

// compare sets the prefix against the stored head, which may be of a newer copy.
func (p *prefix) compare(stored StoredHead, name, path string) error {
	switch {
	case stored.Origin == "" || stored.Origin == name && stored.Size > p.head.Size:
		return nil
	case stored.Origin != name:
		return fmt.Errorf("%w: %s belongs to the log %s, and this one is %s; take the file away if it is not this log's", ErrConflict, path, stored.Origin, name)
	case p.rootAt != stored.Root:
		return fmt.Errorf("%w: it holds other entries than those under its stored head of %d; it was changed, and cannot go on as what it was not. Keep a copy, and restore a backup that verifies",
			ErrDamaged, stored.Size)
	}
	return nil
}

// batches goes through the whole batches of the log.
func (s *Succession) batches(ctx context.Context, do func(*counterfoil.Batch) error) error {
	h, err := s.firstHeader()
	if err != nil {
		return err
	}
	r := counterfoil.NewReaderFrom(func(segment uint32) (counterfoil.SegmentFile, error) {
		return s.cfg.Disk.Open(filepath.Join(s.cfg.Dir, counterfoil.SegmentName(segment)))
	}, h.Origin, counterfoil.Position{}, 0)
	defer r.Close()
	for {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		b, err := r.Next()
		var tail *counterfoil.TailError
		var damage *counterfoil.DamageError
		switch {
		case errors.Is(err, io.EOF), errors.As(err, &tail) && tail.Torn:
			return nil
		case errors.As(err, &tail), errors.As(err, &damage):
			return fmt.Errorf("%w: %w; no crash leaves this behind. Run counterfoil-verify on the directory, and restore a backup that verifies", ErrDamaged, err)
		case err != nil:
			return err
		}
		if err := do(b); err != nil {
			return err
		}
	}
}

func (s *Succession) firstHeader() (counterfoil.SegmentHeader, error) {
	f, err := s.cfg.Disk.Open(filepath.Join(s.cfg.Dir, counterfoil.SegmentName(0)))
	if err != nil {
		return counterfoil.SegmentHeader{}, fmt.Errorf("%w: %w", ErrEmpty, err)
	}
	defer f.Close()
	h, err := readHeader(f)
	if errors.Is(err, counterfoil.ErrNoHeader) {
		return h, fmt.Errorf("%w: it has no entries", ErrEmpty)
	}
	return h, err
}

func readHeader(f io.ReaderAt) (counterfoil.SegmentHeader, error) {
	var b [counterfoil.SegmentHeaderBytes]byte
	n, err := f.ReadAt(b[:], 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return counterfoil.SegmentHeader{}, err
	}
	return counterfoil.ParseSegmentHeader(b[:n])
}
