// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"context"
	"fmt"
	"strings"

	"github.com/counterfoil/counterfoil"
)

// Kept is one version of a record of a kind, as the register wrote it. Its body
// is JSON without personal text: that is sealed inside it.
type Kept struct {
	Entry   counterfoil.Index
	Leaf    counterfoil.Hash
	ID      counterfoil.ID
	Version uint64
	Kind    string
	Number  string // "R-001"
	Serial  uint64 // 1 of it
	State   string
	Move    string // what led here: "created", "changed" or a move of the kind
	Time    int64  // microseconds
	Actor   counterfoil.ID
	Owner   counterfoil.ID // zero when nobody is named
	Title   string
	Late    bool              // recorded long after the fact
	Due     int64             // microseconds; the earliest deadline; 0 without any
	Until   counterfoil.Index // entry of the next version; 0 while this one stands
	Wrap    counterfoil.ID    // wrapping key of the body
	Body    []byte            // empty once erased

	Links []KeptLink // only on the way in
}

// KeptLink is a field of a record that names another record.
type KeptLink struct {
	Field  string
	Target counterfoil.ID
}

// Moment is a place in history: the state after the entries below it. The zero
// Moment is the present.
type Moment struct{ Next counterfoil.Index }

// Present tells whether the moment is now.
func (m Moment) Present() bool { return m.Next == 0 }

// kept are the records of kinds, every version of each.
var kept = projection{
	apply: (*writer).kept,
	often: []string{endKeptSQL, insertKeptSQL, insertKeptLinkSQL, insertKeptFactsSQL, insertKeptWordsSQL},
	tables: []table{
		{
			name: "kept", options: "STRICT", entry: "{row}.entry",
			columns: `
				entry   INTEGER PRIMARY KEY,
				leaf    BLOB NOT NULL,
				id      BLOB NOT NULL,
				version INTEGER NOT NULL,
				kind    TEXT NOT NULL,
				number  TEXT NOT NULL,
				serial  INTEGER NOT NULL,
				state   TEXT NOT NULL,
				move    TEXT NOT NULL,
				time    INTEGER NOT NULL,
				actor   BLOB NOT NULL,
				owner   BLOB NOT NULL,
				title   TEXT NOT NULL,
				late    INTEGER NOT NULL,
				due     INTEGER NOT NULL,
				until   INTEGER NOT NULL, -- entry of the next version, 0 while this one stands
				wrap    BLOB NOT NULL,
				body    TEXT NOT NULL`,
			finding: []string{
				"CREATE INDEX IF NOT EXISTS kept_id ON kept (id, entry)",
				"CREATE INDEX IF NOT EXISTS kept_wrap ON kept (wrap)",
			},
			indexes: []string{
				"CREATE INDEX IF NOT EXISTS kept_standing ON kept (kind, serial, state) WHERE until = 0",
				"CREATE INDEX IF NOT EXISTS kept_kind ON kept (kind, serial, entry, until, state)",
				"CREATE INDEX IF NOT EXISTS kept_counts ON kept (kind, state, until, entry, time)",
				"CREATE INDEX IF NOT EXISTS kept_due ON kept (due) WHERE until = 0 AND due > 0",
				"CREATE INDEX IF NOT EXISTS kept_time ON kept (time)",
				"CREATE INDEX IF NOT EXISTS kept_late ON kept (entry) WHERE late = 1",
				"CREATE INDEX IF NOT EXISTS kept_owner ON kept (owner, due)",
				"CREATE INDEX IF NOT EXISTS kept_mine ON kept (owner, kind, state, entry) WHERE until = 0",
				"CREATE INDEX IF NOT EXISTS kept_offer ON kept (body ->> '$.offer.to') WHERE until = 0",
				"CREATE INDEX IF NOT EXISTS kept_title ON kept (kind, title) WHERE until = 0",
			},
		},
		{
			name: "kept_links", options: "STRICT, WITHOUT ROWID", entry: "{row}.entry",
			columns: `
				target BLOB NOT NULL,
				kind   TEXT NOT NULL,    -- of the record that links
				entry  INTEGER NOT NULL, -- of the version that links
				field  TEXT NOT NULL,
				leaf   BLOB NOT NULL,
				PRIMARY KEY (target, kind, entry, field)`,
			finding: []string{"CREATE INDEX IF NOT EXISTS kept_links_entry ON kept_links (entry)"},
		},
		keptFacts, keptWords,
	},
}

const keptColumns = "entry, leaf, id, version, kind, number, serial, state, move, time, actor, owner, title, late, due, until, wrap, body"

// keptColumnsOf are the columns of one row among others.
func keptColumnsOf(row string) string {
	return row + "." + strings.ReplaceAll(keptColumns, ", ", ", "+row+".")
}

func (k *Kept) targets() []any {
	return []any{
		&k.Entry, (*hash)(&k.Leaf), (*id)(&k.ID), &k.Version, &k.Kind, &k.Number, &k.Serial, &k.State, &k.Move, &k.Time,
		(*id)(&k.Actor), (*id)(&k.Owner), &k.Title, &k.Late, &k.Due, &k.Until, (*id)(&k.Wrap), &k.Body,
	}
}

const (
	endKeptSQL        = "UPDATE kept SET until = $1 WHERE id = $2 AND until = 0 AND entry < $1"
	insertKeptSQL     = "INSERT INTO kept (" + keptColumns + ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 0, $16, $17) ON CONFLICT DO NOTHING"
	insertKeptLinkSQL = "INSERT INTO kept_links (target, kind, entry, field, leaf) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING"
)

func (w *writer) kept(f *folded) error {
	for _, item := range f.records {
		// One whose body was erased since ends the version before it all the same.
		ended, err := w.exec(endKeptSQL, int64(item.Index), item.Entry.ID[:])
		if err != nil {
			return fmt.Errorf("end the version before entry %d: %w", item.Index, err)
		}
		if item.Kept == nil {
			w.rewrote = w.rewrote || ended > 0
			continue
		}
		if err := w.keep(item.Kept); err != nil {
			return fmt.Errorf("record at entry %d: %w", item.Index, err)
		}
	}
	for _, item := range f.erasures {
		w.rewrote = true
		if err := w.forgetKept(item.Entry.Erasure.Keys); err != nil {
			return fmt.Errorf("forget what entry %d erased: %w", item.Index, err)
		}
	}
	return nil
}

// keep writes a version.
func (w *writer) keep(k *Kept) error {
	_, err := w.exec(insertKeptSQL, int64(k.Entry), k.Leaf[:], k.ID[:], int64(k.Version), k.Kind, k.Number, int64(k.Serial), k.State, k.Move, k.Time,
		idValue(&k.Actor), idValue(&k.Owner), k.Title, k.Late, k.Due, idValue(&k.Wrap), string(k.Body))
	if err != nil {
		return fmt.Errorf("insert version: %w", err)
	}
	for _, l := range k.Links {
		if _, err := w.exec(insertKeptLinkSQL, l.Target[:], k.Kind, int64(k.Entry), l.Field, k.Leaf[:]); err != nil {
			return fmt.Errorf("insert link: %w", err)
		}
	}
	return w.keepFacts(k)
}

// forgetKept takes out versions whose body lay under keys that were erased: what
// they said is in the body only.
func (w *writer) forgetKept(keys []counterfoil.ID) error {
	for i := range keys {
		for _, statement := range []string{
			"DELETE FROM kept_links WHERE entry IN (SELECT entry FROM kept WHERE wrap = $1)",
			"DELETE FROM kept_facts WHERE entry IN (SELECT entry FROM kept WHERE wrap = $1)",
			"DELETE FROM kept_words WHERE entry IN (SELECT entry FROM kept WHERE wrap = $1)",
			"DELETE FROM kept WHERE wrap = $1",
		} {
			if _, err := w.exec(statement, keys[i][:]); err != nil {
				return err
			}
		}
	}
	return nil
}

// at is the condition that a row of kept stood at the moment.
func (m Moment) at(row string, args *[]any) string {
	if m.Present() {
		return row + "until = 0"
	}
	*args = append(*args, int64(m.Next))
	n := len(*args)
	return fmt.Sprintf("%[1]sentry < $%[2]d AND (%[1]suntil = 0 OR %[1]suntil >= $%[2]d)", row, n)
}

// MomentAt is the state at the end of a time, in microseconds.
func (x *Index) MomentAt(ctx context.Context, time int64) (Moment, error) {
	var next int64
	err := x.one(ctx, []any{&next}, "SELECT coalesce(max(entry) + 1, 1) FROM kept WHERE time <= $1", time)
	if err != nil {
		return Moment{}, fmt.Errorf("find moment: %w", err)
	}
	return Moment{counterfoil.Index(next)}, nil
}

// KeptRecord returns the version of a record that stood at the moment, or ErrNotFound.
func (x *Index) KeptRecord(ctx context.Context, record counterfoil.ID, m Moment) (*Kept, error) {
	args := []any{record[:]}
	return x.keptOne(ctx, "id = $1 AND "+m.at("", &args), args)
}

// KeptByNumber is KeptRecord by the readable number.
func (x *Index) KeptByNumber(ctx context.Context, kind string, serial uint64, m Moment) (*Kept, error) {
	args := []any{kind, int64(serial)}
	return x.keptOne(ctx, "kind = $1 AND serial = $2 AND "+m.at("", &args), args)
}

// KeptVersion returns one version of a record, or ErrNotFound.
func (x *Index) KeptVersion(ctx context.Context, record counterfoil.ID, version uint64) (*Kept, error) {
	return x.keptOne(ctx, "id = $1 AND version = $2", []any{record[:], int64(version)})
}

func (x *Index) keptOne(ctx context.Context, where string, args []any) (*Kept, error) {
	list, err := many(ctx, x, (*Kept).targets, "SELECT "+keptColumns+" FROM kept WHERE "+where, args...)
	if err != nil {
		return nil, fmt.Errorf("read record: %w", err)
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("record: %w", ErrNotFound)
	}
	return &list[0], nil
}

// KeptHistory returns the versions of a record up to the moment, newest first.
func (x *Index) KeptHistory(ctx context.Context, record counterfoil.ID, m Moment) ([]Kept, error) {
	where, args := "id = $1", []any{record[:]}
	if !m.Present() {
		where, args = where+" AND entry < $2", append(args, int64(m.Next))
	}
	list, err := many(ctx, x, (*Kept).targets, "SELECT "+keptColumns+" FROM kept WHERE "+where+" ORDER BY entry DESC", args...)
	if err != nil {
		return nil, fmt.Errorf("read history: %w", err)
	}
	return list, nil
}

// KeptLate returns the versions recorded long after the fact up to the moment, the
// newest first: those below an entry, or all of them from 0.
func (x *Index) KeptLate(ctx context.Context, m Moment, below counterfoil.Index, limit int) ([]Kept, error) {
	where, args := "late = 1", []any{int64(limit)}
	for _, bound := range []counterfoil.Index{m.Next, below} {
		if bound > 0 {
			args = append(args, int64(bound))
			where += fmt.Sprintf(" AND entry < $%d", len(args))
		}
	}
	list, err := many(ctx, x, (*Kept).targets, "SELECT "+keptColumns+" FROM kept WHERE "+where+" ORDER BY entry DESC LIMIT $1", args...)
	if err != nil {
		return nil, fmt.Errorf("read late entries: %w", err)
	}
	return list, nil
}

// Linked is a record that links to another.
type Linked struct {
	Kept
	Field string
}

// KeptLinksTo returns the records of a kind that linked to a record at the moment;
// kind "" for all. Records of other kinds cost nothing.
func (x *Index) KeptLinksTo(ctx context.Context, record counterfoil.ID, kind string, m Moment) ([]Linked, error) {
	args, of := []any{record[:]}, ""
	if kind != "" {
		args, of = append(args, kind), " AND l.kind = $2"
	}
	targets := func(l *Linked) []any { return append(l.Kept.targets(), &l.Field) }
	list, err := many(ctx, x, targets, "SELECT "+keptColumnsOf("k")+", l.field FROM kept_links l JOIN kept k ON k.entry = l.entry WHERE l.target = $1"+of+" AND "+m.at("k.", &args)+
		" ORDER BY k.kind, k.serial", args...)
	if err != nil {
		return nil, fmt.Errorf("read links: %w", err)
	}
	return list, nil
}

// HighestSerial is the last number given to records of a kind; 0 before the first.
func (x *Index) HighestSerial(ctx context.Context, kind string) (uint64, error) {
	var n int64
	if err := x.one(ctx, []any{&n}, "SELECT coalesce(max(serial), 0) FROM kept WHERE kind = $1", kind); err != nil {
		return 0, fmt.Errorf("read highest number: %w", err)
	}
	return uint64(n), nil
}

// StateCount is how many records of a kind stand in a state, and when the last
// of them changed.
type StateCount struct {
	Kind, State string
	N           uint64
	Newest      int64 // microseconds
}

// KeptCounts counts the records of a kind by state at the moment.
func (x *Index) KeptCounts(ctx context.Context, kind string, m Moment) ([]StateCount, error) {
	args := []any{kind}
	list, err := many(ctx, x, func(c *StateCount) []any { return []any{&c.Kind, &c.State, &c.N, &c.Newest} },
		"SELECT kind, state, count(*), max(time) FROM kept WHERE kind = $1 AND "+m.at("", &args)+" GROUP BY kind, state ORDER BY kind, state", args...)
	if err != nil {
		return nil, fmt.Errorf("count records: %w", err)
	}
	return list, nil
}
