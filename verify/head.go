// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package verify

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/counterfoil/counterfoil"
)

// head is a point the log has to pass: a signed head, or what another log took in.
type head struct {
	size   uint64
	root   counterfoil.Hash
	signed []byte // the note, its signature not checked yet; nil when it was checked elsewhere
	where  string
	class  string // of the problem when the log does not pass it
	index  int64  // of the entry that states it; -1 when none does
	origin string // of one that a registry took in
}

// loadHeads collects the published head and those given from outside. Whether a
// key in force signed them is known when the walk gets there.
func (v *verification) loadHeads() error {
	published, err := os.ReadFile(filepath.Join(v.LedgerDir, "checkpoint"))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if v.begun() {
			v.report.problem(ProblemHead, "checkpoint", "the log has begun and its signed head is missing")
		}
	case err != nil:
		return fmt.Errorf("read checkpoint: %w", err)
	default:
		v.addHead("checkpoint", published)
	}
	if v.isRegistry() {
		if err := v.loadCosigned(); err != nil {
			return err
		}
	}
	for i, signed := range v.Heads {
		v.addHead(fmt.Sprintf("given head %d", i+1), signed)
	}
	slices.SortStableFunc(v.heads, func(a, b head) int { return cmp.Compare(a.size, b.size) })
	return nil
}

// loadCosigned takes in the registry's newest head with cosignatures, if there is one.
func (v *verification) loadCosigned() error {
	signed, err := os.ReadFile(filepath.Join(v.LedgerDir, "cosigned"))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("read cosigned head: %w", err)
	}
	v.cosignedHead = signed
	v.addHead("cosigned", signed)
	return nil
}

func (v *verification) begun() bool {
	f, err := os.Open(filepath.Join(v.LedgerDir, counterfoil.SegmentName(0)))
	if err != nil {
		return false
	}
	defer f.Close()
	last, err := counterfoil.LastNonZero(f, 0)
	return err != nil || last >= 0
}

func (v *verification) addHead(where string, signed []byte) {
	c, err := counterfoil.ParseCheckpoint(signed)
	if err != nil {
		v.report.problem(ProblemHead, where, "%v", err)
		return
	}
	v.heads = append(v.heads, head{size: c.Size, root: c.Root, signed: signed, where: where, class: ProblemHead, index: -1})
}

// checkHeads compares the heads of the size the tree has now.
func (v *verification) checkHeads() {
	for ; v.due < len(v.heads) && v.heads[v.due].size == v.tree.Size(); v.due++ {
		h := &v.heads[v.due]
		if v.lost(h) || v.foreign(h) {
			continue
		}
		switch err := v.keys.check(h.signed, h.size, v.VerifierKey); {
		case err != nil:
			v.report.problem(ProblemHead, h.where, "%v", err)
		case h.root != v.tree.Root():
			v.contradicted(h, "the entries have another root than the head of size %d", h.size)
		default:
			v.report.Signed = h.size
			v.borne(h)
		}
	}
}

// foreign tells whether a head that a registry took in is of a log that is not this one.
func (v *verification) foreign(h *head) bool {
	if h.signed != nil || h.origin == v.originAt(h.size) {
		return false
	}
	v.others++
	return true
}

// borne counts a head of the registry that the log bears out.
func (v *verification) borne(h *head) {
	if h.class != ProblemRegistry {
		return
	}
	v.report.Registry.Heads++
	if uint64(h.index) < v.witnessed {
		v.report.Witnessed = h.size
	}
}

// contradicted reports a head the log does not bear out.
func (v *verification) contradicted(h *head, format string, args ...any) {
	v.report.problem(h.class, h.where, format, args...)
	v.locate(h)
}

// locate names, in the problem added last, the entry that states a head: one of
// the registry's where the registry took it in.
func (v *verification) locate(h *head) {
	n := len(v.report.Problems)
	if h.index < 0 || n > maxProblems {
		return
	}
	p := &v.report.Problems[n-1]
	p.Index = new(uint64(h.index))
	if h.class == ProblemRegistry {
		p.Log = "registry"
	}
}

// concludeHeads judges the heads the log does not reach.
func (v *verification) concludeHeads() {
	for i := range v.heads[v.due:] {
		h := &v.heads[v.due+i]
		if v.lost(h) || v.foreign(h) {
			continue
		}
		if err := v.keys.check(h.signed, h.size, v.VerifierKey); err != nil {
			v.report.problem(ProblemHead, h.where, "%v", err)
			continue
		}
		class := ProblemMissing
		if h.class != ProblemHead {
			class = h.class
		}
		v.report.problem(class, fmt.Sprintf("entry %d", v.tree.Size()), "the log ends here, and a head (%s) covers %d entries", h.where, h.size)
		v.locate(h)
	}
}
