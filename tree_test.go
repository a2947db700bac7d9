// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package counterfoil_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/counterfoil/counterfoil"
)

// TestSubtrees: a tree that grows by stretches hashed apart is the one that grows leaf
// by leaf.
func TestSubtrees(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var byLeaf, byRange counterfoil.Tree
		for byLeaf.Size() < 700 {
			leaves := make([]counterfoil.Hash, r.IntN(90))
			roots := []counterfoil.Hash{}
			for k := range leaves {
				leaves[k] = counterfoil.LeafHash([]byte{byte(r.Uint32()), byte(k)})
			}
			roots = counterfoil.Subtrees(roots, byLeaf.Size(), leaves)
			for _, leaf := range leaves {
				byLeaf.Append(nil, leaf)
			}
			if err := byRange.AppendRange(uint64(len(leaves)), roots); err != nil {
				t.Fatal(err)
			}
			if byRange.Size() != byLeaf.Size() || byRange.Root() != byLeaf.Root() {
				t.Fatalf("at %d leaves, %d of them at once, the roots differ", byLeaf.Size(), len(leaves))
			}
		}
	}
}

// TestAppendRangeRefuses subtrees that are not of so many leaves.
func TestAppendRangeRefuses(t *testing.T) {
	leaves := make([]counterfoil.Hash, 3)
	for n := range uint64(5) {
		var tree counterfoil.Tree
		if err := tree.AppendRange(n, counterfoil.Subtrees(nil, 0, leaves)); (err == nil) != (n == 3) {
			t.Errorf("two subtrees as %d leaves: %v", n, err)
		}
	}
}

// TestLeafHashInPlace gives the same hash and leaves the bytes as they were.
func TestLeafHashInPlace(t *testing.T) {
	b := []byte("-an entry")
	if counterfoil.LeafHashInPlace(b) != counterfoil.LeafHash(b[1:]) || !bytes.Equal(b, []byte("-an entry")) {
		t.Error("not the leaf hash")
	}
}
