// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// poisson lets records arrive at random, rate a second on average, whatever
// the peer does with them, and times each from the moment it was due.
func poisson(seed uint64, rate int, length time.Duration) load {
	return func(ctx context.Context, p peer) (sample, error) {
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		due := arrivals(seed, rate, length)
		took := make([]time.Duration, len(due))
		idle := make(chan writer, len(due))
		var all sync.WaitGroup
		began := time.Now()
		for i, at := range due {
			waitUntil(began.Add(at))
			if ctx.Err() != nil {
				break
			}
			all.Go(func() {
				write := idleWriter(idle, p)
				if err := write(ctx); err != nil {
					cancel(err)
					return
				}
				took[i] = time.Since(began) - at
				idle <- write
			})
		}
		all.Wait()
		return summarise(took, time.Since(began)), context.Cause(ctx)
	}
}

// arrivals are the moments of a Poisson process.
func arrivals(seed uint64, rate int, length time.Duration) []time.Duration {
	r := rand.New(rand.NewPCG(seed, 3))
	var due []time.Duration
	for at := 0.0; ; {
		at += r.ExpFloat64() / float64(rate)
		if at >= length.Seconds() {
			return slices.Clip(due)
		}
		due = append(due, time.Duration(at*float64(time.Second)))
	}
}

// idleWriter takes a writer that has nothing to do, or a new one.
func idleWriter(idle chan writer, p peer) writer {
	select {
	case write := <-idle:
		return write
	default:
		return p.newWriter()
	}
}

// waitUntil sleeps in the kernel: timers of the runtime come up to a
// millisecond late on an idle machine, which would hide what is measured.
func waitUntil(due time.Time) {
	for {
		left := time.Until(due)
		if left <= 0 {
			return
		}
		if left < 50*time.Microsecond { // the kernel's own slack
			runtime.Gosched()
			continue
		}
		pause := unix.NsecToTimespec(int64(left - 50*time.Microsecond))
		_ = unix.Nanosleep(&pause, nil) // woken early: looks again
	}
}
