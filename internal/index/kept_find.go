// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"context"
	"fmt"
	"strings"

	"github.com/counterfoil/counterfoil"
)

// What follows finds records of every kind for one person, each by an index of its
// own and bounded by a limit: pages ask for it at every load.

// KeptNewest is the entry of the newest version of any record; 0 before the first.
// While it stands, no record has changed.
func (x *Index) KeptNewest(ctx context.Context) (counterfoil.Index, error) {
	var entry int64
	if err := x.one(ctx, []any{&entry}, "SELECT coalesce(max(entry), 0) FROM kept"); err != nil {
		return 0, fmt.Errorf("find the newest version: %w", err)
	}
	return counterfoil.Index(entry), nil
}

// KeptOwned returns records that somebody owned at the moment: those with a
// deadline at or before due (microseconds), the earliest first; with due 0 any.
func (x *Index) KeptOwned(ctx context.Context, owner counterfoil.ID, due int64, limit int, m Moment) ([]Kept, error) {
	args := []any{owner[:]}
	where := "owner = $1"
	if due > 0 {
		args = append(args, due)
		where += " AND due > 0 AND due <= $2"
	}
	where += " AND " + m.at("", &args)
	return x.keptSome(ctx, where+" ORDER BY due", limit, args)
}

// KeptWaiting returns records of a kind that stand in a state now, those first
// that have not changed for longest.
func (x *Index) KeptWaiting(ctx context.Context, kind, state string, limit int) ([]Kept, error) {
	return x.keptSome(ctx, "kind = $1 AND state = $2 AND until = 0 ORDER BY entry", limit, []any{kind, state})
}

// KeptOffered returns records that are offered to somebody now.
func (x *Index) KeptOffered(ctx context.Context, to counterfoil.ID, limit int) ([]Kept, error) {
	return x.keptSome(ctx, "until = 0 AND body ->> '$.offer.to' = $1", limit, []any{to.String()})
}

// KeptTitled returns records of a kind with a text in their title now, whatever
// the case of ASCII letters, by title.
func (x *Index) KeptTitled(ctx context.Context, kind, text string, limit int) ([]Kept, error) {
	pattern := "%" + likeEscape.Replace(text) + "%"
	return x.keptSome(ctx, `kind = $1 AND until = 0 AND title LIKE $2 ESCAPE '\' ORDER BY title`, limit, []any{kind, pattern})
}

// KeptRecent returns the records that changed last before the moment.
func (x *Index) KeptRecent(ctx context.Context, limit int, m Moment) ([]Kept, error) {
	var args []any
	return x.keptSome(ctx, "entry > 0 AND "+m.at("", &args)+" ORDER BY entry DESC", limit, args)
}

func (x *Index) keptSome(ctx context.Context, where string, limit int, args []any) ([]Kept, error) {
	args = append(args, limit)
	list, err := many(ctx, x, (*Kept).targets, fmt.Sprintf("SELECT %s FROM kept WHERE %s LIMIT $%d", keptColumns, where, len(args)), args...)
	if err != nil {
		return nil, fmt.Errorf("find records: %w", err)
	}
	return list, nil
}

// likeEscape makes a text stand for itself in a pattern of LIKE.
var likeEscape = strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`)
