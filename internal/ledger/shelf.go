// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/durable"
)

// shelfSize is how many segments stay open for reading.
const shelfSize = 16

// shelf keeps segments of one directory open for reading. It is safe for
// concurrent use.
type shelf struct {
	disk durable.Disk
	dir  string

	mu   sync.Mutex
	open map[uint32]durable.File
}

func newShelf(disk durable.Disk, dir string) *shelf {
	return &shelf{disk: disk, dir: dir, open: make(map[uint32]durable.File)}
}

// readAt fills p, or as much of it as the segment has: then the error is io.EOF.
func (s *shelf) readAt(p []byte, segment uint32, offset int64) (int, error) {
	for {
		f, err := s.file(segment)
		if err != nil {
			return 0, err
		}
		n, err := f.ReadAt(p, offset)
		if !errors.Is(err, os.ErrClosed) { // else it left the shelf meanwhile
			return n, err
		}
	}
}

func (s *shelf) file(segment uint32) (durable.File, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open == nil {
		return nil, ErrClosed
	}
	if f := s.open[segment]; f != nil {
		return f, nil
	}
	f, err := s.disk.Open(filepath.Join(s.dir, counterfoil.SegmentName(segment)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("segment %d: %w", segment, ErrNotFound)
	}
	if err != nil {
		return nil, fmt.Errorf("open segment: %w", err)
	}
	for number, old := range s.open {
		if len(s.open) < shelfSize {
			break
		}
		old.Close()
		delete(s.open, number)
	}
	s.open[segment] = f
	return f, nil
}

// drop lets go of a segment that is deleted.
func (s *shelf) drop(segment uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.open[segment]; f != nil {
		f.Close()
		delete(s.open, segment)
	}
}

// payload reads sealed bytes.
func (s *shelf) payload(ref counterfoil.PayloadRef) ([]byte, error) {
	if ref.Length == 0 || s.dir == "" {
		return nil, fmt.Errorf("payload: %w", ErrNotFound)
	}
	if ref.Length > counterfoil.MaxPayloadBytes {
		return nil, fmt.Errorf("payload of %d bytes: %w", ref.Length, ErrNotFound)
	}
	b := make([]byte, ref.Length)
	n, err := s.readAt(b, ref.Segment, int64(ref.Offset))
	if err != nil && !(errors.Is(err, io.EOF) && n == len(b)) {
		return nil, fmt.Errorf("read payload in segment %d at %d: %w", ref.Segment, ref.Offset, err)
	}
	return b, nil
}

func (s *shelf) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.open {
		f.Close()
	}
	s.open = nil
}
