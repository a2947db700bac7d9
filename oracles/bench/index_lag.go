// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/ledger"
)

// The program's own follower gathers and projects so (internal/app).
const (
	gather      = 250 * time.Millisecond
	projectMost = 2048
	lagLength   = 15 * time.Second
)

// lag lets a ledger grow by 2,000 full records a second and follows it with the
// index, which has all the rows already, as the program does. It counts for each
// entry the time from being durable to being in the index.
func (b *bench) lag(ctx context.Context, x *index.Index) (err error) {
	p, err := startOurs(b)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	f := &follower{ledger: p.(*ours).ledger, index: x, base: x.Position().Next}
	following, stop := context.WithCancel(ctx)
	defer stop()
	var both sync.WaitGroup
	var watched, followed error
	both.Go(func() { watched = f.watch(following) })
	both.Go(func() { followed = f.follow(following) })
	_, err = poisson(b.seed, 2000, lagLength)(ctx, p)
	time.Sleep(4 * gather) // the last of it
	stop()
	both.Wait()
	if err := errors.Join(err, watched, followed); err != nil {
		return err
	}
	if len(f.lags) == 0 {
		return errors.New("nothing was projected")
	}
	slices.Sort(f.lags)
	at := f.lags[len(f.lags)*99/100]
	b.table.add(row{
		measure: "lag at 2000/s, p99", ours: fmt.Sprintf("%.0f ms", millis(at)), reference: "–", ratio: at.Seconds(),
		spread: fmt.Sprintf("%.3g to %.3g, p50 %.3g", f.lags[0].Seconds(), f.lags[len(f.lags)-1].Seconds(), f.lags[len(f.lags)/2].Seconds()),
		aim:    aim{limit: 1, atMost: true, unit: "s"},
	})
	return nil
}

// follower projects a ledger into an index behind the rows it has.
type follower struct {
	ledger *ledger.Ledger
	index  *index.Index
	base   counterfoil.Index // of the ledger's first entry, in the index

	mu    sync.Mutex
	marks []mark // sizes not projected yet, in order
	lags  []time.Duration
}

// mark says when the ledger had grown to a size.
type mark struct {
	size, entries uint64
	at            time.Time
}

// watch notes each growth.
func (f *follower) watch(ctx context.Context) error {
	for size := f.ledger.Size(); ; {
		if err := f.ledger.Wait(ctx, size); err != nil {
			return unlessOver(ctx, err)
		}
		now, grown := time.Now(), f.ledger.Size()
		f.mu.Lock()
		f.marks = append(f.marks, mark{grown, grown - size, now})
		f.mu.Unlock()
		size = grown
	}
}

func (f *follower) follow(ctx context.Context) error {
	for {
		if err := f.ledger.Wait(ctx, uint64(f.index.Position().Next-f.base)); err != nil {
			return unlessOver(ctx, err)
		}
		select {
		case <-time.After(gather):
		case <-ctx.Done():
			return nil
		}
		for uint64(f.index.Position().Next-f.base) < f.ledger.Size() {
			if err := f.project(ctx); err != nil {
				return unlessOver(ctx, err)
			}
		}
	}
}

var errFull = errors.New("the batch is full")

func (f *follower) project(ctx context.Context) error {
	var batch []index.Item
	err := f.ledger.Scan(ctx, f.index.Position().Next-f.base, func(s ledger.Stored) error {
		e, err := counterfoil.DecodeEntry(s.Raw)
		if err != nil {
			return err
		}
		if batch = append(batch, index.Item{Index: f.base + s.Index, Entry: e, Leaf: s.Leaf}); len(batch) == projectMost {
			return errFull
		}
		return nil
	})
	if err != nil && !errors.Is(err, errFull) {
		return err
	}
	to := f.index.Position().Next + counterfoil.Index(len(batch))
	if err := f.index.Apply(ctx, batch, to); err != nil {
		return err
	}
	f.reached(uint64(to-f.base), time.Now())
	return nil
}

// reached counts the lag of every entry below size that was not counted yet.
func (f *follower) reached(size uint64, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for len(f.marks) > 0 && f.marks[0].size <= size {
		for range f.marks[0].entries {
			f.lags = append(f.lags, now.Sub(f.marks[0].at))
		}
		f.marks = f.marks[1:]
	}
}

func unlessOver(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}
