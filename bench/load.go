// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// cell is one load: plain or streamed, over so many connections.
type cell struct {
	stream      bool
	connections int
}

var cells = []cell{{false, 1}, {false, 32}, {true, 1}, {true, 32}}

func (c cell) String() string {
	kind := "plain"
	if c.stream {
		kind = "streamed"
	}
	return fmt.Sprintf("%s, %d conn.", kind, c.connections)
}

// measurement is one round of one cell.
type measurement struct {
	rate     float64 // answers a second
	p50, p99 time.Duration
	cpu      time.Duration // of the peer, for one request
}

func (m measurement) String() string {
	return fmt.Sprintf("%8.0f/s  p50 %6.2f ms  p99 %7.2f ms  CPU %6.0f µs", m.rate, ms(m.p50), ms(m.p99), us(m.cpu))
}

// measure runs one round: each connection sends its next request when it has
// the answer to the last.
func measure(ctx context.Context, p *peer, c cell, length time.Duration) (measurement, error) {
	p.process.settle()
	ctx, cancel := context.WithTimeout(ctx, length)
	defer cancel()
	before, began := p.process.cpu(), time.Now()

	var mu sync.Mutex
	var all []time.Duration
	var failure error
	var workers sync.WaitGroup
	for range c.connections {
		workers.Go(func() {
			times, err := keepAsking(ctx, p, c.stream)
			mu.Lock()
			defer mu.Unlock()
			all, failure = append(all, times...), cmp.Or(failure, err)
		})
	}
	workers.Wait()
	took := time.Since(began)
	p.process.settle()
	if failure != nil {
		return measurement{}, failure
	}
	slices.Sort(all)
	return measurement{
		rate: float64(len(all)) / took.Seconds(),
		p50:  percentile(all, 50), p99: percentile(all, 99),
		cpu: (p.process.cpu() - before) / time.Duration(max(1, len(all))),
	}, nil
}

// keepAsking uses one connection at a time until the time is over. The last
// answer is always read to its end, so that what was sent is what was answered.
// A wrong or cut answer is counted (the bare proxy cuts one stream in some
// hundred); only when most fail is the round given up.
func keepAsking(ctx context.Context, p *peer, stream bool) (times []time.Duration, err error) {
	conn, err := dial(p)
	if err != nil {
		return nil, err
	}
	defer func() { conn.close() }()
	request := conn.request(benchBody(stream))
	for failed := 0; ctx.Err() == nil; {
		began := time.Now()
		p.sent.Add(1)
		answer, err := conn.ask(request, nil)
		if err == nil {
			times = append(times, time.Since(began))
			err = check(answer, stream, len(times)%64 == 1)
		}
		if err == nil {
			continue
		}
		p.failed.Add(1)
		if failed++; failed > 10+len(times)/2 {
			return times, err
		}
		conn.close()
		if conn, err = dial(p); err != nil {
			return times, err
		}
	}
	return times, nil
}

// percentile of sorted values.
func percentile(sorted []time.Duration, p int) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, len(sorted)*p/100)]
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
func us(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
