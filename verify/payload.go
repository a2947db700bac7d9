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

// payload checks the sealed payload of an entry. What may be right because it was
// erased is left to the end, when every erasure is known.
func (v *verification) payload(i counterfoil.Index, e *counterfoil.Entry, ref counterfoil.PayloadRef) error {
	switch {
	case v.published || ref.Length == 0 && len(e.Commitment) == 0:
		return nil
	case ref.Length == 0:
		v.problem(ProblemPayload, i, "the entry commits to a payload and has none")
		return nil
	case len(e.Commitment) == 0:
		v.problem(ProblemPayload, i, "the entry has a payload and does not commit to it")
		return nil
	}
	sealed, err := v.payloads.read(ref)
	switch {
	case errors.Is(err, io.EOF) || errors.Is(err, os.ErrNotExist):
		v.erased.missing(ref.Segment, i)
		return nil
	case err != nil:
		return fmt.Errorf("read payload of entry %d: %w", i, err)
	case len(bytes.Trim(sealed, "\x00")) == 0:
		v.erased.overwritten(e.ID, i)
		return nil
	case counterfoil.Checksum(sealed) != ref.CRC:
		v.problem(ProblemPayload, i, "its payload was changed, in %s at byte %d", counterfoil.SegmentName(ref.Segment), ref.Offset)
		return nil
	}
	v.report.Payloads++
	v.commitment(i, e, sealed)
	return nil
}

func (v *verification) commitment(i counterfoil.Index, e *counterfoil.Entry, sealed []byte) {
	if v.OpenPayload == nil {
		v.erased.sealed(sealed, i)
		return
	}
	plaintext, key, err := v.OpenPayload(e, sealed)
	if errors.Is(err, ErrErased) {
		v.erased.closed(sealed, i)
		return
	}
	if err != nil {
		v.problem(ProblemCommitment, i, "its payload does not open: %v", err)
		return
	}
	v.erased.opened(sealed, i)
	mac := hmac.New(sha256.New, key[:])
	mac.Write(plaintext)
	if !hmac.Equal(mac.Sum(nil), e.Commitment) {
		v.problem(ProblemCommitment, i, "its payload is not what the entry commits to")
	}
}

// payloadFiles reads payloads, which lie in the order of the log: one open
// segment is enough.
type payloadFiles struct {
	dir    string
	number uint32
	file   *os.File
	size   int64
	buf    []byte
}

// read returns the sealed bytes; they are valid until the next call.
func (p *payloadFiles) read(ref counterfoil.PayloadRef) ([]byte, error) {
	if p.file == nil || p.number != ref.Segment {
		if err := p.openSegment(ref.Segment); err != nil {
			return nil, err
		}
	}
	end := int64(ref.Offset) + int64(ref.Length)
	if end > p.size { // the file may have grown beside a running server
		info, err := p.file.Stat()
		if err != nil {
			return nil, err
		}
		if p.size = info.Size(); end > p.size {
			return nil, io.EOF
		}
	}
	if cap(p.buf) < int(ref.Length) {
		p.buf = make([]byte, ref.Length)
	}
	b := p.buf[:ref.Length]
	_, err := p.file.ReadAt(b, int64(ref.Offset))
	return b, err
}

func (p *payloadFiles) openSegment(number uint32) error {
	p.close()
	f, err := os.Open(filepath.Join(p.dir, counterfoil.SegmentName(number)))
	if err != nil {
		return err
	}
	p.file, p.number, p.size = f, number, 0
	return nil
}

func (p *payloadFiles) close() {
	if p.file != nil {
		p.file.Close()
	}
	p.file = nil
}
