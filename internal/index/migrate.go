// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
)

// migrations build the tables that outlive the projection. They are numbered by
// position, run once each and are never edited; the file's user_version counts
// those that ran.
var migrations = []string{
	`CREATE TABLE sessions (
		token   BLOB PRIMARY KEY, -- SHA-256 of the cookie's value
		person  BLOB NOT NULL,
		agent   BLOB NOT NULL,    -- SHA-256 of the User-Agent that signed in
		created INTEGER NOT NULL, -- times: microseconds since the Unix epoch, UTC
		seen    INTEGER NOT NULL,
		expires INTEGER NOT NULL
	) STRICT, WITHOUT ROWID;
	CREATE TABLE attempts (
		who  BLOB NOT NULL,       -- SHA-256 of what is limited
		time INTEGER NOT NULL
	) STRICT;
	CREATE INDEX attempts_who ON attempts (who, time);
	CREATE TABLE projection (
		one   INTEGER PRIMARY KEY CHECK (one = 1),
		shape INTEGER NOT NULL,   -- projectionShape of the program that built it
		next  INTEGER NOT NULL,   -- index of the next entry to read
		leaf  BLOB NOT NULL       -- leaf hash of the entry before it
	) STRICT;`,
}

// projectionShape changes with the tables of projections or with what Apply writes
// into them; a file of another shape is emptied and read again from the ledger.
const projectionShape = 10

// formerTables are those of earlier shapes that no projection has any more.
var formerTables = []string{"hours"}

func migrate(ctx context.Context, db *sql.DB) error {
	replaced := false
	err := transact(ctx, db, func(tx *sql.Tx) error {
		var done int
		if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&done); err != nil {
			return fmt.Errorf("read schema version: %w", err)
		}
		if done > len(migrations) {
			return fmt.Errorf("schema %d is newer than this program's %d: use the newer program, or delete the file and run reindex", done, len(migrations))
		}
		for i := done; i < len(migrations); i++ {
			if _, err := tx.ExecContext(ctx, migrations[i]); err != nil {
				return fmt.Errorf("migration %d: %w", i+1, err)
			}
		}
		if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", len(migrations))); err != nil {
			return fmt.Errorf("write schema version: %w", err)
		}
		var err error
		replaced, err = adoptProjection(ctx, tx)
		return err
	})
	if err != nil || !replaced {
		return err
	}
	// Shapes 1 and 2 held the bodies of records. Nothing of them stays in the file.
	if _, err := db.ExecContext(ctx, "VACUUM"); err != nil {
		return fmt.Errorf("write the file anew: %w", err)
	}
	return checkpoint(ctx, db)
}

// checkpoint brings everything into the file itself and empties the write-ahead log.
func checkpoint(ctx context.Context, db *sql.DB) error {
	var busy, frames, moved int
	if err := db.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &frames, &moved); err != nil {
		return fmt.Errorf("empty the write-ahead log: %w", err)
	}
	if busy != 0 {
		return errors.New("empty the write-ahead log: a reader holds on to it")
	}
	return nil
}

// adoptProjection keeps a projection of our shape and replaces any other.
func adoptProjection(ctx context.Context, tx *sql.Tx) (replaced bool, err error) {
	var shape int
	err = tx.QueryRowContext(ctx, "SELECT shape FROM projection WHERE one = 1").Scan(&shape)
	switch {
	case err == nil && shape == projectionShape:
		return false, nil
	case err != nil && err != sql.ErrNoRows:
		return false, fmt.Errorf("read projection: %w", err)
	}
	return true, resetProjection(ctx, tx)
}

// resetProjection makes the tables anew, with those indexes only that a load needs.
func resetProjection(ctx context.Context, tx *sql.Tx) error {
	names := formerTables
	for _, t := range tables() {
		names = append(names, t.name)
	}
	for _, name := range names {
		if _, err := tx.ExecContext(ctx, "DROP TABLE IF EXISTS "+name); err != nil {
			return fmt.Errorf("drop %s: %w", name, err)
		}
	}
	for _, t := range tables() {
		if _, err := tx.ExecContext(ctx, "CREATE TABLE "+t.name+" ("+t.columns+"\n) "+t.options); err != nil {
			return fmt.Errorf("create %s: %w", t.name, err)
		}
		for _, statement := range t.finding {
			if _, err := tx.ExecContext(ctx, statement); err != nil {
				return fmt.Errorf("add an index to %s: %w", t.name, err)
			}
		}
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO projection (one, shape, next, leaf) VALUES (1, $1, 0, x'')
		ON CONFLICT (one) DO UPDATE SET shape = excluded.shape, next = 0, leaf = x''`, projectionShape)
	if err != nil {
		return fmt.Errorf("reset cursor: %w", err)
	}
	return nil
}

// addIndexes makes those that are not there yet.
func addIndexes(ctx context.Context, tx *sql.Tx) error {
	for _, t := range tables() {
		for _, statement := range slices.Concat(t.finding, t.indexes) {
			if _, err := tx.ExecContext(ctx, statement); err != nil {
				return fmt.Errorf("add an index to %s: %w", t.name, err)
			}
		}
	}
	return nil
}
