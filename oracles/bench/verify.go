// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/verify"
)

// pass is one way through the ledger that is compared with others.
type pass struct {
	cores      int
	hashesOnly bool
}

// verification compares the verifier, whole and with hashes alone, on one core and on
// two, with the hashing it cannot avoid. A first round that is not counted brings the
// files into memory: what is compared is work, not the disk.
//
// What runs on one core is compared by the time of the processor, so that a busy
// machine does not count; what two cores gain shows on the clock only.
func verification(ctx context.Context, b *bench) (err error) {
	l, err := b.fill(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.remove()) }()
	report, err := verify.Dir(ctx, verify.DirOptions(l.dir))
	if err != nil {
		return err
	}
	leaves, err := leavesOf(l.dir, report.Origin)
	if err != nil {
		return err
	}
	passes := []pass{{1, true}, {2, true}, {1, false}, {2, false}}
	var ideal []sample
	work, clock := make([][]sample, len(passes)), make([][]sample, len(passes))
	for range b.rounds {
		spent, _, _ := timed(1, func() error { hashIdeally(leaves); return nil })
		ideal = append(ideal, passed(spent))
		for i, p := range passes {
			spent, took, err := timed(p.cores, func() error { return p.run(ctx, l.dir, report) })
			if err != nil {
				return err
			}
			work[i], clock[i] = append(work[i], passed(spent)), append(clock[i], passed(took))
		}
	}
	b.table.note("verification: %d entries, %d payloads, all in memory; on one core by the time of the processor, on two by the clock.", report.Entries, report.Payloads)
	b.table.add(compare("hashes only on one core, to SHA-256 alone", work[0], ideal, rounds, atLeast(0.7)))
	b.table.add(compare("hashes only, two cores to one", clock[1], clock[0], rounds, atLeast(1.7)))
	b.table.add(compare("time of the whole check on one core, to hashes only", work[2], work[0], p50, atMost(3)))
	b.table.add(compare("whole check, two cores to one", clock[3], clock[2], rounds, atLeast(1.7)))
	return nil
}

func (p pass) run(ctx context.Context, dir string, want verify.Report) error {
	o := verify.DirOptions(dir)
	o.Workers, o.HashesOnly = p.cores, p.hashesOnly
	r, err := verify.Dir(ctx, o)
	if err == nil && (len(r.Problems) > 0 || r.Entries != want.Entries || r.Root != want.Root) {
		err = fmt.Errorf("%d cores, hashes only %t: %d entries with root %x and not %d with %x, problems %v", p.cores, p.hashesOnly, r.Entries, r.Root, want.Entries, want.Root, r.Problems)
	}
	return err
}

// timed runs do on so many cores and returns the time of the processor and that of the
// clock. Garbage of what ran before is not counted.
func timed(cores int, do func() error) (spent, took time.Duration, err error) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
	runtime.GC()
	before, began := processorTime(), time.Now()
	err = do()
	return processorTime() - before, time.Since(began), err
}

// processorTime is what this process has used so far.
func processorTime() time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		panic(err) // it has no way to fail
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// rounds is how often a second a pass could be made.
var rounds = figure{func(s sample) float64 { return s.rate }, "%.2f/s"}

func passed(took time.Duration) sample { return sample{rate: 1 / took.Seconds(), p50: took} }

// fill writes a ledger of full records and closes it. Each of the writers ends
// with an outcome, so that no intent stays open.
func (b *bench) fill(ctx context.Context) (*ours, error) {
	const writers = 64
	p, err := startOurs(b)
	if err != nil {
		return nil, err
	}
	l := p.(*ours)
	failed := make([]error, writers)
	var all sync.WaitGroup
	for i := range writers {
		all.Go(func() {
			write := l.newWriter()
			for range 2 * (b.entries / (2 * writers)) {
				if failed[i] = write(ctx); failed[i] != nil {
					return
				}
			}
		})
	}
	all.Wait()
	if err := errors.Join(errors.Join(failed...), l.close()); err != nil {
		return nil, errors.Join(fmt.Errorf("fill a ledger: %w", err), l.remove())
	}
	return l, nil
}

// leavesOf reads all entries into memory, each behind the zero byte of its leaf.
func leavesOf(dir, origin string) ([][]byte, error) {
	r := counterfoil.NewReader(filepath.Join(dir, "ledger"), counterfoil.OriginDigest(origin), counterfoil.Position{}, 0)
	defer r.Close()
	var leaves [][]byte
	for {
		batch, err := r.Next()
		if errors.Is(err, io.EOF) {
			return leaves, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read the log: %w", err)
		}
		for _, e := range batch.Entries {
			leaves = append(leaves, append([]byte{0}, e.Raw...))
		}
	}
}

// hashIdeally hashes what the tree needs: each leaf, and for each leaf one node of two
// hashes, with the byte RFC 6962 puts before both.
func hashIdeally(leaves [][]byte) {
	var node [1 + 2*sha256.Size]byte
	for _, leaf := range leaves {
		h := sha256.Sum256(leaf)
		copy(node[1:], h[:])
		h = sha256.Sum256(node[:])
		copy(node[1+sha256.Size:], h[:]) // the next node depends on it, as in a tree
	}
}
