// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package tiles

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/ledger"
)

// newLedger opens a ledger that signs a head only when it is asked to.
func newLedger(t *testing.T) (*ledger.Ledger, string) {
	t.Helper()
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	l, err := ledger.Open(t.Context(), ledger.Config{
		Dir: in("ledger"), PayloadDir: in("payload"), HeadsPath: in("heads.db"), KeyPath: in("keys/node.key"),
		SegmentBytes: 1 << 20, FillAhead: 64 << 10, HeadEvery: -1,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l, dir
}

// grow appends n entries and signs a head.
func grow(t *testing.T, l *ledger.Ledger, n int) {
	t.Helper()
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			e := &counterfoil.Entry{Kind: counterfoil.KindAccess, ID: counterfoil.NewID(), Access: &counterfoil.Access{Action: "sign_in"}}
			if _, err := l.Append(context.Background(), e, nil); err != nil {
				t.Error(i, err)
			}
		})
		if i%64 == 63 {
			all.Wait()
		}
	}
	all.Wait()
	if _, err := l.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func mustExport(t *testing.T, l Log, dir string) Result {
	t.Helper()
	r, err := Export(t.Context(), l, dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// folderReader serves an exported folder to package tlog.
type folderReader string

func (f folderReader) Height() int                     { return 8 }
func (f folderReader) SaveTiles([]tlog.Tile, [][]byte) {}
func (f folderReader) ReadTiles(list []tlog.Tile) (out [][]byte, err error) {
	for _, t := range list {
		own := counterfoil.Tile{Level: t.L, N: uint64(t.N), Width: t.W}
		b, err := os.ReadFile(filepath.Join(string(f), own.Path()))
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, nil
}

// checkFolder verifies an export as a stranger would: the head's signature, the
// tree from the hash tiles alone, and every entry against its leaf.
func checkFolder(t *testing.T, dir, key string) counterfoil.Checkpoint {
	t.Helper()
	signed, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if err != nil {
		t.Fatal(err)
	}
	head, err := counterfoil.VerifyCheckpoint(signed, key)
	if err != nil {
		t.Fatal(err)
	}
	reader := tlog.TileHashReader(tlog.Tree{N: int64(head.Size), Hash: tlog.Hash(head.Root)}, folderReader(dir))
	for n := uint64(0); ; n++ {
		tile, ok := counterfoil.TileAt(counterfoil.EntriesLevel, n, head.Size)
		if !ok {
			return head
		}
		bundle, err := os.ReadFile(filepath.Join(dir, tile.Path()))
		if err != nil {
			t.Fatal(err)
		}
		entries, err := counterfoil.SplitBundle(bundle, tile.Width)
		if err != nil {
			t.Fatal(err)
		}
		at := make([]int64, len(entries))
		for i := range at {
			at[i] = tlog.StoredHashIndex(0, int64(n)*256+int64(i))
		}
		leaves, err := reader.ReadHashes(at)
		if err != nil {
			t.Fatal(err)
		}
		for i, raw := range entries {
			if counterfoil.Hash(leaves[i]) != counterfoil.LeafHash(raw) {
				t.Errorf("entry %d is not its leaf", int(n)*256+i)
			}
		}
	}
}

func TestExportGrows(t *testing.T) {
	l, data := newLedger(t)
	out := filepath.Join(t.TempDir(), "a", "log")
	for _, n := range []int{0, 1, 200, 54, 1, 1, 300, 0, 700} {
		grow(t, l, n)
		before := l.Size() - uint64(n)
		r := mustExport(t, Log{Source: l}, out)
		if head := checkFolder(t, out, l.VerifierKey()); head.Size != l.Size() || r.Size != l.Size() || r.Before != before {
			t.Errorf("head of %d after %+v, the log has %d", head.Size, r, l.Size())
		}
		if again := mustExport(t, Log{Source: l}, out); again.Written != 0 || again.Removed != 0 {
			t.Errorf("exported again without need: %+v", again)
		}
		view, err := ledger.OpenView(filepath.Join(data, "ledger"))
		if err != nil {
			t.Fatal(err)
		}
		if same := mustExport(t, Log{Source: view}, out); same.Written != 0 {
			t.Errorf("a view exports something else: %+v", same)
		}
		if err := view.Close(); err != nil {
			t.Error(err)
		}
	}
	err := filepath.WalkDir(out, func(path string, d fs.DirEntry, err error) error {
		if strings.HasSuffix(path, ".p") {
			full := strings.TrimSuffix(path, ".p")
			if _, err := os.Stat(full); err == nil {
				t.Errorf("%s stayed beside its full tile", path)
			}
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// TestExportIsTakenUp: whatever an interrupted export leaves, the next one ends it.
func TestExportIsTakenUp(t *testing.T) {
	l, _ := newLedger(t)
	out := t.TempDir()
	grow(t, l, 300)
	mustExport(t, Log{Source: l}, out)
	grow(t, l, 300)
	for name, content := range map[string]string{
		"tile/0/002.p/88": "half", "tile/entries/002.p/88.part": "", "tile/entries/001": "", "checkpoint.part": "count",
	} {
		path := filepath.Join(out, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if _, err := Export(stopped, Log{Source: l}, out, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("a stopped export: %v", err)
	}
	mustExport(t, Log{Source: l}, out)
	checkFolder(t, out, l.VerifierKey())
	if left, _ := filepath.Glob(filepath.Join(out, "*.part")); left != nil {
		t.Errorf("left: %v", left)
	}
}

// TestExportRefuses: a folder that is something else, or was changed, is refused
// and left as it is.
func TestExportRefuses(t *testing.T) {
	l, _ := newLedger(t)
	grow(t, l, 600)
	other, _ := newLedger(t)
	grow(t, other, 600)
	for name, change := range map[string]func(t *testing.T, dir string){
		"a foreign file":      func(t *testing.T, dir string) { write(t, dir, "notes.txt", "mine") },
		"a foreign tile":      func(t *testing.T, dir string) { write(t, dir, "tile/0/007", "mine") },
		"a file among tiles":  func(t *testing.T, dir string) { write(t, dir, "tile/0/index.html", "mine") },
		"a changed tile":      func(t *testing.T, dir string) { flip(t, dir, "tile/0/001") },
		"a changed upper one": func(t *testing.T, dir string) { flip(t, dir, "tile/1/000.p/2") },
		"a changed bundle":    func(t *testing.T, dir string) { flip(t, dir, "tile/entries/000") },
		"a missing bundle":    func(t *testing.T, dir string) { remove(t, dir, "tile/entries/001") },
		"an emptied tile":     func(t *testing.T, dir string) { write(t, dir, "tile/0/002.p/88", "") },
		"another root": func(t *testing.T, dir string) {
			write(t, dir, "checkpoint", counterfoil.Checkpoint{Origin: l.Origin(), Size: 600}.Text()+"\n— x\n")
		},
		"a longer log": func(t *testing.T, dir string) {
			write(t, dir, "checkpoint", counterfoil.Checkpoint{Origin: l.Origin(), Size: 601}.Text()+"\n— x\n")
		},
		"another log":      func(t *testing.T, dir string) { write(t, dir, "checkpoint", string(other.Published())) },
		"not a checkpoint": func(t *testing.T, dir string) { write(t, dir, "checkpoint", "hello") },
		"a link for tiles": func(t *testing.T, dir string) {
			if err := os.RemoveAll(filepath.Join(dir, "tile")); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(t.TempDir(), filepath.Join(dir, "tile")); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			out := t.TempDir()
			mustExport(t, Log{Source: l}, out)
			change(t, out)
			before := snapshot(t, out)
			if _, err := Export(t.Context(), Log{Source: l}, out, Options{}); !errors.Is(err, ErrForeign) {
				t.Errorf("exported into it: %v", err)
			}
			if snapshot(t, out) != before {
				t.Error("the folder was touched")
			}
		})
	}
}

func write(t *testing.T, dir, name, content string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func flip(t *testing.T, dir, name string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)/2] ^= 1
	write(t, dir, name, string(b))
}

func remove(t *testing.T, dir, name string) {
	t.Helper()
	if err := os.Remove(filepath.Join(dir, name)); err != nil {
		t.Fatal(err)
	}
}

// snapshot is a folder as one text.
func snapshot(t *testing.T, dir string) string {
	t.Helper()
	var all bytes.Buffer
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		all.WriteString(path + d.Type().String())
		if err == nil && d.Type().IsRegular() {
			b, err := os.ReadFile(path)
			all.Write(b)
			return err
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}
