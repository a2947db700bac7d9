// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"context"
	"fmt"
	"strings"

	"github.com/counterfoil/counterfoil"
)

// Event is an entry in which the ledger speaks of itself: a start, a change of
// configuration or key, an erasure, a gap, an anchor, a seal, a check.
type Event struct {
	Entry counterfoil.Index
	Leaf  counterfoil.Hash
	Kind  counterfoil.Kind
	Time  int64  // microseconds
	Code  string // what it is within its kind, such as "rotated" or "2026q4"
	Count uint64 // what it counts: payloads erased, requests in a gap, entries checked, entries before a seal
	Bad   bool   // a check that failed
}

// eventOf is the event an entry is, if it is one.
func eventOf(item *Item) (Event, bool) {
	e := item.Entry
	v := Event{Entry: item.Index, Leaf: item.Leaf, Kind: e.Kind, Time: e.Time}
	switch e.Kind {
	case counterfoil.KindBoot:
		v.Code, v.Count = e.Boot.Version, e.Boot.PrevSize
	case counterfoil.KindConfig:
		v.Code = e.Config.Reason
	case counterfoil.KindSignal:
		v.Code, v.Count, v.Bad = e.Signal.Name, e.Signal.Count, e.Signal.Verdict == counterfoil.VerdictFailed
	case counterfoil.KindKey:
		v.Code, v.Count = e.Key.Event, e.Key.Size
	case counterfoil.KindErasure:
		v.Code, v.Count = e.Erasure.Scope, e.Erasure.Payloads
	case counterfoil.KindGap:
		v.Code, v.Count = e.Gap.Reason, e.Gap.Requests
	case counterfoil.KindAnchor:
		v.Code, v.Count = e.Anchor.Type, e.Anchor.Size
	case counterfoil.KindSeal:
		v.Code, v.Count = e.Seal.Epoch, e.Seal.Size
	default:
		return Event{}, false
	}
	return v, true
}

const insertEventSQL = `INSERT INTO events (entry, leaf, kind, time, code, count, bad) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`

func (w *writer) event(v *Event) error {
	_, err := w.stmts.insertEvent.ExecContext(w.ctx, int64(v.Entry), v.Leaf[:], int64(v.Kind), v.Time, v.Code, int64(v.Count), v.Bad)
	return err
}

// EventFilter selects events; its zero value selects the 50 newest.
type EventFilter struct {
	Kinds  []counterfoil.Kind // none: all
	Code   string             // "": any
	Before counterfoil.Index  // only older ones; 0: from the newest
	Limit  int                // 50 when 0
}

// Events returns events, newest first.
func (x *Index) Events(ctx context.Context, f EventFilter) ([]Event, error) {
	conds, args := []string{"1 = 1"}, []any{}
	if len(f.Kinds) > 0 {
		marks := make([]string, len(f.Kinds))
		for i, k := range f.Kinds {
			args = append(args, int64(k))
			marks[i] = fmt.Sprintf("$%d", len(args))
		}
		conds = append(conds, "kind IN ("+strings.Join(marks, ", ")+")")
	}
	if f.Code != "" {
		args = append(args, f.Code)
		conds = append(conds, fmt.Sprintf("code = $%d", len(args)))
	}
	if f.Before > 0 {
		args = append(args, int64(f.Before))
		conds = append(conds, fmt.Sprintf("entry < $%d", len(args)))
	}
	limit := f.Limit
	if limit == 0 {
		limit = 50
	}
	args = append(args, limit)
	targets := func(v *Event) []any {
		return []any{&v.Entry, (*hash)(&v.Leaf), &v.Kind, &v.Time, &v.Code, &v.Count, &v.Bad}
	}
	events, err := many(ctx, x.read, targets, "SELECT entry, leaf, kind, time, code, count, bad FROM events WHERE "+
		strings.Join(conds, " AND ")+fmt.Sprintf(" ORDER BY entry DESC LIMIT $%d", len(args)), args...)
	if err != nil {
		return nil, fmt.Errorf("list events of the ledger: %w", err)
	}
	return events, nil
}
