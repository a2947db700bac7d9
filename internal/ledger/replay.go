// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	"github.com/counterfoil/counterfoil"
)

// replay takes in the whole batches behind the head h. It returns the new end,
// and where an unfinished batch must be cut off, nil when there is none.
func (l *Ledger) replay(ctx context.Context, h head) (end head, cut *counterfoil.Position, err error) {
	tree, err := counterfoil.NewTree(h.Size, h.Edge)
	if err != nil || tree.Root() != h.Root {
		return head{}, nil, fmt.Errorf("open ledger: the head in %s contradicts itself; put the file back from a backup", l.cfg.HeadsPath)
	}
	r := l.reader(h.End, counterfoil.Index(h.Size))
	defer r.Close()
	end = h
	for {
		if err := context.Cause(ctx); err != nil {
			return head{}, nil, err
		}
		b, err := r.Next()
		var tail *counterfoil.TailError
		switch {
		case errors.Is(err, io.EOF):
			end.End = r.At()
			return l.finish(end, tree), nil, nil
		case errors.As(err, &tail) && tail.Torn:
			return l.finish(end.cutAt(tail.At), tree), &tail.At, nil
		case err != nil:
			return head{}, nil, l.damaged(r.At(), err.Error())
		}
		whole, err := l.payloadsWhole(b)
		if err != nil {
			return head{}, nil, err
		}
		if !whole {
			return l.cutBatch(end, tree, r, b.Start)
		}
		if err := l.replayBatch(&end, tree, b); err != nil {
			return head{}, nil, err
		}
	}
}

func (l *Ledger) finish(end head, tree *counterfoil.Tree) head {
	end.Size, end.Root, end.Edge = tree.Size(), tree.Root(), tree.Edge(nil)
	l.committer.tree = *tree
	return end
}

// cutBatch cuts the batch at start, whose payloads never reached the disk. Only
// the last batch can be like that: the next one is written when they have.
func (l *Ledger) cutBatch(end head, tree *counterfoil.Tree, r *counterfoil.Reader, start counterfoil.Position) (head, *counterfoil.Position, error) {
	var tail *counterfoil.TailError
	if _, err := r.Next(); !errors.Is(err, io.EOF) && !errors.As(err, &tail) {
		return head{}, nil, l.damaged(start, "payloads of the batch are missing, and the log goes on behind it")
	}
	return l.finish(end.cutAt(start), tree), &start, nil
}

// cutAt goes on where a batch was cut off. Offset 0 means that its segment has
// no header; then the log goes on in the one before.
func (h head) cutAt(cut counterfoil.Position) head {
	if cut.Offset > 0 {
		h.End = cut
	}
	return h
}

// payloadsWhole checks the payloads of a batch that may be the last. It reports
// false when one was never written whole; one that was changed is an error.
func (l *Ledger) payloadsWhole(b *counterfoil.Batch) (bool, error) {
	for i, e := range b.Entries {
		if e.Payload.Length == 0 {
			continue
		}
		if l.cfg.PayloadDir == "" {
			return false, l.damaged(b.Start, "an entry has a payload in a log without payloads")
		}
		sealed, err := l.payloadShelf.payload(e.Payload)
		if errors.Is(err, io.EOF) || errors.Is(err, ErrNotFound) {
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("open ledger: %w", err)
		}
		if counterfoil.Checksum(sealed) == e.Payload.CRC {
			continue
		}
		if counterfoil.TornPayload(sealed, e.Payload.Offset) {
			return false, nil
		}
		return false, l.damaged(b.Start, fmt.Sprintf("the payload of entry %d was changed", uint64(b.Trailer.First)+uint64(i)))
	}
	return true, nil
}

func (l *Ledger) replayBatch(end *head, tree *counterfoil.Tree, b *counterfoil.Batch) error {
	for i, e := range b.Entries {
		at := b.Trailer.First + counterfoil.Index(i)
		entry, err := l.replayEntry(at, e.Raw)
		if err != nil {
			return err
		}
		if k := entry.Key; k != nil && end.Keys.concerns(k) {
			end.Keys = end.Keys.apply(k, at)
		}
		if e.Payload.Length > 0 {
			end.Payloads = counterfoil.Position{Segment: e.Payload.Segment, Offset: int64(e.Payload.Offset) + int64(e.Payload.Length)}
		}
	}
	end.End = b.End
	return l.takeIn(tree, b)
}

// cutTail durably replaces what an unfinished batch left behind with zeros: in
// the ledger from cut, and in the payloads from their end.
func (l *Ledger) cutTail(end head, cut *counterfoil.Position) error {
	if cut != nil {
		l.log.Info("an unfinished batch was cut off; nobody was told that it is durable", "at", cut.String())
		if err := l.zero(l.cfg.Dir, *cut); err != nil {
			return err
		}
	}
	if l.cfg.PayloadDir == "" {
		return nil
	}
	if err := l.zero(l.cfg.PayloadDir, end.Payloads); err != nil {
		return err
	}
	return l.zero(l.cfg.PayloadDir, counterfoil.Position{Segment: end.Payloads.Segment + 1})
}

// zero overwrites what a segment holds from a position on.
func (l *Ledger) zero(dir string, from counterfoil.Position) error {
	f, err := l.cfg.Disk.Open(filepath.Join(dir, counterfoil.SegmentName(from.Segment)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("open ledger: cut unfinished batch: %w", err)
	}
	defer f.Close()
	last, err := counterfoil.LastNonZero(f, from.Offset)
	if err != nil || last < 0 {
		return err
	}
	for at := from.Offset; at <= last; at += int64(len(zeros)) {
		if _, err := f.WriteAt(zeros[:min(int64(len(zeros)), last+1-at)], at); err != nil {
			return fmt.Errorf("open ledger: cut unfinished batch: %w", err)
		}
	}
	if err := f.Datasync(); err != nil {
		return fmt.Errorf("open ledger: cut unfinished batch: %w", err)
	}
	return nil
}

// startTracks opens both tracks at the end and prepares a first stretch.
func (l *Ledger) startTracks(end head) error {
	l.frames = l.track(counterfoil.LedgerSegment, l.cfg.Dir)
	l.payloads = l.track(counterfoil.PayloadSegment, l.cfg.PayloadDir)
	if l.cfg.PayloadDir == "" {
		l.payloads.disk, l.payloads.ahead = nowhere{}, 0
	}
	if err := l.frames.start(end.End.Segment, end.End.Offset); err != nil {
		return fmt.Errorf("open ledger: %w", err)
	}
	if err := l.payloads.start(end.Payloads.Segment, end.Payloads.Offset); err != nil {
		return fmt.Errorf("open ledger: %w", err)
	}
	return nil
}

func (l *Ledger) track(kind counterfoil.SegmentKind, dir string) *track {
	return &track{
		kind: kind, dir: dir, disk: l.cfg.Disk, origin: counterfoil.OriginDigest(l.Origin()),
		limit: l.cfg.SegmentBytes, ahead: l.cfg.FillAhead, step: max(l.cfg.FillAhead/2, int64(len(zeros))),
	}
}
