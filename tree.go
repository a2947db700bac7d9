// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package counterfoil

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

// LeafHash is the RFC 6962 leaf hash of an encoded entry: SHA-256 over a zero
// byte and the entry.
func LeafHash(raw []byte) Hash {
	var small [2048]byte // most entries fit, and then nothing is allocated
	return sha256.Sum256(append(append(small[:0], 0), raw...))
}

// LeafHashInPlace is LeafHash of the entry that begins at the second byte of b,
// without copying it: while it works, the first byte is another.
func LeafHashInPlace(b []byte) Hash {
	before := b[0]
	b[0] = 0
	h := sha256.Sum256(b)
	b[0] = before
	return h
}

// EmptyRoot is the root of the tree without leaves.
func EmptyRoot() Hash { return sha256.Sum256(nil) }

// Tree is the right edge of an RFC 6962 tree: enough to append leaves and to
// know the root. The zero Tree is empty. It is not safe for concurrent use.
type Tree struct {
	size uint64
	edge []Hash // roots of the perfect subtrees, largest first: one for each 1 bit of size
}

// NewTree continues from the edge another Tree had at size.
func NewTree(size uint64, edge []Hash) (*Tree, error) {
	if want := bits.OnesCount64(size); len(edge) != want {
		return nil, fmt.Errorf("tree of size %d: %d edge hashes where %d belong", size, len(edge), want)
	}
	return &Tree{size: size, edge: append([]Hash(nil), edge...)}, nil
}

// Size is the number of leaves.
func (t *Tree) Size() uint64 { return t.size }

// Edge appends the right edge to dst, for NewTree.
func (t *Tree) Edge(dst []Hash) []Hash { return append(dst, t.edge...) }

// Append adds a leaf. It appends to dst the hashes the leaf completes, its own
// first, in the order of golang.org/x/mod/sumdb/tlog's stored hashes.
func (t *Tree) Append(dst []Hash, leaf Hash) []Hash {
	h := leaf
	dst = append(dst, h)
	for n := t.size; n&1 == 1; n >>= 1 {
		last := len(t.edge) - 1
		h = nodeHash(&t.edge[last], &h)
		t.edge = t.edge[:last]
		dst = append(dst, h)
	}
	t.edge = append(t.edge, h)
	t.size++
	return dst
}

// Subtrees appends to dst the roots of the largest perfect subtrees that hold the
// given leaves, of which the first has index first, from left to right. It is what
// [Tree.AppendRange] takes: the hashing below it needs nothing of the tree before.
func Subtrees(dst []Hash, first uint64, leaves []Hash) []Hash {
	for k := range leaves {
		dst = append(dst, leaves[k])
		for i, span := first+uint64(k), uint64(2); i&(span>>1) != 0 && uint64(k)+1 >= span; span <<= 1 {
			last := len(dst) - 1
			dst[last-1] = nodeHash(&dst[last-1], &dst[last])
			dst = dst[:last]
		}
	}
	return dst
}

// AppendRange adds n leaves of which roots are the Subtrees, from the tree's size on.
func (t *Tree) AppendRange(n uint64, roots []Hash) error {
	end := t.size + n
	for k := range roots {
		left := end - t.size
		if left == 0 {
			return errors.New("extend tree: more subtrees than leaves")
		}
		height := bits.Len64(left) - 1
		if t.size != 0 {
			height = min(height, bits.TrailingZeros64(t.size))
		}
		h := roots[k]
		for n := t.size >> height; n&1 == 1; n >>= 1 {
			last := len(t.edge) - 1
			h = nodeHash(&t.edge[last], &h)
			t.edge = t.edge[:last]
		}
		t.edge = append(t.edge, h)
		t.size += 1 << height
	}
	if t.size != end {
		return errors.New("extend tree: fewer subtrees than leaves")
	}
	return nil
}

// Root is the hash over all leaves.
func (t *Tree) Root() Hash {
	if t.size == 0 {
		return EmptyRoot()
	}
	h := t.edge[len(t.edge)-1]
	for i := len(t.edge) - 2; i >= 0; i-- {
		h = nodeHash(&t.edge[i], &h)
	}
	return h
}

func nodeHash(left, right *Hash) Hash {
	var b [1 + 2*len(Hash{})]byte
	b[0] = 1
	copy(b[1:], left[:])
	copy(b[1+len(left):], right[:])
	return sha256.Sum256(b[:])
}

// CheckConsistency reports whether proof shows that the tree of next grew from
// the tree of prev by appending only. Both must name the same log.
func CheckConsistency(prev, next Checkpoint, proof []Hash) error {
	switch {
	case prev.Origin != next.Origin:
		return fmt.Errorf("check consistency: %q and %q are different logs", clip(prev.Origin), clip(next.Origin))
	case prev.Size > next.Size || next.Size > 1<<62:
		return fmt.Errorf("check consistency: size %d is not below %d", prev.Size, next.Size)
	case prev.Size == 0:
		if len(proof) != 0 || prev.Root != EmptyRoot() {
			return errors.New("check consistency: an empty tree has one root and needs no proof")
		}
		return nil
	}
	err := tlog.CheckTree(tlogHashes(proof), int64(next.Size), tlog.Hash(next.Root), int64(prev.Size), tlog.Hash(prev.Root))
	if err != nil {
		return fmt.Errorf("check consistency from %d to %d: %w", prev.Size, next.Size, err)
	}
	return nil
}

func tlogHashes(list []Hash) []tlog.Hash {
	out := make([]tlog.Hash, len(list))
	for i, h := range list {
		out[i] = tlog.Hash(h)
	}
	return out
}
