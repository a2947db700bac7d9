// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"sync"
	"time"
)

// firstContent is what the open loop measured for one peer.
type firstContent struct {
	p50, p99 time.Duration // from sending to the first words of the answer
	requests int
}

// openLoop sends requests at a fixed rate, whatever the answers do, to a
// provider that thinks before it streams, and times the first words.
func openLoop(ctx context.Context, p *peer, s settings) (firstContent, error) {
	p.process.settle()
	ctx, cancel := context.WithTimeout(ctx, s.open)
	defer cancel()
	clock := time.NewTicker(time.Second / time.Duration(s.rate))
	defer clock.Stop()

	idle := make(chan *connection, 1024)
	var mu sync.Mutex
	var all []time.Duration
	var failure error
	var running sync.WaitGroup
	for {
		select {
		case <-ctx.Done():
			running.Wait()
			slices.Sort(all)
			return firstContent{percentile(all, 50), percentile(all, 99), len(all)}, failure
		case <-clock.C:
		}
		running.Go(func() {
			took, err := timeFirst(p, idle)
			mu.Lock()
			defer mu.Unlock()
			all, failure = append(all, took), cmp.Or(failure, err)
		})
	}
}

// timeFirst makes one request over an idle connection or a new one.
func timeFirst(p *peer, idle chan *connection) (time.Duration, error) {
	var conn *connection
	select {
	case conn = <-idle:
	default:
		var err error
		if conn, err = dial(p); err != nil {
			return 0, err
		}
	}
	var first time.Duration
	began := time.Now()
	p.sent.Add(1)
	answer, err := conn.ask(conn.request(slowBody), func(soFar []byte) {
		if first == 0 && hasWords(soFar) {
			first = time.Since(began)
		}
	})
	if err == nil {
		err = checkEnd(answer)
	}
	if err != nil {
		p.failed.Add(1)
		conn.close()
		return 0, err
	}
	idle <- conn
	return first, nil
}

// hasWords tells whether a stream so far holds a delta that is not empty.
func hasWords(stream []byte) bool {
	const field = `"content":"`
	for {
		_, after, found := bytes.Cut(stream, []byte(field))
		if !found || len(after) == 0 {
			return false
		}
		if after[0] != '"' {
			return true
		}
		stream = after
	}
}
