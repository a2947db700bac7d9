// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"context"
	"fmt"

	"github.com/counterfoil/counterfoil"
)

// prove signs the present head and checks that it covers the entries as they
// were read. Being unable to prove is a problem of the record, told in the
// proof; an error means that the asking ended.
func (r *Reader) prove(ctx context.Context, rec *record) (Proof, error) {
	p := Proof{VerifierKey: r.Ledger.VerifierKey(), Problems: rec.problems}
	problem := func(err error) { p.Problems = append(p.Problems, err.Error()) }
	if _, err := r.Ledger.Checkpoint(ctx); err != nil {
		problem(fmt.Errorf("no fresh checkpoint: %w", err)) // an older one may still cover the entries
	}
	intent, head, err := r.proveLeaf(ctx, rec.intent)
	if err != nil {
		problem(err)
	}
	outcome := ""
	switch {
	case rec.outcome == nil:
	case rec.combined():
		outcome = intent
	default:
		if outcome, head, err = r.proveLeaf(ctx, rec.outcome); err != nil {
			problem(err)
		}
	}
	if ctx.Err() != nil {
		return Proof{}, context.Cause(ctx)
	}
	p.Intent, p.Outcome = intent, outcome
	p.Origin, p.TreeSize, p.Root = head.Origin, head.Size, head.Root
	p.Verified = len(p.Problems) == 0
	return p, nil
}

// proveLeaf returns the proof of an entry as text, after checking it as a
// stranger would: signature, path, and the hash of the entry as read.
func (r *Reader) proveLeaf(ctx context.Context, l *leaf) (string, counterfoil.Checkpoint, error) {
	proof, err := r.Ledger.Prove(ctx, l.index)
	if err != nil {
		return "", counterfoil.Checkpoint{}, fmt.Errorf("entry %d: no inclusion proof: %w", l.index, err)
	}
	text, err := proof.MarshalText()
	if err != nil {
		return "", counterfoil.Checkpoint{}, fmt.Errorf("entry %d: %w", l.index, err)
	}
	if proof.Index != l.index {
		return string(text), counterfoil.Checkpoint{}, fmt.Errorf("entry %d: the proof is of entry %d", l.index, proof.Index)
	}
	head, err := proof.Verify(l.hash, r.Ledger.VerifierKey())
	if err != nil {
		return string(text), counterfoil.Checkpoint{}, fmt.Errorf("entry %d: %w", l.index, err)
	}
	return string(text), head, nil
}
