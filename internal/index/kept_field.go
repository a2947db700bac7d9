// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"context"
	"fmt"

	"github.com/counterfoil/counterfoil"
)

// KeptField is what a field of one record holds.
type KeptField struct {
	ID    counterfoil.ID
	Value string // as text; never that of a personal field
}

// KeptField returns what one field of each record of a kind held at a moment, without
// those that hold nothing.
func (x *Index) KeptField(ctx context.Context, kind, field string, m Moment) ([]KeptField, error) {
	args := []any{kind, "$." + field}
	list, err := many(ctx, x, func(f *KeptField) []any { return []any{(*id)(&f.ID), &f.Value} },
		"SELECT id, f.facts ->> $2 FROM kept CROSS JOIN kept_facts AS f ON f.entry = kept.entry WHERE kind = $1 AND "+m.at("kept.", &args)+" AND f.facts ->> $2 IS NOT NULL", args...)
	if err != nil {
		return nil, fmt.Errorf("read a field of every record: %w", err)
	}
	return list, nil
}
