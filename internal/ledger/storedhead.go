// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/durable"
)

// StoredHead is what a store of heads says: up to where its log is durable, and that
// nothing beyond was signed.
type StoredHead struct {
	Origin   string
	Size     uint64
	Root     counterfoil.Hash
	End      counterfoil.Position // of the ledger segments
	Payloads counterfoil.Position // of the payload segments
}

// ReadStoredHead reads the store of heads in a file, also beside the process that
// writes it. The file must be there.
func ReadStoredHead(ctx context.Context, path string) (StoredHead, error) {
	db, err := openStoredHead(path)
	if err != nil {
		return StoredHead{}, fmt.Errorf("read head store: %w", err)
	}
	h, err := scanStoredHead(ctx, db)
	if err := errors.Join(err, db.Close()); err != nil {
		return StoredHead{}, fmt.Errorf("read head store %s: %w", path, err)
	}
	return h, nil
}

// CopyHeads copies the store of heads in a file to a new one, as it is at one moment,
// and returns what the copy says. The copy is durable, its name is not yet.
func CopyHeads(ctx context.Context, from, to string) (StoredHead, error) {
	db, err := openStoredHead(from)
	if err != nil {
		return StoredHead{}, fmt.Errorf("copy head store: %w", err)
	}
	if err := errors.Join(durable.CopyDatabase(ctx, db, to), db.Close()); err != nil {
		return StoredHead{}, fmt.Errorf("copy head store %s: %w", from, err)
	}
	return ReadStoredHead(ctx, to)
}

// openStoredHead opens a store to read it. It may still roll back what a crash left
// half done, so the file is opened for writing where that is allowed.
func openStoredHead(path string) (*sql.DB, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, err
	}
	options := url.Values{"_pragma": {"busy_timeout(5000)"}}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+options.Encode())
	if err == nil {
		db.SetMaxOpenConns(1)
	}
	return db, err
}

func scanStoredHead(ctx context.Context, db *sql.DB) (h StoredHead, err error) {
	var root []byte
	err = db.QueryRowContext(ctx, `SELECT origin, size, root, segment, position, payload_segment, payload_position FROM head`).
		Scan(&h.Origin, &h.Size, &root, &h.End.Segment, &h.End.Offset, &h.Payloads.Segment, &h.Payloads.Offset)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return h, errNoHead
	case err == nil && len(root) != len(h.Root):
		return h, errors.New("malformed hashes")
	}
	copy(h.Root[:], root)
	return h, err
}
