// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
)

// closedLoops compares the full record with the bare log and with Tessera, from
// one and from many writers.
func closedLoops(ctx context.Context, b *bench) error {
	for _, c := range []struct {
		writers       int
		bare, tessera aim
	}{
		{1, atLeast(0.50), unaimed("x")},
		{64, atLeast(0.40), atLeast(6)},
		{512, atLeast(0.25), atLeast(3)},
	} {
		put := func(s start) contender {
			return contender{s, closed(c.writers, warmth), closed(c.writers, b.length)}
		}
		setting, err := b.bestTessera(ctx, put, tesseraFor(c.writers), rate.of)
		if err != nil {
			return err
		}
		samples, err := b.compete(ctx, put(startOurs), put(startBare), put(setting.start))
		if err != nil {
			return err
		}
		ours, bare, tessera := samples[0], samples[1], samples[2]
		b.table.add(compare(fmt.Sprintf("%d writers, to the bare log", c.writers), ours, bare, rate, c.bare))
		b.table.add(compare(fmt.Sprintf("%d writers, to Tessera, %s", c.writers, setting), ours, tessera, rate, c.tessera))
	}
	return nil
}

// openLoops compares how long a record takes that comes when it likes.
func openLoops(ctx context.Context, b *bench) error {
	for _, perSecond := range []int{2000, 8000} {
		put := func(s start) contender {
			return contender{s, poisson(b.seed, perSecond, warmth), poisson(b.seed+1, perSecond, b.length)}
		}
		setting, err := b.bestTessera(ctx, put, tesseraFor(perSecond/100), func(s sample) float64 { return -p99.of(s) })
		if err != nil {
			return err
		}
		samples, err := b.compete(ctx, put(startOurs), put(startBare), put(setting.start))
		if err != nil {
			return err
		}
		ours, bare, tessera := samples[0], samples[1], samples[2]
		b.table.add(compare(fmt.Sprintf("%d/s, p50, to the bare log", perSecond), ours, bare, p50, atMost(1.4)))
		b.table.add(compare(fmt.Sprintf("%d/s, p99, to the bare log", perSecond), ours, bare, p99, atMost(2)))
		limit := atMost(0.2)
		if perSecond > 2000 {
			limit = unaimed("x")
		}
		b.table.add(compare(fmt.Sprintf("%d/s, p99, to Tessera, %s", perSecond, setting), ours, tessera, p99, limit))
	}
	return nil
}
