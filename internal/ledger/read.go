// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/counterfoil/counterfoil"
)

// PayloadRef says where a sealed payload lies.
type PayloadRef = counterfoil.PayloadRef

// Stored is an entry as the log holds it.
type Stored struct {
	Index   counterfoil.Index
	Raw     []byte // in Scan valid until the callback returns
	Leaf    counterfoil.Hash
	Payload PayloadRef // zero when the entry has none
}

// scanChunk is how much Scan reads at once, in bytes.
const scanChunk = 128 << 10

// Read returns the durable entry at i, or ErrNotFound.
func (l *Ledger) Read(i counterfoil.Index) (Stored, error) {
	if uint64(i) >= l.Size() {
		return Stored{}, fmt.Errorf("read entry %d: %w", i, ErrNotFound)
	}
	at, err := l.position(i)
	if err != nil {
		return Stored{}, fmt.Errorf("read entry %d: %w", i, err)
	}
	frame, err := l.readFrame(at)
	if err != nil {
		return Stored{}, fmt.Errorf("read entry %d in %s: %w", i, at, err)
	}
	s := stored(i, frame)
	return s, l.checkLeaf(s)
}

// checkLeaf compares an entry found by its position with the tree: a position
// that leads to another entry must not pass for this one.
func (l *Ledger) checkLeaf(s Stored) error {
	var want counterfoil.Hash
	if err := l.hashes.readAt(want[:], tlog.StoredHashIndex(0, int64(s.Index))*tlog.HashSize); err != nil {
		return fmt.Errorf("read tree node of entry %d: %w", s.Index, err)
	}
	if s.Leaf != want {
		return fmt.Errorf("read entry %d: %w: the tree holds another entry there; restart after removing the files hashes and positions, they are rebuilt", s.Index, ErrDamaged)
	}
	return nil
}

func stored(i counterfoil.Index, f counterfoil.Frame) Stored {
	return Stored{Index: i, Raw: f.Raw, Leaf: counterfoil.LeafHash(f.Raw), Payload: f.Payload}
}

func (l *Ledger) position(i counterfoil.Index) (counterfoil.Position, error) {
	var b [8]byte
	if err := l.positions.readAt(b[:], int64(i)*8); err != nil {
		return counterfoil.Position{}, fmt.Errorf("find entry: %w", err)
	}
	v := binary.BigEndian.Uint64(b[:])
	return counterfoil.Position{Segment: uint32(v >> 32), Offset: int64(uint32(v))}, nil
}

// readFrame reads the entry frame at a position, in one read if it is short.
func (l *Ledger) readFrame(at counterfoil.Position) (counterfoil.Frame, error) {
	b := make([]byte, 2048)
	for {
		n, err := l.entryShelf.readAt(b, at.Segment, at.Offset)
		if err != nil && !errors.Is(err, io.EOF) {
			return counterfoil.Frame{}, err
		}
		f, err := counterfoil.ParseFrame(b[:n])
		if errors.Is(err, counterfoil.ErrShortFrame) && n == len(b) {
			b = make([]byte, counterfoil.EntryFrameBytes(counterfoil.MaxEntryBytes))
			continue
		}
		if err == nil && f.Raw == nil {
			err = counterfoil.ErrBadFrame
		}
		return f, err
	}
}

// Payload returns sealed bytes.
func (l *Ledger) Payload(ref PayloadRef) ([]byte, error) { return l.payloadShelf.payload(ref) }

// Wait returns once the log holds more than size entries.
func (l *Ledger) Wait(ctx context.Context, size uint64) error {
	for l.Size() <= size {
		grown := l.growth(size)
		if grown == nil {
			continue
		}
		select {
		case <-grown:
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-l.closing:
			return ErrClosed
		}
	}
	return nil
}

// growth returns the channel that is closed when the log grows, or nil when it
// is above size already.
func (l *Ledger) growth(size uint64) <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.size.Load() > size {
		return nil
	}
	if l.grown == nil {
		l.grown = make(chan struct{})
	}
	return l.grown
}

// Scan calls fn for the durable entries from index from on, in order, until the
// end the log has when it gets there. It stops at the first error of fn and
// returns it as it is.
func (l *Ledger) Scan(ctx context.Context, from counterfoil.Index, fn func(Stored) error) error {
	s := scanner{l: l, next: from}
	for uint64(s.next) < l.Size() {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		if err := s.fill(); err != nil {
			return fmt.Errorf("scan at entry %d: %w", s.next, err)
		}
		if err := s.each(fn); err != nil {
			return err
		}
	}
	return nil
}

// scanner walks frames in pieces of the segments.
type scanner struct {
	l    *Ledger
	next counterfoil.Index
	buf  []byte
}

// fill reads a piece that begins with the frame of the next entry, and not far
// beyond the last durable byte.
func (s *scanner) fill() error {
	at, err := s.l.position(s.next)
	if err != nil {
		return err
	}
	want := int64(scanChunk)
	if end := s.l.durableEnd(); end.Segment == at.Segment {
		want = min(want, end.Offset-at.Offset)
	}
	if int64(cap(s.buf)) < want {
		s.buf = make([]byte, want)
	}
	n, err := s.l.entryShelf.readAt(s.buf[:want], at.Segment, at.Offset)
	s.buf = s.buf[:n]
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}

func (l *Ledger) durableEnd() counterfoil.Position {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.durable.End
}

// each hands the whole durable entries of the piece to fn.
func (s *scanner) each(fn func(Stored) error) error {
	first, size := s.next, s.l.Size()
	for b := s.buf; uint64(s.next) < size; {
		f, err := counterfoil.ParseFrame(b)
		if s.next > first && (errors.Is(err, counterfoil.ErrShortFrame) || errors.Is(err, counterfoil.ErrNoFrame)) {
			return nil // the rest lies in the next piece
		}
		if err != nil {
			return fmt.Errorf("scan at entry %d: %w", s.next, err)
		}
		b = b[f.Bytes:]
		if f.Raw == nil {
			continue
		}
		entry := stored(s.next, f)
		if s.next == first { // what follows in the same segment follows in the log
			if err := s.l.checkLeaf(entry); err != nil {
				return err
			}
		}
		if err := fn(entry); err != nil {
			return err
		}
		s.next++
	}
	return nil
}
