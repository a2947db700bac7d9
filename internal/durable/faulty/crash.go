// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package faulty

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
)

// Kill ends the process that uses the disk: its descriptors are dead, and what
// it wrote is there for the next, durable or not. The disk runs on, or again.
func (d *Disk) Kill() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.restart()
}

// restart begins a new life. The caller holds mu.
func (d *Disk) restart() {
	if !d.dead {
		close(d.stopped)
	}
	d.life++
	d.dead, d.stopped, d.faults = false, make(chan struct{}), nil
}

// PowerLoss brings the directory to a state the machine may find when it comes
// up again, and begins a new life.
func (d *Disk) PowerLoss() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.restart()
	keep := []float64{0, 0.1, 0.5, 0.9, 1}[d.rand.IntN(5)]
	for _, c := range d.changes {
		if keep == 1 || d.rand.Float64() < 0.5 {
			c.apply(d.durable)
		}
	}
	var errs []error
	left := map[*inode][]byte{}
	for _, path := range slices.Sorted(maps.Keys(d.durable)) {
		f := d.durable[path]
		if _, done := left[f]; !done { // two names if only half of a rename survived
			left[f] = f.survivors(d.rand, keep)
		}
	}
	for path, f := range d.files {
		errs = append(errs, f.real.Close())
		if d.durable[path] == nil {
			errs = append(errs, os.Remove(path))
		}
	}
	for path, f := range d.durable {
		errs = append(errs, rewrite(path, left[f]))
	}
	d.files, d.durable, d.changes = map[string]*inode{}, map[string]*inode{}, nil
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("lose power: %w", err)
	}
	return nil
}

// rewrite puts content in a file of its own, since two names may have shared one.
func rewrite(path string, content []byte) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return os.WriteFile(path, content, 0o600)
}
