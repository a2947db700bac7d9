// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package counterfoil

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
)

// sector is the unit in which a disk writes or does not write, in bytes.
const sector = 512

// maxTail bounds what a crash can leave behind: one batch. More bytes than that
// after the last whole batch are damage.
const maxTail = 2 * MaxBatchBytes

// tail explains why the bytes at the current position, of which the first read
// ones look like frames, are no batch. A crash leaves a batch whose sectors are
// partly still zero, and nothing after it. Whatever else is found was changed.
func (r *Reader) tail(read int, cause error) error {
	sound, unsound := soundFrames(r.buf[:min(read, len(r.buf))])
	bad := r.at.Offset + int64(sound)
	if unsound != nil {
		cause = unsound
	}
	region, err := r.rest(bad)
	if err != nil {
		return err
	}
	if f, begun, err := r.openSegment(r.at.Segment + 1); err == nil {
		f.Close()
		return &DamageError{At: r.at, Text: fmt.Sprintf("%v, and the log goes on with entry %d in another segment", cause, begun)}
	}
	if len(region) >= maxTail || hasTrailer(region, func(t Trailer) bool { return t.First > r.next }) {
		return &DamageError{At: r.at, Text: fmt.Sprintf("%v, and the log goes on behind it", cause)}
	}
	return &TailError{At: r.at, Torn: torn(region, bad, r.next), Text: cause.Error()}
}

// soundFrames returns the size of the sound frames at the start of b, and what
// is wrong with the next one, if there is one.
func soundFrames(b []byte) (int, error) {
	for n := 0; ; {
		f, err := ParseFrame(b[n:])
		switch {
		case err == nil:
			n += f.Bytes
		case n == len(b):
			return n, nil
		default:
			return n, err
		}
	}
}

// rest reads what follows offset up to the last byte that is not zero.
func (r *Reader) rest(offset int64) ([]byte, error) {
	last, err := LastNonZero(r.file, offset)
	if err != nil || last < 0 {
		return nil, err
	}
	region := make([]byte, min(last+1-offset, maxTail))
	if _, err := r.file.ReadAt(region, offset); err != nil && err != io.EOF {
		return nil, fmt.Errorf("read %s: %w", r.at, err)
	}
	return region, nil
}

// torn reports whether region, which begins at offset with a frame that is not
// sound and ends with its last byte that is not zero, was never written whole:
// a sector of it is missing, or the end of its last frame is.
func torn(region []byte, offset int64, next Index) bool {
	if len(region) < FrameHeadBytes || binary.BigEndian.Uint32(region) == 0 || missingSector(region, offset) {
		return true
	}
	n, err := FrameBytes(region)
	return err == nil && n > len(region) && !hasTrailer(region, func(t Trailer) bool { return t.First == next })
}

// missingSector reports whether the part of any sector in b is zero.
func missingSector(b []byte, offset int64) bool {
	for len(b) > 0 {
		n := min(len(b), sector-int(offset%sector))
		if allZero(b[:n]) {
			return true
		}
		b, offset = b[n:], offset+int64(n)
	}
	return false
}

// hasTrailer reports whether b holds a sound trailer that match wants.
func hasTrailer(b []byte, match func(Trailer) bool) bool {
	length := binary.BigEndian.AppendUint32(nil, TrailerBytes-FrameHeadBytes)
	for {
		i := bytes.Index(b, length)
		if i < 0 {
			return false
		}
		if f, err := ParseFrame(b[i:]); err == nil && f.Raw == nil && match(f.Trailer) {
			return true
		}
		b = b[i+1:]
	}
}

// TornPayload reports whether sealed bytes read from offset of a payload
// segment, whose checksum is wrong, were never written whole.
func TornPayload(sealed []byte, offset uint32) bool {
	return len(sealed) > 0 && sealed[len(sealed)-1] == 0 || missingSector(sealed, int64(offset))
}

// zeros is what segments are filled with.
var zeros [128 << 10]byte

// LastNonZero returns the offset of the last byte of f that is not zero, from
// offset on, or -1.
func LastNonZero(f io.ReaderAt, offset int64) (int64, error) {
	buf := make([]byte, len(zeros))
	last := int64(-1)
	for {
		n, err := f.ReadAt(buf, offset)
		if !bytes.Equal(buf[:n], zeros[:n]) { // most of what is read here is zeros
			last = offset + int64(len(bytes.TrimRight(buf[:n], "\x00"))) - 1
		}
		offset += int64(n)
		if err == io.EOF {
			return last, nil
		}
		if err != nil {
			return last, fmt.Errorf("read segment: %w", err)
		}
	}
}
