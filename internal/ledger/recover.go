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

// loadHead brings key and head together, or makes both for a new log. The first
// head, of the empty tree, is stored before the first entry can be: a log with
// entries and no head is always a fault.
func (l *Ledger) loadHead(ctx context.Context) (nodeKey, head, error) {
	begun, err := l.begun()
	if err != nil {
		return nodeKey{}, head{}, fmt.Errorf("open ledger: %w", err)
	}
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
			return key, head{}, fmt.Errorf("open ledger: %w: %s holds entries but %s holds no head; put the file back from a backup that is not older than the ledger, or let the log go on under another name: counterfoil ledger succeed",
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
func (l *Ledger) begun() (bool, error) {
	f, err := l.cfg.Disk.Open(filepath.Join(l.cfg.Dir, counterfoil.SegmentName(0)))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	var b [counterfoil.SegmentHeaderBytes]byte
	n, err := f.ReadAt(b[:], 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return false, fmt.Errorf("read segment header: %w", err)
	}
	_, err = counterfoil.ParseSegmentHeader(b[:n])
	return !errors.Is(err, counterfoil.ErrNoHeader), nil
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
	r, err := l.replay(ctx, h)
	if err != nil {
		return err
	}
	if err := l.checkNewestPayload(h, r); err != nil {
		return err
	}
	if err := l.settleTail(r); err != nil {
		return fmt.Errorf("open ledger: %w", err)
	}
	l.durable = r.end
	l.size.Store(r.end.Size)
	l.found = counterfoil.Checkpoint{Origin: l.Origin(), Size: r.end.Size, Root: r.end.Root}
	return l.startTracks(r.end)
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
		"put back the newest ledger and payload directories. The ledger will not continue from an older copy, since heads already signed would contradict it. "+
		"If nothing newer is left, let it go on under a new name: counterfoil ledger succeed --reason restored",
		ErrRolledBack, l.cfg.HeadsPath, h.Size, l.cfg.Dir, text)
}

func (l *Ledger) damaged(at counterfoil.Position, text string) error {
	return fmt.Errorf("open ledger: %w: %s in %s: %s; no crash leaves this behind. "+
		"Keep a copy of the directory, run counterfoil-verify on it, and put the ledger back from a backup that is not older than its last head",
		ErrDamaged, at, l.cfg.Dir, text)
}

// unreadable is what an error of a Reader at a position means: damage if the
// bytes are wrong, and nothing about the ledger if they could not be read.
func (l *Ledger) unreadable(at counterfoil.Position, err error) error {
	var tail *counterfoil.TailError
	var damage *counterfoil.DamageError
	if errors.As(err, &tail) || errors.As(err, &damage) || errors.Is(err, io.EOF) {
		return l.damaged(at, err.Error())
	}
	return fmt.Errorf("open ledger: %w; the ledger was not changed, start again when the disk can be read", err)
}

func (l *Ledger) reader(at counterfoil.Position, next counterfoil.Index) *counterfoil.Reader {
	return counterfoil.NewReaderFrom(func(segment uint32) (counterfoil.SegmentFile, error) {
		return l.cfg.Disk.Open(filepath.Join(l.cfg.Dir, counterfoil.SegmentName(segment)))
	}, counterfoil.OriginDigest(l.Origin()), at, next)
}

// replayOpen finds the intents that were open at the head.
func (l *Ledger) replayOpen(ctx context.Context, h head) error {
	l.durable.End = h.End
	l.size.Store(h.Size)
	err := l.Scan(ctx, h.OpenFrom, func(s Stored) error {
		_, err := l.replayEntry(s.Index, s.Raw)
		return err
	})
	for _, fault := range []error{counterfoil.ErrBadFrame, counterfoil.ErrNoFrame, counterfoil.ErrShortFrame, ErrNotFound} {
		if errors.Is(err, fault) {
			return l.damaged(h.End, fmt.Sprintf("an entry before it does not read: %v", err))
		}
	}
	if err != nil {
		return fmt.Errorf("open ledger: %w", err)
	}
	return nil
}

func (l *Ledger) replayEntry(i counterfoil.Index, raw []byte) (*counterfoil.Entry, error) {
	e, err := counterfoil.DecodeEntry(raw)
	if err != nil {
		return nil, fmt.Errorf("%w: entry %d: %w", ErrDamaged, i, err)
	}
	return e, l.open.replay(e, i)
}
