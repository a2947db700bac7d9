// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package verify

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"strings"
)

// PackFile checks the zip file of a pack: that every reader of zip files finds the same
// in it (section 1 of docs/pack-format.md), and then what Pack checks.
func PackFile(ctx context.Context, file io.ReaderAt, size int64, o Options) (Report, error) {
	a := archive{r: file, size: size, names: make(map[string]bool)}
	err := a.check(ctx)
	var fault *archiveFault
	switch {
	case errors.As(err, &fault):
		r := newVerification(o).report
		r.problem(ProblemPack, fault.where, "%s", fault.text)
		r.unchecked("What lies in the pack was not looked at: programs that unpack it may find different things. Ask for the file as it was made.")
		return r, nil
	case err != nil:
		return Report{}, fmt.Errorf("verify pack: %w", err)
	}
	z, err := zip.NewReader(file, size)
	if err != nil {
		return Report{}, fmt.Errorf("verify pack: %w: %w", errPack, err)
	}
	return Pack(ctx, z, o)
}

// archive is the zip file of a pack under examination. It is read once from its first
// byte to its last, and every byte must have one meaning: files, back to back, the
// directory that lists them in that order, its end.
type archive struct {
	r     io.ReaderAt
	size  int64
	names map[string]bool

	scratch [zipLocalBytes + zipNameBytes]byte
}

// archiveFault is the first place where a zip file is not that of a pack.
type archiveFault struct{ where, text string }

// Error implements error.
func (f *archiveFault) Error() string { return f.where + ": " + f.text }

// wholeArchive is the place of a fault that is about no file.
const wholeArchive = "pack"

func archiveFaultf(where, format string, args ...any) error {
	if !packName(where) {
		where = wholeArchive
	}
	return &archiveFault{where, fmt.Sprintf(format, args...)}
}

// zipDirectory is where the directory of a zip file lies and how many files it lists.
type zipDirectory struct{ start, end, files uint64 }

func (a *archive) check(ctx context.Context) error {
	d, err := a.directory()
	if err != nil {
		return err
	}
	records := &byteSource{r: a.r, at: int64(d.start), end: int64(d.end)}
	next := uint64(0) // where the next file begins
	for range d.files {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		if next, err = a.file(records, next, d.start); err != nil {
			return err
		}
	}
	if next != d.start {
		return archiveFaultf(wholeArchive, "%d bytes lie between the files and the directory", d.start-next)
	}
	if records.at != records.end {
		return archiveFaultf(wholeArchive, "%d bytes lie between the directory and its end", records.end-records.at)
	}
	return nil
}

// directory reads the end of the file: nothing follows it, and it has no comment.
func (a *archive) directory() (zipDirectory, error) {
	var d zipDirectory
	if !a.hasEnd() {
		return d, fmt.Errorf("%w: it is no zip file, or its end is cut off: compare its SHA-256 with that of whoever sent it, or fetch it again", errPack)
	}
	at := a.size - zipEndBytes
	b, err := a.bytes(at, zipEndBytes)
	if err != nil {
		return d, err
	}
	if binary.LittleEndian.Uint32(b) != zipEnd || !zero(b[20:]) {
		return d, archiveFaultf(wholeArchive, "something follows the directory of the zip file")
	}
	here, all := binary.LittleEndian.Uint16(b[8:]), binary.LittleEndian.Uint16(b[10:])
	length, start := binary.LittleEndian.Uint32(b[12:]), binary.LittleEndian.Uint32(b[16:])
	if !zero(b[4:8]) || here != all {
		return d, archiveFaultf(wholeArchive, "the zip file is a part of several")
	}
	d = zipDirectory{uint64(start), uint64(start) + uint64(length), uint64(all)}
	if all == math.MaxUint16 || length == math.MaxUint32 || start == math.MaxUint32 {
		if d, at, err = a.largeDirectory(at); err != nil {
			return d, err
		}
		if !agrees(uint64(all), math.MaxUint16, d.files) || !agrees(uint64(length), math.MaxUint32, d.end-d.start) || !agrees(uint64(start), math.MaxUint32, d.start) {
			return d, archiveFaultf(wholeArchive, "both ends of the directory say something else")
		}
	}
	switch {
	case d.end != uint64(at) || d.start > d.end:
		return d, archiveFaultf(wholeArchive, "the directory of the zip file does not lie before its end")
	case d.files > maxPackNames:
		return d, fmt.Errorf("%w: more than %d files", errPack, maxPackNames)
	}
	return d, nil
}

// agrees tells whether a number of the short end is that of the ZIP64 one, or refers to it.
func agrees(short, see, long uint64) bool { return short == see || short == long }

// largeDirectory reads the end of a directory in the form of ZIP64, which lies before
// end, and returns where it begins.
func (a *archive) largeDirectory(end int64) (zipDirectory, int64, error) {
	var d zipDirectory
	at := end - zip64JumpBytes - zip64EndBytes
	if at < 0 {
		return d, 0, archiveFaultf(wholeArchive, "the ZIP64 end of the directory is missing")
	}
	b, err := a.bytes(at, zip64EndBytes+zip64JumpBytes)
	if err != nil {
		return d, 0, err
	}
	record, jump := b[:zip64EndBytes], b[zip64EndBytes:]
	u32, u64 := binary.LittleEndian.Uint32, binary.LittleEndian.Uint64
	sound := u32(record) == zip64End && u64(record[4:]) == zip64EndBytes-12 && zero(record[16:24]) && u64(record[24:]) == u64(record[32:]) &&
		u32(jump) == zip64Jump && zero(jump[4:8]) && u64(jump[8:]) == uint64(at) && u32(jump[16:]) == 1
	length, start := u64(record[40:]), u64(record[48:])
	if !sound || start > uint64(a.size) || length > uint64(a.size) {
		return d, 0, archiveFaultf(wholeArchive, "the ZIP64 end of the directory is not sound")
	}
	return zipDirectory{start, start + length, u64(record[32:])}, at, nil
}

// hasEnd tells whether the end of a directory lies where readers look for it.
func (a *archive) hasEnd() bool {
	n := min(a.size, zipEndBytes+math.MaxUint16)
	b, err := a.bytes(a.size-n, int(n))
	return n >= zipEndBytes && err == nil && bytes.Contains(b, binary.LittleEndian.AppendUint32(nil, zipEnd))
}

// file reads the next record of the directory and the local header it is about, which
// must begin at start, and returns where the file ends: before the directory at limit.
func (a *archive) file(records *byteSource, start, limit uint64) (uint64, error) {
	name, listed, offset, err := readRecord(records)
	switch {
	case err != nil:
		return 0, err
	case !fs.ValidPath(name) || strings.Contains(name, `\`):
		return 0, archiveFaultf(wholeArchive, "the zip file has a folder or a file under the name %q", name)
	case a.names[name]:
		return 0, archiveFaultf(name, "the zip file has the file twice")
	case offset != start:
		return 0, archiveFaultf(name, "the file does not follow on the one before it in the zip file")
	}
	a.names[name] = true
	content, err := a.local(start, limit, name, listed)
	switch {
	case err != nil:
		return 0, err
	case listed.flags != 0 || listed.method != zip.Store || listed.stored != listed.unpacked:
		return 0, archiveFaultf(name, "the file is not stored as it is")
	case listed.stored > limit-content:
		return 0, archiveFaultf(name, "the file does not lie before the directory")
	}
	return content + listed.stored, nil
}

// local reads the header in front of a file that its record calls name, compares it
// with that, and returns where the bytes of the file begin.
func (a *archive) local(start, limit uint64, name string, listed zipHeader) (content uint64, err error) {
	n := zipLocalBytes + len(name)
	if uint64(n) > limit-start {
		return 0, archiveFaultf(name, "no file begins where the directory of the zip file says")
	}
	b := a.scratch[:n]
	if err := a.read(b, int64(start)); err != nil {
		return 0, err
	}
	switch {
	case binary.LittleEndian.Uint32(b) != zipLocal:
		return 0, archiveFaultf(name, "no file begins where the directory of the zip file says")
	case int(binary.LittleEndian.Uint16(b[26:])) != len(name) || string(b[zipLocalBytes:]) != name:
		return 0, archiveFaultf(name, "the zip file has another name in front of the file than in its directory")
	case !zero(b[28:zipLocalBytes]):
		return 0, archiveFaultf(name, "the zip file has a field in front of the file that a pack has not")
	case parseZipHeader(b[6:]) != listed:
		return 0, archiveFaultf(name, "the zip file says something else in front of the file than in its directory")
	}
	return start + uint64(n), nil
}

func (a *archive) bytes(at int64, n int) ([]byte, error) {
	b := make([]byte, n)
	return b, a.read(b, at)
}

func (a *archive) read(b []byte, at int64) error {
	if n, err := a.r.ReadAt(b, at); n < len(b) {
		return fmt.Errorf("%w: %w", errPack, err)
	}
	return nil
}
