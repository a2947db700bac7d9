// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
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

// projectionShape changes with projectionSchema or with what Apply writes into
// it; a file of another shape is emptied and read again from the ledger.
const projectionShape = 3

// projectionTables are dropped by a reset, in this order.
var projectionTables = []string{"interactions", "hours", "records", "versions", "events", "erasures", "erased_targets", "erased_segments"}

// projectionSchema keeps the interactions in one b-tree by id: UUIDv7 sorts by
// time, so rows are appended, paged and cut by date without a further index.
// "None" is an empty blob, an empty string or 0, never NULL.
const projectionSchema = `
	CREATE TABLE interactions (
		id              BLOB PRIMARY KEY,
		opened          INTEGER NOT NULL,
		closed          INTEGER NOT NULL, -- 0 while open
		system          BLOB NOT NULL,
		person          BLOB NOT NULL,
		key             BLOB NOT NULL,
		workload        INTEGER NOT NULL,
		provider        TEXT NOT NULL,
		dialect         TEXT NOT NULL,
		operation       TEXT NOT NULL,
		model           TEXT NOT NULL,
		stream          INTEGER NOT NULL,
		effect          INTEGER NOT NULL, -- of the request
		rule            TEXT NOT NULL,
		answer_effect   INTEGER NOT NULL,
		answer_rule     TEXT NOT NULL,
		result          INTEGER NOT NULL, -- 0 while open
		reason          TEXT NOT NULL,
		status          INTEGER NOT NULL,
		findings        TEXT NOT NULL,    -- "card:1 email:2", sorted
		answer_findings TEXT NOT NULL,
		redactions      INTEGER NOT NULL,
		input_tokens    INTEGER NOT NULL,
		output_tokens   INTEGER NOT NULL,
		request_bytes   INTEGER NOT NULL,
		answer_bytes    INTEGER NOT NULL,
		duration        INTEGER NOT NULL, -- microseconds
		intent_index    INTEGER NOT NULL,
		outcome_index   INTEGER NOT NULL, -- equal to intent_index when one entry holds both
		intent_leaf     BLOB NOT NULL,
		outcome_leaf    BLOB NOT NULL
	) STRICT, WITHOUT ROWID;
	CREATE INDEX interactions_system ON interactions (system);

	-- Rollup: every count that names no more than system, decision, result and
	-- whole hours is a sum over these rows.
	CREATE TABLE hours (
		hour   INTEGER NOT NULL, -- hours since the Unix epoch, of the id's time
		system BLOB NOT NULL,
		effect INTEGER NOT NULL, -- the stricter of request and answer
		result INTEGER NOT NULL,
		n      INTEGER NOT NULL,
		PRIMARY KEY (hour, system, effect, result)
	) STRICT, WITHOUT ROWID;

	CREATE TABLE records (
		id         BLOB PRIMARY KEY,
		type       TEXT NOT NULL,
		version    INTEGER NOT NULL,
		transition TEXT NOT NULL,
		time       INTEGER NOT NULL,
		actor      BLOB NOT NULL,
		entry      INTEGER NOT NULL,
		leaf       BLOB NOT NULL,
		wrap       BLOB NOT NULL    -- wrapping key of the body, which is read from the ledger
	) STRICT, WITHOUT ROWID;
	CREATE INDEX records_type ON records (type);
	CREATE INDEX records_wrap ON records (wrap);

	CREATE TABLE versions (
		id         BLOB NOT NULL,
		version    INTEGER NOT NULL,
		transition TEXT NOT NULL,
		time       INTEGER NOT NULL,
		actor      BLOB NOT NULL,
		entry      INTEGER NOT NULL,
		PRIMARY KEY (id, version)
	) STRICT, WITHOUT ROWID;

	CREATE TABLE events (
		entry INTEGER PRIMARY KEY,
		leaf  BLOB NOT NULL,
		kind  INTEGER NOT NULL,
		time  INTEGER NOT NULL,
		code  TEXT NOT NULL,
		count INTEGER NOT NULL,
		bad   INTEGER NOT NULL
	) STRICT;
	CREATE INDEX events_kind ON events (kind, entry);

	CREATE TABLE erasures (
		entry    INTEGER PRIMARY KEY,
		id       BLOB NOT NULL,    -- the same for the entries of one list
		time     INTEGER NOT NULL,
		actor    BLOB NOT NULL,    -- who requested it
		approver BLOB NOT NULL,
		request  BLOB NOT NULL,
		scope    TEXT NOT NULL,
		basis    TEXT NOT NULL,
		subject  BLOB NOT NULL,
		class    TEXT NOT NULL,
		before   INTEGER NOT NULL,
		payloads INTEGER NOT NULL,
		keys     INTEGER NOT NULL, -- counts
		targets  INTEGER NOT NULL,
		segments INTEGER NOT NULL
	) STRICT;
	CREATE TABLE erased_targets (id BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
	CREATE TABLE erased_segments (segment INTEGER PRIMARY KEY) STRICT;`

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

func resetProjection(ctx context.Context, tx *sql.Tx) error {
	for _, table := range projectionTables {
		if _, err := tx.ExecContext(ctx, "DROP TABLE IF EXISTS "+table); err != nil {
			return fmt.Errorf("drop %s: %w", table, err)
		}
	}
	if _, err := tx.ExecContext(ctx, projectionSchema); err != nil {
		return fmt.Errorf("create projection: %w", err)
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO projection (one, shape, next, leaf) VALUES (1, $1, 0, x'')
		ON CONFLICT (one) DO UPDATE SET shape = excluded.shape, next = 0, leaf = x''`, projectionShape)
	if err != nil {
		return fmt.Errorf("reset cursor: %w", err)
	}
	return nil
}
