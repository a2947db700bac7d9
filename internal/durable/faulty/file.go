// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package faulty

import (
	"io/fs"

	"github.com/counterfoil/counterfoil/internal/durable"
)

// file is a descriptor.
type file struct {
	*inode
	disk   *Disk
	path   string
	life   int
	seen   int // failures of syncs that were reported here
	closed bool
}

var _ durable.File = (*file)(nil)

// enter begins an operation; it returns with the disk's mu held.
func (f *file) enter(op Op) (*Fault, error) {
	fault := f.disk.enter(op, f.path)
	switch {
	case f.closed:
		return nil, fs.ErrClosed
	case f.disk.dead || f.life != f.disk.life:
		return nil, ErrStopped
	default:
		return fault, nil
	}
}

func (f *file) failure(op string, err error) error {
	return &fs.PathError{Op: op, Path: f.path, Err: err}
}

// ReadAt implements durable.File.
func (f *file) ReadAt(b []byte, off int64) (int, error) {
	fault, err := f.enter(Read)
	defer f.disk.mu.Unlock()
	switch {
	case err != nil:
		return 0, err
	case fault == nil:
		return f.real.ReadAt(b, off)
	case fault.Stop:
		return 0, f.disk.stop()
	default:
		return 0, f.failure("read", fault.Err)
	}
}

// WriteAt implements durable.File. A write that fails has written a part.
func (f *file) WriteAt(b []byte, off int64) (int, error) {
	op := Write
	f.disk.mu.Lock()
	if off+int64(len(b)) > f.size {
		op |= Grow
	}
	f.disk.mu.Unlock()
	fault, err := f.enter(op)
	defer f.disk.mu.Unlock()
	switch {
	case err != nil:
		return 0, err
	case fault == nil:
		return len(b), f.write(b, off)
	}
	part := f.disk.rand.IntN(max(len(b), 1))
	if err := f.write(b[:part], off); err != nil {
		return 0, err
	}
	if fault.Stop {
		return part, f.disk.stop()
	}
	return part, f.failure("write", fault.Err)
}

// Truncate implements durable.File.
func (f *file) Truncate(size int64) error {
	fault, err := f.enter(Write)
	defer f.disk.mu.Unlock()
	switch {
	case err != nil:
		return err
	case fault == nil:
		return f.truncate(size)
	case fault.Stop:
		return f.disk.stop()
	default:
		return f.failure("truncate", fault.Err)
	}
}

// Datasync implements durable.File. As on Linux it covers all descriptors of
// the file, and a failure before is reported once to each of them.
func (f *file) Datasync() error {
	fault, err := f.enter(Sync)
	defer f.disk.mu.Unlock()
	if err != nil {
		return err
	}
	if fault != nil {
		if fault.Stop {
			if f.disk.rand.IntN(2) == 0 {
				f.sync()
			}
			return f.disk.stop()
		}
		f.failSync(f.disk.rand)
		f.seen = f.failures
		return f.failure("fdatasync", fault.Err)
	}
	f.sync()
	if f.seen < f.failures {
		f.seen = f.failures
		return f.failure("fdatasync", f.lastErr)
	}
	return nil
}

// Size implements durable.File.
func (f *file) Size() (int64, error) {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if f.disk.dead || f.life != f.disk.life {
		return 0, ErrStopped
	}
	return f.size, nil
}

// Close implements durable.File. The real file stays open with the disk.
func (f *file) Close() error {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if f.closed {
		return fs.ErrClosed
	}
	f.closed = true
	return nil
}
