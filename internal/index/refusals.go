// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/counterfoil/counterfoil"
)

// refusals count by system, day and reason what was refused at once, in one entry: a
// row a day, however often somebody asks. Requests of nobody known have no system and
// no row.
var refusals = projection{
	apply: (*writer).refusals,
	often: []string{addRefusalsSQL},
	tables: []table{{
		name: "refusals", options: "STRICT, WITHOUT ROWID",
		columns: `
			start  INTEGER NOT NULL, -- of the day, milliseconds since the Unix epoch, of the entry
			system BLOB NOT NULL,
			reason TEXT NOT NULL,
			n      INTEGER NOT NULL,
			first  BLOB NOT NULL,    -- ids
			last   BLOB NOT NULL,
			PRIMARY KEY (start, system, reason)`,
	}},
}

type refusalKey struct {
	start  int64
	system counterfoil.ID
	reason string
}

// refusalSpan is how many, and the first and the last of them.
type refusalSpan struct {
	n           uint64
	first, last counterfoil.ID
}

func (s refusalSpan) with(id counterfoil.ID) refusalSpan {
	if s.n++; s.first.IsZero() || bytes.Compare(id[:], s.first[:]) < 0 {
		s.first = id
	}
	if bytes.Compare(id[:], s.last[:]) > 0 {
		s.last = id
	}
	return s
}

// refuse adds a new row to what the batch changed, if it was refused at once.
func (w *writer) refuse(r *Row) {
	if r.Result != counterfoil.ResultRefused || r.OutcomeIndex != r.IntentIndex || r.System.IsZero() {
		return
	}
	at := r.Opened / 1000
	key := refusalKey{at - at%day, r.System, r.Reason}
	w.refused[key] = w.refused[key].with(r.ID)
}

const addRefusalsSQL = `INSERT INTO refusals (start, system, reason, n, first, last) VALUES ($1, $2, $3, $4, $5, $6)
	ON CONFLICT (start, system, reason) DO UPDATE SET n = n + excluded.n, first = min(first, excluded.first), last = max(last, excluded.last)`

// refusals writes what the batch changed. It runs after interactions.
func (w *writer) refusals(*folded) error {
	for key, s := range w.refused {
		if _, err := w.exec(addRefusalsSQL, key.start, idValue(&key.system), key.reason, int64(s.n), s.first[:], s.last[:]); err != nil {
			return fmt.Errorf("count refusals: %w", err)
		}
	}
	return nil
}

// Refusals are those of a system for one reason on one day.
type Refusals struct {
	System      counterfoil.ID
	Day         time.Time // 00:00 UTC
	Reason      string    // code of docs/ledger-format.md
	N           uint64
	First, Last counterfoil.ID
}

// Refused returns the refusals for one of the reasons from a day on, the newest day
// first, as history had them at the end of a moment; the zero moment is now. Of a day
// that the moment cuts it reads the interactions that were refused.
func (x *Index) Refused(ctx context.Context, reasons []string, from, asOf time.Time) ([]Refusals, error) {
	start, end := from.UTC().Truncate(24*time.Hour).UnixMilli(), farOff
	if !asOf.IsZero() {
		end = asOf.UnixMilli() + 1
	}
	days, err := many(ctx, x, func(v *refusalDay) []any {
		return []any{&v.start, (*id)(&v.System), &v.Reason, &v.N, (*id)(&v.First), (*id)(&v.Last)}
	}, "SELECT start, system, reason, n, first, last FROM refusals WHERE start >= $1 AND start < $2 ORDER BY start DESC, system, reason", start, end)
	if err != nil {
		return nil, fmt.Errorf("count refusals: %w", err)
	}
	var list []Refusals
	for i := range days {
		v := &days[i]
		if !slices.Contains(reasons, v.Reason) {
			continue
		}
		v.Day = time.UnixMilli(v.start).UTC()
		if !asOf.IsZero() && v.start+day >= end {
			if err := x.refusedThen(ctx, &v.Refusals, asOf); err != nil {
				return nil, fmt.Errorf("count refusals: %w", err)
			}
		}
		if v.N > 0 {
			list = append(list, v.Refusals)
		}
	}
	return list, nil
}

type refusalDay struct {
	Refusals
	start int64
}

// refusedThen counts the refusals of a day that a moment of it knew.
func (x *Index) refusedThen(ctx context.Context, v *Refusals, asOf time.Time) error {
	first, last := idFloor(v.Day.UnixMilli()-hour), idFloor(asOf.UnixMilli()+1) // an id is older than its entry, by minutes at most
	runs, err := x.heads(ctx, &Filter{System: v.System, Result: counterfoil.ResultRefused}, first, last)
	if err != nil {
		return err
	}
	var span refusalSpan
	for _, r := range runs {
		if r.at.left() {
			continue
		}
		ids, err := many(ctx, x, func(v *counterfoil.ID) []any { return []any{(*id)(v)} },
			"SELECT id FROM interactions WHERE lane = $1 AND standing = $2 AND id >= $3 AND id < $4 AND reason = $5 AND opened >= $6 AND opened <= $7",
			r.lane, int64(r.at), first[:], last[:], v.Reason, v.Day.UnixMicro(), asOf.UnixMicro())
		if err != nil {
			return err
		}
		for _, one := range ids {
			span = span.with(one)
		}
	}
	v.N, v.First, v.Last = span.n, span.first, span.last
	return nil
}
