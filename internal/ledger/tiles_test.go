// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/counterfoil/counterfoil"
)

// TestTiles: all tiles of a log are those package tlog makes of its nodes, the
// bundles hash to them, and past roots are those that were signed.
func TestTiles(t *testing.T) {
	l := mustOpen(t, testConfig(t.TempDir()))
	heads := map[uint64]counterfoil.Hash{}
	fill(t, l, 1100, func() {
		c := mustCheckpoint(t, l)
		heads[c.Size] = c.Root
	})
	size := l.Size()
	for level := 0; counterfoil.Nodes(level, size) > 0; level++ {
		for n := uint64(0); ; n++ {
			tile, ok := counterfoil.TileAt(level, n, size)
			if !ok {
				break
			}
			checkTile(t, l, tile)
		}
	}
	for size, root := range heads {
		if got, err := l.Root(size); err != nil || got != root {
			t.Errorf("root at %d: %s, %v", size, got, err)
		}
		signed, err := l.SignHead(size)
		if err != nil {
			t.Fatal(err)
		}
		if c, err := counterfoil.VerifyCheckpoint(signed, l.VerifierKey()); err != nil || c.Root != root || c.Size != size {
			t.Errorf("head at %d: %+v, %v", size, c, err)
		}
		s, err := l.Read(counterfoil.Index(size / 2))
		if err != nil {
			t.Fatal(err)
		}
		p, err := l.ProveUnder(signed, s.Index)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Verify(s.Leaf, l.VerifierKey()); err != nil {
			t.Error(err)
		}
	}
}

func fill(t *testing.T, l *Ledger, n int, sometimes func()) {
	t.Helper()
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			if _, err := l.Append(context.Background(), record(uint64(i+1)), nil); err != nil {
				t.Error(err)
			}
		})
		if i%100 == 99 {
			all.Wait()
			sometimes()
		}
	}
	all.Wait()
}

func mustCheckpoint(t *testing.T, l *Ledger) counterfoil.Checkpoint {
	t.Helper()
	signed, err := l.Checkpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(signed, l.Published()) {
		t.Error("the published head is not the newest")
	}
	c, err := counterfoil.ParseCheckpoint(signed)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func checkTile(t *testing.T, l *Ledger, tile counterfoil.Tile) {
	t.Helper()
	got, err := l.HashTile(tile)
	if err != nil {
		t.Fatal(err)
	}
	want, err := tlog.ReadTileData(tlog.Tile{H: 8, L: tile.Level, N: int64(tile.N), W: tile.Width}, l.nodes())
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s differs: %v", tile.Path(), err)
	}
	if tile.Level != 0 {
		return
	}
	bundle, err := l.Bundle(t.Context(), counterfoil.Tile{Level: counterfoil.EntriesLevel, N: tile.N, Width: tile.Width})
	if err != nil {
		t.Fatal(err)
	}
	entries, err := counterfoil.SplitBundle(bundle, tile.Width)
	if err != nil {
		t.Fatal(err)
	}
	for i, raw := range entries {
		if leaf := counterfoil.LeafHash(raw); !bytes.Equal(leaf[:], got[32*i:][:32]) {
			t.Errorf("entry %d of %s is not its leaf", i, tile.Path())
		}
	}
}

func TestAbsentTiles(t *testing.T) {
	l := mustOpen(t, testConfig(t.TempDir()))
	for range 5 {
		mustAppend(t, l, record(1), nil)
	}
	for _, tile := range []counterfoil.Tile{{Level: 0, N: 0, Width: 6}, {Level: 0, N: 1, Width: 1}, {Level: 1, N: 0, Width: 1}, {Level: 9, N: 0, Width: 1}, {Level: counterfoil.EntriesLevel, N: 0, Width: 5}} {
		if _, err := l.HashTile(tile); !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %v", tile.Path(), err)
		}
	}
	for _, tile := range []counterfoil.Tile{{Level: counterfoil.EntriesLevel, N: 0, Width: 6}, {Level: counterfoil.EntriesLevel, N: 1, Width: 1}, {Level: 0, N: 0, Width: 5}} {
		if _, err := l.Bundle(t.Context(), tile); !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %v", tile.Path(), err)
		}
	}
	if _, err := l.SignHead(6); !errors.Is(err, ErrNotFound) {
		t.Errorf("signed a head that is not there: %v", err)
	}
}

func TestSignReceipt(t *testing.T) {
	cfg := testConfig(t.TempDir())
	l := mustOpen(t, cfg)
	e := intent(counterfoil.NewID())
	at, err := l.Append(t.Context(), e, nil)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := l.SignReceipt(e, at)
	if err != nil {
		t.Fatal(err)
	}
	r, err := counterfoil.VerifyReceipt(signed, l.VerifierKey())
	if err != nil {
		t.Fatal(err)
	}
	if err := r.CheckLog(t.Context(), cfg.Dir); err != nil {
		t.Error(err)
	}
}
