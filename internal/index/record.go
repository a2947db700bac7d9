// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"context"
	"fmt"

	"github.com/counterfoil/counterfoil"
)

// Record is the current version of a management record, without its body: the
// index holds nothing that would have to be erased. Entry tells where it is read.
type Record struct {
	ID         counterfoil.ID
	Type       string // "system", "person", "key", "credential", "erasure_request", "hold"
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
}

const recordColumns = "id, type, version, transition, time, actor, entry, leaf, wrap"

func (r *Record) targets() []any {
	return []any{(*id)(&r.ID), &r.Type, &r.Version, &r.Transition, &r.Time, (*id)(&r.Actor), &r.Entry, (*hash)(&r.Leaf), (*id)(&r.Wrap)}
}

// Records returns the current version of every record of a type, oldest change first.
func (x *Index) Records(ctx context.Context, typ string) ([]Record, error) {
	records, err := many(ctx, x.read, (*Record).targets, "SELECT "+recordColumns+" FROM records WHERE type = $1 ORDER BY entry", typ)
	if err != nil {
		return nil, fmt.Errorf("list %s records: %w", typ, err)
	}
	return records, nil
}

// Systems, People, Keys and Credentials are the current records of each type.
func (x *Index) Systems(ctx context.Context) ([]Record, error) { return x.Records(ctx, "system") }

// People returns the current person records.
func (x *Index) People(ctx context.Context) ([]Record, error) { return x.Records(ctx, "person") }

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
		list, err := many(ctx, x.read, func(v *counterfoil.ID) []any { return []any{(*id)(v)} }, "SELECT id FROM records WHERE wrap = $1", key[:])
		if err != nil {
			return nil, fmt.Errorf("find records by their key: %w", err)
		}
		found = append(found, list...)
	}
	return found, nil
}

// Record returns the current version of one record, or ErrNotFound.
func (x *Index) Record(ctx context.Context, id counterfoil.ID) (*Record, error) {
	records, err := many(ctx, x.read, (*Record).targets, "SELECT "+recordColumns+" FROM records WHERE id = $1", id[:])
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
		return []any{&v.Version, &v.Transition, &v.Time, (*id)(&v.Actor), &v.Entry}
	}
	versions, err := many(ctx, x.read, targets, "SELECT version, transition, time, actor, entry FROM versions WHERE id = $1 ORDER BY version DESC", record[:])
	if err != nil {
		return nil, fmt.Errorf("read history: %w", err)
	}
	return versions, nil
}
