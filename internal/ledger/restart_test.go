// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"crypto/sha256"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/durable"
)

// countingDisk counts the bytes that are read and written.
type countingDisk struct {
	durable.OS
	read, written *atomic.Int64
}

func (d countingDisk) Open(path string) (durable.File, error) {
	f, err := d.OS.Open(path)
	return countingFile{f, d}, err
}

func (d countingDisk) Create(path string) (durable.File, error) {
	f, err := d.OS.Create(path)
	return countingFile{f, d}, err
}

type countingFile struct {
	durable.File
	disk countingDisk
}

func (f countingFile) ReadAt(b []byte, off int64) (int, error) {
	n, err := f.File.ReadAt(b, off)
	f.disk.read.Add(int64(n))
	return n, err
}

func (f countingFile) WriteAt(b []byte, off int64) (int, error) {
	n, err := f.File.WriteAt(b, off)
	f.disk.written.Add(int64(n))
	return n, err
}

// TestRestart measures a start with much written since the last head, and
// compares it with the time to hash the same bytes. What is asserted does not
// depend on the machine: the start reads them once, and zeros and the last
// batch beside.
func TestRestart(t *testing.T) {
	since := int64(12 << 20)
	if *long {
		since = 200 << 20
	}
	dir := t.TempDir()
	cfg := testConfig(dir)
	cfg.SegmentBytes, cfg.FillAhead = 32<<20, 1<<20
	l := mustOpen(t, cfg)
	written := fillSince(t, l, since)
	size := l.Size()
	killed := crashed(t, dir)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	killed.SegmentBytes, killed.FillAhead = cfg.SegmentBytes, cfg.FillAhead

	hashing := timeHash(t, killed)
	disk := countingDisk{read: new(atomic.Int64), written: new(atomic.Int64)}
	killed.Disk = disk
	began := time.Now()
	again := mustOpen(t, killed)
	took := time.Since(began)
	read, rewritten := disk.read.Load(), disk.written.Load()
	t.Logf("%d entries, %d MB since the last head: start %s, hashing the same %s, ratio %.2f; %.2f times the bytes read, %.2f written",
		size, written>>20, took.Round(time.Millisecond), hashing.Round(time.Millisecond), took.Seconds()/hashing.Seconds(),
		float64(read)/float64(written), float64(rewritten)/float64(written))
	if again.Size() != size {
		t.Fatalf("size %d, want %d", again.Size(), size)
	}
	const beside = 16 << 20 // zeros ahead of both positions, at the end of each segment, and the last batch
	if read > written+written/8+beside {
		t.Errorf("a start reads %d bytes for %d written since the last head", read, written)
	}
	if rewritten > written/4+beside {
		t.Errorf("a start writes %d bytes for %d since the last head", rewritten, written)
	}
}

// fillSince writes interactions as the gateway does: entries of about 400 bytes,
// payloads of 3 KB.
func fillSince(t *testing.T, l *Ledger, bytes int64) (written int64) {
	payload := randomPayload(3 << 10)
	for written < bytes {
		id := counterfoil.NewID()
		for _, e := range []*counterfoil.Entry{fullIntent(), outcome(id)} {
			e.ID = id
			s, err := l.Read(mustAppend(t, l, e, payload).Index)
			if err != nil {
				t.Fatal(err)
			}
			written += int64(counterfoil.EntryFrameBytes(len(s.Raw))) + counterfoil.TrailerBytes + int64(len(payload))
		}
	}
	return written
}

// timeHash hashes entries and payloads by plain reading.
func timeHash(t *testing.T, cfg Config) time.Duration {
	t.Helper()
	began := time.Now()
	h := sha256.New()
	for _, dir := range []string{cfg.Dir, cfg.PayloadDir} {
		names, err := filepath.Glob(filepath.Join(dir, "*.seg"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			f, err := os.Open(name)
			if err == nil {
				_, err = io.CopyBuffer(onlyWriter{h}, f, make([]byte, 256<<10))
				f.Close()
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	return time.Since(began)
}

// onlyWriter keeps io.CopyBuffer to its buffer.
type onlyWriter struct{ io.Writer }
