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
	"sync"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/verify"
)

// verification compares the verifier with a pass that only hashes, and that
// pass with the hashing it cannot avoid. A first round that is not counted
// brings the files into memory: what is compared is work, not the disk.
func verification(ctx context.Context, b *bench) (err error) {
	l, err := b.fill(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.remove()) }()
	var full, hashed, ideal []sample
	for round := range b.rounds + 1 {
		report, fullTook, err := verifyFully(ctx, l.dir)
		if err != nil {
			return err
		}
		began := time.Now()
		tree, lengths, err := hashOnly(l.dir, report.Origin)
		hashTook := time.Since(began)
		if err != nil {
			return err
		}
		if tree.Size() != report.Entries || tree.Root() != report.Root {
			return fmt.Errorf("the passes disagree: %d entries with root %x, and %d with %x", tree.Size(), tree.Root(), report.Entries, report.Root)
		}
		idealTook := hashIdeally(lengths)
		if round == 0 {
			continue
		}
		full, hashed, ideal = append(full, passed(fullTook)), append(hashed, passed(hashTook)), append(ideal, passed(idealTook))
		if round == b.rounds {
			b.table.note("verification: %d entries, %d payloads; in memory after the first pass.", report.Entries, report.Payloads)
		}
	}
	b.table.add(compare("time of the full pass, to hash-only", full, hashed, p50, atMost(3)))
	b.table.add(compare("speed of hash-only, to SHA-256 alone on one core", hashed, ideal, passes, atLeast(0.7)))
	return nil
}

// passes is how often a second a pass could be made.
var passes = figure{func(s sample) float64 { return s.rate }, "%.2f/s"}

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

func verifyFully(ctx context.Context, dir string) (verify.Report, time.Duration, error) {
	began := time.Now()
	report, err := verify.Dir(ctx, verify.DirOptions(dir))
	took := time.Since(began)
	if err == nil && report.Integrity != verify.IntegrityOK {
		err = fmt.Errorf("the ledger that was just written is not whole: %v", report.Problems)
	}
	return report, took, err
}

// hashOnly reads the log and rebuilds its tree, holding each batch to the root
// it names. It looks into no entry and at no payload.
func hashOnly(dir, origin string) (*counterfoil.Tree, []int, error) {
	r := counterfoil.NewReader(filepath.Join(dir, "ledger"), counterfoil.OriginDigest(origin), counterfoil.Position{}, 0)
	defer r.Close()
	var tree counterfoil.Tree
	var nodes []counterfoil.Hash
	var lengths []int
	for {
		batch, err := r.Next()
		if errors.Is(err, io.EOF) {
			return &tree, lengths, nil
		}
		if err != nil {
			return nil, nil, fmt.Errorf("read the log: %w", err)
		}
		for _, e := range batch.Entries {
			nodes = tree.Append(nodes[:0], counterfoil.LeafHash(e.Raw))
			lengths = append(lengths, len(e.Raw))
		}
		if tree.Root() != batch.Trailer.Root {
			return nil, nil, fmt.Errorf("the batch that ends at entry %d does not have its root", tree.Size())
		}
	}
}

// hashIdeally hashes as much as the tree needs, from memory: each leaf, and for
// each leaf one node of two hashes, with the byte RFC 6962 puts before both.
func hashIdeally(lengths []int) time.Duration {
	const node = 1 + 2*sha256.Size
	longest := node
	for _, n := range lengths {
		longest = max(longest, n+1)
	}
	memory := make([]byte, longest)
	began := time.Now()
	for _, n := range lengths {
		leaf := sha256.Sum256(memory[:n+1])
		copy(memory[1:], leaf[:]) // depends on the last, as in a tree
		sha256.Sum256(memory[:node])
	}
	return time.Since(began)
}
