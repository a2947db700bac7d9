// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/counterfoil/counterfoil"
)

// Item is one ledger entry on its way into the projection.
type Item struct {
	Index counterfoil.Index
	Entry *counterfoil.Entry
	Leaf  counterfoil.Hash
	Wrap  counterfoil.ID // wrapping key of a record's payload; zero for every other kind
	Kept  *Kept          // of a record of a kind whose body is there; nil otherwise
}

// Position is how far the projection has read.
type Position struct {
	Next counterfoil.Index // the next entry to read
	Leaf counterfoil.Hash  // leaf hash of the entry before it; zero at the start
}

// ErrGap says that a batch does not continue where the projection ends.
var ErrGap = errors.New("batch does not continue at the cursor")

// Position returns the cursor. A leaf that differs from the ledger's at Next-1
// means that the index belongs to another ledger and has to be reset.
func (x *Index) Position() Position {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.position
}

// Apply projects the consecutive entries of batch, of which the last is to-1,
// and moves the cursor to to, in one transaction. Entries below the cursor are
// skipped, so a batch may be applied again; one that begins above it is refused
// with [ErrGap]. An intent whose outcome is in the same batch costs one row.
func (x *Index) Apply(ctx context.Context, batch []Item, to counterfoil.Index) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.using.RLock()
	defer x.using.RUnlock()
	defer x.usedDays.forget(batch)
	return x.file.apply(ctx, &x.position, batch, to)
}

// apply moves position when the batch is committed, and not before.
func (f *file) apply(ctx context.Context, position *Position, batch []Item, to counterfoil.Index) error {
	if to <= position.Next {
		return nil
	}
	batch, err := due(batch, position.Next, to)
	if err != nil {
		return err
	}
	folded := fold(batch)
	reached := Position{Next: to, Leaf: batch[len(batch)-1].Leaf}
	rewrote := false
	err = transact(ctx, f.write, func(tx *sql.Tx) error {
		w := newWriter(ctx, tx, f.ready)
		err := w.write(&folded, reached)
		rewrote = w.rewrote
		return err
	})
	if err != nil {
		return fmt.Errorf("project entries up to %d: %w", to, err)
	}
	if rewrote {
		f.rewritten.Add(1)
	}
	*position = reached
	return nil
}

// due cuts off what was projected already and checks that nothing is missing.
func due(batch []Item, next, to counterfoil.Index) ([]Item, error) {
	for len(batch) > 0 && batch[0].Index < next {
		batch = batch[1:]
	}
	for i := range batch {
		if batch[i].Index != next+counterfoil.Index(i) {
			return nil, fmt.Errorf("%w: entry %d where %d is due", ErrGap, batch[i].Index, next+counterfoil.Index(i))
		}
	}
	if next+counterfoil.Index(len(batch)) != to {
		return nil, fmt.Errorf("%w: %d entries from %d do not reach %d", ErrGap, len(batch), next, to)
	}
	return batch, nil
}

// Reset drops everything projected and moves the cursor to the first entry.
// Sessions and sign-in attempts stay. The caller replays the ledger.
func (x *Index) Reset(ctx context.Context) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if err := x.transact(ctx, func(tx *sql.Tx) error {
		if err := resetProjection(ctx, tx); err != nil {
			return err
		}
		return addIndexes(ctx, tx)
	}); err != nil {
		return fmt.Errorf("reset index: %w", err)
	}
	x.position = Position{}
	x.usedDays.forgetFrom(longAgo)
	x.file.rewritten.Add(1)
	return nil
}

func readPosition(ctx context.Context, db *sql.DB) (Position, error) {
	var next int64
	var p Position
	if err := db.QueryRowContext(ctx, "SELECT next, leaf FROM projection WHERE one = 1").Scan(&next, (*hash)(&p.Leaf)); err != nil {
		return p, fmt.Errorf("read cursor: %w", err)
	}
	p.Next = counterfoil.Index(next)
	return p, nil
}
