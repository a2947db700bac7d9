// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"context"
	"errors"
	"io"
	"time"
)

// Causes for which the gateway itself ends a call.
var (
	errIdle  = errors.New("the provider was silent for too long")
	errTotal = errors.New("the answer took too long")
)

// watchdog ends a call to a provider that does not begin its answer, falls
// silent in it, or goes on for too long. It has one timer for all three and is
// the reader through which the answer comes.
type watchdog struct {
	src   io.Reader
	idle  time.Duration
	until time.Time
	timer *time.Timer
}

// watch starts with the wait for the answer's head.
func watch(p *Provider, cancel context.CancelCauseFunc) *watchdog {
	d := &watchdog{idle: p.Idle, until: time.Now().Add(p.Total)}
	d.timer = time.AfterFunc(min(p.FirstByte, p.Total), func() {
		if time.Now().Before(d.until) {
			cancel(errIdle)
		} else {
			cancel(errTotal)
		}
	})
	return d
}

// Read implements io.Reader.
func (d *watchdog) Read(p []byte) (int, error) {
	n, err := d.src.Read(p)
	d.timer.Reset(max(min(d.idle, time.Until(d.until)), 0))
	return n, err
}

// drain reads what little follows the end of an answer, so that the connection
// can be used again.
func (d *watchdog) drain() {
	d.idle = 250 * time.Millisecond
	d.timer.Reset(d.idle)
	_, _ = io.CopyN(io.Discard, d, 64<<10) // the answer is complete; this is a courtesy to the next call
}
