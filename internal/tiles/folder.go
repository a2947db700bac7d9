// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package tiles

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"sync"

	"github.com/counterfoil/counterfoil"
)

// ErrForeign reports a folder that is not an earlier export of this log, or was
// changed since. Nothing in it was touched.
var ErrForeign = errors.New("the folder is not an earlier export of this log, or was changed since")

// Result says what an export did.
type Result struct {
	Origin  string `json:"origin"`
	Before  uint64 `json:"before"` // size of the head the folder had; 0 for none
	Size    uint64 `json:"size"`   // of the head it has now
	Written uint64 `json:"written"`
	Removed uint64 `json:"removed"` // partial tiles whose full tile is there by now
}

// Options change how an export is done.
type Options struct {
	// Quick compares the sizes of what was published before instead of its bytes:
	// for logs so large that reading them each time takes too long.
	Quick bool
	// Progress is told of files done and their total, one call at a time.
	Progress func(done, total uint64)
}

// Export brings a folder to the state of the log's checkpoint. It writes what is
// missing, each file whole, and the checkpoint last; so a mirror of the folder is
// right at any moment, and an export that was cut off is taken up by the next one.
// What was published before is compared byte for byte: with ErrForeign nothing is
// changed.
func Export(ctx context.Context, l Log, dir string, o Options) (Result, error) {
	signed, head, err := l.checkpoint()
	if err != nil {
		return Result{}, fmt.Errorf("export: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return Result{}, fmt.Errorf("export: %w", err)
	}
	root, err := os.OpenRoot(dir) // no link in the folder leads out of it
	if err != nil {
		return Result{}, fmt.Errorf("export: %w", err)
	}
	defer root.Close()
	e := &export{log: l, options: o, root: root, head: head, total: fileCount(head.Size)}
	if err := e.run(ctx, signed); err != nil {
		return Result{}, fmt.Errorf("export to %s: %w", dir, err)
	}
	return Result{Origin: head.Origin, Before: e.former.Size, Size: head.Size, Written: e.written, Removed: e.removed}, nil
}

// export is one run.
type export struct {
	log     Log
	options Options
	root    *os.Root
	head    counterfoil.Checkpoint // to publish
	former  counterfoil.Checkpoint // published before; size 0 for none
	old     []counterfoil.Tile     // partial tiles that a full one replaces
	total   uint64                 // files of the tree
	removed uint64

	mu      sync.Mutex
	done    uint64 // guarded by mu
	written uint64 // guarded by mu
}

func (e *export) run(ctx context.Context, signed []byte) error {
	if err := e.takeUp(); err != nil {
		return err
	}
	if err := e.check(ctx); err != nil {
		return err
	}
	if err := e.write(ctx); err != nil {
		return err
	}
	if err := e.syncFolders(); err != nil {
		return err
	}
	if err := e.replace("checkpoint", signed); err != nil {
		return err
	}
	return e.clear()
}

// fileCount is how many tiles and bundles a tree of size has.
func fileCount(size uint64) uint64 {
	n := uint64(0)
	for _, level := range levels(size) {
		n += (counterfoil.Nodes(level, size) + counterfoil.TileWidth - 1) / counterfoil.TileWidth
	}
	return n
}

// levels are those a tree of size has tiles in, entries first.
func levels(size uint64) []int {
	list := []int{counterfoil.EntriesLevel}
	for level := 0; counterfoil.Nodes(level, size) > 0; level++ {
		list = append(list, level)
	}
	return list
}

// write writes every tile of the tree that is not there, or was left half done.
func (e *export) write(ctx context.Context) error {
	crew := newCrew(ctx)
	for _, level := range levels(e.head.Size) {
		for n := uint64(0); crew.ctx.Err() == nil; n++ {
			t, ok := counterfoil.TileAt(level, n, e.head.Size)
			if !ok {
				break
			}
			crew.do(func(ctx context.Context) error { return e.tile(ctx, t) })
		}
	}
	return crew.wait()
}

// tile makes one file right.
func (e *export) tile(ctx context.Context, t counterfoil.Tile) error {
	if e.published(t) { // and compared already
		e.tell(false)
		return nil
	}
	content, err := e.log.read(ctx, t)
	if err != nil {
		return err
	}
	name := t.Path()
	if have, err := e.root.ReadFile(name); err == nil && bytes.Equal(have, content) {
		e.tell(false)
		return nil
	}
	if err := e.root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	if err := e.replace(name, content); err != nil {
		return err
	}
	e.tell(true)
	return nil
}

// published tells whether the folder's former head covers the tile.
func (e *export) published(t counterfoil.Tile) bool { return t.Within(e.former.Size) }

func (e *export) tell(wrote bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.done++
	if wrote {
		e.written++
	}
	if e.options.Progress != nil && (e.done%256 == 0 || e.done == e.total) {
		e.options.Progress(e.done, e.total)
	}
}

// replace puts content into a file in one step, durably. The name itself is made
// durable by syncFolders, or here for the checkpoint.
func (e *export) replace(name string, content []byte) error {
	part := name + partSuffix
	f, err := e.root.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err := e.root.Rename(part, name); err != nil {
		return err
	}
	if name == "checkpoint" {
		return e.syncFolder(".")
	}
	return nil
}

// syncFolders makes the names of all tiles durable, before the head that needs them.
func (e *export) syncFolders() error {
	if e.head.Size == 0 {
		return nil
	}
	return fs.WalkDir(e.root.FS(), "tile", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		return e.syncFolder(name)
	})
}

func (e *export) syncFolder(name string) error {
	d, err := e.root.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// clear removes partial tiles whose full tile is published now. Earlier partial
// tiles of one that is still partial stay: a reader may hold the head they belong to.
func (e *export) clear() error {
	for _, t := range e.old {
		if err := e.root.Remove(t.Path()); err != nil {
			return err
		}
		e.removed++
		_ = e.root.Remove(path.Dir(t.Path())) // fails while another partial tile is in it
	}
	return nil
}
