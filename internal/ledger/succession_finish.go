// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/counterfoil/counterfoil"
)

// Finish makes the log go on. After an error, or a crash, begin again.
func (s *Succession) Finish(ctx context.Context) (Succeeded, error) {
	out, err := s.finish(ctx)
	if err != nil {
		return out, fmt.Errorf("continue the log in %s: %w", s.cfg.Dir, err)
	}
	return out, nil
}

func (s *Succession) finish(ctx context.Context) (Succeeded, error) {
	lock, err := lockForSuccession(&s.cfg)
	if err != nil {
		return Succeeded{}, err
	}
	if err := errors.Join(s.prepare(ctx), lock.Unlock()); err != nil {
		return Succeeded{}, err
	}
	event, err := s.say(ctx) // which takes the lock itself; the mark keeps others out
	if err != nil {
		return Succeeded{}, err
	}
	s.cfg.tell()
	if err := ClearRestored(s.cfg.Dir); err != nil {
		return Succeeded{}, err
	}
	for _, path := range []string{s.cfg.nextKeyPath(), s.cfg.formerKeyPath()} {
		if err := removeKey(path); err != nil {
			return Succeeded{}, err
		}
	}
	s.cfg.tell()
	return Succeeded{Event: event, Former: originName(event.Former), Lost: s.lost}, removeKey(s.cfg.successorKeyPath())
}

// prepare brings files and keys to where the log can be opened under its new name.
func (s *Succession) prepare(ctx context.Context) error {
	digest := counterfoil.OriginDigest(s.next.signer.Name())
	for kind, dir := range map[counterfoil.SegmentKind]string{counterfoil.LedgerSegment: s.cfg.Dir, counterfoil.PayloadSegment: s.cfg.PayloadDir} {
		if err := s.rename(kind, dir, digest); err != nil {
			return err
		}
	}
	p, err := s.readPrefix(ctx, 0)
	if err != nil {
		return err
	}
	stored, err := s.storedHead(ctx)
	if err != nil {
		return err
	}
	switch {
	case stored.Origin != s.Origin() && stored.Size > p.head.Size:
		s.lost = stored.Size - p.head.Size
	case stored.Origin == s.Origin() && stored.Size > p.head.Size: // the new key signed already; an older copy came back since
		return fmt.Errorf("%w: the new origin signed a head of %d entries, the log has %d", ErrRolledBack, stored.Size, p.head.Size)
	}
	p.head.Keys = p.head.Keys.awaiting(s.next.verifier, p.head.Size)
	if err := replaceHead(ctx, s.cfg.HeadsPath, s.next.signer.Name(), p.head); err != nil {
		return err
	}
	s.cfg.tell()
	if err := s.keepFormer(p.head.Keys.Spans[1].Key); err != nil {
		return err
	}
	s.cfg.tell()
	if err := s.next.write(s.cfg.KeyPath); err != nil {
		return err
	}
	s.cfg.tell()
	return nil
}

// keepFormer makes the key that is about to be replaced the former one.
func (s *Succession) keepFormer(former string) error {
	own, err := s.findKey(former)
	if err != nil || own == nil {
		return err
	}
	return own.write(s.cfg.formerKeyPath())
}

// say appends the entry, unless an earlier attempt did.
func (s *Succession) say(ctx context.Context) (counterfoil.KeyEvent, error) {
	l, err := Open(ctx, s.cfg)
	if err != nil {
		return counterfoil.KeyEvent{}, err
	}
	event, err := l.saySucceeded(ctx)
	return event, errors.Join(err, l.Close())
}

func (l *Ledger) saySucceeded(ctx context.Context) (counterfoil.KeyEvent, error) {
	spans := l.keys.Load().history.Spans
	if from := spans[0].From; l.Size() >= from {
		s, err := l.Read(counterfoil.Index(from - 1))
		if err != nil {
			return counterfoil.KeyEvent{}, err
		}
		e, err := counterfoil.DecodeEntry(s.Raw)
		if err != nil || e.Key == nil {
			return counterfoil.KeyEvent{}, fmt.Errorf("%w: entry %d is not the one that says under which name the log goes on", ErrDamaged, from-1)
		}
		return *e.Key, nil
	}
	var files []string
	if _, err := os.Stat(l.cfg.formerKeyPath()); err == nil {
		files = append(files, l.cfg.formerKeyPath())
	}
	return l.AppendKeyEvent(ctx, counterfoil.KeyEvent{Event: counterfoil.KeySucceeded, Origin: l.Origin(), Key: spans[0].Key, Former: spans[1].Key}, files...)
}

// rename writes the header of the new origin into every segment that was begun.
func (s *Succession) rename(kind counterfoil.SegmentKind, dir string, digest counterfoil.Hash) error {
	if dir == "" {
		return nil
	}
	names, err := filepath.Glob(filepath.Join(dir, "*.seg"))
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := s.renameSegment(kind, name, digest); err != nil {
			return fmt.Errorf("write the header of %s: %w", name, err)
		}
		s.cfg.tell()
	}
	return nil
}

func (s *Succession) renameSegment(kind counterfoil.SegmentKind, name string, digest counterfoil.Hash) error {
	f, err := s.cfg.Disk.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	var b [counterfoil.SegmentHeaderBytes]byte
	n, err := f.ReadAt(b[:], 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	h, err := counterfoil.ParseSegmentHeader(b[:n])
	switch {
	case err != nil: // not begun, or a crash cut the header short; whoever reads the log judges that
		return nil
	case h.Origin == digest:
		return nil
	case h.Kind != kind:
		return fmt.Errorf("%w: it is no segment of its folder", ErrDamaged)
	}
	h.Origin = digest
	if _, err := f.WriteAt(counterfoil.AppendSegmentHeader(nil, h), 0); err != nil {
		return err
	}
	return f.Datasync()
}
