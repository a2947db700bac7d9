// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package tiles

import (
	"context"
	"sync"
)

// hands is how many files are read or written at once: each waits for the disk.
const hands = 8

// crew does pieces of work at the same time and stops at the first that fails.
type crew struct {
	ctx   context.Context // ends when a piece failed
	stop  context.CancelCauseFunc
	slots chan struct{}
	work  sync.WaitGroup
}

func newCrew(ctx context.Context) *crew {
	c := &crew{slots: make(chan struct{}, hands)}
	c.ctx, c.stop = context.WithCancelCause(ctx)
	return c
}

// do waits for a free hand and lets it do a piece, unless the work has stopped.
func (c *crew) do(piece func(context.Context) error) {
	select {
	case c.slots <- struct{}{}:
	case <-c.ctx.Done():
		return
	}
	c.work.Go(func() {
		defer func() { <-c.slots }()
		if err := piece(c.ctx); err != nil {
			c.stop(err)
		}
	})
}

// wait returns when all is done: nil, what failed first, or why the work was stopped.
func (c *crew) wait() error {
	c.work.Wait()
	defer c.stop(nil)
	return context.Cause(c.ctx)
}
