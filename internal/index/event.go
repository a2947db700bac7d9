// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/counterfoil/counterfoil"
)

// events are the entries in which the ledger speaks of itself.
var events = projection{
	apply: (*writer).events,
	often: []string{insertEventSQL},
	tables: []table{{
		name: "events", options: "STRICT", entry: "{row}.entry",
		columns: `
			entry INTEGER PRIMARY KEY,
			leaf  BLOB NOT NULL,
			kind  INTEGER NOT NULL,
			time  INTEGER NOT NULL,
			code  TEXT NOT NULL,
			count INTEGER NOT NULL,
			bad   INTEGER NOT NULL`,
		indexes: []string{
			"CREATE INDEX IF NOT EXISTS events_kind ON events (kind)",
			"CREATE INDEX IF NOT EXISTS events_code ON events (kind, code)",
		},
	}},
}

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

const eventColumns = "entry, leaf, kind, time, code, count, bad"

func (v *Event) values() []any {
	return []any{int64(v.Entry), v.Leaf[:], int64(v.Kind), v.Time, v.Code, int64(v.Count), v.Bad}
}

const insertEventSQL = `INSERT INTO events (` + eventColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`

func (w *writer) events(f *folded) error {
	for i := range f.events {
		v := &f.events[i]
		if _, err := w.exec(insertEventSQL, v.values()...); err != nil {
			return fmt.Errorf("event at entry %d: %w", v.Entry, err)
		}
	}
	return nil
}

// EventFilter selects events; its zero value selects the 50 newest.
type EventFilter struct {
	Kinds  []counterfoil.Kind // none: all
	Code   string             // "": any; goes with Kinds
	Before counterfoil.Index  // only older ones; 0: from the newest
	Until  int64              // recorded at or before, microseconds; 0: whenever
	Limit  int                // 50 when 0
}

// Events returns events, newest first. Each kind is read for itself in the order
// of its index, as far as the page needs.
func (x *Index) Events(ctx context.Context, f EventFilter) ([]Event, error) {
	if f.Code != "" && len(f.Kinds) == 0 {
		return nil, errors.New("list events of the ledger: a code without its kind")
	}
	limit := f.Limit
	if limit == 0 {
		limit = 50
	}
	before := int64(math.MaxInt64)
	if f.Before > 0 {
		before = int64(f.Before)
	}
	until := int64(math.MaxInt64)
	if f.Until > 0 {
		until = f.Until
	}
	var found []Event
	if len(f.Kinds) == 0 {
		return x.events(ctx, "entry < $1 AND time <= $3 ORDER BY entry DESC LIMIT $2", before, limit, until)
	}
	for _, kind := range f.Kinds {
		var list []Event
		var err error
		if f.Code == "" {
			list, err = x.events(ctx, "kind = $1 AND entry < $2 AND time <= $4 ORDER BY entry DESC LIMIT $3", int64(kind), before, limit, until)
		} else {
			list, err = x.events(ctx, "kind = $1 AND code = $2 AND entry < $3 AND time <= $5 ORDER BY entry DESC LIMIT $4", int64(kind), f.Code, before, limit, until)
		}
		if err != nil {
			return nil, err
		}
		found = append(found, list...)
	}
	slices.SortFunc(found, func(a, b Event) int { return cmp.Compare(b.Entry, a.Entry) })
	return found[:min(len(found), limit)], nil
}

func (x *Index) events(ctx context.Context, where string, args ...any) ([]Event, error) {
	targets := func(v *Event) []any {
		return []any{&v.Entry, (*hash)(&v.Leaf), &v.Kind, &v.Time, &v.Code, &v.Count, &v.Bad}
	}
	found, err := many(ctx, x, targets, "SELECT "+eventColumns+" FROM events WHERE "+where, args...)
	if err != nil {
		return nil, fmt.Errorf("list events of the ledger: %w", err)
	}
	return found, nil
}
