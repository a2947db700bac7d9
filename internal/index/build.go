// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/counterfoil/counterfoil"
)

// Builder makes a projection anew in a file beside the one in use: first the rows,
// then the indexes over them, which is faster than keeping indexes in order. Each
// batch moves the cursor in that file, so a build that was interrupted, by a kill
// too, goes on where it ended. [Index.Adopt] puts it into use.
//
// It is for one goroutine.
type Builder struct {
	path     string
	file     file
	position Position
}

// besideSuffix follows the name of the index file.
const besideSuffix = ".new"

// Build opens the file beside, with what an interrupted build left in it. The
// caller sees to it that there is one Builder at a time.
func (x *Index) Build(ctx context.Context) (*Builder, error) {
	b := &Builder{path: x.path + besideSuffix}
	err := b.open(ctx)
	if errors.Is(explain(err), ErrDamaged) {
		if err = b.Discard(); err == nil {
			err = b.open(ctx)
		}
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("build an index beside: %w", err), b.Close())
	}
	return b, nil
}

func (b *Builder) open(ctx context.Context) (err error) {
	if err := b.file.open(ctx, b.path, loading); err != nil {
		return err
	}
	b.position, err = readPosition(ctx, b.file.write)
	return err
}

// Position is how far the build is. As with an index, a leaf that differs from
// the ledger's means that it was begun on another ledger.
func (b *Builder) Position() Position { return b.position }

// Reset begins again.
func (b *Builder) Reset(ctx context.Context) error {
	if err := transact(ctx, b.file.write, func(tx *sql.Tx) error { return resetProjection(ctx, tx) }); err != nil {
		return fmt.Errorf("reset the index beside: %w", err)
	}
	b.position = Position{}
	return nil
}

// Close closes the file; it stays for the next Build.
func (b *Builder) Close() error {
	err := b.file.close()
	b.file = file{}
	return err
}

// Discard closes and removes the file.
func (b *Builder) Discard() error { return errors.Join(b.Close(), removeDatabase(b.path)) }

// DropUnfinished removes what an interrupted build left: it would not learn of an
// erasure before it is gone on with. The caller sees to it that no Builder is open.
func (x *Index) DropUnfinished() error {
	if err := removeDatabase(x.path + besideSuffix); err != nil {
		return fmt.Errorf("remove an unfinished index: %w", err)
	}
	return nil
}

// removeDatabase removes a SQLite file and what belongs to it.
func removeDatabase(path string) error {
	var errs []error
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// Source hands out consecutive entries from an index on, until each returns an
// error or the log ends.
type Source func(ctx context.Context, from counterfoil.Index, each func(Item) error) error

// loadBatch is how many entries one transaction of a load has. An outcome mostly
// comes within it, so that its intent is written once; larger ones are no faster
// (measured: 2048, 8192, 32768).
const loadBatch = 8192

// Load projects what the source has from the cursor on, up to the entry before
// end or to the end of the log. It reads the next batch while it writes one.
func (b *Builder) Load(ctx context.Context, source Source, end counterfoil.Index, progress func(next counterfoil.Index)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	batches, ended := make(chan []Item, 1), make(chan error, 1)
	go func() {
		defer close(batches)
		ended <- feed(ctx, source, b.position.Next, end, batches)
	}()
	for batch := range batches {
		to := batch[len(batch)-1].Index + 1
		if err := b.file.apply(ctx, &b.position, batch, to); err != nil {
			cancel()
			for range batches { // until the reader has seen that it is over
			}
			return err
		}
		progress(to)
	}
	return <-ended
}

var errEnd = errors.New("the end was reached")

// feed sends the entries from from to end in batches.
func feed(ctx context.Context, source Source, from, end counterfoil.Index, batches chan<- []Item) error {
	if from >= end {
		return nil
	}
	batch := make([]Item, 0, loadBatch)
	send := func() error {
		select {
		case batches <- batch:
			batch = make([]Item, 0, loadBatch)
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	err := source(ctx, from, func(item Item) error {
		batch = append(batch, item)
		switch {
		case item.Index+1 >= end:
			return errEnd
		case len(batch) == loadBatch:
			return send()
		}
		return nil
	})
	if err != nil && !errors.Is(err, errEnd) {
		return err
	}
	if len(batch) > 0 {
		return send()
	}
	return nil
}

// Complete adds the indexes. Sorting for them takes room beside the file instead of
// memory: half a gigabyte for five million interactions. Only ids lie there, and the
// files have no name.
func (b *Builder) Complete(ctx context.Context) error {
	folder := strings.ReplaceAll(filepath.Dir(b.path), "'", "''")
	for _, pragma := range []string{"PRAGMA temp_store_directory = '" + folder + "'", "PRAGMA temp_store = FILE"} {
		if _, err := b.file.write.ExecContext(ctx, pragma); err != nil {
			return fmt.Errorf("make room to sort: %w", err)
		}
	}
	for _, t := range tables() {
		for _, statement := range t.indexes {
			if _, err := b.file.write.ExecContext(ctx, statement); err != nil {
				return fmt.Errorf("add an index to %s: %w", t.name, err)
			}
		}
	}
	return nil
}
