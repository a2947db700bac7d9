// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
)

// Check tells in which columns the rows made from an entry, or from the two entries
// of an interaction, are not what the entries say. later is the outcome, and nil for
// every other entry and while none is known; then only what the intent filled is
// compared. A missing row is the column "row"; one that the projection has not
// reached is no disagreement.
func (x *Index) Check(ctx context.Context, item Item, later *Item) (columns []string, err error) {
	if item.Index >= x.Position().Next || later != nil && later.Index >= x.Position().Next {
		return nil, nil
	}
	batch := []Item{item}
	if later != nil {
		batch = append(batch, *later)
	}
	f := fold(batch)
	for _, r := range f.opened {
		stored, err := x.rows(ctx, "SELECT "+rowColumns+" FROM interactions WHERE id = $1", r.ID[:])
		if err != nil {
			return nil, fmt.Errorf("check a row against its entries: %w", err)
		}
		columns = append(columns, disagree(interactionColumns, stored, r.values(nil), (*Row).values, r.Open())...)
	}
	for i := range f.events {
		v := &f.events[i]
		stored, err := x.events(ctx, "entry = $1", int64(v.Entry))
		if err != nil {
			return nil, fmt.Errorf("check a row against its entry: %w", err)
		}
		columns = append(columns, disagree(strings.Split(eventColumns, ", "), stored, v.values(), func(v *Event, _ []any) []any { return v.values() }, false)...)
	}
	return columns, nil
}

var interactionColumns = strings.FieldsFunc(rowColumns, func(r rune) bool { return strings.ContainsRune(", \n\t", r) })

// disagree names the columns in which the one row stored is not what it should be.
func disagree[T any](names []string, stored []T, want []any, values func(*T, []any) []any, open bool) (columns []string) {
	if len(stored) == 0 {
		return []string{"row"}
	}
	got := values(&stored[0], nil)
	for i, name := range names {
		if open && slices.Contains(closedColumns, name) || name == "lane" { // made of the others
			continue
		}
		a, isBytes := got[i].([]byte)
		b, _ := want[i].([]byte)
		if isBytes && !bytes.Equal(a, b) || !isBytes && got[i] != want[i] {
			columns = append(columns, name)
		}
	}
	return columns
}
