// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/durable"
)

// BenchmarkAppend writes intents of about 400 bytes with 3 KB payloads, from 1
// and from 64 callers, and in the same run 1 KB records into one growing file
// with the simplest group commit. It reports the rate relative to that file,
// and the processor time of user and kernel for one entry.
func BenchmarkAppend(b *testing.B) {
	for _, callers := range []int{1, 64} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			n := 300 * callers
			var ours, bare, user, kernel, bareCPU float64
			for b.Loop() {
				d, u, k := timeLedger(b, callers, n)
				ours += d
				user += u
				kernel += k
				d, u, k = timeBare(b, callers, n)
				bare += d
				bareCPU += u + k
			}
			b.ReportMetric(bare/ours, "x-bare")
			b.ReportMetric(float64(n*b.N)/ours, "appends/s")
			b.ReportMetric(user/float64(n*b.N)*1e6, "user-us/append")
			b.ReportMetric(kernel/float64(n*b.N)*1e6, "kernel-us/append")
			b.ReportMetric(bareCPU/float64(n*b.N)*1e6, "bare-cpu-us/append")
		})
	}
}

// timeLedger returns the seconds of wall clock, user and kernel time n appends take.
func timeLedger(b *testing.B, callers, n int) (wall, user, kernel float64) {
	dir := b.TempDir()
	cfg := testConfig(dir)
	cfg.SegmentBytes, cfg.FillAhead, cfg.HeadEvery = 0, 0, 0
	l := mustOpen(b, cfg)
	defer l.Close()
	for l.frames.low() || l.payloads.low() {
		time.Sleep(time.Millisecond)
	}
	payload := randomPayload(3 << 10)
	commitment := committed(fullIntent(), payload).Commitment
	return measure(callers, n, func() error {
		e := fullIntent()
		e.Commitment = commitment
		_, err := l.Append(context.Background(), e, payload)
		return err
	})
}

func fullIntent() *counterfoil.Entry {
	e := intent(counterfoil.NewID())
	i := e.Intent
	i.Key, i.System, i.Assurance, i.Model = counterfoil.NewID(), counterfoil.NewID(), 2, "model-large"
	i.Config, i.Policy, i.Snapshot, i.RedactionRoot = counterfoil.LeafHash(nil), counterfoil.LeafHash(nil), counterfoil.LeafHash(nil), counterfoil.LeafHash(nil)
	i.Findings = []counterfoil.FindingCount{{Type: "email", Count: 1}, {Type: "card", Count: 1}}
	for _, name := range []string{"schema", "identity", "detect", "policy", "redact"} {
		i.Guards = append(i.Guards, counterfoil.GuardRun{Name: name, Status: counterfoil.GuardRan, Version: "1", Micros: 120})
	}
	return e
}

func measure(callers, n int, do func() error) (wall, user, kernel float64) {
	var before, after syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &before)
	start := time.Now()
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			for range n / callers {
				if err := do(); err != nil {
					panic(err)
				}
			}
		})
	}
	all.Wait()
	wall = time.Since(start).Seconds()
	syscall.Getrusage(syscall.RUSAGE_SELF, &after)
	seconds := func(t syscall.Timeval) float64 { return float64(t.Sec) + float64(t.Usec)/1e6 }
	return wall, seconds(after.Utime) - seconds(before.Utime), seconds(after.Stime) - seconds(before.Stime)
}

// bareLog is the reference: one growing file, whatever waits is written and
// synced by the first who comes.
type bareLog struct {
	mu     sync.Mutex // held while writing
	queue  sync.Mutex
	file   durable.File
	at     int64
	buf    []byte
	synced *sync.WaitGroup
}

func (l *bareLog) append(record []byte) error {
	l.queue.Lock()
	l.buf = append(l.buf, record...)
	batch := l.synced
	first := batch == nil
	if first {
		batch = new(sync.WaitGroup)
		batch.Add(1)
		l.synced = batch
	}
	l.queue.Unlock()
	if !first {
		batch.Wait()
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.queue.Lock()
	buf := l.buf
	l.buf, l.synced = nil, nil
	l.queue.Unlock()
	defer batch.Done()
	if _, err := l.file.WriteAt(buf, l.at); err != nil {
		return err
	}
	l.at += int64(len(buf))
	return l.file.Datasync()
}

func timeBare(b *testing.B, callers, n int) (wall, user, kernel float64) {
	f, err := durable.OS{}.Create(filepath.Join(b.TempDir(), "log"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	l := &bareLog{file: f}
	record := randomPayload(1 << 10)
	return measure(callers, n, func() error { return l.append(record) })
}

// idleDisk does nothing when it is asked to write or sync a segment.
type idleDisk struct{ durable.OS }

type idleFile struct{ durable.File }

func (idleFile) WriteAt(b []byte, _ int64) (int, error) { return len(b), nil }
func (idleFile) Datasync() error                        { return nil }

func (d idleDisk) Open(path string) (durable.File, error) {
	f, err := d.OS.Open(path)
	return idleFile{f}, err
}

func (d idleDisk) Create(path string) (durable.File, error) {
	f, err := d.OS.Create(path)
	return idleFile{f}, err
}

// BenchmarkAppendWithoutDisk is what an append costs beside the system calls.
func BenchmarkAppendWithoutDisk(b *testing.B) {
	cfg := testConfig(b.TempDir())
	cfg.Disk, cfg.SegmentBytes, cfg.FillAhead = idleDisk{}, 2<<30, 0
	l := mustOpen(b, cfg)
	payload := randomPayload(3 << 10)
	e := committed(fullIntent(), payload)
	b.ReportAllocs()
	for b.Loop() {
		e.ID = counterfoil.NewID()
		if _, err := l.Append(context.Background(), e, payload); err != nil {
			b.Fatal(err)
		}
	}
}
