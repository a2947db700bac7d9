// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package verify

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/counterfoil/counterfoil"
)

// payloadState is what an examiner found at the place of a payload.
type payloadState uint8

const (
	payloadNone        payloadState = iota // the entry has none
	payloadAbsent                          // the entry commits to one and has none
	payloadUnbound                         // the entry has one and does not commit to it
	payloadMissing                         // nothing lies there
	payloadUnreadable                      // err says why
	payloadOverwritten                     // zeros lie there
	payloadChanged                         // other bytes lie there
	payloadSealed                          // it is there, and was not opened
	payloadOpened                          // it is what the entry commits to
	payloadOther                           // it opens, and is something else
	payloadClosed                          // its key was deleted
	payloadFailed                          // it does not open; err says why
)

// payloadFacts is what an examiner found out about a payload.
type payloadFacts struct {
	state   payloadState
	keyed   bool           // it bears the id of its wrapping key
	key     counterfoil.ID // that id
	segment uint32
	offset  uint32
	err     error
}

// payload looks at the payload of e, the first of entries.
func (x *examiner) payload(e *counterfoil.Entry, entries []counterfoil.BatchEntry) payloadFacts {
	ref := entries[0].Payload
	f := payloadFacts{segment: ref.Segment, offset: ref.Offset}
	switch {
	case ref.Length == 0 && len(e.Commitment) == 0:
		return f
	case ref.Length == 0:
		f.state = payloadAbsent
		return f
	case len(e.Commitment) == 0:
		f.state = payloadUnbound
		return f
	}
	sealed, err := x.payloads.read(ref, entries[1:])
	switch {
	case errors.Is(err, io.EOF) || errors.Is(err, os.ErrNotExist):
		f.state = payloadMissing
	case err != nil:
		f.state, f.err = payloadUnreadable, err
	case len(bytes.Trim(sealed, "\x00")) == 0:
		f.state = payloadOverwritten
	case counterfoil.Checksum(sealed) != ref.CRC:
		f.state = payloadChanged
	default:
		f.key, f.keyed = wrappingKey(sealed)
		f.state, f.err = x.commitment(e, sealed)
	}
	return f
}

func (x *examiner) commitment(e *counterfoil.Entry, sealed []byte) (payloadState, error) {
	if x.options.OpenPayload == nil {
		return payloadSealed, nil
	}
	plaintext, key, err := x.options.OpenPayload(e, sealed)
	if errors.Is(err, ErrErased) {
		return payloadClosed, nil
	}
	if err != nil {
		return payloadFailed, err
	}
	mac := hmac.New(sha256.New, key[:])
	mac.Write(plaintext)
	if !hmac.Equal(mac.Sum(nil), e.Commitment) {
		return payloadOther, nil
	}
	return payloadOpened, nil
}

// payload takes in what was found of an entry's payload. What may be right because it
// was erased is left to the end, when every erasure is known.
func (v *verification) payload(i counterfoil.Index, entry counterfoil.ID, f *payloadFacts) error {
	if f.state >= payloadSealed {
		v.report.Payloads++
	}
	switch f.state {
	case payloadAbsent:
		v.problem(ProblemPayload, i, "the entry commits to a payload and has none")
	case payloadUnbound:
		v.problem(ProblemPayload, i, "the entry has a payload and does not commit to it")
	case payloadMissing:
		v.erased.missing(f.segment, i)
	case payloadUnreadable:
		return fmt.Errorf("read payload of entry %d: %w", i, f.err)
	case payloadOverwritten:
		v.erased.overwritten(entry, i)
	case payloadChanged:
		v.problem(ProblemPayload, i, "its payload was changed, in %s at byte %d", counterfoil.SegmentName(f.segment), f.offset)
	case payloadSealed:
		v.erased.sealed(f, i)
	case payloadClosed:
		v.erased.closed(f, i)
	case payloadFailed:
		v.problem(ProblemCommitment, i, "its payload does not open: %v", f.err)
	case payloadOpened:
		v.erased.opened(f, i)
	case payloadOther:
		v.erased.opened(f, i)
		v.problem(ProblemCommitment, i, "its payload is not what the entry commits to")
	}
	return nil
}

// readAhead is how much of a payload segment is read at once, in bytes.
const readAhead = 512 << 10

// payloadFiles reads payloads, which lie back to back in the order of the log: one
// open segment is enough, and those of a batch are read together.
type payloadFiles struct {
	dir    string
	number uint32
	file   *os.File
	size   int64
	buf    []byte
	from   int64 // where in the file buf begins
	stale  bool  // buf is of an earlier batch
}

// read returns the sealed bytes; they are valid until the next call. Following are the
// entries whose payloads will be asked for next.
func (p *payloadFiles) read(ref counterfoil.PayloadRef, following []counterfoil.BatchEntry) ([]byte, error) {
	if p.file == nil || p.number != ref.Segment {
		if err := p.openSegment(ref.Segment); err != nil {
			return nil, err
		}
	}
	start, end := int64(ref.Offset), int64(ref.Offset)+int64(ref.Length)
	if !p.stale && start >= p.from && end <= p.from+int64(len(p.buf)) {
		return p.buf[start-p.from : end-p.from], nil
	}
	return p.load(start, end, together(ref, following))
}

// together is where the payloads end that are read with that of ref.
func together(ref counterfoil.PayloadRef, following []counterfoil.BatchEntry) int64 {
	end := int64(ref.Offset) + int64(ref.Length)
	for k := range following {
		next := following[k].Payload
		switch {
		case next.Length == 0:
			continue
		case next.Segment != ref.Segment || int64(next.Offset) != end || end+int64(next.Length)-int64(ref.Offset) > readAhead:
			return end
		}
		end += int64(next.Length)
	}
	return end
}

// load reads from start to last, or to end if that is all there is.
func (p *payloadFiles) load(start, end, last int64) ([]byte, error) {
	if last > p.size { // the file may have grown beside a running server
		info, err := p.file.Stat()
		if err != nil {
			return nil, err
		}
		if p.size = info.Size(); end > p.size {
			return nil, io.EOF
		}
		last = min(last, p.size)
	}
	if n := last - start; int64(cap(p.buf)) < n {
		p.buf = make([]byte, max(n, readAhead))
	}
	p.buf, p.from, p.stale = p.buf[:last-start], start, false
	if _, err := p.file.ReadAt(p.buf, start); err != nil {
		p.stale = true
		return nil, err
	}
	return p.buf[:end-start], nil
}

func (p *payloadFiles) openSegment(number uint32) error {
	p.close()
	f, err := os.Open(filepath.Join(p.dir, counterfoil.SegmentName(number)))
	if err != nil {
		return err
	}
	p.file, p.number, p.size, p.stale = f, number, 0, true
	return nil
}

func (p *payloadFiles) close() {
	if p.file != nil {
		p.file.Close()
	}
	p.file = nil
}
