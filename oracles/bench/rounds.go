// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"time"
)

// warmth is how long a peer works before it is measured; meanwhile its files
// get their first megabytes.
const warmth = time.Second

// contender is a peer with what it is put under.
type contender struct {
	start      start
	warm, load load
}

// compete lets contenders take turns and returns the samples of each.
func (b *bench) compete(ctx context.Context, contenders ...contender) ([][]sample, error) {
	samples := make([][]sample, len(contenders))
	for range b.rounds {
		for i, c := range contenders {
			s, err := b.once(ctx, c)
			if err != nil {
				return nil, err
			}
			samples[i] = append(samples[i], s)
		}
	}
	return samples, nil
}

// figure is one number of a sample.
type figure struct {
	of   func(sample) float64
	text string // how it is printed
}

var (
	rate = figure{func(s sample) float64 { return s.rate }, "%.0f/s"}
	p50  = figure{func(s sample) float64 { return millis(s.p50) }, "%.2f ms"}
	p99  = figure{func(s sample) float64 { return millis(s.p99) }, "%.2f ms"}

	spent = figure{func(s sample) float64 { return float64(s.spent) / float64(time.Microsecond) }, "%.1f µs"}
)

func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// compare makes a row: the medians of both sides, and the median of the ratios
// within each round.
func compare(measure string, ours, reference []sample, f figure, a aim) row {
	var left, right, ratios []float64
	for i := range ours {
		left, right = append(left, f.of(ours[i])), append(right, f.of(reference[i]))
		ratios = append(ratios, left[i]/right[i])
	}
	return row{
		measure: measure, ours: fmt.Sprintf(f.text, median(left)), reference: fmt.Sprintf(f.text, median(right)),
		ratio: median(ratios), spread: spread(ratios), aim: a,
	}
}
