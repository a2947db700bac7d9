// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"context"
	"fmt"

	"github.com/counterfoil/counterfoil"
)

// records are management records in their current version, and the list of all versions.
var records = projection{
	apply: (*writer).records,
	often: []string{upsertRecordSQL, insertVersionSQL},
	tables: []table{
		{
			name: "records", options: "STRICT, WITHOUT ROWID", entry: "{row}.entry", forgets: []string{"wrap"},
			columns: `
				id         BLOB PRIMARY KEY,
				type       TEXT NOT NULL,
				version    INTEGER NOT NULL,
				transition TEXT NOT NULL,
				time       INTEGER NOT NULL,
				actor      BLOB NOT NULL,
				entry      INTEGER NOT NULL,
				leaf       BLOB NOT NULL,
				wrap       BLOB NOT NULL -- wrapping key of the body, which is read from the ledger`,
			indexes: []string{
				"CREATE INDEX IF NOT EXISTS records_type ON records (type, entry)",
				"CREATE INDEX IF NOT EXISTS records_wrap ON records (wrap)",
			},
		},
		{
			name: "versions", options: "STRICT, WITHOUT ROWID", entry: "{row}.entry",
			columns: `
				id         BLOB NOT NULL,
				version    INTEGER NOT NULL,
				transition TEXT NOT NULL,
				time       INTEGER NOT NULL,
				actor      BLOB NOT NULL,
				entry      INTEGER NOT NULL,
				leaf       BLOB NOT NULL,
				PRIMARY KEY (id, version)`,
		},
	},
}

// Record is the current version of a management record, without its body: the
// index holds nothing that would have to be erased. Entry tells where it is read.
type Record struct {
	ID         counterfoil.ID
	Type       string // "key", "credential", "erasure_request", "hold", or a kind of the register
	Version    uint64
	Transition string // what led to this version: "created", "changed", "revoked"
	Time       int64  // microseconds
	Actor      counterfoil.ID
	Entry      counterfoil.Index
	Leaf       counterfoil.Hash
	Wrap       counterfoil.ID // wrapping key of the body
}

// Version is one saved version of a record, without its body.
type Version struct {
	Version    uint64
	Transition string
	Time       int64 // microseconds
	Actor      counterfoil.ID
	Entry      counterfoil.Index
	Leaf       counterfoil.Hash
}

const recordColumns = "id, type, version, transition, time, actor, entry, leaf, wrap"

func (r *Record) targets() []any {
	return []any{(*id)(&r.ID), &r.Type, &r.Version, &r.Transition, &r.Time, (*id)(&r.Actor), &r.Entry, (*hash)(&r.Leaf), (*id)(&r.Wrap)}
}

// Records returns the current version of every record of a type, oldest change first.
func (x *Index) Records(ctx context.Context, typ string) ([]Record, error) {
	records, err := many(ctx, x, (*Record).targets, "SELECT "+recordColumns+" FROM records WHERE type = $1 ORDER BY entry", typ)
	if err != nil {
		return nil, fmt.Errorf("list %s records: %w", typ, err)
	}
	return records, nil
}

// Keys returns the current key records, revoked ones included.
func (x *Index) Keys(ctx context.Context) ([]Record, error) { return x.Records(ctx, "key") }

// Credentials returns the current credential records.
func (x *Index) Credentials(ctx context.Context) ([]Record, error) {
	return x.Records(ctx, "credential")
}

// RecordsUnder returns the records whose current body is sealed under one of the
// wrapping keys.
func (x *Index) RecordsUnder(ctx context.Context, keys []counterfoil.ID) ([]counterfoil.ID, error) {
	var found []counterfoil.ID
	for _, key := range keys {
		list, err := many(ctx, x, func(v *counterfoil.ID) []any { return []any{(*id)(v)} }, "SELECT id FROM records WHERE wrap = $1", key[:])
		if err != nil {
			return nil, fmt.Errorf("find records by their key: %w", err)
		}
		found = append(found, list...)
	}
	return found, nil
}

// Record returns the current version of one record, or ErrNotFound.
func (x *Index) Record(ctx context.Context, id counterfoil.ID) (*Record, error) {
	records, err := many(ctx, x, (*Record).targets, "SELECT "+recordColumns+" FROM records WHERE id = $1", id[:])
	if err != nil {
		return nil, fmt.Errorf("read record: %w", err)
	}
	if len(records) == 0 {
		return nil, fmt.Errorf("record: %w", ErrNotFound)
	}
	return &records[0], nil
}

// History returns the versions of a record, newest first.
func (x *Index) History(ctx context.Context, record counterfoil.ID) ([]Version, error) {
	targets := func(v *Version) []any {
		return []any{&v.Version, &v.Transition, &v.Time, (*id)(&v.Actor), &v.Entry, (*hash)(&v.Leaf)}
	}
	versions, err := many(ctx, x, targets, "SELECT version, transition, time, actor, entry, leaf FROM versions WHERE id = $1 ORDER BY version DESC", record[:])
	if err != nil {
		return nil, fmt.Errorf("read history: %w", err)
	}
	return versions, nil
}

const upsertRecordSQL = `INSERT INTO records (id, type, version, transition, time, actor, entry, leaf, wrap) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
	ON CONFLICT (id) DO UPDATE SET version = excluded.version, transition = excluded.transition, time = excluded.time,
		actor = excluded.actor, entry = excluded.entry, leaf = excluded.leaf, wrap = excluded.wrap`

const insertVersionSQL = `INSERT INTO versions (id, version, transition, time, actor, entry, leaf) VALUES ($1, $2, $3, $4, $5, $6, $7)
	ON CONFLICT DO NOTHING`

func (w *writer) records(f *folded) error {
	for _, item := range f.records {
		if err := w.record(item); err != nil {
			return fmt.Errorf("record at entry %d: %w", item.Index, err)
		}
	}
	return nil
}

func (w *writer) record(item *Item) error {
	e, r := item.Entry, item.Entry.Record
	if _, err := w.exec(upsertRecordSQL, e.ID[:], r.Type, int64(r.Version), r.Transition, e.Time, idValue(&e.Actor),
		int64(item.Index), item.Leaf[:], idValue(&item.Wrap)); err != nil {
		return err
	}
	_, err := w.exec(insertVersionSQL, e.ID[:], int64(r.Version), r.Transition, e.Time, idValue(&e.Actor), int64(item.Index), item.Leaf[:])
	return err
}
