// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package verify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/counterfoil/counterfoil"
)

// maxTileBytes is the size of the largest file of a published log: a bundle of
// the largest entries.
const maxTileBytes = counterfoil.TileWidth * (2 + counterfoil.MaxEntryBytes)

// Tiles checks a published log (C2SP tlog-tiles): the folder with checkpoint and
// tile/ that `counterfoil ledger export` writes. It reads every entry, computes
// every hash tile again and compares, and applies the rules across entries to them
// as Dir does. What needs payloads, or a log that lies beside this one, it leaves
// out and says so. Of o it uses VerifierKey, Heads, Receipts, Policy (for the
// published head), Roots, Progress, Workers and HashesOnly.
func Tiles(ctx context.Context, dir string, o Options) (Report, error) {
	o.LedgerDir, o.OpenPayload = dir, nil
	v := newVerification(o)
	v.published = true
	if err := v.tiles(ctx); err != nil {
		return Report{}, fmt.Errorf("verify published log: %w", err)
	}
	return v.report, nil
}

func (v *verification) tiles(ctx context.Context) error {
	if err := v.loadKey(); err != nil {
		return err
	}
	signed, err := os.ReadFile(filepath.Join(v.LedgerDir, "checkpoint"))
	if err != nil {
		return fmt.Errorf("read checkpoint: %w", err)
	}
	c, err := counterfoil.ParseCheckpoint(signed)
	if err != nil {
		v.report.problem(ProblemHead, "checkpoint", "%v", err)
		return nil
	}
	if err := v.loadHeads(); err != nil {
		return err
	}
	v.checkHeads()
	root, err := os.OpenRoot(v.LedgerDir)
	if err != nil {
		return err
	}
	defer root.Close()
	w := tileWalk{v: v, files: root.FS(), size: c.Size}
	if err := w.run(ctx); err != nil {
		return err
	}
	v.conclude()
	v.publishedHead(signed, c.Size)
	v.receipts(w.holds)
	if n := len(v.anchors.past); n > 0 {
		v.report.unchecked("%d former heads that entries speak of were not compared: that needs the data directory.", n)
	}
	return nil
}

// publishedHead says who else has seen the head and, in a registry, its time-stamps.
func (v *verification) publishedHead(signed []byte, size uint64) {
	r := &v.report
	if v.Policy == nil {
		r.unchecked("Witnesses were not checked: that needs a trust policy.")
	} else if _, list, err := v.Policy.Check(signed); err != nil {
		r.problem(ProblemCosignature, "checkpoint", "%v", err)
	} else {
		r.Witnessed = size
		r.checked("Witnesses: %d cosignatures on the published head meet the policy.", len(list))
	}
	if n := v.anchors.unproved; n > 0 {
		r.unchecked("%d time-stamps were not verified: that needs the certificates of their authorities.", n)
	}
	if n := v.anchors.stamps; n > 0 {
		r.checked("%d time-stamps of trusted authorities.", n)
	}
}

// tileWalk goes through a published log from its first bundle.
type tileWalk struct {
	v      *verification
	files  fs.FS
	size   uint64
	levels []tileLevel
}

// bundle is an entry bundle under examination.
type bundle struct {
	tile  counterfoil.Tile
	facts batchFacts
	fault string // why its entries cannot be read
	err   error
}

// tileLevel is the tile of a level that is being filled.
type tileLevel struct {
	n      uint64
	hashes []tlog.Hash
}

func (w *tileWalk) run(ctx context.Context) error {
	own := w.v.newExaminer()
	q := newQueue(w.v.workers(), w.v.newExaminer, w.examine)
	defer q.close()
	for n, more := uint64(0), true; ; {
		for more && q.room() {
			b := &bundle{}
			if b.tile, more = counterfoil.TileAt(counterfoil.EntriesLevel, n, w.size); more {
				q.put(b)
				n++
			}
		}
		if err := context.Cause(ctx); err != nil {
			return err
		}
		b, found := q.next()
		if !found {
			return w.rest()
		}
		if q.alone() {
			w.examine(own, b)
		}
		if whole, err := w.bundle(b); err != nil || !whole {
			w.v.stopped = true
			return err
		}
		if w.v.Progress != nil {
			w.v.Progress(w.v.tree.Size())
		}
	}
}

// examine reads a bundle and looks at its entries.
func (w *tileWalk) examine(x *examiner, b *bundle) {
	content, fault, err := w.read(b.tile)
	if b.fault, b.err = fault, err; fault != "" || err != nil {
		return
	}
	entries, err := counterfoil.SplitBundle(content, b.tile.Width)
	if err != nil {
		b.fault = err.Error()
		return
	}
	x.batch.Entries = x.batch.Entries[:0]
	x.batch.Trailer = counterfoil.Trailer{First: counterfoil.Index(b.tile.N * counterfoil.TileWidth)}
	for _, raw := range entries {
		x.batch.Entries = append(x.batch.Entries, counterfoil.BatchEntry{Raw: raw})
	}
	x.examine(&b.facts, &x.batch, nil)
}

// bundle takes in the entries of a bundle; false when they could not be read.
func (w *tileWalk) bundle(b *bundle) (bool, error) {
	if b.err != nil {
		return false, b.err
	}
	if b.fault != "" {
		w.v.report.problem(ProblemRoot, b.tile.Path(), "%s", b.fault)
		return false, nil
	}
	if err := w.v.take(&b.facts); err != nil {
		return false, err
	}
	for _, leaf := range b.facts.leaves {
		if err := w.add(0, tlog.Hash(leaf)); err != nil {
			return false, err
		}
	}
	return true, nil
}

// holds tells whether the log has the entry a client has a receipt of.
func (w *tileWalk) holds(r counterfoil.Receipt) error {
	tile, ok := counterfoil.TileAt(counterfoil.EntriesLevel, uint64(r.Index)/counterfoil.TileWidth, w.size)
	if !ok || uint64(r.Index) >= w.size {
		return counterfoil.ErrNotInLog
	}
	content, _, err := w.read(tile)
	if err != nil {
		return err
	}
	entries, err := counterfoil.SplitBundle(content, tile.Width)
	if err != nil {
		return err
	}
	return r.CheckEntry(entries[r.Index%counterfoil.TileWidth])
}

// read returns a file of the log, or what is wrong with it.
func (w *tileWalk) read(tile counterfoil.Tile) (content []byte, fault string, err error) {
	f, err := w.files.Open(tile.Path())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "the file is missing", nil
	}
	if err != nil {
		return nil, "", err
	}
	defer f.Close()
	if content, err = io.ReadAll(io.LimitReader(f, maxTileBytes+1)); err != nil {
		return nil, "", fmt.Errorf("read %s: %w", tile.Path(), err)
	}
	return content, "", nil
}

// add puts a node into the tile of its level; a full tile is one node above.
func (w *tileWalk) add(level int, h tlog.Hash) error {
	if level == len(w.levels) {
		w.levels = append(w.levels, tileLevel{})
	}
	l := &w.levels[level]
	if l.hashes = append(l.hashes, h); len(l.hashes) < counterfoil.TileWidth {
		return nil
	}
	if err := w.compare(level); err != nil {
		return err
	}
	above := perfectRoot(l.hashes)
	l.n, l.hashes = l.n+1, l.hashes[:0]
	return w.add(level+1, above)
}

// rest compares the partial tiles.
func (w *tileWalk) rest() error {
	for level := range w.levels {
		if len(w.levels[level].hashes) == 0 {
			continue
		}
		if err := w.compare(level); err != nil {
			return err
		}
	}
	return nil
}

func (w *tileWalk) compare(level int) error {
	l := &w.levels[level]
	tile := counterfoil.Tile{Level: level, N: l.n, Width: len(l.hashes)}
	content, fault, err := w.read(tile)
	switch {
	case err != nil:
		return err
	case fault != "":
		w.v.report.problem(ProblemRoot, tile.Path(), "%s", fault)
		return nil
	}
	if !bytes.Equal(content, bytes.Join(hashBytes(l.hashes), nil)) {
		w.v.report.problem(ProblemRoot, tile.Path(), "these are not the hashes of the entries")
	}
	return nil
}

func hashBytes(hashes []tlog.Hash) [][]byte {
	list := make([][]byte, len(hashes))
	for i := range hashes {
		list[i] = hashes[i][:]
	}
	return list
}

// perfectRoot is the root over a power of two of nodes.
func perfectRoot(hashes []tlog.Hash) tlog.Hash {
	if len(hashes) == 1 {
		return hashes[0]
	}
	half := len(hashes) / 2
	return tlog.NodeHash(perfectRoot(hashes[:half]), perfectRoot(hashes[half:]))
}
