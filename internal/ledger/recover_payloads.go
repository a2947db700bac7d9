// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"errors"
	"fmt"
	"io"

	"github.com/counterfoil/counterfoil"
)

// windowBytes is how much of the payloads a start reads at once.
const windowBytes = 256 << 10

// window reads payloads that lie back to back, several at once.
type window struct {
	shelf   *shelf
	segment uint32
	start   int64 // of buf in the segment
	buf     []byte
}

// payload returns sealed bytes, valid until the next call, or an error of the
// shelf. io.EOF means that the segment has no room for them.
func (w *window) payload(ref PayloadRef) ([]byte, error) {
	if ref.Length > counterfoil.MaxPayloadBytes {
		return nil, fmt.Errorf("payload of %d bytes: %w", ref.Length, ErrNotFound)
	}
	from, length := int64(ref.Offset), int64(ref.Length)
	if ref.Segment != w.segment || from < w.start || from+length > w.start+int64(len(w.buf)) {
		size := max(length, windowBytes)
		if int64(cap(w.buf)) < size {
			w.buf = make([]byte, size)
		}
		n, err := w.shelf.readAt(w.buf[:size], ref.Segment, from)
		w.segment, w.start, w.buf = ref.Segment, from, w.buf[:n]
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("read payload in segment %d at %d: %w", ref.Segment, from, err)
		}
		if int64(n) < length {
			return nil, io.EOF
		}
	}
	return w.buf[from-w.start:][:length], nil
}

// payloadsWhole checks the payloads of a batch that may be the last. It reports
// false when one was never written whole; one that was changed is an error, and
// so is one for which there is no room: the place of a payload is filled with
// zeros, durably, before it is written.
func (l *Ledger) payloadsWhole(w *window, b *counterfoil.Batch) (bool, error) {
	for i, e := range b.Entries {
		if e.Payload.Length == 0 {
			continue
		}
		if l.cfg.PayloadDir == "" {
			return false, l.damaged(b.Start, "an entry has a payload in a log without payloads")
		}
		sealed, err := w.payload(e.Payload)
		if errors.Is(err, io.EOF) || errors.Is(err, ErrNotFound) {
			return false, l.olderPayloads(b.Trailer.First + counterfoil.Index(i))
		}
		if err != nil {
			return false, fmt.Errorf("open ledger: %w", err)
		}
		if counterfoil.Checksum(sealed) == e.Payload.CRC {
			continue
		}
		if counterfoil.TornPayload(sealed, e.Payload.Offset) {
			return false, nil
		}
		return false, l.damaged(b.Start, fmt.Sprintf("the payload of entry %d was changed", b.Trailer.First+counterfoil.Index(i)))
	}
	return true, nil
}

func (l *Ledger) olderPayloads(i counterfoil.Index) error {
	return fmt.Errorf("open ledger: %w: the payload of entry %d is not in %s: that directory is older than %s; put back the newest of both",
		ErrRolledBack, i, l.cfg.PayloadDir, l.cfg.Dir)
}

// newestReach is how many entries before the head are searched for a payload.
const newestReach = 256

// checkNewestPayload looks at the newest payload the head covers, so that an
// older copy of the payload directory is noticed at the start and not when
// somebody wants to read. Behind an erasure nothing is looked at: what it erased
// reads like what was never written. What lies further back is the verifier's.
func (l *Ledger) checkNewestPayload(h head, r replayed) error {
	if r.erased || l.cfg.PayloadDir == "" {
		return nil
	}
	for back := uint64(1); back <= min(h.Size, newestReach); back++ {
		s, err := l.Read(counterfoil.Index(h.Size - back))
		if err != nil {
			return fmt.Errorf("open ledger: %w", err)
		}
		e, err := counterfoil.DecodeEntry(s.Raw)
		if err != nil {
			return fmt.Errorf("open ledger: %w: entry %d: %w", ErrDamaged, s.Index, err)
		}
		if e.Kind == counterfoil.KindErasure {
			return nil
		}
		if s.Payload.Length > 0 {
			return l.checkPayload(s)
		}
	}
	return nil
}

func (l *Ledger) checkPayload(s Stored) error {
	sealed, err := l.payloadShelf.payload(s.Payload)
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, ErrNotFound):
		return l.olderPayloads(s.Index)
	case err != nil:
		return fmt.Errorf("open ledger: %w", err)
	case counterfoil.Checksum(sealed) == s.Payload.CRC:
		return nil
	case counterfoil.TornPayload(sealed, s.Payload.Offset):
		return l.olderPayloads(s.Index)
	default:
		return fmt.Errorf("open ledger: %w: the payload of entry %d was changed, in %s; put it back from a backup",
			ErrDamaged, s.Index, counterfoil.Position{Segment: s.Payload.Segment, Offset: int64(s.Payload.Offset)})
	}
}
