// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package counterfoil

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
)

func TestTilePaths(t *testing.T) {
	for path, want := range map[string]Tile{
		"tile/0/000":                     {Level: 0, N: 0, Width: 256},
		"tile/0/005.p/1":                 {Level: 0, N: 5, Width: 1},
		"tile/1/x001/067.p/255":          {Level: 1, N: 1067, Width: 255},
		"tile/entries/x001/x234/067":     {Level: EntriesLevel, N: 1234067, Width: 256},
		"tile/entries/000.p/17":          {Level: EntriesLevel, N: 0, Width: 17},
		"tile/63/x036/x028/x797/018/000": {},
	} {
		got, err := ParseTilePath(path)
		if want == (Tile{}) {
			if err == nil {
				t.Errorf("%s was taken for %+v", path, got)
			}
			continue
		}
		if err != nil || got != want || got.Path() != path {
			t.Errorf("%s: %+v, %v, %s", path, got, err, got.Path())
		}
	}
}

func TestWrongTilePaths(t *testing.T) {
	for _, path := range []string{
		"", "tile", "tile/", "tile/0", "tile/0/", "tile//000", "/tile/0/000", "tile/0/000/", "tile/00/000", "tile/+1/000", "tile/-1/000", "tile/64/000",
		"tile/0/0", "tile/0/00", "tile/0/0000", "tile/0/x000", "tile/0/x000/001", "tile/0/001/002", "tile/0/x001/x002", "tile/0/X001/002",
		"tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p/", "tile/0/000.p/1.p/1", "tile/0/000.p/-1", "tile/0/000.p", "tile/0/../000",
		"tile/entries", "tile/entries/", "tile/Entries/000", "tile/data/000", "tile/0/x999/x999/x999/x999/x999/x999/999", "tile/0/0x1", "tile/0/000\x00", "tile/0/%30",
	} {
		if got, err := ParseTilePath(path); err == nil {
			t.Errorf("%q was taken for %+v", path, got)
		}
	}
}

func TestTileAt(t *testing.T) {
	for _, c := range []struct {
		level   int
		n, size uint64
		width   int // 0: none
	}{
		{0, 0, 0, 0},
		{0, 0, 1, 1},
		{0, 0, 256, 256},
		{0, 1, 256, 0},
		{1, 0, 255, 0},
		{1, 0, 256, 1},
		{0, 272, 70000, 256},
		{0, 273, 70000, 112},
		{0, 274, 70000, 0},
		{1, 0, 70000, 256},
		{1, 1, 70000, 17},
		{2, 0, 70000, 1},
		{3, 0, 70000, 0},
		{EntriesLevel, 273, 70000, 112},
		{63, 0, 1 << 62, 0},
		{7, 0, 1 << 62, 64},
	} {
		got, ok := TileAt(c.level, c.n, c.size)
		if ok != (c.width > 0) || got.Width != c.width {
			t.Errorf("tile %d of level %d in %d: %+v, %v", c.n, c.level, c.size, got, ok)
		}
	}
	if whole := (Tile{Level: 0, N: 1, Width: 256}); whole.Within(511) || !whole.Within(512) {
		t.Error("a full tile is within a tree that fills it, and no smaller one")
	}
}

// tileSet serves the tiles of a list to package tlog and notes those it asks for.
type tileSet struct {
	tree  *testTree
	have  []Tile
	asked []Tile
}

func (s *tileSet) Height() int                     { return 8 }
func (s *tileSet) SaveTiles([]tlog.Tile, [][]byte) {}
func (s *tileSet) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, t := range tiles {
		own := Tile{Level: t.L, N: uint64(t.N), Width: t.W}
		if !slices.Contains(s.have, own) {
			return nil, fmt.Errorf("tile %s is not in the list", own.Path())
		}
		s.asked = append(s.asked, own)
		data, err := tlog.ReadTileData(t, s.tree)
		if err != nil {
			return nil, err
		}
		out = append(out, data)
	}
	return out, nil
}

// TestRangeTiles: with the tiles of a range every leaf of it, and every root
// between its ends, is authenticated; and none of them is there for nothing.
func TestRangeTiles(t *testing.T) {
	tree := newTestTree(66_200)
	for _, c := range []struct{ from, to, size uint64 }{
		{0, 1, 1},
		{0, 255, 255},
		{0, 256, 256},
		{1, 2, 257},
		{255, 257, 300},
		{256, 512, 512},
		{300, 700, 1000},
		{0, 1, 66_200},
		{65_535, 65_537, 66_200},
		{65_536, 65_537, 65_537},
		{12, 65_536, 65_536},
		{512, 768, 66_000},
		{66_100, 66_200, 66_200},
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			set := &tileSet{tree: tree, have: RangeTiles(c.from, c.to, c.size)}
			root, err := tlog.TreeHash(int64(c.size), tree)
			if err != nil {
				t.Fatal(err)
			}
			reader := tlog.TileHashReader(tlog.Tree{N: int64(c.size), Hash: root}, set)
			for i := c.from; i < c.to; i += 1 + (c.to-c.from)/500 {
				got, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, int64(i))})
				if err != nil || Hash(got[0]) != tree.leaves[i] {
					t.Fatalf("leaf %d: %v", i, err)
				}
			}
			if _, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, int64(c.to-1))}); err != nil {
				t.Fatal(err)
			}
			for _, tile := range set.have {
				if first := tile.N << 8; tile.Level == 0 && first+256 > c.from && first < c.to && !slices.Contains(set.asked, tile) && c.to-c.from < 500 {
					t.Errorf("%s was not needed", tile.Path())
				}
			}
			for size := max(c.from, 1); size <= c.to; size += 1 + (c.to-c.from)/50 {
				want, err := tlog.TreeHash(int64(size), tree)
				if err != nil {
					t.Fatal(err)
				}
				if got, err := tlog.TreeHash(int64(size), reader); err != nil || got != want {
					t.Fatalf("root at %d: %v", size, err)
				}
			}
		})
	}
}

func TestBundles(t *testing.T) {
	entries := [][]byte{{1}, bytes.Repeat([]byte{2}, 300), bytes.Repeat([]byte{3}, MaxEntryBytes)}
	var bundle []byte
	for _, e := range entries {
		var err error
		if bundle, err = AppendBundled(bundle, e); err != nil {
			t.Fatal(err)
		}
	}
	got, err := SplitBundle(bundle, 3)
	if err != nil || !slices.EqualFunc(got, entries, bytes.Equal) {
		t.Errorf("%d entries, %v", len(got), err)
	}
	for _, wrong := range []struct {
		bundle []byte
		width  int
	}{{bundle, 2}, {bundle, 4}, {bundle[:len(bundle)-1], 3}, {append(bytes.Clone(bundle), 0), 3}, {append(bytes.Clone(bundle), 0, 0), 4}, {nil, 1}} {
		if _, err := SplitBundle(wrong.bundle, wrong.width); err == nil {
			t.Errorf("%d bytes passed as %d entries", len(wrong.bundle), wrong.width)
		}
	}
	for _, raw := range [][]byte{nil, make([]byte, MaxEntryBytes+1)} {
		if _, err := AppendBundled(nil, raw); err == nil {
			t.Errorf("took an entry of %d bytes", len(raw))
		}
	}
}

func FuzzTilePath(f *testing.F) {
	for _, s := range []string{"tile/0/000", "tile/entries/x001/067.p/8", "tile/1/x001/x234/067"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, path string) {
		if tile, err := ParseTilePath(path); err == nil && tile.Path() != path {
			t.Errorf("%q and %q name the same tile", path, tile.Path())
		}
	})
}

func FuzzBundle(f *testing.F) {
	f.Add([]byte{0, 1, 7, 0, 2, 8, 9}, 2)
	f.Fuzz(func(t *testing.T, bundle []byte, width int) {
		list, err := SplitBundle(bundle, width)
		if err != nil {
			return
		}
		var again []byte
		for _, e := range list {
			if again, err = AppendBundled(again, e); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(again, bundle) {
			t.Error("a bundle has two forms")
		}
	})
}
