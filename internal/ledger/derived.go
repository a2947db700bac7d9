// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"sync"

	"github.com/counterfoil/counterfoil/internal/durable"
)

// derivedFlush is how many bytes gather in memory before they are written.
const derivedFlush = 64 << 10

// derived is a file that can be rebuilt from the segments: tree nodes or
// positions. Its end lives in memory and is written when enough has gathered
// and before each head. A full disk only makes the end longer. It is safe for
// concurrent use.
type derived struct {
	mu      sync.Mutex
	file    durable.File
	written int64  // bytes in the file
	end     []byte // what follows them
	// owed is the length a stored head counts on and the file does not have on
	// the disk; 0 if there is none.
	owed   int64
	failed error // of a sync; nothing is written any more
}

// errUnwritten reports bytes that are still only in memory.
var errUnwritten = errors.New("no space for it")

func openDerived(disk durable.Disk, path string) (*derived, error) {
	f, err := disk.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		f, err = disk.Create(path)
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	size, err := f.Size()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), f.Close())
	}
	return &derived{file: f, written: size}, nil
}

// size is the number of bytes, written or not.
func (d *derived) size() int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.written + int64(len(d.end))
}

func (d *derived) append(b []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.end = append(d.end, b...)
	if len(d.end) >= derivedFlush {
		_ = d.flush(math.MaxInt64) // kept in memory and tried again with the next bytes
	}
}

// owe says before anything is written again that a head counts on size bytes.
// What the file held is cut off on the disk too.
func (d *derived) owe(size int64) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.owed = size
	return d.datasync()
}

// flush writes the end out, up to a length of the file. The caller holds mu.
//
// A start takes a file that is long enough for the head to be whole. After a
// loss of power it may be long and have holes; so the last byte a head counts
// on is written only when all before it is on the disk.
func (d *derived) flush(length int64) error {
	if d.failed != nil {
		return d.failed
	}
	length = min(length, d.written+int64(len(d.end)))
	if d.owed > d.written && length >= d.owed {
		if err := d.write(d.owed - 1); err != nil {
			return err
		}
		if err := d.datasync(); err != nil {
			return err
		}
	}
	if err := d.write(length); err != nil {
		return err
	}
	if d.written >= d.owed {
		d.owed = 0
	}
	return nil
}

// write moves bytes from the end to the file. The caller holds mu.
func (d *derived) write(length int64) error {
	n := length - d.written
	if n <= 0 {
		return nil
	}
	if _, err := d.file.WriteAt(d.end[:n], d.written); err != nil {
		return fmt.Errorf("%w: %w", errUnwritten, err)
	}
	d.written += n
	d.end = d.end[:copy(d.end, d.end[n:])]
	return nil
}

// datasync remembers a failure: what was written before may be gone.
func (d *derived) datasync() error {
	if err := d.file.Datasync(); err != nil {
		d.failed = err
	}
	return d.failed
}

// sync makes everything durable, of which a head about to be stored counts on
// need bytes. With errUnwritten the file is too short for it and nothing is
// lost; a start would make it anew. After another error the head must not be
// stored.
func (d *derived) sync(need int64) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	unwritten := d.flush(need - 1) // if what follows fails halfway, the file is still too short
	if unwritten == nil {
		unwritten = d.flush(math.MaxInt64)
	}
	if unwritten != nil && !errors.Is(unwritten, errUnwritten) {
		return unwritten
	}
	if d.written < need {
		d.owed = need
	}
	d.mu.Unlock() // the committer need not wait for the disk
	err := d.file.Datasync()
	d.mu.Lock()
	if err != nil {
		d.failed = err
		return err
	}
	return unwritten
}

// readAt fills p from offset. The committer does not wait while the disk is read:
// what is in the file does not change.
func (d *derived) readAt(p []byte, offset int64) error {
	inFile, err := d.readEnd(p, offset)
	if err == nil && inFile > 0 {
		_, err = d.file.ReadAt(p[:inFile], offset)
	}
	return err
}

// readEnd fills in what is in memory only and returns how much of p is in the file.
func (d *derived) readEnd(p []byte, offset int64) (inFile int64, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	length := int64(len(p))
	if offset+length > d.written+int64(len(d.end)) {
		return 0, ErrNotFound
	}
	if inFile = max(0, min(length, d.written-offset)); inFile < length {
		copy(p[inFile:], d.end[offset+inFile-d.written:])
	}
	return inFile, nil
}

// cut drops everything behind size.
func (d *derived) cut(size int64) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.end = d.end[:0]
	d.written = min(d.written, size)
	return d.file.Truncate(d.written)
}

func (d *derived) close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return errors.Join(d.flush(math.MaxInt64), d.file.Close())
}
