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

// KeptNext is past the newest version of any record; 0 before the first. While it
// stands, no record was saved.
func (x *Index) KeptNext(ctx context.Context) (counterfoil.Index, error) {
	var next int64
	if err := x.one(ctx, []any{&next}, "SELECT coalesce(max(entry) + 1, 0) FROM kept"); err != nil {
		return 0, fmt.Errorf("find the newest version: %w", err)
	}
	return counterfoil.Index(next), nil
}

// KeptSince returns the versions that were written from an entry on, in the order of
// the ledger. What was taken out meanwhile is told by [Index.KeptRewritten] only.
func (x *Index) KeptSince(ctx context.Context, from counterfoil.Index, limit int) ([]Kept, error) {
	return x.keptSome(ctx, "entry >= $1 ORDER BY entry", limit, []any{int64(from)})
}

// KeptRewritten counts how often, since the index was opened, versions may have gone
// or changed in another way than by versions that follow them: by erasures, and when
// the projection began again or another took its place.
func (x *Index) KeptRewritten() uint64 { return x.file.rewritten.Load() }

// KeptPlace is where a version of a record stands.
type KeptPlace struct {
	ID    counterfoil.ID
	Entry counterfoil.Index
}

// KeptDue returns records that somebody owned at the moment, with a deadline at or
// before due (microseconds), the earliest first.
func (x *Index) KeptDue(ctx context.Context, owner counterfoil.ID, due int64, limit int, m Moment) ([]KeptPlace, error) {
	args := []any{owner[:], due}
	return x.keptPlaces(ctx, "owner = $1 AND due > 0 AND due <= $2 AND "+m.at("", &args)+" ORDER BY due", limit, args)
}

// KeptWait selects records of a kind that stand in a state now.
type KeptWait struct {
	Kind, State string
	Owner       counterfoil.ID // who owns them; zero for all
	Links       counterfoil.ID // a record they link to; zero for all
}

// KeptWaiting returns records that stand in a state, those first that have not changed
// for longest.
func (x *Index) KeptWaiting(ctx context.Context, w KeptWait, limit int) ([]KeptPlace, error) {
	where, args := "kind = $1 AND state = $2 AND until = 0", []any{w.Kind, w.State}
	if !w.Owner.IsZero() {
		args = append(args, w.Owner[:])
		where += fmt.Sprintf(" AND owner = $%d", len(args))
	}
	if !w.Links.IsZero() {
		args = append(args, w.Links[:])
		where += fmt.Sprintf(" AND entry IN (SELECT entry FROM kept_links WHERE target = $%d AND kind = $1)", len(args))
	}
	return x.keptPlaces(ctx, where+" ORDER BY entry", limit, args)
}

// KeptOffered returns records that are offered to somebody now.
func (x *Index) KeptOffered(ctx context.Context, to counterfoil.ID, limit int) ([]KeptPlace, error) {
	return x.keptPlaces(ctx, "until = 0 AND body ->> '$.offer.to' = $1", limit, []any{to.String()})
}

func (x *Index) keptPlaces(ctx context.Context, where string, limit int, args []any) ([]KeptPlace, error) {
	args = append(args, limit)
	list, err := many(ctx, x, func(p *KeptPlace) []any { return []any{(*id)(&p.ID), &p.Entry} },
		fmt.Sprintf("SELECT id, entry FROM kept WHERE %s LIMIT $%d", where, len(args)), args...)
	if err != nil {
		return nil, fmt.Errorf("find records: %w", err)
	}
	return list, nil
}

// KeptAt returns the version that an entry wrote, or ErrNotFound.
func (x *Index) KeptAt(ctx context.Context, entry counterfoil.Index) (*Kept, error) {
	return x.keptOne(ctx, "entry = $1", []any{int64(entry)})
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
