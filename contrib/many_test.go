// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package contrib

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/logtest"
	"github.com/counterfoil/counterfoil/verify"
)

// TestManyMissingPayloads: an erasure explains payloads that lie far before it,
// however many they are.
func TestManyMissingPayloads(t *testing.T) {
	j := newJudge(t)
	for _, stated := range []bool{true, false} {
		b := logtest.NewBuilder(t, "counterfoil/00c0ffee")
		signer, key := logtest.NewKey(t, b.Origin)
		b.Batch(nil, logtest.Item{Entry: &counterfoil.Entry{Kind: counterfoil.KindBoot, Boot: &counterfoil.Boot{Version: "0.1.0", NodeKey: key, PrevRoot: counterfoil.EmptyRoot()}}})
		for range 11 {
			items := make([]logtest.Item, 1000)
			for i := range items {
				e := &counterfoil.Entry{
					Kind: counterfoil.KindRecord, ID: counterfoil.NewID(), Commitment: make([]byte, 32),
					Record: &counterfoil.Record{Type: "system", Version: 1, Transition: "created"},
				}
				items[i] = logtest.Item{Entry: e, Sealed: []byte("\xc1 sealed under some key")}
			}
			b.Batch(nil, items...)
		}
		if stated {
			b.Batch(nil, logtest.Item{Entry: &counterfoil.Entry{
				Kind: counterfoil.KindErasure, Erasure: &counterfoil.Erasure{Scope: counterfoil.EraseSegments, Basis: "retention", Segments: []uint64{0}},
			}})
		}
		head, err := counterfoil.Checkpoint{Origin: b.Origin, Size: b.Tree.Size(), Root: b.Tree.Root()}.Sign(signer)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(filepath.Join(b.Dir, "ledger", "checkpoint"), head)
		b.Write(filepath.Join(b.Dir, "ledger", "verifier"), []byte(key+"\n"))
		b.Flush()
		if err := os.Remove(b.Path("payload", 0)); err != nil {
			t.Fatal(err)
		}
		if r := compare(t, j, b.Dir, verify.DirOptions(b.Dir)); (r.Integrity == verify.IntegrityOK) != stated {
			t.Errorf("stated %v: %v", stated, r.Problems[:min(3, len(r.Problems))])
		}
	}
}
