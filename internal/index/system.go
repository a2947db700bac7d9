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

// First is an interaction, and when it began.
type First struct {
	ID     counterfoil.ID
	Opened time.Time
}

// FirstInteraction returns the first interaction of a system that left, or may have
// left: not one that was refused or blocked. ErrNotFound says that there is none. It
// costs a step for each way an interaction of the system ended, however many there are.
func (x *Index) FirstInteraction(ctx context.Context, system counterfoil.ID) (First, error) {
	f := Filter{System: system, After: counterfoil.ID{15: 1}} // the oldest first
	from, to := f.bounds()
	runs, err := x.heads(ctx, &f, from, to)
	if err != nil {
		return First{}, fmt.Errorf("find the first interaction: %w", err)
	}
	var first First
	for _, r := range runs {
		if slices.Contains([]counterfoil.Result{counterfoil.ResultRefused, counterfoil.ResultBlocked}, r.at.result()) {
			continue
		}
		row, err := x.Interaction(ctx, r.head)
		if err != nil {
			return First{}, fmt.Errorf("find the first interaction: %w", err)
		}
		if at := time.UnixMicro(row.Opened).UTC(); first.Opened.IsZero() || at.Before(first.Opened) {
			first = First{r.head, at}
		}
	}
	if first.Opened.IsZero() {
		return First{}, fmt.Errorf("first interaction of a system: %w", ErrNotFound)
	}
	return first, nil
}

// PeopleOf returns who had an interaction of a system since a moment, programs and
// refused interactions left out.
func (x *Index) PeopleOf(ctx context.Context, system counterfoil.ID, since time.Time) ([]counterfoil.ID, error) {
	from := idFloor(since.UnixMilli())
	people, err := many(ctx, x, func(v *counterfoil.ID) []any { return []any{(*id)(v)} },
		// The plus keeps SQLite from walking all interactions since then.
		"SELECT DISTINCT person FROM interactions WHERE lane IN (SELECT lane FROM lanes WHERE system = $1 AND workload = 0) AND +id >= $2 AND length(person) > 0 AND result <> $3", system[:], from[:], int64(counterfoil.ResultRefused))
	if err != nil {
		return nil, fmt.Errorf("list the people of a system: %w", err)
	}
	return people, nil
}
