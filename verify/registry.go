// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package verify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
)

// registry verifies the registry's log beside the node's, if there is one, and
// keeps what it says of the node.
func (v *verification) registry(ctx context.Context) error {
	dir := v.RegistryDir
	if dir == "" {
		dir = filepath.Join(filepath.Dir(v.LedgerDir), "registry")
	}
	if _, err := os.Stat(filepath.Join(dir, "verifier")); errors.Is(err, fs.ErrNotExist) {
		v.report.unchecked("There is no registry beside the ledger, so nothing outside bounds its history or its time.")
		if v.Policy != nil && v.Policy.Quorum(nil) != nil {
			v.report.problem(ProblemCosignature, "registry", "there is no registry beside the ledger, so no witness the policy asks for has seen it")
		}
		return nil
	}
	o := Options{LedgerDir: dir, LockPath: v.LockPath, Policy: v.Policy, Roots: v.Roots, Progress: v.resting(), Workers: v.Workers, nodeOrigin: v.report.Origin}
	r := newVerification(o)
	if err := r.run(ctx); err != nil {
		return fmt.Errorf("registry: %w", err)
	}
	if err := r.compareFormer(ctx); err != nil {
		return fmt.Errorf("registry: %w", err)
	}
	r.cosigned()
	v.takeIn(r)
	return nil
}

// resting is a Progress for walks whose entries are not those a caller counts: it
// gives the caller the same occasions to rest.
func (v *verification) resting() func(uint64) {
	if v.Progress == nil {
		return nil
	}
	return func(uint64) { v.Progress(v.tree.Size()) }
}

// takeIn adds the registry's report to the node's.
func (v *verification) takeIn(r *verification) {
	n := &v.report
	for _, p := range r.report.Problems {
		n.Integrity = IntegrityBroken
		if len(n.Problems) < maxProblems {
			p.Log, p.Where = "registry", "registry, "+p.Where
			n.Problems = append(n.Problems, p)
		}
	}
	n.Registry = &RegistryReport{Origin: r.report.Origin, Entries: r.report.Entries, Root: r.report.Root, Stamps: r.anchors.stamps}
	if !r.anchors.stamped.IsZero() {
		n.Registry.Stamped = r.anchors.stamped.UTC().Format(time.RFC3339)
	}
	v.registryKeys, v.witnessed = r.keys.ever, r.report.Witnessed
	v.heads = append(v.heads, r.anchors.foreign...)
	slices.SortStableFunc(v.heads, func(a, b head) int { return cmp.Compare(a.size, b.size) })
	for _, s := range r.report.Successions {
		n.checked("A succession: from entry %d on the registry %s goes on as %s.", s.Entry, s.Former, s.Origin)
	}
	if r.anchors.unproved > 0 {
		n.unchecked("%d time-stamps were not verified: that needs the certificates of their authorities.", r.anchors.unproved)
	}
	if r.anchors.stamps > 0 {
		n.checked("%d time-stamps of trusted authorities, the newest of %s.", r.anchors.stamps, n.Registry.Stamped)
	}
}

// concludeRegistry says what the walk over the node's log found of the heads the
// registry took in.
func (v *verification) concludeRegistry() {
	r := v.report.Registry
	if r == nil {
		return
	}
	v.report.checked("The registry: %d entries, and %d heads it took in compared with the log.", r.Entries, r.Heads)
	if v.others > 0 {
		v.report.unchecked("%d heads of other logs, which the registry took in too, were left aside.", v.others)
	}
	switch {
	case v.Policy == nil:
		v.report.unchecked("Witnesses were not checked, and the registry only by the key that lies in it: that needs a trust policy.")
	case v.witnessed > 0:
		v.report.checked("Witnesses: the policy is met for a registry of %d entries, which covers %d entries of the log.", v.witnessed, v.report.Witnessed)
	}
}

// cosigned checks the newest head with cosignatures against the policy. That the log
// bears it out was seen on the way: loadHeads took it in.
func (v *verification) cosigned() {
	if v.Policy == nil {
		return
	}
	if v.cosignedHead == nil {
		if v.Policy.Quorum(nil) != nil && v.report.Witnessed == 0 {
			v.report.problem(ProblemCosignature, "cosigned", "no head bears the cosignatures the policy asks for")
		}
		return
	}
	if c, _, err := v.Policy.Check(v.cosignedHead); err == nil {
		v.report.Witnessed = max(v.report.Witnessed, c.Size)
	} else if v.report.Witnessed == 0 {
		v.report.problem(ProblemCosignature, "cosigned", "%v", err)
	}
}

// compareFormer walks the log once more and compares the former heads that
// anchors speak of.
func (v *verification) compareFormer(ctx context.Context) error {
	past := v.anchors.past
	if len(past) == 0 || v.stopped {
		return nil
	}
	slices.SortStableFunc(past, func(a, b head) int { return cmp.Compare(a.size, b.size) })
	r := counterfoil.NewReader(v.LedgerDir, v.digest(), counterfoil.Position{}, 0)
	defer r.Close()
	var tree counterfoil.Tree
	due := 0
	compare := func() {
		for ; due < len(past) && past[due].size == tree.Size(); due++ {
			if past[due].root != tree.Root() {
				v.contradicted(&past[due], "the entries have another root at size %d than the head taken in", past[due].size)
			}
		}
	}
	for compare(); due < len(past); {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		b, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil // the first walk has reported it
		}
		for i := range b.Entries {
			v.nodes = tree.Append(v.nodes[:0], counterfoil.LeafHash(b.Entries[i].Raw))
			compare()
		}
		if rest := v.resting(); rest != nil {
			rest(0)
		}
	}
	for _, h := range past[due:] {
		v.contradicted(&h, "the log does not reach the head of %d entries", h.size)
	}
	return nil
}

// where names an entry.
func where(i counterfoil.Index) string { return fmt.Sprintf("entry %d", i) }

// originOf is the name in a verifier key.
func originOf(key string) string {
	origin, _, _ := strings.Cut(key, "+")
	return origin
}
