// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/counterfoil/counterfoil"
)

// UsedOf is [Index.Used] of one system, which must not be zero. It steps from day to day, past what others used.
func (x *Index) UsedOf(ctx context.Context, system counterfoil.ID, from, to time.Time) ([]Use, error) {
	begin, end := max(0, from.UnixMilli()), max(0, to.UnixMilli())
	begin -= begin % day
	cut := end - end%day // the day that to may cut
	goesOn := false
	if err := x.one(ctx, []any{&goesOn}, "SELECT EXISTS (SELECT 1 FROM used WHERE start = $1 AND system = $2 AND last >= $3)", cut, idValue(&system), end); err != nil {
		return nil, fmt.Errorf("sum up use of a system: %w", err)
	}
	whole := cut + day
	if goesOn {
		whole = cut
	}
	list, err := many(ctx, x, (*Use).targets, `WITH RECURSIVE days (start) AS (SELECT $1 WHERE $1 < $2 UNION ALL SELECT start + $3 FROM days WHERE start + $3 < $2)
		SELECT system, person, workload, provider, model, sum(n), min(first), max(last) FROM days CROSS JOIN used USING (start) WHERE system = $4 GROUP BY 1, 2, 3, 4, 5`,
		begin, whole, day, idValue(&system))
	if err != nil {
		return nil, fmt.Errorf("sum up use of a system: %w", err)
	}
	if !goesOn {
		return list, nil
	}
	low, high := idFloor(max(begin, cut)), idFloor(end)
	runs, err := x.heads(ctx, &Filter{System: system}, low, high)
	if err != nil {
		return nil, fmt.Errorf("sum up use of a system: %w", err)
	}
	for _, r := range runs {
		rest, err := x.usedRows(ctx, "lane = $3 AND standing = $4 AND id >= $5 AND id < $6", r.lane, int64(r.at), low[:], high[:])
		if err != nil {
			return nil, err
		}
		list = slices.Concat(list, rest)
	}
	return list, nil
}
