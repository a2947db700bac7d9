// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/durable"
)

// zeros is what segments are filled with; one step of filling is written in
// pieces of this size.
var zeros [256 << 10]byte

// fillStep is the most that is filled between two syncs. A commit that meets one
// waits until the zeros are on the disk too, because they lie in the same file.
// Measured at 36 MB/s on a busy machine, where a commit took 0.13 ms in the
// median: with 4 MiB one commit in 130 met a step, and one in ten of those took
// 2.6 ms or longer; with 1 MiB it was one in 50 and 1.3 ms, with 256 KiB one in
// 12 and 1 ms. Room allotted beforehand, and filling another file, did no better.
const fillStep = 1 << 20

// errUnsynced: a sync failed. That is no lack of space: what is on the disk is
// not known any more.
var errUnsynced = errors.New("a sync failed")

// track is one sequence of segment files with a write position. The position
// and the choice of the current segment belong to the committer; filling ahead
// happens beside it. A batch lies in one segment whole.
type track struct {
	kind   counterfoil.SegmentKind
	dir    string
	disk   durable.Disk
	origin counterfoil.Hash
	limit  int64 // size of a segment; only a single larger payload exceeds it
	ahead  int64 // zero-filled bytes to keep in front of the position
	step   int64 // how much is filled between two syncs

	pos  atomic.Int64 // in the current segment; 0 until its header is written
	file atomic.Pointer[segment]

	mu   sync.Mutex              // held while filling
	next atomic.Pointer[segment] // prepared and not begun; changed under mu
}

// segment is one open file. The filler syncs through its own descriptor, so
// that an error of the committer's writes is reported to the committer.
type segment struct {
	number uint32
	file   durable.File
	fill   durable.File
	filled atomic.Int64

	evicted int64 // up to here the system was told to forget; guarded by the track's mu
}

func (s *segment) close() error { return errors.Join(s.file.Close(), s.fill.Close()) }

// start opens the track where recovery found its end.
func (t *track) start(number uint32, pos int64) error {
	s, err := t.open(number)
	if err != nil {
		return err
	}
	t.file.Store(s)
	t.pos.Store(pos)
	return nil
}

// open opens a segment, creating it empty if need be. What it holds already
// counts as filled.
func (t *track) open(number uint32) (*segment, error) {
	path := filepath.Join(t.dir, counterfoil.SegmentName(number))
	file, err := t.disk.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		file, err = t.disk.Create(path)
	}
	if err != nil {
		return nil, fmt.Errorf("open segment: %w", err)
	}
	// Whoever created the file may have ended before its name was durable.
	if err := t.disk.SyncDir(t.dir); err != nil {
		return nil, errors.Join(fmt.Errorf("open segment: %w", err), file.Close())
	}
	fill, err := t.disk.Open(path)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open segment: %w", err), file.Close())
	}
	s := &segment{number: number, file: file, fill: fill}
	size, err := file.Size()
	if err == nil {
		if err = fill.Datasync(); err != nil {
			err = fmt.Errorf("%w: %w", errUnsynced, err)
		}
	}
	s.filled.Store(size)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open segment: %w", err), s.close())
	}
	return s, nil
}

// begin is where the next batch's own bytes will lie: behind the header, which
// is written with the first batch.
func (t *track) begin() int64 { return max(t.pos.Load(), counterfoil.SegmentHeaderBytes) }

// room is how many bytes still fit in the current segment.
func (t *track) room() int64 { return t.limit - t.begin() }

// fresh tells that nothing was written to the current segment.
func (t *track) fresh() bool { return t.pos.Load() == 0 }

// header returns the header that must precede the next bytes, or nothing.
func (t *track) header(dst []byte, first counterfoil.Index) []byte {
	if !t.fresh() {
		return dst
	}
	return counterfoil.AppendSegmentHeader(dst, counterfoil.SegmentHeader{
		Kind: t.kind, Number: t.file.Load().number, First: first, Origin: t.origin,
	})
}

// reserve makes sure that n bytes from begin on are filled with zeros on the
// disk. Usually they are, and it takes no lock.
func (t *track) reserve(n int64) error {
	s, end := t.file.Load(), t.begin()+n
	if s.filled.Load() >= end {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.extend(s, end)
}

// spare makes sure that behind n bytes from begin a part of the wanted space is
// left for what states how things ended: an entry of another kind that comes when
// the filler has not noticed yet that the disk is full must not use it up.
func (t *track) spare(n int64) error {
	want := n + t.kept()
	if t.prepared() >= want {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.file.Load()
	if err := t.extend(s, min(t.begin()+want, t.limit)); err != nil {
		return err
	}
	rest := want - (s.filled.Load() - t.begin())
	if rest <= 0 {
		return nil
	}
	if err := t.prepare(); err != nil {
		return err
	}
	return t.extend(t.next.Load(), min(rest, t.limit))
}

// kept is the space that only outcomes and gaps may use.
func (t *track) kept() int64 { return min(t.ahead, t.limit) / 4 }

// prepared is how much is filled from begin on.
func (t *track) prepared() int64 {
	ready := max(t.file.Load().filled.Load()-t.begin(), 0)
	if next := t.next.Load(); next != nil {
		ready += next.filled.Load()
	}
	return ready
}

// roll makes the next segment current.
func (t *track) roll() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.prepare(); err != nil {
		return err
	}
	old := t.file.Load()
	t.file.Store(t.next.Load())
	t.pos.Store(0)
	t.next.Store(nil)
	old.close() // all it holds was synced; readers have their own descriptors
	return nil
}

// prepare opens the next segment. The caller holds mu.
func (t *track) prepare() error {
	if t.next.Load() != nil {
		return nil
	}
	s, err := t.open(t.file.Load().number + 1)
	if err == nil {
		t.next.Store(s)
	}
	return err
}

// extend fills s with zeros up to end. The caller holds mu.
func (t *track) extend(s *segment, end int64) error {
	from := s.filled.Load()
	if from >= end {
		return nil
	}
	for pos := from; pos < end; pos += int64(len(zeros)) {
		if _, err := s.fill.WriteAt(zeros[:min(int64(len(zeros)), end-pos)], pos); err != nil {
			return fmt.Errorf("fill segment ahead: %w", err)
		}
	}
	if err := s.fill.Datasync(); err != nil {
		return fmt.Errorf("fill segment ahead: %w: %w", errUnsynced, err)
	}
	s.filled.Store(end)
	return nil
}

// fillStep fills one step if less than the wanted space is ready, first in the
// current segment, then in the next. It reports whether more is to be done.
func (t *track) fillStep() (more bool, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s, pos := t.file.Load(), t.pos.Load()
	if want := min(pos+t.ahead, t.limit); s.filled.Load() < want {
		err := t.extend(s, min(s.filled.Load()+t.step, t.limit))
		return err == nil, err
	}
	rest := t.ahead - (max(s.filled.Load(), t.limit) - pos)
	if rest <= 0 {
		return false, nil
	}
	if err := t.prepare(); err != nil {
		return false, err
	}
	next := t.next.Load()
	if next.filled.Load() >= min(rest, t.limit) {
		return false, nil
	}
	err = t.extend(next, min(next.filled.Load()+t.step, t.limit))
	return err == nil, err
}

// low tells whether filling is due.
func (t *track) low() bool {
	return t.file.Load().filled.Load() < t.pos.Load()+t.ahead
}

func (t *track) close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	var err error
	if s := t.file.Load(); s != nil {
		err = s.close()
	}
	if next := t.next.Load(); next != nil {
		err = errors.Join(err, next.close())
	}
	return err
}
