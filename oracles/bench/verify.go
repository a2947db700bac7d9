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

// pass is one way through a ledger that is compared with others.
type pass struct {
	ledger     *filled
	cores      int
	hashesOnly bool

	work, clock []sample // by the time of the processor, and by the clock
}

// verification compares the verifier, whole and with hashes alone, on one core and on
// two, with the hashing it cannot avoid. What lies on the disk is in memory by then:
// what is compared is work.
//
// What runs on one core is compared by the time of the processor, so that a busy
// machine counts for less; what two cores gain shows on the clock only. What the aim for
// the rules is about are entries: payloads are another matter, a row of their own.
func verification(ctx context.Context, b *bench) (err error) {
	entries, err := b.fill(ctx, (*ours).newEntryWriter)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, entries.remove()) }()
	records, err := b.fill(ctx, (*ours).newWriter)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, records.remove()) }()

	one, two := &pass{ledger: entries, cores: 1, hashesOnly: true}, &pass{ledger: entries, cores: 2, hashesOnly: true}
	rulesOne, rulesTwo := &pass{ledger: entries, cores: 1}, &pass{ledger: entries, cores: 2}
	hashed, whole := &pass{ledger: records, cores: 1, hashesOnly: true}, &pass{ledger: records, cores: 1}
	var ideal, idealClock, idealTwo []sample
	for range b.rounds {
		spent, took, _ := timed(1, func() error { hashIdeally(entries.leaves); return nil })
		_, tookTwo, _ := timed(2, func() error { hashOnTwo(entries.leaves); return nil })
		ideal, idealClock, idealTwo = append(ideal, passed(spent)), append(idealClock, passed(took)), append(idealTwo, passed(tookTwo))
		for _, p := range []*pass{one, two, rulesOne, rulesTwo, hashed, whole} {
			if err := p.run(ctx); err != nil {
				return err
			}
		}
	}
	b.table.note("verification: %d entries, and as many with payloads; in memory. One core by the time of the processor, two by the clock; what SHA-256 alone gains from two says what the machine had to give.", entries.report.Entries)
	b.table.add(compare("hashes only on one core, to SHA-256 alone", one.work, ideal, rounds, atLeast(0.7)))
	b.table.add(compare("hashes only, two cores to one", two.clock, one.clock, rounds, atLeast(1.7)))
	b.table.add(compare("SHA-256 alone, two cores to one", idealTwo, idealClock, rounds, unaimed("x")))
	b.table.add(compare("time of all rules on one core, to hashes only", rulesOne.work, one.work, p50, atMost(3)))
	b.table.add(compare("all rules, two cores to one", rulesTwo.clock, rulesOne.clock, rounds, atLeast(1.7)))
	b.table.add(compare("time with payloads on one core, to hashes only", whole.work, hashed.work, p50, unaimed("x")))
	return nil
}

func (p *pass) run(ctx context.Context) error {
	o := verify.DirOptions(p.ledger.dir)
	o.Workers, o.HashesOnly = p.cores, p.hashesOnly
	var r verify.Report
	spent, took, err := timed(p.cores, func() (err error) { r, err = verify.Dir(ctx, o); return err })
	if err != nil {
		return err
	}
	if want := p.ledger.report; len(r.Problems) > 0 || r.Entries != want.Entries || r.Root != want.Root {
		return fmt.Errorf("%d cores, hashes only %t: %d entries with root %x and not %d with %x, problems %v", p.cores, p.hashesOnly, r.Entries, r.Root, want.Entries, want.Root, r.Problems)
	}
	p.work, p.clock = append(p.work, passed(spent)), append(p.clock, passed(took))
	return nil
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

// filled is a ledger on the disk that is closed.
type filled struct {
	*ours
	report verify.Report
	leaves [][]byte // of its entries
}

// fill writes a ledger and closes it. Each of the writers ends with an outcome, so that
// no intent stays open.
func (b *bench) fill(ctx context.Context, newWriter func(*ours) writer) (_ *filled, err error) {
	const writers = 64
	p, err := startOurs(b)
	if err != nil {
		return nil, err
	}
	l := p.(*ours)
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("fill a ledger: %w", err), l.remove())
		}
	}()
	failed := make([]error, writers)
	var all sync.WaitGroup
	for i := range writers {
		all.Go(func() {
			write := newWriter(l)
			for range 2 * (b.entries / (2 * writers)) {
				if failed[i] = write(ctx); failed[i] != nil {
					return
				}
			}
		})
	}
	all.Wait()
	if err := errors.Join(errors.Join(failed...), l.close()); err != nil {
		return nil, err
	}
	f := &filled{ours: l}
	if f.report, err = verify.Dir(ctx, verify.DirOptions(l.dir)); err != nil {
		return nil, err
	}
	f.leaves, err = leavesOf(l.dir, f.report.Origin)
	return f, err
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

// hashOnTwo is hashIdeally with the leaves shared out.
func hashOnTwo(leaves [][]byte) {
	var all sync.WaitGroup
	for _, half := range [][][]byte{leaves[:len(leaves)/2], leaves[len(leaves)/2:]} {
		all.Go(func() { hashIdeally(half) })
	}
	all.Wait()
}
