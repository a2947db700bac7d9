// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package counterfoil

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// testKey returns a fresh key for a log.
func testKey(t testing.TB, origin string) (note.Signer, string) {
	t.Helper()
	private, verifier, err := note.GenerateKey(rand.Reader, origin)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		t.Fatal(err)
	}
	return signer, verifier
}

// testTree is a tree with its nodes in stored-hash order.
type testTree struct {
	Tree
	leaves []Hash
	nodes  []Hash
}

func newTestTree(n int) *testTree {
	t := &testTree{}
	for i := range n {
		t.leaves = append(t.leaves, LeafHash(fmt.Append(nil, i)))
		t.nodes = t.Append(t.nodes, t.leaves[i])
	}
	return t
}

func (t *testTree) ReadHashes(at []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(at))
	for i, n := range at {
		out[i] = tlog.Hash(t.nodes[n])
	}
	return out, nil
}

func fromTlog(list []tlog.Hash) []Hash {
	out := make([]Hash, len(list))
	for i, h := range list {
		out[i] = Hash(h)
	}
	return out
}

// TestTreeAgrees compares roots, nodes and edges with two other implementations.
func TestTreeAgrees(t *testing.T) {
	factory := compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}
	other := factory.NewEmptyRange(0)
	tree := newTestTree(0)
	for n := range 300 {
		want := rfc6962.DefaultHasher.EmptyRoot()
		if n > 0 {
			var err error
			if want, err = other.GetRootHash(nil); err != nil {
				t.Fatal(err)
			}
			if root, err := tlog.TreeHash(int64(n), tree); err != nil || Hash(root) != tree.Root() {
				t.Fatalf("size %d: tlog has root %s: %v", n, root, err)
			}
		}
		if root := tree.Root(); !bytes.Equal(root[:], want) {
			t.Fatalf("size %d: root %s, want %x", n, root, want)
		}
		again, err := NewTree(tree.Size(), tree.Edge(nil))
		if err != nil || again.Root() != tree.Root() {
			t.Fatalf("size %d: edge: %v", n, err)
		}
		data := fmt.Append(nil, n)
		leaf := LeafHash(data)
		if want := rfc6962.DefaultHasher.HashLeaf(data); !bytes.Equal(leaf[:], want) {
			t.Fatal("leaf hash differs")
		}
		tree.nodes = tree.Append(tree.nodes, leaf)
		if err := other.Append(leaf[:], nil); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := NewTree(3, make([]Hash, 1)); err == nil {
		t.Error("accepts an edge of the wrong length")
	}
}

func TestProofs(t *testing.T) {
	signer, verifier := testKey(t, "counterfoil/0000cafe")
	_, stranger := testKey(t, "counterfoil/0000cafe")
	tree := newTestTree(77)
	c := Checkpoint{Origin: "counterfoil/0000cafe", Size: 77, Root: tree.Root()}
	signed, err := c.Sign(signer)
	if err != nil {
		t.Fatal(err)
	}
	for i, leaf := range tree.leaves {
		path, err := tlog.ProveRecord(77, int64(i), tree)
		if err != nil {
			t.Fatal(err)
		}
		p := Proof{Index: Index(i), Hashes: fromTlog(path), Checkpoint: signed}
		text, err := p.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var back Proof
		if err := back.UnmarshalText(text); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(p, back); diff != "" {
			t.Fatal(diff)
		}
		if got, err := back.Verify(leaf, verifier); err != nil || got != c {
			t.Fatalf("entry %d: %+v, %v", i, got, err)
		}
		refuse(t, back, leaf, verifier, stranger)
	}
}

func refuse(t *testing.T, p Proof, leaf Hash, verifier, stranger string) {
	t.Helper()
	if _, err := p.Verify(leaf, stranger); err == nil {
		t.Error("a stranger's key verifies")
	}
	if _, err := p.Verify(LeafHash([]byte("other")), verifier); err == nil {
		t.Error("another leaf verifies")
	}
	p.Index++
	if _, err := p.Verify(leaf, verifier); err == nil {
		t.Error("another index verifies")
	}
	p.Index += 1000
	if _, err := p.Verify(leaf, verifier); err == nil {
		t.Error("an index outside verifies")
	}
	p.Index -= 1001
	p.Hashes[0][5] ^= 1
	if _, err := p.Verify(leaf, verifier); err == nil {
		t.Error("a changed way verifies")
	}
	p.Hashes[0][5] ^= 1
	p.Checkpoint = bytes.Replace(p.Checkpoint, []byte("\n77\n"), []byte("\n78\n"), 1)
	if _, err := p.Verify(leaf, verifier); err == nil {
		t.Error("a changed head verifies")
	}
}

func TestConsistency(t *testing.T) {
	whole := newTestTree(65)
	next := Checkpoint{Origin: "a", Size: 65, Root: whole.Root()}
	for n := range uint64(66) {
		prev := Checkpoint{Origin: "a", Size: n, Root: newTestTree(int(n)).Root()}
		var path []Hash
		if n > 0 {
			p, err := tlog.ProveTree(65, int64(n), whole)
			if err != nil {
				t.Fatal(err)
			}
			path = fromTlog(p)
			var raw [][]byte
			for _, h := range path {
				raw = append(raw, h[:])
			}
			if err := proof.VerifyConsistency(rfc6962.DefaultHasher, n, 65, raw, prev.Root[:], next.Root[:]); err != nil {
				t.Fatal(err)
			}
		}
		if err := CheckConsistency(prev, next, path); err != nil {
			t.Errorf("from %d: %v", n, err)
		}
		wrong := prev
		wrong.Root[0] ^= 1
		if err := CheckConsistency(wrong, next, path); err == nil {
			t.Errorf("from %d: another root is consistent", n)
		}
		foreign := prev
		foreign.Origin = "b"
		if err := CheckConsistency(foreign, next, path); err == nil {
			t.Errorf("from %d: another log is consistent", n)
		}
	}
	if err := CheckConsistency(next, Checkpoint{Origin: "a", Size: 3}, nil); err == nil {
		t.Error("a shorter tree is consistent")
	}
}

func TestCheckpointText(t *testing.T) {
	signer, verifier := testKey(t, "log")
	c := Checkpoint{Origin: "log", Size: 7, Root: filled(1)}
	signed, err := c.Sign(signer)
	if err != nil {
		t.Fatal(err)
	}
	for _, read := range []func() (Checkpoint, error){
		func() (Checkpoint, error) { return ParseCheckpoint(signed) },
		func() (Checkpoint, error) { return VerifyCheckpoint(signed, verifier) },
	} {
		if got, err := read(); err != nil || got != c {
			t.Errorf("%+v, %v", got, err)
		}
	}
	sign := func(text string) []byte {
		b, err := note.Sign(&note.Note{Text: text}, signer)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	root := strings.Split(c.Text(), "\n")[2]
	if _, err := VerifyCheckpoint(sign("log\n7\n"+root+"\nextension\n"), verifier); err != nil {
		t.Errorf("extension line: %v", err)
	}
	for _, text := range []string{
		"log\n7\n", "log\n07\n" + root + "\n", "log\n-1\n" + root + "\n", "log\n9223372036854775808\n" + root + "\n",
		"log\n7\n" + root[1:] + "\n", "other\n7\n" + root + "\n", "\n7\n" + root + "\n", "log\n7\n" + root[:42] + "B=\n",
	} {
		if _, err := VerifyCheckpoint(sign(text), verifier); err == nil {
			t.Errorf("accepts %q", text)
		}
	}
	if _, err := ParseCheckpoint([]byte("no note")); err == nil {
		t.Error("accepts what is no note")
	}
	if _, err := VerifyCheckpoint(signed, "no key"); err == nil {
		t.Error("accepts what is no key")
	}
}

func FuzzProofText(f *testing.F) {
	f.Add([]byte("c2sp.org/tlog-proof@v1\nindex 0\n\nlog\n"))
	p := Proof{Index: 9, Hashes: []Hash{filled(1), filled(2)}, Checkpoint: []byte("log\n10\n"), Extra: []byte("x")}
	text, err := p.MarshalText()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Fuzz(func(t *testing.T, text []byte) {
		var p Proof
		if p.UnmarshalText(text) != nil {
			return
		}
		again, err := p.MarshalText()
		if err != nil || !bytes.Equal(again, text) {
			t.Fatalf("%v\n in %q\nout %q", err, text, again)
		}
	})
}

func FuzzCheckpoint(f *testing.F) {
	f.Add([]byte(Checkpoint{Origin: "log", Size: 3}.Text() + "\n— log sig\n"))
	f.Fuzz(func(t *testing.T, signed []byte) {
		c, err := ParseCheckpoint(signed)
		if err == nil && !strings.HasPrefix(string(signed), c.Text()) {
			t.Fatalf("%q read as %+v", signed, c)
		}
	})
}
