// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/durable"
)

// settleTail makes the end of the log on the disk what was read of it.
func (l *Ledger) settleTail(r replayed) error {
	if err := l.rewrite(l.cfg.Dir, r.frames); err != nil {
		return err
	}
	if r.cut != nil {
		l.log.Info("an unfinished batch was cut off; nobody was told that it is durable", "at", r.cut.String())
		if err := l.zero(l.cfg.Dir, *r.cut); err != nil {
			return err
		}
	}
	if l.cfg.PayloadDir == "" {
		return nil
	}
	if err := l.rewrite(l.cfg.PayloadDir, r.payloads); err != nil {
		return err
	}
	if err := l.zero(l.cfg.PayloadDir, r.end.Payloads); err != nil {
		return err
	}
	return l.zero(l.cfg.PayloadDir, counterfoil.Position{Segment: r.end.Payloads.Segment + 1})
}

// rewrite writes what it reads and syncs it. After a failed sync the operating
// system may go on showing bytes that are not on the disk and never will be:
// syncing again does not help, writing again does. Only the last batch can be
// like that, since nothing is written after a failed sync.
func (l *Ledger) rewrite(dir string, e extent) error {
	if e.from == e.to {
		return nil
	}
	f, err := l.cfg.Disk.Open(filepath.Join(dir, counterfoil.SegmentName(e.segment)))
	if err != nil {
		return fmt.Errorf("write the last batch again: %w", err)
	}
	defer f.Close()
	buf := make([]byte, min(int64(len(zeros)), e.to-e.from))
	for at := e.from; at < e.to; at += int64(len(buf)) {
		piece := buf[:min(int64(len(buf)), e.to-at)]
		_, err := f.ReadAt(piece, at)
		if err == nil || errors.Is(err, io.EOF) {
			_, err = f.WriteAt(piece, at)
		}
		if err != nil {
			return fmt.Errorf("write the last batch again: %w", err)
		}
	}
	if err := f.Datasync(); err != nil {
		return fmt.Errorf("write the last batch again: %w", err)
	}
	return nil
}

// zero overwrites what a segment holds from a position on.
func (l *Ledger) zero(dir string, from counterfoil.Position) error {
	f, err := l.cfg.Disk.Open(filepath.Join(dir, counterfoil.SegmentName(from.Segment)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = errors.Join(zeroFile(f, from.Offset), f.Close())
	}
	if err != nil {
		return fmt.Errorf("cut unfinished batch: %w", err)
	}
	return nil
}

// zeroFile overwrites what f holds from an offset on. If that does not become
// durable it puts the last byte back, so that the next start does not take the
// zeros it then reads for those of the disk.
func zeroFile(f durable.File, from int64) error {
	last, err := counterfoil.LastNonZero(f, from)
	if err != nil || last < 0 {
		return err
	}
	var old [1]byte
	if _, err := f.ReadAt(old[:], last); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	for at := from; at <= last && err == nil; at += int64(len(zeros)) {
		_, err = f.WriteAt(zeros[:min(int64(len(zeros)), last+1-at)], at)
	}
	if err == nil {
		err = f.Datasync()
	}
	if err != nil {
		_, undo := f.WriteAt(old[:], last)
		return errors.Join(err, undo)
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
		limit: l.cfg.SegmentBytes, ahead: l.cfg.FillAhead, step: min(max(l.cfg.FillAhead/2, int64(len(zeros))), fillStep),
	}
}
