// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package tiles

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/counterfoil/counterfoil"
)

// partSuffix marks a file that is being written.
const partSuffix = ".part"

func foreign(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrForeign, fmt.Sprintf(format, args...))
}

// takeUp finds out what the folder is: empty, or an export of this log up to a
// head that the log bears out.
func (e *export) takeUp() error {
	list, err := fs.ReadDir(e.root.FS(), ".")
	if err != nil {
		return err
	}
	for _, f := range list {
		name := strings.TrimSuffix(f.Name(), partSuffix)
		if ok := name == "checkpoint" && f.Type().IsRegular() || f.Name() == "tile" && f.IsDir(); !ok {
			return foreign("%s does not belong into it; name a new or empty folder", f.Name())
		}
	}
	raw, err := e.root.ReadFile("checkpoint")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	former, err := counterfoil.ParseCheckpoint(raw)
	switch {
	case err != nil:
		return foreign("its checkpoint is not readable: %v", err)
	case former.Origin != e.head.Origin:
		return foreign("it is of the log %q", former.Origin)
	case former.Size > e.head.Size:
		return foreign("it has %d entries and this log %d; is this an older copy of the log?", former.Size, e.head.Size)
	}
	own, err := e.log.Root(former.Size)
	if err != nil {
		return err
	}
	if own != former.Root {
		return foreign("its checkpoint of size %d has another root than this log had", former.Size)
	}
	e.former = former
	return nil
}

// check looks at every file that is there: it must be a tile of this log, and what
// was published must be as it was. It changes nothing; only when all is well the
// rest of an interrupted write is removed.
func (e *export) check(ctx context.Context) error {
	var parts []string
	crew := newCrew(ctx)
	err := fs.WalkDir(e.root.FS(), "tile", func(name string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && name == "tile" {
			return fs.SkipAll
		}
		if err != nil || d.IsDir() {
			return errors.Join(err, crew.ctx.Err())
		}
		if cut, ok := strings.CutSuffix(name, partSuffix); ok {
			if _, err := counterfoil.ParseTilePath(cut); err != nil {
				return foreign("%s is no tile of this log", name)
			}
			parts = append(parts, name)
			return nil
		}
		t, err := counterfoil.ParseTilePath(name)
		if err != nil || !t.Within(e.head.Size) || !d.Type().IsRegular() {
			return foreign("%s is no tile of this log", name)
		}
		if have, _ := counterfoil.TileAt(t.Level, t.N, e.head.Size); t.Partial() && !have.Partial() {
			e.old = append(e.old, t)
		}
		if e.published(t) {
			crew.do(func(ctx context.Context) error { return e.compare(ctx, t) })
		}
		return crew.ctx.Err()
	})
	if err := errors.Join(crew.wait(), err); err != nil {
		return err
	}
	if err := e.complete(); err != nil {
		return err
	}
	for _, name := range append(parts, "checkpoint"+partSuffix) {
		if err := e.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// compare demands that a published file is still what the log has.
func (e *export) compare(ctx context.Context, t counterfoil.Tile) error {
	if e.options.Quick && !t.Partial() {
		return e.compareSize(t)
	}
	want, err := e.log.read(ctx, t)
	if err != nil {
		return err
	}
	have, err := e.root.ReadFile(t.Path())
	if err != nil {
		return err
	}
	if !bytes.Equal(have, want) {
		return foreign("%s was changed", t.Path())
	}
	return nil
}

// compareSize demands that a full tile has its size, and that a bundle has any.
func (e *export) compareSize(t counterfoil.Tile) error {
	info, err := e.root.Lstat(t.Path())
	if err != nil {
		return err
	}
	if size := info.Size(); size == 0 || t.Level != counterfoil.EntriesLevel && size != counterfoil.TileWidth*int64(len(counterfoil.Hash{})) {
		return foreign("%s has %d bytes", t.Path(), size)
	}
	return nil
}

// complete demands that every tile of the former head is still there.
func (e *export) complete() error {
	for _, level := range levels(e.former.Size) {
		for n := uint64(0); ; n++ {
			t, ok := counterfoil.TileAt(level, n, e.former.Size)
			if !ok {
				break
			}
			if _, err := e.root.Lstat(t.Path()); errors.Is(err, fs.ErrNotExist) {
				return foreign("%s is missing", t.Path())
			} else if err != nil {
				return err
			}
		}
	}
	return nil
}
