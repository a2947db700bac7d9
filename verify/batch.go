// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package verify

import (
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/counterfoil/counterfoil"
)

// batch checks one batch. An error means that something could not be read.
func (v *verification) batch(b *counterfoil.Batch) error {
	v.later = true
	for i := range b.Entries {
		if err := v.entry(b.Trailer.First+counterfoil.Index(i), &b.Entries[i]); err != nil {
			return err
		}
	}
	if v.tree.Root() != b.Trailer.Root {
		v.report.problem(ProblemRoot, b.Start.String(), "the root of the batch from entry %d is not that of its entries", b.Trailer.First)
	}
	v.batches++
	if v.Progress != nil {
		v.Progress(v.tree.Size())
	}
	return nil
}

func (v *verification) entry(i counterfoil.Index, s *counterfoil.BatchEntry) error {
	e, err := counterfoil.DecodeEntry(s.Raw)
	if err != nil {
		v.report.problem(ProblemEncoding, place(i), "%v", err)
	} else {
		v.later = v.later && e.Time > v.began
		v.boot(i, e)
		v.keyEvent(i, e)
		v.interaction(i, e)
		if err := v.payload(i, e, s.Payload); err != nil {
			return err
		}
	}
	v.nodes = v.tree.Append(v.nodes[:0], counterfoil.LeafHash(s.Raw))
	v.checkHeads()
	return nil
}

func place(i counterfoil.Index) string { return fmt.Sprintf("entry %d", i) }

// checkHeads compares the heads of the size the tree has now.
func (v *verification) checkHeads() {
	for ; v.due < len(v.heads) && v.heads[v.due].Size == v.tree.Size(); v.due++ {
		if c := v.heads[v.due]; c.Root != v.tree.Root() {
			v.report.problem(ProblemHead, fmt.Sprintf("head of size %d", c.Size), "the entries have another root than the signed head")
		} else {
			v.report.Signed = c.Size
		}
	}
}

// boot checks that a start follows on what lies before it. The entry is the
// first its process wrote, so it names its own index as the size it found.
func (v *verification) boot(i counterfoil.Index, e *counterfoil.Entry) {
	if e.Kind != counterfoil.KindBoot {
		return
	}
	v.boots++
	switch b := e.Boot; {
	case b.PrevSize != uint64(i) || b.PrevRoot != v.tree.Root():
		v.report.problem(ProblemBoot, place(i), "the start found a log of %d entries with another root than lies before it", b.PrevSize)
	default:
		v.bootKey(i, b.NodeKey)
	}
}

// interaction counts intents and outcomes and pairs them.
func (v *verification) interaction(i counterfoil.Index, e *counterfoil.Entry) {
	r := &v.report
	if e.Kind == counterfoil.KindIntent {
		r.Intents++
		if e.Outcome == nil {
			v.open[i] = e.ID
		}
	}
	if e.Outcome == nil {
		return
	}
	r.Outcomes++
	if e.Outcome.Result == counterfoil.ResultAbandoned {
		r.Abandoned++
	}
	if e.Kind != counterfoil.KindOutcome {
		return
	}
	id, found := v.open[e.Outcome.Intent]
	switch {
	case !found:
		r.problem(ProblemOutcome, place(i), "its intent, entry %d, is no open intent", e.Outcome.Intent)
	case id != e.ID:
		r.problem(ProblemOutcome, place(i), "its intent, entry %d, belongs to interaction %s", e.Outcome.Intent, id)
	default:
		delete(v.open, e.Outcome.Intent)
	}
}

// payload checks the sealed payload of an entry.
func (v *verification) payload(i counterfoil.Index, e *counterfoil.Entry, ref counterfoil.PayloadRef) error {
	switch {
	case ref.Length == 0 && len(e.Commitment) == 0:
		return nil
	case ref.Length == 0:
		v.report.problem(ProblemPayload, place(i), "the entry commits to a payload and has none")
		return nil
	case len(e.Commitment) == 0:
		v.report.problem(ProblemPayload, place(i), "the entry has a payload and does not commit to it")
		return nil
	}
	sealed, err := v.payloads.read(ref)
	switch {
	case errors.Is(err, io.EOF) || errors.Is(err, os.ErrNotExist):
		v.report.problem(ProblemPayload, place(i), "its payload is missing in payload segment %s", counterfoil.SegmentName(ref.Segment))
		return nil
	case err != nil:
		return fmt.Errorf("read payload of entry %d: %w", i, err)
	case counterfoil.Checksum(sealed) != ref.CRC:
		v.report.problem(ProblemPayload, place(i), "its payload was changed, in %s at byte %d", counterfoil.SegmentName(ref.Segment), ref.Offset)
		return nil
	}
	v.report.Payloads++
	v.commitment(i, e, sealed)
	return nil
}

func (v *verification) commitment(i counterfoil.Index, e *counterfoil.Entry, sealed []byte) {
	if v.OpenPayload == nil {
		return
	}
	plaintext, key, err := v.OpenPayload(e, sealed)
	if errors.Is(err, ErrErased) {
		v.report.Erased++
		return
	}
	if err != nil {
		v.report.problem(ProblemCommitment, place(i), "its payload does not open: %v", err)
		return
	}
	mac := hmac.New(sha256.New, key[:])
	mac.Write(plaintext)
	if !hmac.Equal(mac.Sum(nil), e.Commitment) {
		v.report.problem(ProblemCommitment, place(i), "its payload is not what the entry commits to")
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
