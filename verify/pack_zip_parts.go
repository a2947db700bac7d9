// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package verify

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
)

// Lengths and signatures of a zip file's parts, and the numbers that say "see ZIP64".
const (
	zipLocalBytes, zipRecordBytes              = 30, 46
	zipEndBytes, zip64EndBytes, zip64JumpBytes = 22, 56, 20

	zipLocal, zipRecord         = 0x04034b50, 0x02014b50
	zipEnd, zip64End, zip64Jump = 0x06054b50, 0x06064b50, 0x07064b50

	zipNameBytes = 200 // more than the longest name of the format
)

// zipHeader is what a local header and a record of the directory both say of a file.
type zipHeader struct {
	flags, method    uint16
	crc              uint32
	stored, unpacked uint64
}

// parseZipHeader reads flags, method, time (left aside), checksum and sizes.
func parseZipHeader(b []byte) zipHeader {
	return zipHeader{
		flags: binary.LittleEndian.Uint16(b), method: binary.LittleEndian.Uint16(b[2:]), crc: binary.LittleEndian.Uint32(b[8:]),
		stored: uint64(binary.LittleEndian.Uint32(b[12:])), unpacked: uint64(binary.LittleEndian.Uint32(b[16:])),
	}
}

// readRecord reads a record of the directory: the name, what it says, and where the
// local header lies.
func readRecord(records *byteSource) (name string, h zipHeader, offset uint64, err error) {
	b, err := records.next(zipRecordBytes)
	if err != nil || binary.LittleEndian.Uint32(b) != zipRecord {
		return "", h, 0, archiveFaultf(wholeArchive, "the directory of the zip file does not read")
	}
	h = parseZipHeader(b[8:])
	offset = uint64(binary.LittleEndian.Uint32(b[42:]))
	nameLength, extraLength := binary.LittleEndian.Uint16(b[28:]), binary.LittleEndian.Uint16(b[30:])
	plain := zero(b[32:36]) // no comment, first disk
	if nameLength > zipNameBytes || extraLength > 4+3*8 {
		return "", h, 0, archiveFaultf(wholeArchive, "the directory of the zip file has a name or a field that is too long")
	}
	text, err := records.next(int(nameLength))
	if err != nil {
		return "", h, 0, archiveFaultf(wholeArchive, "the directory of the zip file does not read")
	}
	name = string(text)
	extra, err := records.next(int(extraLength))
	if err != nil || !plain || !large(extra, &h, &offset) {
		return "", h, 0, archiveFaultf(name, "the zip file has a comment or a field about the file that a pack has not")
	}
	return name, h, offset, nil
}

// large takes numbers from the one field a record may have, which holds those that say
// "see ZIP64" and no others.
func large(extra []byte, h *zipHeader, offset *uint64) bool {
	var values []*uint64
	for _, v := range []*uint64{&h.unpacked, &h.stored, offset} {
		if *v == math.MaxUint32 {
			values = append(values, v)
		}
	}
	if len(values) == 0 || len(extra) == 0 {
		return len(values) == 0 && len(extra) == 0
	}
	if len(extra) != 4+8*len(values) || binary.LittleEndian.Uint16(extra) != 1 || int(binary.LittleEndian.Uint16(extra[2:])) != 8*len(values) {
		return false
	}
	for n, v := range values {
		*v = binary.LittleEndian.Uint64(extra[4+8*n:])
	}
	return true
}

// byteSource hands out a stretch of a file in small pieces, each valid until the next.
type byteSource struct {
	r       io.ReaderAt
	at, end int64
	buf     []byte // from at on
	space   [8 << 10]byte
}

var errBytesEnd = errors.New("the bytes end before it")

// next returns the next n bytes, at most as many as the space has.
func (s *byteSource) next(n int) ([]byte, error) {
	if int64(n) > s.end-s.at {
		return nil, errBytesEnd
	}
	if len(s.buf) < n {
		most := min(int64(len(s.space)), s.end-s.at)
		got, err := s.r.ReadAt(s.space[:most], s.at)
		if got < n {
			return nil, errors.Join(errBytesEnd, err)
		}
		s.buf = s.space[:got]
	}
	b := s.buf[:n]
	s.buf, s.at = s.buf[n:], s.at+int64(n)
	return b, nil
}

func zero(b []byte) bool { return len(bytes.Trim(b, "\x00")) == 0 }
