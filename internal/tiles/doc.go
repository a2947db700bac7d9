// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package tiles publishes a log as C2SP tlog-tiles has it: a signed checkpoint, the
// hash tiles and the entry bundles below it, so that anybody can mirror and check
// the log with tools that know nothing of Counterfoil.
//
// handler.go serves it by HTTP; folder.go writes the same as files, again and again
// into one folder. Both publish only what lies below a durable, signed head, and the
// head last. Entries hold no text and no names (docs/ledger-format.md); payloads are
// never published.
package tiles

import (
	"context"

	"github.com/counterfoil/counterfoil"
)

// Source is a log to publish. *ledger.Ledger and *ledger.View implement it; it is
// safe for concurrent use.
type Source interface {
	// Published returns the newest signed head; everything below it is durable.
	Published() []byte
	// HashTile and Bundle return a tile within the tree of Published, or an error
	// that wraps ledger.ErrNotFound.
	HashTile(counterfoil.Tile) ([]byte, error)
	Bundle(context.Context, counterfoil.Tile) ([]byte, error)
	// Root returns the root the tree had at a size.
	Root(size uint64) (counterfoil.Hash, error)
}

// Log is a log with the checkpoint to publish it under.
type Log struct {
	Source
	// Checkpoint returns the checkpoint when it is not Published: one that bears
	// cosignatures, and may be older. Nil takes Published.
	Checkpoint func() ([]byte, error)
}

// checkpoint returns the signed note to publish, and what it says.
func (l Log) checkpoint() ([]byte, counterfoil.Checkpoint, error) {
	signed := l.Published()
	if l.Checkpoint != nil {
		var err error
		if signed, err = l.Checkpoint(); err != nil {
			return nil, counterfoil.Checkpoint{}, err
		}
	}
	head, err := counterfoil.ParseCheckpoint(signed)
	return signed, head, err
}

// read returns the content of a tile or bundle.
func (l Log) read(ctx context.Context, t counterfoil.Tile) ([]byte, error) {
	if t.Level == counterfoil.EntriesLevel {
		return l.Bundle(ctx, t)
	}
	return l.HashTile(t)
}
