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
		samples, err := b.compete(ctx, put(startOurs), put(startBare), put(setting.start), put(startLongBare))
		if err != nil {
			return err
		}
		ours, bare, tessera, long := samples[0], samples[1], samples[2], samples[3]
		b.table.add(compare(fmt.Sprintf("%d writers, to the bare log", c.writers), ours, bare, rate, c.bare))
		b.table.add(compare(fmt.Sprintf("%d writers, to Tessera, %s", c.writers, setting), ours, tessera, rate, c.tessera))
		b.table.add(compare(fmt.Sprintf("%d writers, processor time to the bare log", c.writers), ours, bare, spent, unaimed("x")))
		b.table.add(compare(fmt.Sprintf("%d writers, the bare log with records as long, to Tessera", c.writers), long, tessera, rate, unaimed("x")))
		b.noteSealed(fmt.Sprintf("%d writers", c.writers), ours)
	}
	return nil
}

// noteSealed says what payloads came to: under load not all texts are compressed.
func (b *bench) noteSealed(load string, samples []sample) {
	var sum tally
	for _, s := range samples {
		sum.add(s.sealed)
	}
	if sum.records == 0 {
		return
	}
	b.table.note("%s: %.0f %% of the texts were compressed; a sealed payload has %.0f bytes on average, %.2f GB for a million.",
		load, 100*float64(sum.compressed)/float64(sum.records), float64(sum.bytes)/float64(sum.records), float64(sum.bytes)/float64(sum.records)/1e3)
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
		b.noteSealed(fmt.Sprintf("%d/s", perSecond), ours)
	}
	return nil
}
