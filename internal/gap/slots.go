// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package gap

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"path/filepath"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/durable"
)

const (
	slotCount = 64
	// slotBytes is a sector, which a disk writes whole or not at all.
	slotBytes = 512
	// slotHead is what stands before the entry: checksum, its length, ledger size,
	// whether it is stated, and the window.
	slotHead = 4 + 2 + 8 + 1 + 3*8
)

// What a slot says of its stretch.
const (
	slotOwed   = 1 // its entry is to be written
	slotStated = 2 // its entry stands in the ledger
)

var errSlot = errors.New("a count of requests that left unrecorded does not read")

// slots is the file of counts. A slot is a sector: CRC-32C of the rest (4 bytes),
// length of the entry (2), size of the ledger when the stretch began (8), whether it
// is stated (1), beginning of the quota in microseconds (8), its requests in earlier
// stretches (8), its time in microseconds (8), the gap entry as it would be written
// now, zeros. A slot of zeros is free.
type slots struct {
	path string
	file durable.File
}

// openSlots opens the file and makes it if there is none, filled with zeros.
func openSlots(disk durable.Disk, path string) (*slots, error) {
	file, err := disk.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		file, err = disk.Create(path)
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	s := &slots{path, file}
	if err := s.fill(disk); err != nil {
		return nil, errors.Join(fmt.Errorf("fill %s ahead: %w", path, err), file.Close())
	}
	return s, nil
}

// fill gives the file its full size, in written blocks, so that it can be
// overwritten when the disk is full.
func (s *slots) fill(disk durable.Disk) error {
	size, err := s.file.Size()
	if err != nil {
		return err
	}
	if missing := slotCount*slotBytes - size; missing > 0 {
		if _, err := s.file.WriteAt(make([]byte, missing), size); err != nil {
			return err
		}
	}
	return errors.Join(s.file.Datasync(), disk.SyncDir(filepath.Dir(s.path)))
}

// load returns what the slots hold, nil for a free one.
func (s *slots) load() ([slotCount]*stretch, error) {
	var list [slotCount]*stretch
	raw := make([]byte, slotCount*slotBytes)
	if _, err := s.file.ReadAt(raw, 0); err != nil && !errors.Is(err, io.EOF) {
		return list, fmt.Errorf("read %s: %w", s.path, err)
	}
	for i := range list {
		one, err := parseSlot(raw[i*slotBytes : (i+1)*slotBytes])
		if err != nil {
			return list, fmt.Errorf("%w: slot %d of %s; keep a copy of the file, take it away, and write down that a number of requests left unrecorded which is not known: %w", errSlot, i, s.path, err)
		}
		list[i] = one
	}
	return list, nil
}

// write makes the content of a slot durable; nil frees it.
func (s *slots) write(number int, content *stretch) error {
	sector, err := encodeSlot(content)
	if err != nil {
		return err
	}
	if _, err := s.file.WriteAt(sector, int64(number)*slotBytes); err != nil {
		return fmt.Errorf("write %s: %w", s.path, err)
	}
	if err := s.file.Datasync(); err != nil {
		return fmt.Errorf("write %s: %w", s.path, err)
	}
	return nil
}

func encodeSlot(content *stretch) ([]byte, error) {
	sector := make([]byte, slotBytes)
	if content == nil {
		return sector, nil
	}
	raw, err := counterfoil.AppendEntry(nil, content.entry())
	if err != nil {
		return nil, fmt.Errorf("encode gap: %w", err)
	}
	if len(raw) > slotBytes-slotHead {
		return nil, fmt.Errorf("encode gap: %d bytes do not fit in a slot", len(raw))
	}
	binary.BigEndian.PutUint16(sector[4:], uint16(len(raw)))
	binary.BigEndian.PutUint64(sector[6:], content.size)
	sector[14] = slotOwed
	if content.stated {
		sector[14] = slotStated
	}
	w := content.window
	binary.BigEndian.PutUint64(sector[15:], uint64(w.began))
	binary.BigEndian.PutUint64(sector[23:], w.before)
	binary.BigEndian.PutUint64(sector[31:], uint64(w.within/time.Microsecond))
	copy(sector[slotHead:], raw)
	binary.BigEndian.PutUint32(sector, counterfoil.Checksum(sector[4:]))
	return sector, nil
}

// parseSlot reads a sector, strictly; nil for a free one.
func parseSlot(sector []byte) (*stretch, error) {
	if len(bytes.Trim(sector, "\x00")) == 0 {
		return nil, nil
	}
	if counterfoil.Checksum(sector[4:]) != binary.BigEndian.Uint32(sector) {
		return nil, errors.New("the checksum differs")
	}
	end := slotHead + int(binary.BigEndian.Uint16(sector[4:]))
	if end > len(sector) || len(bytes.Trim(sector[end:], "\x00")) > 0 {
		return nil, errors.New("the length is wrong")
	}
	if sector[14] != slotOwed && sector[14] != slotStated {
		return nil, errors.New("whether it is stated does not read")
	}
	e, err := counterfoil.DecodeEntry(sector[slotHead:end])
	if err != nil {
		return nil, err
	}
	if e.Kind != counterfoil.KindGap || e.ID.IsZero() {
		return nil, fmt.Errorf("it holds a %s entry", e.Kind)
	}
	s := &stretch{id: e.ID, size: binary.BigEndian.Uint64(sector[6:]), gap: *e.Gap, began: e.Time, ended: true, kept: e.Gap.Requests, stated: sector[14] == slotStated}
	s.window, err = parseWindow(sector[15:slotHead])
	if err == nil && s.window.before > math.MaxUint64-s.gap.Requests {
		err = errors.New("the counts are too large")
	}
	return s, err
}

func parseWindow(b []byte) (window, error) {
	began, within := binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[16:])
	if began > math.MaxInt64 || within > uint64(math.MaxInt64/time.Microsecond) {
		return window{}, errors.New("the times are too large")
	}
	return window{int64(began), binary.BigEndian.Uint64(b[8:]), time.Duration(within) * time.Microsecond}, nil
}
