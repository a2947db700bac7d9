// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"context"
	"errors"
	"fmt"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/ledger"
)

// LedgerEntry is one entry of any kind as the ledger holds it, with its proof
// checked anew.
type LedgerEntry struct {
	Index   counterfoil.Index
	Leaf    counterfoil.Hash
	Raw     []byte             // as the leaf hash covers it
	Entry   *counterfoil.Entry // nil when Raw does not decode
	Payload uint32             // bytes of the sealed payload; 0 without one

	Proof       string                 // C2SP tlog-proof; empty when none could be made
	Head        counterfoil.Checkpoint // the head the proof leads to
	VerifierKey string
	Problems    []string // what does not hold; empty when everything does
}

// LedgerEntry returns the entry at an index, or a fault of kind not found.
func (r *Reader) LedgerEntry(ctx context.Context, i counterfoil.Index) (*LedgerEntry, error) {
	stored, err := r.Ledger.Read(i)
	if errors.Is(err, ledger.ErrNotFound) {
		return nil, fault.NotFound("The ledger has no such entry.", err)
	}
	if err != nil {
		return nil, fmt.Errorf("read entry: %w", err)
	}
	v := &LedgerEntry{Index: i, Leaf: counterfoil.LeafHash(stored.Raw), Raw: stored.Raw, Payload: stored.Payload.Length, VerifierKey: r.Ledger.VerifierKey()}
	if v.Entry, err = counterfoil.DecodeEntry(stored.Raw); err != nil {
		v.Problems = append(v.Problems, err.Error())
	}
	if v.Proof, v.Head, err = r.proveLeaf(ctx, &leaf{index: i, hash: v.Leaf}); err != nil {
		v.Problems = append(v.Problems, err.Error())
	}
	if r.Rows != nil && v.Entry != nil && v.Entry.Kind != counterfoil.KindIntent { // an intent's row needs its outcome; see the interaction
		columns, err := r.Rows.Check(ctx, index.Item{Index: i, Entry: v.Entry, Leaf: v.Leaf}, nil)
		if err != nil {
			return nil, err
		}
		if len(columns) > 0 {
			v.Problems = append(v.Problems, rowsDiffer(columns))
		}
	}
	return v, nil
}
