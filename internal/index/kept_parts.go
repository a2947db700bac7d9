// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/counterfoil/counterfoil"
)

// KeptParts are some values of one record.
type KeptParts struct {
	ID     counterfoil.ID
	Number string
	State  string
	Values []string // as text, in the order asked for; "" for what is not there, and for personal fields
}

// KeptParts returns values of each record of a kind as it stood at a moment, by number.
// A path is that of the body, such as values.unit. It costs a fraction of reading the records.
func (x *Index) KeptParts(ctx context.Context, kind string, paths []string, m Moment) ([]KeptParts, error) {
	args := []any{kind}
	where := m.at("", &args)
	var columns strings.Builder
	for _, path := range paths {
		args = append(args, "$."+path)
		fmt.Fprintf(&columns, ", coalesce(body ->> $%d, '')", len(args))
	}
	list, err := many(ctx, x, func(p *KeptParts) []any {
		p.Values = make([]string, len(paths))
		targets := []any{(*id)(&p.ID), &p.Number, &p.State}
		for i := range p.Values {
			targets = append(targets, &p.Values[i])
		}
		return targets
	}, "SELECT id, number, state"+columns.String()+" FROM kept WHERE kind = $1 AND "+where+" ORDER BY serial", args...)
	if err != nil {
		return nil, fmt.Errorf("read values of every record: %w", err)
	}
	return slices.Clip(list), nil
}
