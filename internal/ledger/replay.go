// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/counterfoil/counterfoil"
)

// replayed is what the log holds behind the last head.
type replayed struct {
	end head
	// cut is where an unfinished batch must be cut off; nil when there is none.
	cut *counterfoil.Position
	// The last whole batch may look written and not be on the disk: its frames,
	// and its payloads.
	frames, payloads extent
	erased           bool // there is an erasure among the entries

	window window
}

// extent is a range of bytes in a segment.
type extent struct {
	segment  uint32
	from, to int64
}

// withHeader makes a range that begins behind the header of its segment begin
// with it: both were written at once.
func (e extent) withHeader() extent {
	if e.from == counterfoil.SegmentHeaderBytes {
		e.from = 0
	}
	return e
}

// replay takes in the whole batches behind the head h.
func (l *Ledger) replay(ctx context.Context, h head) (replayed, error) {
	tree, err := counterfoil.NewTree(h.Size, h.Edge)
	if err != nil || tree.Root() != h.Root {
		return replayed{}, fmt.Errorf("open ledger: the head in %s contradicts itself; put the file back from a backup", l.cfg.HeadsPath)
	}
	r := l.reader(h.End, counterfoil.Index(h.Size))
	defer r.Close()
	found := replayed{end: h, window: window{shelf: l.payloadShelf}}
	for {
		if err := context.Cause(ctx); err != nil {
			return replayed{}, err
		}
		more, err := l.replayNext(r, tree, &found)
		if err != nil {
			return replayed{}, err
		}
		if !more {
			return found, l.finish(&found, tree)
		}
	}
}

// finish compares the tree with what the last batch says of it. A tree of that
// root has the entries of all batches before as they were; which roots the other
// trailers bear is the verifier's.
func (l *Ledger) finish(found *replayed, tree *counterfoil.Tree) error {
	if tree.Root() != found.end.Root {
		return l.damaged(found.end.End, "the entries since the last head have another root than the last batch says")
	}
	found.end.Size, found.end.Edge = tree.Size(), tree.Edge(nil)
	l.committer.tree = *tree
	return nil
}

// replayNext takes in the next batch. It reports false at the end of the log,
// or where its last batch is not whole.
func (l *Ledger) replayNext(r *counterfoil.Reader, tree *counterfoil.Tree, found *replayed) (more bool, err error) {
	b, err := r.Next()
	var tail *counterfoil.TailError
	switch {
	case errors.Is(err, io.EOF):
		if at := r.At(); at.Offset == counterfoil.SegmentHeaderBytes {
			found.cutAt(at) // a header and nothing behind it
		}
		return false, nil
	case errors.As(err, &tail) && tail.Torn:
		found.cutAt(tail.At)
		return false, nil
	case err != nil:
		return false, l.unreadable(r.At(), err)
	}
	whole, err := l.payloadsWhole(&found.window, b)
	if err != nil {
		return false, err
	}
	if whole {
		return true, l.replayBatch(found, tree, b)
	}
	// Its payloads never reached the disk. Only the last batch can be like that:
	// the next one is written when they have.
	start := b.Start
	switch _, err := r.Next(); {
	case errors.Is(err, io.EOF):
		found.cutAt(start)
		return false, nil
	case err != nil:
		return false, l.unreadable(r.At(), err)
	default:
		return false, l.damaged(start, "payloads of the batch are missing, and the log goes on behind it")
	}
}

// cutAt notes where an unfinished batch begins. If it is the first of its
// segment, the segment counts as not begun, and the log goes on in the one
// before: the end of the log is always the end of a batch.
func (r *replayed) cutAt(at counterfoil.Position) {
	if at.Offset == counterfoil.SegmentHeaderBytes {
		at.Offset = 0
	}
	r.cut = &at
}

func (l *Ledger) replayBatch(found *replayed, tree *counterfoil.Tree, b *counterfoil.Batch) error {
	found.payloads = extent{}
	for i, e := range b.Entries {
		at := b.Trailer.First + counterfoil.Index(i)
		entry, err := l.replayEntry(at, e.Raw)
		if err != nil {
			return fmt.Errorf("open ledger: %w", err)
		}
		if k := entry.Key; k != nil && found.end.Keys.concerns(k) {
			found.end.Keys = found.end.Keys.apply(k, at)
		}
		found.erased = found.erased || entry.Kind == counterfoil.KindErasure
		found.payload(e.Payload)
	}
	found.end.End, found.end.Root = b.End, b.Trailer.Root
	found.frames = extent{b.Start.Segment, b.Start.Offset, b.End.Offset}.withHeader()
	l.takeIn(tree, b)
	return nil
}

// payload takes in the next payload of the batch; they lie back to back.
func (r *replayed) payload(ref counterfoil.PayloadRef) {
	if ref.Length == 0 {
		return
	}
	end := int64(ref.Offset) + int64(ref.Length)
	if r.payloads.to == 0 {
		r.payloads = extent{segment: ref.Segment, from: int64(ref.Offset)}.withHeader()
	}
	r.payloads.to = end
	r.end.Payloads = counterfoil.Position{Segment: ref.Segment, Offset: end}
}
