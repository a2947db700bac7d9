// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/durable"
)

// Overwrite replaces sealed payloads by zeros where they lie, durably. Their
// entries stay, and so does the log; an erasure entry that names them must be
// durable before. A payload whose segment is gone needs nothing.
//
// A head over everything written so far is signed first: recovery looks at what
// lies behind the last head, and would take zeros there for a batch that a crash
// cut short.
func (l *Ledger) Overwrite(ctx context.Context, refs []PayloadRef) error {
	if _, err := l.Checkpoint(ctx); err != nil {
		return fmt.Errorf("overwrite payloads: %w", err)
	}
	refs = slices.Clone(refs)
	slices.SortFunc(refs, func(a, b PayloadRef) int { return cmp.Compare(a.Segment, b.Segment) })
	for len(refs) > 0 {
		n := 1
		for n < len(refs) && refs[n].Segment == refs[0].Segment {
			n++
		}
		if err := l.overwriteIn(refs[0].Segment, refs[:n]); err != nil {
			return fmt.Errorf("overwrite payloads in segment %d: %w", refs[0].Segment, err)
		}
		refs = refs[n:]
	}
	return nil
}

// overwriteIn uses a descriptor of its own: what fails here does not concern the
// committer, which may be writing behind these payloads.
func (l *Ledger) overwriteIn(segment uint32, refs []PayloadRef) error {
	f, err := l.cfg.Disk.Open(l.payloadSegment(segment))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, ref := range refs {
		if err := overwrite(f, int64(ref.Offset), int64(ref.Length)); err != nil {
			return errors.Join(err, f.Close())
		}
	}
	return errors.Join(f.Datasync(), f.Close())
}

func overwrite(f durable.File, at, length int64) error {
	size, err := f.Size()
	if err != nil {
		return err
	}
	if at < counterfoil.SegmentHeaderBytes || at+length > size {
		return fmt.Errorf("%w: bytes %d to %d are no payload in a file of %d", ErrNotFound, at, at+length, size)
	}
	for end := at + length; at < end; at += int64(len(zeros)) {
		if _, err := f.WriteAt(zeros[:min(int64(len(zeros)), end-at)], at); err != nil {
			return err
		}
	}
	return nil
}

// WrittenPayloads is the number of the payload segment that is being written.
// Those below it do not change any more, except by erasure.
func (l *Ledger) WrittenPayloads() uint32 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.durable.Payloads.Segment
}

// DeletePayloads removes payload segments, durably. An erasure entry that names
// them must be durable before. One that is gone already is no error; the one being
// written is refused.
func (l *Ledger) DeletePayloads(ctx context.Context, segments []uint32) error {
	if _, err := l.Checkpoint(ctx); err != nil { // recovery must not need them
		return fmt.Errorf("delete payload segments: %w", err)
	}
	for _, n := range segments {
		if n >= l.WrittenPayloads() {
			return fmt.Errorf("delete payload segment %d: %w: it is being written", n, ErrConflict)
		}
		l.payloadShelf.drop(n)
		if err := l.cfg.Disk.Remove(l.payloadSegment(n)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("delete payload segment %d: %w", n, err)
		}
		l.payloadShelf.drop(n) // somebody may have opened it meanwhile
	}
	if err := l.cfg.Disk.SyncDir(l.cfg.PayloadDir); err != nil {
		return fmt.Errorf("delete payload segments: %w", err)
	}
	return nil
}

func (l *Ledger) payloadSegment(n uint32) string {
	return filepath.Join(l.cfg.PayloadDir, counterfoil.SegmentName(n))
}
