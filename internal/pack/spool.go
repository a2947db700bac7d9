// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package pack

import (
	"bufio"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"os"
)

// spool is a file of a pack that is too large for memory: written once, with what the
// archive has to know of it before its first byte.
type spool struct {
	file   *os.File
	buffer *bufio.Writer
	sum    hash.Hash
	crc    hash.Hash32
	size   uint64
}

func newSpool(dir string) (*spool, error) {
	f, err := os.CreateTemp(dir, ".counterfoil-pack-*")
	if err != nil {
		return nil, fmt.Errorf("make a temporary file: %w", err)
	}
	return &spool{file: f, buffer: bufio.NewWriterSize(f, 64<<10), sum: sha256.New(), crc: crc32.NewIEEE()}, nil
}

// Write implements io.Writer.
func (s *spool) Write(p []byte) (int, error) {
	s.sum.Write(p)
	s.crc.Write(p)
	s.size += uint64(len(p))
	return s.buffer.Write(p)
}

func (s *spool) finish() error { return s.buffer.Flush() }

// reader starts at the first byte.
func (s *spool) reader() (io.Reader, error) {
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	return bufio.NewReaderSize(s.file, 64<<10), nil
}

// remove gives the file up; a nil spool has none.
func (s *spool) remove() {
	if s != nil {
		_ = errors.Join(s.file.Close(), os.Remove(s.file.Name())) // a temporary file that stays behind is no reason to fail
	}
}
