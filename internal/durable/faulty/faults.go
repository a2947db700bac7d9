// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package faulty

import (
	"errors"
	"strings"
)

// Op is a kind of operation, or several.
type Op uint8

// The operations that can be made to fail.
const (
	Read    Op = 1 << iota
	Write      // any write
	Grow       // a write beyond the end of a file, or a new file
	Sync       // of a file
	SyncDir    // of a directory
	Rename
)

// ErrStopped is what every operation reports after the disk stopped, and what
// descriptors of an earlier life report.
var ErrStopped = errors.New("the disk stopped")

// Fault says what shall fail.
type Fault struct {
	Ops   Op
	Path  string // a part of the path; empty: all
	After int    // how many such operations pass before
	Times int    // how many are hit; 0: all until Clear

	// Err is reported. A write reports it after a part of its bytes, a sync
	// after a part of the pages.
	Err error
	// Stop stops the disk in the middle of the operation.
	Stop bool
	// Hold delays the operation until it is closed.
	Hold <-chan struct{}
}

// Inject adds a fault. The first that matches an operation counts.
func (d *Disk) Inject(f Fault) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.faults = append(d.faults, &f)
}

// Clear takes all faults away.
func (d *Disk) Clear() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.faults = nil
}

// Stopped is closed once the disk has stopped.
func (d *Disk) Stopped() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.stopped
}

// enter begins an operation: it waits, counts, and returns the fault that hits
// it, if any. It returns with mu held.
func (d *Disk) enter(op Op, path string) *Fault {
	d.mu.Lock()
	f := d.hit(op, path)
	if f == nil || f.Hold == nil {
		return f
	}
	d.mu.Unlock()
	<-f.Hold
	d.mu.Lock()
	if f.Err == nil && !f.Stop {
		return nil
	}
	return f
}

func (d *Disk) hit(op Op, path string) *Fault {
	for i, f := range d.faults {
		if f.Ops&op == 0 || !strings.Contains(path, f.Path) {
			continue
		}
		if f.After > 0 {
			f.After--
			continue
		}
		if f.Times > 0 {
			if f.Times--; f.Times == 0 {
				d.faults = append(d.faults[:i:i], d.faults[i+1:]...)
			}
		}
		return f
	}
	return nil
}

// stop ends the life of the disk. The caller holds mu.
func (d *Disk) stop() error {
	if !d.dead {
		d.dead = true
		close(d.stopped)
	}
	return ErrStopped
}
