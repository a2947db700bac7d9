// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"context"
	"fmt"
	"slices"

	"github.com/counterfoil/counterfoil"
)

// KeptParts are some values of one record.
type KeptParts struct {
	ID     counterfoil.ID
	Serial uint64
	State  string
	Made   int64    // microseconds: when the record was begun
	Values []string // as text, in the order asked for; "" for what is not there, and for personal fields
}

// KeptParts returns values of each record of a kind as it stood at a moment, by number.
// Texts are as [Shortened] leaves them. It costs a fraction of reading the records: of
// these it touches neither rows nor bodies.
func (x *Index) KeptParts(ctx context.Context, kind string, fields []string, m Moment) ([]KeptParts, error) {
	args := []any{kind}
	where := m.at("kept.", &args)
	columns := fieldColumns(fields, &args)
	list, err := many(ctx, x, func(p *KeptParts) []any {
		p.Values = make([]string, len(fields))
		targets := []any{(*id)(&p.ID), &p.Serial, &p.State, &p.Made}
		for i := range p.Values {
			targets = append(targets, &p.Values[i])
		}
		return targets
	}, "SELECT f.id, serial, state, f.made"+columns+" FROM kept CROSS JOIN kept_facts AS f ON f.entry = kept.entry WHERE kind = $1 AND "+where+" ORDER BY serial", args...)
	if err != nil {
		return nil, fmt.Errorf("read values of every record: %w", err)
	}
	return slices.Clip(list), nil
}

// KeptSlugged returns the record of a kind that has a short name now, or ErrNotFound.
func (x *Index) KeptSlugged(ctx context.Context, kind, slug string) (*Kept, error) {
	return x.keptOne(ctx, "entry IN (SELECT entry FROM kept_facts WHERE facts ->> '$.slug' = $2) AND kind = $1 AND until = 0", []any{kind, slug})
}
