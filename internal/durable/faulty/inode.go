// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package faulty

import (
	"io"
	"math/rand/v2"
	"slices"
	"syscall"

	"github.com/counterfoil/counterfoil/internal/durable"
)

const (
	sector = 512  // what a disk writes whole or not at all, in bytes
	page   = 4096 // what the operating system keeps and forgets, in bytes
)

// inode is a file whatever its name. What a process reads lies in real; the
// rest is what is known of the disk. The disk's mu protects it.
type inode struct {
	real durable.File
	size int64 // of real

	durable []byte             // what the last sync left on the disk
	dirty   map[int64][][]byte // by number of sector: its states since then
	sizes   []int64            // the lengths the file had since then

	failures int // of syncs
	lastErr  error
}

func (f *inode) write(b []byte, off int64) error {
	if len(b) == 0 {
		return nil
	}
	if _, err := f.real.WriteAt(b, off); err != nil {
		return err
	}
	f.resize(max(f.size, off+int64(len(b))))
	return f.touch(off, off+int64(len(b)))
}

func (f *inode) truncate(size int64) error {
	if err := f.real.Truncate(size); err != nil {
		return err
	}
	old := f.size
	f.resize(size)
	return f.touch(min(old, size), max(old, size))
}

func (f *inode) resize(size int64) {
	if size != f.size {
		f.size = size
		f.sizes = append(f.sizes, size)
	}
}

// touch notes the states of the sectors in all pages between two offsets.
func (f *inode) touch(from, to int64) error {
	from, to = from/page*page, (to+page-1)/page*page
	b, err := f.read(from, int(to-from))
	if err != nil {
		return err
	}
	for n := from / sector; len(b) > 0; n++ {
		f.dirty[n] = append(f.dirty[n], b[:sector:sector])
		b = b[sector:]
	}
	return nil
}

// read returns n bytes as a process sees them, with zeros behind the end.
func (f *inode) read(from int64, n int) ([]byte, error) {
	b := make([]byte, n)
	if _, err := f.real.ReadAt(b, from); err != nil && err != io.EOF {
		return nil, err
	}
	return b, nil
}

// sync makes the newest state of everything dirty durable.
func (f *inode) sync() {
	f.durable = sized(f.durable, (f.size+page-1)/page*page)
	for n := range f.dirty {
		f.settle(n)
	}
	f.durable = sized(f.durable, f.size)
	f.clean()
}

func (f *inode) clean() { f.dirty, f.sizes = map[int64][][]byte{}, nil }

// settle makes the newest state of a sector durable.
func (f *inode) settle(n int64) {
	states := f.dirty[n]
	f.put(n, states[len(states)-1])
}

func (f *inode) put(n int64, state []byte) {
	if end := (n + 1) * sector; int64(len(f.durable)) < end {
		f.durable = sized(f.durable, end)
	}
	copy(f.durable[n*sector:], state)
}

// failSync loses some pages: each reached the disk, or is readable and not on
// the disk, or reads again as it was.
func (f *inode) failSync(r *rand.Rand) {
	f.failures++
	f.lastErr = syscall.EIO
	was := int64(len(f.durable))
	for _, n := range f.dirtyPages() {
		fate := r.IntN(3)
		for s := n * page / sector; s < (n+1)*page/sector; s++ {
			switch {
			case fate == 0:
				f.settle(s)
			case fate == 1:
				f.forget(s, min(was, f.size))
			}
		}
	}
	if r.IntN(2) == 0 {
		was = f.size
	}
	f.durable = sized(f.durable, was)
	f.clean()
}

// forget makes a sector read again as it is on the disk. The length of the file
// is kept elsewhere and stays.
func (f *inode) forget(n, end int64) {
	old := make([]byte, sector)
	if n*sector < end {
		copy(old, f.durable[n*sector:])
	}
	if keep := f.size - n*sector; keep > 0 {
		f.real.WriteAt(old[:min(keep, sector)], n*sector)
	}
}

func (f *inode) dirtyPages() []int64 {
	var list []int64
	for n := range f.dirty {
		list = append(list, n*sector/page)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// survivors is what a loss of power leaves: each dirty sector with the given
// probability in one of its newer states, the length any it had.
func (f *inode) survivors(r *rand.Rand, keep float64) []byte {
	lengths := append([]int64{int64(len(f.durable)), f.size}, f.sizes...)
	length := lengths[r.IntN(len(lengths))]
	if keep == 1 {
		length = f.size
	}
	sectors := make([]int64, 0, len(f.dirty))
	for n := range f.dirty {
		sectors = append(sectors, n)
	}
	slices.Sort(sectors) // a map's order is not the seed's
	f.durable = slices.Clone(f.durable)
	for _, n := range sectors {
		if states := f.dirty[n]; r.Float64() < keep {
			f.put(n, states[r.IntN(len(states))])
		}
		if keep == 1 {
			f.settle(n)
		}
	}
	return sized(f.durable, length)
}

// sized cuts b or fills it up with zeros.
func sized(b []byte, n int64) []byte {
	if int64(len(b)) >= n {
		return b[:n:n]
	}
	return append(b, make([]byte, n-int64(len(b)))...)
}
