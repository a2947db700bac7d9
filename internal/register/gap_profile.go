// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"context"
	"fmt"
	"slices"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/standard"
)

// gapProfile sums up an assessment by clause and group of controls, beside the
// assessment it repeats, and counts its gaps by weight.
func gapProfile(ctx context.Context, r *Reader, record *Record) error {
	items, err := itemsOf(ctx, r, record.ID)
	if err != nil || len(items) == 0 {
		return err
	}
	before, err := yesBefore(ctx, r, record)
	if err != nil {
		return err
	}
	var rows []map[string]any
	gaps := map[string]int64{}
	for _, item := range items {
		req, ok := standard.ISO42001().Requirement(item.Values.Text("requirement"))
		if !ok {
			continue // of a catalogue that has changed since
		}
		row := rowOf(&rows, req.Group, before)
		row["items"] = row["items"].(int64) + 1
		result := item.Values.Text("result")
		if n, counted := row[result].(int64); counted {
			row[result] = n + 1
		}
		if item.State == "gap" {
			gaps[item.Values.Text("weight")]++
			if item.Values.Truth("declared") {
				gaps["operational"]++
			}
		}
	}
	record.Values["profile"] = rows
	for _, id := range []string{"major", "minor", "ofi", "operational"} {
		record.Values[id] = gaps[id]
	}
	return nil
}

func rowOf(rows *[]map[string]any, group string, before map[string]int64) map[string]any {
	if i := slices.IndexFunc(*rows, func(row map[string]any) bool { return row["group"] == group }); i >= 0 {
		return (*rows)[i]
	}
	row := map[string]any{"group": group, "title": standard.ISO42001().Groups[group].Title, "items": int64(0), "yes": int64(0), "partly": int64(0), "no": int64(0)}
	if n, known := before[group]; known {
		row["before"] = n
	}
	*rows = append(*rows, row)
	return row
}

// yesBefore counts, by group, what the repeated assessment found met.
func yesBefore(ctx context.Context, r *Reader, record *Record) (map[string]int64, error) {
	previous := record.Values.ID("previous")
	if previous == (counterfoil.ID{}) {
		return nil, nil
	}
	p, err := r.Record(ctx, previous)
	if err != nil {
		return nil, fmt.Errorf("read the assessment before: %w", err)
	}
	counts := map[string]int64{}
	for _, row := range p.Values.Rows("profile") {
		group, _ := row["group"].(string)
		counts[group], _ = row["yes"].(int64)
	}
	return counts, nil
}
