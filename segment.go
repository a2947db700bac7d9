// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package counterfoil

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

// Layout of the segment files. Integers are big-endian. A segment is a header,
// then frames back to back, then zeros: writers fill files with zeros ahead of
// their position, and a frame never begins with a zero length.
const (
	SegmentHeaderBytes = 72
	FrameHeadBytes     = 9  // length, CRC-32C, type
	PayloadRefBytes    = 16 // in front of the entry in its frame
	TrailerBytes       = FrameHeadBytes + 52
	// MaxBatchBytes bounds the frames of one batch with its trailer.
	MaxBatchBytes = 8 << 20
	// MaxPayloadBytes bounds one sealed payload.
	MaxPayloadBytes = 1 << 30

	segmentVersion = 1
	frameEntry     = 1
	frameTrailer   = 2
)

// SegmentKind tells ledger segments from payload segments.
type SegmentKind string

// The two kinds of segments, named by their magic bytes.
const (
	LedgerSegment  SegmentKind = "CFLEDGER"
	PayloadSegment SegmentKind = "CFPAYLOD"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Checksum is the CRC-32C of b: it finds accidents, not forgery.
func Checksum(b []byte) uint32 { return crc32.Checksum(b, castagnoli) }

// SegmentName is the file name of a segment, from 0.
func SegmentName(n uint32) string { return fmt.Sprintf("%010d.seg", n) }

// SegmentHeader opens a segment file.
type SegmentHeader struct {
	Kind   SegmentKind
	Number uint32
	First  Index // of the first entry in it, or of the first whose payload may lie in it
	Origin Hash  // OriginDigest of the log
}

// OriginDigest is what binds a segment to its log.
func OriginDigest(origin string) Hash { return sha256.Sum256([]byte(origin)) }

// AppendSegmentHeader appends the SegmentHeaderBytes of h.
func AppendSegmentHeader(dst []byte, h SegmentHeader) []byte {
	start := len(dst)
	dst = append(dst, h.Kind...)
	dst = binary.BigEndian.AppendUint32(dst, segmentVersion)
	dst = binary.BigEndian.AppendUint32(dst, 0)
	dst = binary.BigEndian.AppendUint64(dst, uint64(h.Number))
	dst = binary.BigEndian.AppendUint64(dst, uint64(h.First))
	dst = append(dst, h.Origin[:]...)
	dst = binary.BigEndian.AppendUint32(dst, Checksum(dst[start:]))
	return binary.BigEndian.AppendUint32(dst, 0)
}

// ErrNoHeader reports a segment that was prepared and not begun: zeros.
var ErrNoHeader = errors.New("segment has no header yet")

// ParseSegmentHeader reads the header in the first bytes of a segment.
func ParseSegmentHeader(b []byte) (SegmentHeader, error) {
	var h SegmentHeader
	if len(b) > SegmentHeaderBytes {
		b = b[:SegmentHeaderBytes]
	}
	if allZero(b) {
		return h, ErrNoHeader
	}
	if len(b) < SegmentHeaderBytes || binary.BigEndian.Uint32(b[64:]) != Checksum(b[:64]) {
		return h, errors.New("segment header is damaged")
	}
	h.Kind = SegmentKind(b[:8])
	number := binary.BigEndian.Uint64(b[16:])
	h.First = Index(binary.BigEndian.Uint64(b[24:]))
	copy(h.Origin[:], b[32:])
	if h.Kind != LedgerSegment && h.Kind != PayloadSegment || number > 1<<32-1 || !allZero(b[12:16]) || !allZero(b[68:]) {
		return h, errors.New("not a segment of a Counterfoil ledger")
	}
	if v := binary.BigEndian.Uint32(b[8:]); v != segmentVersion {
		return h, fmt.Errorf("segment has unknown version %d", v)
	}
	h.Number = uint32(number)
	return h, nil
}

// PayloadRef says where the sealed payload of an entry lies. It is beside the
// leaf, not in it: moving payloads does not change the log. The zero value
// means that there is none.
type PayloadRef struct {
	Segment uint32
	Offset  uint32
	Length  uint32
	CRC     uint32 // Checksum of the sealed bytes
}

// Trailer closes a batch: only a batch with its trailer counts.
type Trailer struct {
	Count uint32 // entries in the batch
	First Index  // of the first of them
	Size  uint64 // of the tree with the batch
	Root  Hash   // of that tree
}

// EntryFrameBytes is the size of the frame of an entry of n bytes.
func EntryFrameBytes(n int) int { return FrameHeadBytes + PayloadRefBytes + n }

// AppendEntryFrame appends the frame of an encoded entry.
func AppendEntryFrame(dst []byte, ref PayloadRef, raw []byte) []byte {
	start := len(dst)
	dst = append(dst, make([]byte, FrameHeadBytes)...)
	dst = binary.BigEndian.AppendUint32(dst, ref.Segment)
	dst = binary.BigEndian.AppendUint32(dst, ref.Offset)
	dst = binary.BigEndian.AppendUint32(dst, ref.Length)
	dst = binary.BigEndian.AppendUint32(dst, ref.CRC)
	dst = append(dst, raw...)
	return finishFrame(dst, start, frameEntry)
}

// AppendTrailer appends the frame of t.
func AppendTrailer(dst []byte, t Trailer) []byte {
	start := len(dst)
	dst = append(dst, make([]byte, FrameHeadBytes)...)
	dst = binary.BigEndian.AppendUint32(dst, t.Count)
	dst = binary.BigEndian.AppendUint64(dst, uint64(t.First))
	dst = binary.BigEndian.AppendUint64(dst, t.Size)
	dst = append(dst, t.Root[:]...)
	return finishFrame(dst, start, frameTrailer)
}

// finishFrame fills in the head: the checksum covers length, type and body.
func finishFrame(dst []byte, start int, kind byte) []byte {
	frame := dst[start:]
	binary.BigEndian.PutUint32(frame, uint32(len(frame)-FrameHeadBytes))
	frame[8] = kind
	binary.BigEndian.PutUint32(frame[4:], frameChecksum(frame))
	return dst
}

func frameChecksum(frame []byte) uint32 {
	var crc uint32
	if n := len(frame) - FrameHeadBytes; n < len(lengthChecksums) {
		crc = lengthChecksums[n]
	} else {
		crc = crc32.Update(0, castagnoli, frame[:4])
	}
	return crc32.Update(crc, castagnoli, frame[8:])
}

// lengthChecksums are those over the length alone, of bodies up to the usual size:
// so most frames take one call and not two.
var lengthChecksums = func() (sums [1024]uint32) {
	for n := range sums {
		sums[n] = crc32.Checksum(binary.BigEndian.AppendUint32(nil, uint32(n)), castagnoli)
	}
	return sums
}()

// Frame is one parsed frame: an entry, or a trailer when Raw is nil.
type Frame struct {
	Raw     []byte // the entry; aliases the input
	Payload PayloadRef
	Trailer Trailer
	Bytes   int // of the whole frame
}

// Faults of frames. ErrShortFrame asks for more input and is final at the end
// of the file.
var (
	ErrNoFrame    = errors.New("no frame: zeros")
	ErrShortFrame = errors.New("frame is cut short")
	ErrBadFrame   = errors.New("frame is damaged")
)

// ParseFrame reads the frame at the start of b.
func ParseFrame(b []byte) (Frame, error) {
	b, err := soundFrame(b)
	if err != nil {
		return Frame{}, err
	}
	f := Frame{Bytes: len(b)}
	if b[8] == frameTrailer {
		f.Trailer = parseTrailer(b[FrameHeadBytes:])
		return f, nil
	}
	f.Payload = parsePayloadRef(b[FrameHeadBytes:])
	f.Raw = b[FrameHeadBytes+PayloadRefBytes:]
	return f, nil
}

// soundFrame is the frame at the start of b, with the checksum it names.
func soundFrame(b []byte) ([]byte, error) {
	n, err := FrameBytes(b)
	if err != nil {
		return nil, err
	}
	if len(b) < n {
		return nil, ErrShortFrame
	}
	if binary.BigEndian.Uint32(b[4:]) != frameChecksum(b[:n]) {
		return nil, fmt.Errorf("%w: checksum", ErrBadFrame)
	}
	return b[:n], nil
}

// FrameBytes is the size of the frame at the start of b by its head alone.
func FrameBytes(b []byte) (int, error) {
	if len(b) < FrameHeadBytes {
		return 0, ErrShortFrame
	}
	length := binary.BigEndian.Uint32(b)
	switch {
	case length == 0:
		return 0, ErrNoFrame
	case b[8] == frameTrailer && length == TrailerBytes-FrameHeadBytes:
	case b[8] == frameEntry && length > PayloadRefBytes && length <= PayloadRefBytes+MaxEntryBytes:
	default:
		return 0, fmt.Errorf("%w: type %d with length %d", ErrBadFrame, b[8], length)
	}
	return FrameHeadBytes + int(length), nil
}

func parseTrailer(b []byte) Trailer {
	t := Trailer{
		Count: binary.BigEndian.Uint32(b),
		First: Index(binary.BigEndian.Uint64(b[4:])),
		Size:  binary.BigEndian.Uint64(b[12:]),
	}
	copy(t.Root[:], b[20:])
	return t
}

func parsePayloadRef(b []byte) PayloadRef {
	return PayloadRef{
		Segment: binary.BigEndian.Uint32(b),
		Offset:  binary.BigEndian.Uint32(b[4:]),
		Length:  binary.BigEndian.Uint32(b[8:]),
		CRC:     binary.BigEndian.Uint32(b[12:]),
	}
}

func allZero(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}
