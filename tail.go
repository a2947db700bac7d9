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

// tail explains why the bytes at the current position, of which the first good
// ones are sound frames, are no batch. A crash leaves a batch whose sectors are
// partly still zero, and nothing after it. Whatever else is found was changed.
func (r *Reader) tail(good int, cause error) error {
	bad := r.at.Offset + int64(good)
	region, err := r.rest(bad)
	if err != nil {
		return err
	}
	if f, begun, err := r.openSegment(r.at.Segment + 1); err == nil {
		f.Close()
		return &DamageError{At: r.at, Text: fmt.Sprintf("%v, and the log goes on with entry %d in another segment", cause, begun)}
	}
	if len(region) >= maxTail || laterTrailer(region, r.next) {
		return &DamageError{At: r.at, Text: fmt.Sprintf("%v, and the log goes on behind it", cause)}
	}
	return &TailError{At: r.at, Torn: torn(region, bad), Text: cause.Error()}
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
// sound and ends with its last byte that is not zero, was never written whole.
func torn(region []byte, offset int64) bool {
	if len(region) < FrameHeadBytes || binary.BigEndian.Uint32(region) == 0 {
		return true
	}
	if n, err := FrameBytes(region); err == nil && n > len(region) {
		return true
	}
	for len(region) > 0 {
		n := min(len(region), sector-int(offset%sector))
		if allZero(region[:n]) {
			return true
		}
		region, offset = region[n:], offset+int64(n)
	}
	return false
}

// laterTrailer reports whether region holds the trailer of a batch that comes
// after the one that begins with entry next.
func laterTrailer(region []byte, next Index) bool {
	length := binary.BigEndian.AppendUint32(nil, TrailerBytes-FrameHeadBytes)
	for {
		i := bytes.Index(region, length)
		if i < 0 {
			return false
		}
		if f, err := ParseFrame(region[i:]); err == nil && f.Raw == nil && f.Trailer.First > next {
			return true
		}
		region = region[i+1:]
	}
}

// TornPayload reports whether sealed bytes read from offset of a payload
// segment, whose checksum is wrong, were never written whole.
func TornPayload(sealed []byte, offset uint32) bool {
	if len(sealed) > 0 && sealed[len(sealed)-1] == 0 {
		return true
	}
	for pos := int64(offset); len(sealed) > 0; {
		n := min(len(sealed), sector-int(pos%sector))
		if allZero(sealed[:n]) {
			return true
		}
		sealed, pos = sealed[n:], pos+int64(n)
	}
	return false
}

// LastNonZero returns the offset of the last byte of f that is not zero, from
// offset on, or -1.
func LastNonZero(f io.ReaderAt, offset int64) (int64, error) {
	buf := make([]byte, 1<<20)
	last := int64(-1)
	for {
		n, err := f.ReadAt(buf, offset)
		if sound := bytes.TrimRight(buf[:n], "\x00"); len(sound) > 0 {
			last = offset + int64(len(sound)) - 1
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
