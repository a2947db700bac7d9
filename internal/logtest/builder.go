// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package logtest makes logs for tests, frame by frame, sound ones and others. It
// is support for tests: nothing else imports it.
package logtest

import (
	"crypto/rand"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"github.com/counterfoil/counterfoil"
)

// Builder writes segments the way a ledger does, and worse.
type Builder struct {
	T        testing.TB
	Dir      string
	Origin   string
	Tree     counterfoil.Tree
	Segment  []byte
	Number   uint32
	Payloads []byte
	Starts   []int64 // of the batches in the segment
}

// NewBuilder begins the log of an origin in a directory of the test.
func NewBuilder(t testing.TB, origin string) *Builder {
	b := &Builder{T: t, Dir: t.TempDir(), Origin: origin}
	for _, sub := range []string{"ledger", "payload"} {
		if err := os.Mkdir(filepath.Join(b.Dir, sub), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	b.Payloads = counterfoil.AppendSegmentHeader(nil, counterfoil.SegmentHeader{Kind: counterfoil.PayloadSegment, Origin: counterfoil.OriginDigest(origin)})
	b.begin()
	return b
}

func (b *Builder) begin() {
	b.Segment = counterfoil.AppendSegmentHeader(nil, counterfoil.SegmentHeader{
		Kind: counterfoil.LedgerSegment, Number: b.Number, First: counterfoil.Index(b.Tree.Size()), Origin: counterfoil.OriginDigest(b.Origin),
	})
}

// Item is an entry with its payload; Raw wins over Entry.
type Item struct {
	Entry  *counterfoil.Entry
	Raw    []byte
	Sealed []byte
}

// Batch adds a batch; change may falsify the trailer.
func (b *Builder) Batch(change func(*counterfoil.Trailer), items ...Item) {
	b.T.Helper()
	b.Starts = append(b.Starts, int64(len(b.Segment)))
	first := counterfoil.Index(b.Tree.Size())
	for _, it := range items {
		raw := it.Raw
		if raw == nil {
			var err error
			if raw, err = counterfoil.AppendEntry(nil, it.Entry); err != nil {
				b.T.Fatal(err)
			}
		}
		var ref counterfoil.PayloadRef
		if len(it.Sealed) > 0 {
			ref = counterfoil.PayloadRef{Offset: uint32(len(b.Payloads)), Length: uint32(len(it.Sealed)), CRC: counterfoil.Checksum(it.Sealed)}
			b.Payloads = append(b.Payloads, it.Sealed...)
		}
		b.Segment = counterfoil.AppendEntryFrame(b.Segment, ref, raw)
		b.Tree.Append(nil, counterfoil.LeafHash(raw))
	}
	trailer := counterfoil.Trailer{Count: uint32(len(items)), First: first, Size: b.Tree.Size(), Root: b.Tree.Root()}
	if change != nil {
		change(&trailer)
	}
	b.Segment = counterfoil.AppendTrailer(b.Segment, trailer)
}

// Path is where a segment lies.
func (b *Builder) Path(sub string, number uint32) string {
	return filepath.Join(b.Dir, sub, counterfoil.SegmentName(number))
}

// Flush writes the current segment with zeros behind it, and the payloads.
func (b *Builder) Flush() {
	b.Write(b.Path("ledger", b.Number), append(b.Segment[:len(b.Segment):len(b.Segment)], make([]byte, 3000)...))
	b.Write(b.Path("payload", 0), append(b.Payloads[:len(b.Payloads):len(b.Payloads)], make([]byte, 100)...))
}

// Write writes a file.
func (b *Builder) Write(path string, data []byte) {
	b.T.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		b.T.Fatal(err)
	}
}

// Roll begins the next segment.
func (b *Builder) Roll() {
	b.Flush()
	b.Number++
	b.begin()
}

// NewKey returns a fresh key for a log.
func NewKey(t testing.TB, origin string) (note.Signer, string) {
	t.Helper()
	private, verifier, err := note.GenerateKey(rand.Reader, origin)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		t.Fatal(err)
	}
	return signer, verifier
}
