// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package counterfoil

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// builder writes segments the way a ledger does, and worse.
type builder struct {
	t        testing.TB
	dir      string
	origin   string
	tree     Tree
	segment  []byte
	number   uint32
	payloads []byte
	starts   []int64 // of the batches in the segment
}

func newBuilder(t testing.TB, origin string) *builder {
	b := &builder{t: t, dir: t.TempDir(), origin: origin}
	for _, sub := range []string{"ledger", "payload"} {
		if err := os.Mkdir(filepath.Join(b.dir, sub), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	b.payloads = AppendSegmentHeader(nil, SegmentHeader{Kind: PayloadSegment, Origin: OriginDigest(origin)})
	b.begin()
	return b
}

func (b *builder) begin() {
	b.segment = AppendSegmentHeader(nil, SegmentHeader{
		Kind: LedgerSegment, Number: b.number, First: Index(b.tree.Size()), Origin: OriginDigest(b.origin),
	})
}

// item is an entry with its payload; raw wins over entry.
type item struct {
	entry  *Entry
	raw    []byte
	sealed []byte
}

// batch adds a batch; change may falsify the trailer.
func (b *builder) batch(change func(*Trailer), items ...item) {
	b.t.Helper()
	b.starts = append(b.starts, int64(len(b.segment)))
	first := Index(b.tree.Size())
	for _, it := range items {
		raw := it.raw
		if raw == nil {
			var err error
			if raw, err = AppendEntry(nil, it.entry); err != nil {
				b.t.Fatal(err)
			}
		}
		var ref PayloadRef
		if len(it.sealed) > 0 {
			ref = PayloadRef{Offset: uint32(len(b.payloads)), Length: uint32(len(it.sealed)), CRC: Checksum(it.sealed)}
			b.payloads = append(b.payloads, it.sealed...)
		}
		b.segment = AppendEntryFrame(b.segment, ref, raw)
		b.tree.Append(nil, LeafHash(raw))
	}
	trailer := Trailer{Count: uint32(len(items)), First: first, Size: b.tree.Size(), Root: b.tree.Root()}
	if change != nil {
		change(&trailer)
	}
	b.segment = AppendTrailer(b.segment, trailer)
}

func (b *builder) path(sub string, number uint32) string {
	return filepath.Join(b.dir, sub, SegmentName(number))
}

// flush writes the current segment with zeros behind it, and the payloads.
func (b *builder) flush() {
	b.write(b.path("ledger", b.number), append(b.segment[:len(b.segment):len(b.segment)], make([]byte, 3000)...))
	b.write(b.path("payload", 0), append(b.payloads[:len(b.payloads):len(b.payloads)], make([]byte, 100)...))
}

func (b *builder) write(path string, data []byte) {
	b.t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		b.t.Fatal(err)
	}
}

func (b *builder) roll() {
	b.flush()
	b.number++
	b.begin()
}

func (b *builder) reader() *Reader {
	r := NewReader(filepath.Join(b.dir, "ledger"), OriginDigest(b.origin), Position{}, 0)
	b.t.Cleanup(func() { r.Close() })
	return r
}

// readAll returns the number of entries read and how it ended.
func readAll(r *Reader) (int, error) {
	n := 0
	for {
		batch, err := r.Next()
		if err != nil {
			return n, err
		}
		n += len(batch.Entries)
	}
}

func record(version uint64) *Entry {
	return &Entry{Kind: KindRecord, Time: 1, ID: ID{1}, Record: &Record{Type: "system", Version: version, Transition: "created"}}
}

func TestReaderFollowsAWriter(t *testing.T) {
	b := newBuilder(t, "log")
	r := b.reader()
	if n, err := readAll(r); n != 0 || err != io.EOF {
		t.Fatalf("empty directory: %d, %v", n, err)
	}
	b.write(b.path("ledger", 0), make([]byte, 5000)) // prepared
	if n, err := readAll(r); n != 0 || err != io.EOF {
		t.Fatalf("prepared segment: %d, %v", n, err)
	}
	for i := range uint64(40) {
		b.batch(nil, item{entry: record(i)}, item{entry: record(i)})
		if i%7 == 6 {
			b.roll()
			b.write(b.path("ledger", b.number), make([]byte, 2000))
		} else {
			b.flush()
		}
		if n, err := readAll(r); n != 2 || err != io.EOF {
			t.Fatalf("batch %d: %d entries, %v", i, n, err)
		}
	}
	if n, err := readAll(b.reader()); n != 80 || err != io.EOF {
		t.Fatalf("from the start: %d, %v", n, err)
	}
}

// TestReaderTail cuts and flips the last batch at every byte. No cut may pass
// as a batch or as a change, no flip as a batch or as a cut.
func TestReaderTail(t *testing.T) {
	b := newBuilder(t, "log")
	for i := range uint64(12) {
		b.batch(nil, item{entry: record(1000 + i)}, item{entry: record(2000 + i)})
	}
	last := b.starts[len(b.starts)-1]
	whole := b.segment
	for at := last; at < int64(len(whole)); at++ {
		b.segment = whole[:at]
		b.flush()
		var tail *TailError
		n, err := readAll(b.reader())
		nothing := allZero(whole[last:at]) // a length begins with zeros
		if n != 22 || !nothing && (!errors.As(err, &tail) || !tail.Torn) {
			t.Fatalf("cut at %d: %d entries, %v", at-last, n, err)
		}
		for _, bit := range []byte{1, 0x80} {
			b.segment = append([]byte(nil), whole...)
			b.segment[at] ^= bit
			b.flush()
			n, err := readAll(b.reader())
			if n != 22 || errors.As(err, &tail) && tail.Torn || err == io.EOF {
				t.Fatalf("flip of byte %d: %d entries, %v", at-last, n, err)
			}
		}
	}
}

// TestReaderMissingSectors leaves out sectors of a batch of several: the batch
// was never finished.
func TestReaderMissingSectors(t *testing.T) {
	b := newBuilder(t, "log")
	b.batch(nil, item{entry: record(1)})
	start := int64(len(b.segment))
	var items []item
	for i := range uint64(60) {
		items = append(items, item{entry: record(i + 1)})
	}
	b.batch(nil, items...)
	whole := b.segment
	for at := start / sector * sector; at < int64(len(whole)); at += sector {
		b.segment = append([]byte(nil), whole...)
		clear(b.segment[max(at, start):min(at+sector, int64(len(whole)))])
		b.flush()
		var tail *TailError
		n, err := readAll(b.reader())
		if n != 1 || !errors.As(err, &tail) || !tail.Torn || tail.At.Offset != start {
			t.Fatalf("without the sector at %d: %d entries, %v", at, n, err)
		}
	}
}

func TestReaderDamage(t *testing.T) {
	grow := func(rolls bool) *builder {
		b := newBuilder(t, "log")
		for i := range uint64(6) {
			b.batch(nil, item{entry: record(i + 1)})
			if rolls && i%2 == 1 {
				b.roll()
			}
		}
		b.batch(nil, item{entry: record(9)})
		b.flush()
		return b
	}
	tests := []struct {
		name  string
		rolls bool
		harm  func(b *builder)
	}{
		{"flip before whole batches", false, func(b *builder) { b.segment[b.starts[2]+30] ^= 1; b.flush() }},
		{"hole before whole batches", false, func(b *builder) { clear(b.segment[b.starts[2]:b.starts[3]]); b.flush() }},
		{"batch left out", false, func(b *builder) {
			b.segment = append(b.segment[:b.starts[2]:b.starts[2]], b.segment[b.starts[3]:]...)
			b.flush()
		}},
		{"batch twice", false, func(b *builder) {
			b.segment = append(b.segment, b.segment[b.starts[6]:]...)
			b.flush()
		}},
		{"flip in a finished segment", true, func(b *builder) { flipFile(b, 1, 90) }},
		{"cut finished segment", true, func(b *builder) { os.Truncate(b.path("ledger", 1), 150) }},
		{"segments swapped", true, func(b *builder) {
			os.Rename(b.path("ledger", 1), b.path("ledger", 9))
			os.Rename(b.path("ledger", 2), b.path("ledger", 1))
			os.Rename(b.path("ledger", 9), b.path("ledger", 2))
		}},
		{"header flipped", true, func(b *builder) { flipFile(b, 2, 20) }},
		{"something behind the end", true, func(b *builder) {
			f, _ := os.OpenFile(b.path("ledger", 1), os.O_APPEND|os.O_WRONLY, 0)
			f.WriteString("hidden")
			f.Close()
		}},
		{"another log", true, func(b *builder) { b.origin = "another" }},
	}
	for _, tt := range tests {
		b := grow(tt.rolls)
		tt.harm(b)
		n, err := readAll(b.reader())
		var tail *TailError
		var damage *DamageError
		if !errors.As(err, &damage) && !(errors.As(err, &tail) && !tail.Torn) {
			t.Errorf("%s: %d entries, %v", tt.name, n, err)
		}
	}
}

func flipFile(b *builder, number uint32, at int) {
	data, err := os.ReadFile(b.path("ledger", number))
	if err != nil {
		b.t.Fatal(err)
	}
	data[at] ^= 4
	b.write(b.path("ledger", number), data)
}

// FuzzSegment: whatever lies in a segment, reading ends, and what it yields has
// dense indexes.
func FuzzSegment(f *testing.F) {
	b := newBuilder(f, "log")
	b.batch(nil, item{entry: record(1)}, item{entry: record(2), sealed: []byte("sealed")})
	b.batch(nil, item{entry: record(3)})
	f.Add(b.segment)
	f.Add(append(b.segment[:len(b.segment):len(b.segment)], b.segment...))
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, SegmentName(0)), data, 0o600); err != nil {
			t.Fatal(err)
		}
		r := NewReader(dir, OriginDigest("log"), Position{}, 0)
		defer r.Close()
		for next := Index(0); ; {
			batch, err := r.Next()
			if err != nil {
				return
			}
			if batch.Trailer.First != next || len(batch.Entries) == 0 {
				t.Fatalf("batch at %d: %+v", next, batch.Trailer)
			}
			next += Index(len(batch.Entries))
		}
	})
}
