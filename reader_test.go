// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package counterfoil_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/logtest"
)

func readerOf(b *logtest.Builder) *counterfoil.Reader {
	r := counterfoil.NewReader(filepath.Join(b.Dir, "ledger"), counterfoil.OriginDigest(b.Origin), counterfoil.Position{}, 0)
	b.T.Cleanup(func() { r.Close() })
	return r
}

// readAll returns the number of entries read and how it ended.
func readAll(r *counterfoil.Reader) (int, error) {
	n := 0
	for {
		batch, err := r.Next()
		if err != nil {
			return n, err
		}
		n += len(batch.Entries)
	}
}

func record(version uint64) *counterfoil.Entry {
	return &counterfoil.Entry{Kind: counterfoil.KindRecord, Time: 1, ID: counterfoil.ID{1}, Record: &counterfoil.Record{Type: "system", Version: version, Transition: "created"}}
}

func TestReaderFollowsAWriter(t *testing.T) {
	b := logtest.NewBuilder(t, "log")
	r := readerOf(b)
	if n, err := readAll(r); n != 0 || err != io.EOF {
		t.Fatalf("empty directory: %d, %v", n, err)
	}
	b.Write(b.Path("ledger", 0), make([]byte, 5000)) // prepared
	if n, err := readAll(r); n != 0 || err != io.EOF {
		t.Fatalf("prepared segment: %d, %v", n, err)
	}
	for i := range uint64(40) {
		b.Batch(nil, logtest.Item{Entry: record(i)}, logtest.Item{Entry: record(i)})
		if i%7 == 6 {
			b.Roll()
			b.Write(b.Path("ledger", b.Number), make([]byte, 2000))
		} else {
			b.Flush()
		}
		if n, err := readAll(r); n != 2 || err != io.EOF {
			t.Fatalf("batch %d: %d entries, %v", i, n, err)
		}
	}
	if n, err := readAll(readerOf(b)); n != 80 || err != io.EOF {
		t.Fatalf("from the start: %d, %v", n, err)
	}
}

// TestReaderTail cuts and flips the last batch at every byte. No cut may pass
// as a batch or as a change, no flip as a batch or as a cut.
func TestReaderTail(t *testing.T) {
	b := logtest.NewBuilder(t, "log")
	for i := range uint64(12) {
		b.Batch(nil, logtest.Item{Entry: record(1000 + i)}, logtest.Item{Entry: record(2000 + i)})
	}
	last := b.Starts[len(b.Starts)-1]
	whole := b.Segment
	for at := last; at < int64(len(whole)); at++ {
		b.Segment = whole[:at]
		b.Flush()
		var tail *counterfoil.TailError
		n, err := readAll(readerOf(b))
		nothing := isZero(whole[last:at]) // a length begins with zeros
		if n != 22 || !nothing && (!errors.As(err, &tail) || !tail.Torn) {
			t.Fatalf("cut at %d: %d entries, %v", at-last, n, err)
		}
		for _, bit := range []byte{1, 0x80} {
			b.Segment = append([]byte(nil), whole...)
			b.Segment[at] ^= bit
			b.Flush()
			n, err := readAll(readerOf(b))
			if n != 22 || errors.As(err, &tail) && tail.Torn || err == io.EOF {
				t.Fatalf("flip of byte %d: %d entries, %v", at-last, n, err)
			}
		}
	}
}

// TestReaderMissingSectors leaves out sectors of a batch of several: the batch
// was never finished.
func TestReaderMissingSectors(t *testing.T) {
	b := logtest.NewBuilder(t, "log")
	b.Batch(nil, logtest.Item{Entry: record(1)})
	start := int64(len(b.Segment))
	var items []logtest.Item
	for i := range uint64(60) {
		items = append(items, logtest.Item{Entry: record(i + 1)})
	}
	b.Batch(nil, items...)
	whole := b.Segment
	for at := start / 512 * 512; at < int64(len(whole)); at += 512 {
		b.Segment = append([]byte(nil), whole...)
		clear(b.Segment[max(at, start):min(at+512, int64(len(whole)))])
		b.Flush()
		var tail *counterfoil.TailError
		n, err := readAll(readerOf(b))
		if n != 1 || !errors.As(err, &tail) || !tail.Torn || tail.At.Offset != start {
			t.Fatalf("without the 512 at %d: %d entries, %v", at, n, err)
		}
	}
}

func TestReaderDamage(t *testing.T) {
	grow := func(rolls bool) *logtest.Builder {
		b := logtest.NewBuilder(t, "log")
		for i := range uint64(6) {
			b.Batch(nil, logtest.Item{Entry: record(i + 1)})
			if rolls && i%2 == 1 {
				b.Roll()
			}
		}
		b.Batch(nil, logtest.Item{Entry: record(9)})
		b.Flush()
		return b
	}
	tests := []struct {
		name  string
		rolls bool
		harm  func(b *logtest.Builder)
	}{
		{"flip before whole batches", false, func(b *logtest.Builder) { b.Segment[b.Starts[2]+30] ^= 1; b.Flush() }},
		{"hole before whole batches", false, func(b *logtest.Builder) { clear(b.Segment[b.Starts[2]:b.Starts[3]]); b.Flush() }},
		{"batch left out", false, func(b *logtest.Builder) {
			b.Segment = append(b.Segment[:b.Starts[2]:b.Starts[2]], b.Segment[b.Starts[3]:]...)
			b.Flush()
		}},
		{"batch twice", false, func(b *logtest.Builder) {
			b.Segment = append(b.Segment, b.Segment[b.Starts[6]:]...)
			b.Flush()
		}},
		{"flip in a finished segment", true, func(b *logtest.Builder) { flipFile(b, 1, 90) }},
		{"cut finished segment", true, func(b *logtest.Builder) { os.Truncate(b.Path("ledger", 1), 150) }},
		{"segments swapped", true, func(b *logtest.Builder) {
			os.Rename(b.Path("ledger", 1), b.Path("ledger", 9))
			os.Rename(b.Path("ledger", 2), b.Path("ledger", 1))
			os.Rename(b.Path("ledger", 9), b.Path("ledger", 2))
		}},
		{"header flipped", true, func(b *logtest.Builder) { flipFile(b, 2, 20) }},
		{"something behind the end", true, func(b *logtest.Builder) {
			f, _ := os.OpenFile(b.Path("ledger", 1), os.O_APPEND|os.O_WRONLY, 0)
			f.WriteString("hidden")
			f.Close()
		}},
		{"another log", true, func(b *logtest.Builder) { b.Origin = "another" }},
	}
	for _, tt := range tests {
		b := grow(tt.rolls)
		tt.harm(b)
		n, err := readAll(readerOf(b))
		var tail *counterfoil.TailError
		var damage *counterfoil.DamageError
		if !errors.As(err, &damage) && !(errors.As(err, &tail) && !tail.Torn) {
			t.Errorf("%s: %d entries, %v", tt.name, n, err)
		}
	}
}

func flipFile(b *logtest.Builder, number uint32, at int) {
	data, err := os.ReadFile(b.Path("ledger", number))
	if err != nil {
		b.T.Fatal(err)
	}
	data[at] ^= 4
	b.Write(b.Path("ledger", number), data)
}

// unreadable is a segment that fails from some read on.
type unreadable struct {
	counterfoil.SegmentFile
	left *int
}

func (f unreadable) ReadAt(b []byte, at int64) (int, error) {
	if *f.left--; *f.left < 0 {
		return 0, syscall.EIO
	}
	return f.SegmentFile.ReadAt(b, at)
}

// TestReaderTellsUnreadableFromDamaged: an error of the disk is passed on and
// not taken for a fault of the log.
func TestReaderTellsUnreadableFromDamaged(t *testing.T) {
	b := logtest.NewBuilder(t, "log")
	b.Batch(nil, logtest.Item{Entry: record(1)})
	b.Roll()
	b.Batch(nil, logtest.Item{Entry: record(2)})
	b.Flush()
	for reads := range 100 {
		left := reads
		r := counterfoil.NewReaderFrom(func(segment uint32) (counterfoil.SegmentFile, error) {
			f, err := os.Open(b.Path("ledger", segment))
			return unreadable{f, &left}, err
		}, counterfoil.OriginDigest("log"), counterfoil.Position{}, 0)
		n, err := readAll(r)
		r.Close()
		if n == 2 && err == io.EOF {
			return
		}
		if !errors.Is(err, syscall.EIO) {
			t.Fatalf("after %d reads: %d entries, %v", reads, n, err)
		}
	}
	t.Error("never read to the end")
}

// FuzzSegment: whatever lies in a segment, reading ends, and what it yields has
// dense indexes.
func FuzzSegment(f *testing.F) {
	b := logtest.NewBuilder(f, "log")
	b.Batch(nil, logtest.Item{Entry: record(1)}, logtest.Item{Entry: record(2), Sealed: []byte("sealed")})
	b.Batch(nil, logtest.Item{Entry: record(3)})
	f.Add(b.Segment)
	f.Add(append(b.Segment[:len(b.Segment):len(b.Segment)], b.Segment...))
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, counterfoil.SegmentName(0)), data, 0o600); err != nil {
			t.Fatal(err)
		}
		r := counterfoil.NewReader(dir, counterfoil.OriginDigest("log"), counterfoil.Position{}, 0)
		defer r.Close()
		for next := counterfoil.Index(0); ; {
			batch, err := r.Next()
			if err != nil {
				return
			}
			if batch.Trailer.First != next || len(batch.Entries) == 0 {
				t.Fatalf("batch at %d: %+v", next, batch.Trailer)
			}
			next += counterfoil.Index(len(batch.Entries))
		}
	})
}

func isZero(b []byte) bool { return len(bytes.Trim(b, "\x00")) == 0 }
