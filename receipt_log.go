// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package counterfoil

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// ErrNotInLog reports a receipt of an entry the log does not reach.
var ErrNotInLog = errors.New("the log ends before the entry")

// CheckLog reports whether the directory of ledger segments holds, at the
// receipt's index, the entry the receipt speaks of. It fails with ErrNotInLog
// when the log is too short. It reads the segment in question and trusts nothing
// derived; that the log is whole is for the verifier of a directory to say. The
// log may have gone on under another origin since.
func (r Receipt) CheckLog(ctx context.Context, dir string) error {
	raw, err := readEntry(ctx, dir, r.Index)
	if err != nil {
		return fmt.Errorf("check receipt: %w", err)
	}
	return r.CheckEntry(raw)
}

// readEntry reads one entry by going through its segment.
func readEntry(ctx context.Context, dir string, index Index) ([]byte, error) {
	at, first, err := segmentOf(dir, index)
	if err != nil {
		return nil, err
	}
	h, err := headerOf(filepath.Join(dir, SegmentName(at.Segment)))
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, ErrNoHeader) {
		return nil, err
	}
	reader := NewReader(dir, h.Origin, at, first)
	defer reader.Close()
	for {
		if err := context.Cause(ctx); err != nil {
			return nil, err
		}
		batch, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("entry %d: %w", index, ErrNotInLog)
		}
		if err != nil {
			return nil, err
		}
		if n := index - batch.Trailer.First; n < Index(len(batch.Entries)) {
			return batch.Entries[n].Raw, nil
		}
	}
}

// segmentOf finds the last segment that begins at or before an entry.
func segmentOf(dir string, index Index) (Position, Index, error) {
	at, first := Position{}, Index(0)
	for number := uint32(1); ; number++ {
		h, err := headerOf(filepath.Join(dir, SegmentName(number)))
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, ErrNoHeader) || err == nil && h.First > index {
			return at, first, nil
		}
		if err != nil {
			return Position{}, 0, err
		}
		at, first = Position{Segment: number}, h.First
	}
}

func headerOf(path string) (SegmentHeader, error) {
	f, err := os.Open(path)
	if err != nil {
		return SegmentHeader{}, err
	}
	defer f.Close()
	var b [SegmentHeaderBytes]byte
	if _, err := io.ReadFull(f, b[:]); err != nil {
		return SegmentHeader{}, fmt.Errorf("%w: %w", ErrNoHeader, err)
	}
	return ParseSegmentHeader(b[:])
}
