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
)

// writer records one thing and returns when it is durable. It belongs to one
// goroutine at a time.
type writer func(context.Context) error

// peer is a log under load. Each round starts one afresh.
type peer interface {
	newWriter() writer
	stop() error // deletes its data too
}

type start func(*bench) (peer, error)

// load puts work on a peer for a while and measures it.
type load func(context.Context, peer) (sample, error)

// sample is what a load measured.
type sample struct {
	records  int
	rate     float64 // records a second
	p50, p99 time.Duration
	spent    time.Duration // of the processor, for one record; the load is in it
	sealed   tally         // what a peer that seals has sealed, warm-up included
}

// once starts a contender's peer, warms it up, measures it and takes it away.
func (b *bench) once(ctx context.Context, c contender) (s sample, err error) {
	p, err := c.start(b)
	if err != nil {
		return sample{}, err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	if _, err := c.warm(ctx, p); err != nil {
		return sample{}, fmt.Errorf("warm up: %w", err)
	}
	before := processorTime()
	if s, err = c.load(ctx, p); err != nil || s.records == 0 {
		return s, err
	}
	s.spent = (processorTime() - before) / time.Duration(s.records)
	if o, seals := p.(*ours); seals {
		s.sealed = o.sealed()
	}
	return s, nil
}

// closed keeps n writers busy for a while.
func closed(n int, length time.Duration) load {
	return func(ctx context.Context, p peer) (sample, error) {
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		took := make([][]time.Duration, n)
		var all sync.WaitGroup
		began := time.Now()
		for i := range n {
			all.Go(func() {
				write := p.newWriter()
				for last := began; last.Sub(began) < length && ctx.Err() == nil; {
					if err := write(ctx); err != nil {
						cancel(err)
						return
					}
					now := time.Now()
					took[i] = append(took[i], now.Sub(last))
					last = now
				}
			})
		}
		all.Wait()
		return summarise(slices.Concat(took...), time.Since(began)), context.Cause(ctx)
	}
}

// summarise sorts the times that writes took.
func summarise(took []time.Duration, within time.Duration) sample {
	if len(took) == 0 {
		return sample{}
	}
	slices.Sort(took)
	at := func(percent int) time.Duration { return took[min(len(took)*percent/100, len(took)-1)] }
	return sample{records: len(took), rate: float64(len(took)) / within.Seconds(), p50: at(50), p99: at(99)}
}
