// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package faulty

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"

	"github.com/counterfoil/counterfoil/internal/durable"
)

// Disk is a durable.Disk. It is safe for concurrent use.
type Disk struct {
	mu      sync.Mutex
	rand    *rand.Rand
	faults  []*Fault
	life    int // descriptors of an earlier one are dead
	dead    bool
	stopped chan struct{}

	files   map[string]*inode // by the names a process sees
	durable map[string]*inode // by the names that survive a loss of power
	changes []change          // of names, since their directory was synced
}

// change is a name that was made or taken away.
type change struct {
	dir      string
	from, to string // either may be empty: created, removed
	file     *inode
}

// New returns a sound disk that draws its choices from seed.
func New(seed uint64) *Disk {
	return &Disk{
		rand: rand.New(rand.NewPCG(seed, 0)), stopped: make(chan struct{}),
		files: map[string]*inode{}, durable: map[string]*inode{},
	}
}

// find returns the file of a path. What lies on the real disk and was not
// touched before counts as durable.
func (d *Disk) find(path string) (*inode, error) {
	if f := d.files[path]; f != nil {
		return f, nil
	}
	real, err := durable.OS{}.Open(path)
	if err != nil {
		return nil, err
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, errors.Join(err, real.Close())
	}
	f := &inode{real: real, durable: content, size: int64(len(content)), dirty: map[int64][][]byte{}}
	d.files[path], d.durable[path] = f, f
	return f, nil
}

// Open implements durable.Disk.
func (d *Disk) Open(path string) (durable.File, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dead {
		return nil, ErrStopped
	}
	f, err := d.find(path)
	if err != nil {
		return nil, err
	}
	return d.descriptor(f, path), nil
}

func (d *Disk) descriptor(f *inode, path string) *file {
	return &file{inode: f, disk: d, path: path, life: d.life, seen: f.failures}
}

// Create implements durable.Disk.
func (d *Disk) Create(path string) (durable.File, error) {
	fault := d.enter(Grow, path)
	defer d.mu.Unlock()
	if err := d.refuse(fault, "create", path); err != nil {
		return nil, err
	}
	real, err := durable.OS{}.Create(path)
	if err != nil {
		return nil, err
	}
	f := &inode{real: real, dirty: map[int64][][]byte{}}
	d.change(change{dir: filepath.Dir(path), to: path, file: f})
	return d.descriptor(f, path), nil
}

// Rename implements durable.Disk.
func (d *Disk) Rename(from, to string) error {
	fault := d.enter(Rename, to)
	defer d.mu.Unlock()
	if err := d.refuse(fault, "rename", to); err != nil {
		return err
	}
	f, err := d.find(from)
	if err != nil {
		return err
	}
	if _, err := d.find(to); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err // it must be known, or it could not come back
	}
	if err := os.Rename(from, to); err != nil {
		return err
	}
	d.change(change{dir: filepath.Dir(to), from: from, to: to, file: f})
	return nil
}

// Remove implements durable.Disk.
func (d *Disk) Remove(path string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dead {
		return ErrStopped
	}
	f, err := d.find(path)
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil {
		return err
	}
	d.change(change{dir: filepath.Dir(path), from: path, file: f})
	return nil
}

// change notes a change of names and makes it visible.
func (d *Disk) change(c change) {
	c.apply(d.files)
	d.changes = append(d.changes, c)
}

func (c change) apply(names map[string]*inode) {
	if c.from != "" && names[c.from] == c.file {
		delete(names, c.from)
	}
	if c.to != "" {
		names[c.to] = c.file
	}
}

// SyncDir implements durable.Disk.
func (d *Disk) SyncDir(dir string) error {
	fault := d.enter(SyncDir, dir)
	defer d.mu.Unlock()
	if err := d.refuse(fault, "sync", dir); err != nil {
		return err
	}
	var others []change
	for _, c := range d.changes {
		if c.dir == filepath.Clean(dir) {
			c.apply(d.durable)
		} else {
			others = append(others, c)
		}
	}
	d.changes = others
	return nil
}

// refuse says why an operation without parts does not happen.
func (d *Disk) refuse(fault *Fault, op, path string) error {
	switch {
	case d.dead:
		return ErrStopped
	case fault == nil:
		return nil
	case fault.Stop:
		return d.stop()
	default:
		return &fs.PathError{Op: op, Path: path, Err: fault.Err}
	}
}
