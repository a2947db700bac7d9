// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package counterfoil

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/tlog"
)

func testConsistency(t testing.TB, from, to int64) (Consistency, Checkpoint) {
	t.Helper()
	tree := newTestTree(int(to))
	proof, err := tlog.ProveTree(to, from, tree)
	if err != nil {
		t.Fatal(err)
	}
	former, err := tlog.TreeHash(from, tree)
	if err != nil {
		t.Fatal(err)
	}
	c := Consistency{Former: Checkpoint{Origin: "example.org/log", Size: uint64(from), Root: Hash(former)}, Size: uint64(to), Hashes: fromTlog(proof)}
	return c, Checkpoint{Origin: "example.org/log", Size: uint64(to), Root: tree.Root()}
}

func TestConsistencyFile(t *testing.T) {
	for _, to := range []int64{2, 7, 64, 300} {
		for from := int64(1); from < to; from += 1 + to/9 {
			c, later := testConsistency(t, from, to)
			text, err := c.MarshalText()
			if err != nil {
				t.Fatal(err)
			}
			var got Consistency
			if err := got.UnmarshalText(text); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c, got); diff != "" {
				t.Error(diff)
			}
			if err := got.Verify(later); err != nil {
				t.Errorf("%d to %d: %v", from, to, err)
			}
			for name, change := range map[string]func(*Consistency){
				"another root":   func(c *Consistency) { c.Former.Root[0]++ },
				"another size":   func(c *Consistency) { c.Former.Size-- },
				"another end":    func(c *Consistency) { c.Size++ },
				"another origin": func(c *Consistency) { c.Former.Origin = "example.org/other" },
				"a hash more":    func(c *Consistency) { c.Hashes = append(c.Hashes[:len(c.Hashes):len(c.Hashes)], Hash{}) },
			} {
				wrong := got
				if change(&wrong); wrong.Verify(later) == nil {
					t.Errorf("%d to %d: %s passed", from, to, name)
				}
			}
		}
	}
}

func FuzzConsistency(f *testing.F) {
	c, _ := testConsistency(f, 3, 11)
	text, err := c.MarshalText()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Fuzz(func(t *testing.T, b []byte) {
		var c Consistency
		if c.UnmarshalText(b) != nil {
			return
		}
		if again, err := c.MarshalText(); err != nil || !bytes.Equal(again, b) {
			t.Error("a file has two forms")
		}
	})
}
