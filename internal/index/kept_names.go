// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"context"
	"fmt"

	"github.com/counterfoil/counterfoil"
)

// KeptName is how one record is called and whose it is.
type KeptName struct {
	ID     counterfoil.ID
	Serial uint64
	State  string
	Owner  counterfoil.ID // zero when nobody is named
	Title  string
	Slug   string // "" for records without a short name
	Made   int64  // microseconds: when the record was begun
}

// KeptNames returns how each record of a kind was called at a moment, by number. It
// decodes no body.
func (x *Index) KeptNames(ctx context.Context, kind string, m Moment) ([]KeptName, error) {
	args := []any{kind}
	where := m.at("kept.", &args)
	list, err := many(ctx, x, func(n *KeptName) []any {
		return []any{(*id)(&n.ID), &n.Serial, &n.State, (*id)(&n.Owner), &n.Title, &n.Slug, &n.Made}
	}, "SELECT f.id, serial, state, owner, title, coalesce(f.facts ->> '$.slug', ''), f.made FROM kept CROSS JOIN kept_facts AS f ON f.entry = kept.entry WHERE kind = $1 AND "+where+" ORDER BY serial", args...)
	if err != nil {
		return nil, fmt.Errorf("read how records are called: %w", err)
	}
	return list, nil
}
