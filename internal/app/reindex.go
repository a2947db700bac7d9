// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"errors"
	"fmt"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/control"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/ledger"
)

// worthLoading is from how many entries on an empty index is loaded beside and put
// in place, rather than followed entry by entry.
const worthLoading = 20_000

// Reindex implements control.Service. The index in use answers until the new one
// takes its place. Broken off, by a kill too, the next one goes on where it ended.
func (a service) Reindex(ctx context.Context, progress func(done, total uint64)) error {
	ctx, end, err := a.beginBuilding(ctx)
	if err != nil {
		return err
	}
	defer end()
	return a.rebuild(ctx, progress)
}

// CompareIndex implements control.Service.
func (a service) CompareIndex(ctx context.Context, progress func(done, total uint64), each func(control.Difference) error) error {
	ctx, end, err := a.beginBuilding(ctx)
	if err != nil {
		return err
	}
	defer end()
	b, err := a.builder(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = b.Close() }() // closed already when all went well
	show := func(next counterfoil.Index) { progress(uint64(next), a.ledger.Size()) }
	if err := b.Load(ctx, a.entries, a.index.Position().Next, show); err != nil {
		return fmt.Errorf("build an index to compare with: %w", err)
	}
	reach := func(end counterfoil.Index) error { return b.Load(ctx, a.entries, end, show) }
	err = a.erasure.Alone(func() error {
		return a.index.Compare(ctx, b, reach, func(d index.Difference) error {
			return each(control.Difference{Table: d.Table, Key: d.Key, Column: d.Column, Found: d.Found, Expected: d.Expected, Entry: (*uint64)(d.Entry)})
		})
	})
	if err != nil {
		return err
	}
	return b.Discard()
}

// beginBuilding sees to it that one index is built at a time. In a server it goes on
// when whoever asked for it hangs up, until the server stops.
func (a *App) beginBuilding(ctx context.Context) (context.Context, func(), error) {
	if !a.building.TryLock() {
		return nil, nil, fault.Conflict("The index is being rebuilt already. Wait for that to end.", nil)
	}
	if !a.options.Offline {
		ctx = context.WithoutCancel(ctx)
	}
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	a.following.Go(func() { // the ledger is not closed before it has ended
		select {
		case <-a.stopped:
			cancel()
			<-ended
		case <-ended:
		}
	})
	return ctx, func() { cancel(); a.building.Unlock(); close(ended) }, nil
}

// loadEmptyIndex fills the index of a start that found none, or one of another shape.
func (a *App) loadEmptyIndex(ctx context.Context) error {
	if a.index.Position().Next > 0 || a.ledger.Size() < worthLoading {
		return nil
	}
	a.log.Info("the index is built from the ledger; the start waits for it", "entries", a.ledger.Size())
	return a.rebuild(ctx, func(uint64, uint64) {})
}

// rebuild makes the index anew beside the one in use, and puts it in place.
func (a *App) rebuild(ctx context.Context, progress func(done, total uint64)) error {
	b, err := a.builder(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = b.Close() }() // adopted, or kept for the next attempt
	show := func(next counterfoil.Index) { progress(uint64(next), a.ledger.Size()) }
	show(b.Position().Next)
	if err := b.Load(ctx, a.entries, counterfoil.Index(a.ledger.Size()), show); err != nil {
		return fmt.Errorf("rebuild the index: %w", err)
	}
	if err := b.Complete(ctx); err != nil {
		return fmt.Errorf("rebuild the index: %w", err)
	}
	a.projected.exclusive.Lock() // what was recorded meanwhile, and then nothing
	defer a.projected.exclusive.Unlock()
	if err := b.Load(ctx, a.entries, counterfoil.Index(a.ledger.Size()), show); err != nil {
		return fmt.Errorf("rebuild the index: %w", err)
	}
	if err := a.index.Adopt(ctx, b); err != nil {
		return fmt.Errorf("put the rebuilt index in place: %w", err)
	}
	a.projected.reached(a.index.Position().Next)
	return nil
}

// builder opens the index beside and begins it anew if it is of another ledger.
func (a *App) builder(ctx context.Context) (*index.Builder, error) {
	b, err := a.index.Build(ctx)
	if err != nil {
		return nil, err
	}
	ours, err := a.isOurs(b.Position())
	if err == nil && !ours {
		err = b.Reset(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

// entries is the ledger as a source of a projection.
func (a *App) entries(ctx context.Context, from counterfoil.Index, each func(index.Item) error) error {
	return a.ledger.Scan(ctx, from, func(s ledger.Stored) error {
		item, _, err := a.item(s)
		if err != nil {
			return err
		}
		return each(item)
	})
}
