// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"context"
	"fmt"
	"time"

	"github.com/counterfoil/counterfoil"
)

// Hours are how many interactions began in each hour of the day, in UTC.
type Hours [24]uint64

// HoursOf adds up by the hour of the day when interactions of a system began that left,
// or may have left: from the hour of from on, as history had it at the end of a moment;
// the zero moment is now. It reads sums by the hour, and the rows of the moment's own.
func (x *Index) HoursOf(ctx context.Context, system counterfoil.ID, from, asOf time.Time) (Hours, error) {
	h, err := x.hoursOf(ctx, &Filter{System: system, Left: true, From: from.Truncate(time.Hour), AsOf: asOf})
	if err != nil {
		return h, fmt.Errorf("add up hours of the day: %w", err)
	}
	return h, nil
}

func (x *Index) hoursOf(ctx context.Context, f *Filter) (h Hours, err error) {
	whole := part{hour, f.From.UnixMilli(), farOff}
	if !f.AsOf.IsZero() {
		whole.to = f.sure()
		then := *f
		if then.From.UnixMilli() < whole.to {
			then.From = time.UnixMilli(whole.to)
		}
		if h[whole.to/hour%24], err = x.Count(ctx, then); err != nil {
			return h, err
		}
		later, err := x.laterSummed(ctx, f)
		if err != nil {
			return h, err
		}
		for i := range later { // what ended later had left all the same
			if r := &later[i]; r.Opened > f.known() && r.standing().left() {
				h[idMillis(r.ID)/hour%24]-- // modulo 2⁶⁴, until the sums are added
			}
		}
	}
	type counted struct {
		hour int
		n    uint64
	}
	sums, err := many(ctx, x, func(c *counted) []any { return []any{&c.hour, &c.n} },
		fmt.Sprintf("SELECT start / %d %% 24 AS of_day, sum(n) FROM %s AND standing %% %d < %d GROUP BY of_day", hour, f.sums(), results, keptBack), whole.args(f)...)
	for _, c := range sums {
		h[c.hour] += c.n
	}
	return h, err
}
