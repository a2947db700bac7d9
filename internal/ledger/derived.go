// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"errors"
	"fmt"
	"io/fs"
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
}

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
		_ = d.flush() // kept in memory and tried again with the next bytes
	}
}

// flush writes the end out. The caller holds mu.
func (d *derived) flush() error {
	if len(d.end) == 0 {
		return nil
	}
	if _, err := d.file.WriteAt(d.end, d.written); err != nil {
		return err
	}
	d.written += int64(len(d.end))
	d.end = d.end[:0]
	return nil
}

// sync makes everything durable: not needed for safety, but it spares a
// restart after a power loss the rebuild.
func (d *derived) sync() error {
	d.mu.Lock()
	err := d.flush()
	d.mu.Unlock()
	if err != nil {
		return err
	}
	return d.file.Datasync()
}

// readAt fills p from offset.
func (d *derived) readAt(p []byte, offset int64) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if offset+int64(len(p)) > d.written+int64(len(d.end)) {
		return ErrNotFound
	}
	if offset < d.written {
		n := min(int64(len(p)), d.written-offset)
		if _, err := d.file.ReadAt(p[:n], offset); err != nil {
			return err
		}
		p, offset = p[n:], offset+n
	}
	if len(p) > 0 {
		copy(p, d.end[offset-d.written:])
	}
	return nil
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
	return errors.Join(d.flush(), d.file.Close())
}
