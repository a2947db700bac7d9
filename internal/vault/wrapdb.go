// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package vault

import (
	"context"
	"crypto/cipher"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"sync"
	"syscall"
	"time"

	_ "modernc.org/sqlite" // the driver named "sqlite"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/durable"
)

const wrapSchema = `
CREATE TABLE IF NOT EXISTS wrapping_key (
	id      BLOB PRIMARY KEY,
	subject BLOB NOT NULL,    -- whose payloads it wraps
	class   TEXT NOT NULL,    -- retention class
	month   TEXT NOT NULL,    -- of sealing, YYYY-MM in UTC
	wrapped BLOB NOT NULL,    -- nonce and key, sealed under the root key
	created INTEGER NOT NULL, -- microseconds since the Unix epoch
	expires INTEGER NOT NULL, -- the same; 0 never, -1 when the next start with a retention says
	UNIQUE (subject, class, month)
) STRICT, WITHOUT ROWID;
PRAGMA user_version = 1`

// Values of expires that are no time.
const (
	never   = 0
	undated = -1 // made where the retention was not known
)

// wrapSchema2 adds how far the log's erasures are carried out.
const wrapSchema2 = `
CREATE TABLE IF NOT EXISTS erasures (
	one     INTEGER PRIMARY KEY CHECK (one = 1),
	applied INTEGER NOT NULL -- every erasure entry below this index is carried out
) STRICT;
INSERT INTO erasures (one, applied) VALUES (1, 0) ON CONFLICT DO NOTHING;
PRAGMA user_version = 2`

// The pragmas: deleted keys are overwritten; a commit is durable when it
// returns (a truncated journal is synced, a deleted one would not be); no
// write-ahead log keeps what was deleted; VACUUM builds the new file in memory.
const wrapPragmas = "?_pragma=busy_timeout(5000)&_pragma=journal_mode(TRUNCATE)&_pragma=synchronous(FULL)&_pragma=secure_delete(ON)&_pragma=temp_store(MEMORY)"

// wrapDB stores wrapping keys, sealed under the root key. Safe for concurrent use.
type wrapDB struct {
	db     *sql.DB
	dir    string
	origin string

	rooting sync.RWMutex // held for writing while the root key changes
	root    cipher.AEAD
}

// slot is what a wrapping key is for.
type slot struct {
	subject counterfoil.ID
	class   string
	month   month
}

// month counts months since year 0.
type month int32

func monthOf(t time.Time) month {
	y, m, _ := t.UTC().Date()
	return month(y*12 + int(m) - 1)
}

func (m month) start() time.Time {
	return time.Date(int(m)/12, time.Month(m%12)+1, 1, 0, 0, 0, 0, time.UTC)
}

func (m month) String() string { return m.start().Format("2006-01") }

func openWrapDB(path string, reading bool) (*sql.DB, error) {
	flags, pragmas := os.O_RDWR|os.O_CREATE, wrapPragmas
	if reading { // what a crash left half done is still rolled back
		flags, pragmas = os.O_RDWR, wrapPragmas+"&_pragma=query_only(1)"
	}
	f, err := os.OpenFile(path, flags, 0o600)     // the journal takes the same mode
	if reading && errors.Is(err, syscall.EROFS) { // a backup on a medium that cannot be written
		f, err = os.Open(path)
		pragmas += "&immutable=1"
	}
	if err != nil {
		return nil, fmt.Errorf("open wrapping keys: %w", err)
	}
	if err := f.Close(); err != nil {
		return nil, fmt.Errorf("open wrapping keys: %w", err)
	}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: url.PathEscape(path)}).String()+pragmas)
	if err != nil {
		return nil, fmt.Errorf("open wrapping keys: %w", err)
	}
	db.SetMaxOpenConns(1)
	if err := prepareWrapDB(db, reading); err != nil {
		return nil, errors.Join(fmt.Errorf("open wrapping keys %s: %w", path, err), db.Close())
	}
	return db, nil
}

// wrapSchemas lead from each version to the next.
var wrapSchemas = []string{wrapSchema, wrapSchema2}

func prepareWrapDB(db *sql.DB, reading bool) error {
	var version int
	if err := db.QueryRow(`PRAGMA user_version`).Scan(&version); err != nil {
		return err
	}
	if version > len(wrapSchemas) {
		return fmt.Errorf("schema version %d was written by a newer program", version)
	}
	if reading {
		return nil
	}
	for _, schema := range wrapSchemas[version:] {
		if _, err := db.Exec("BEGIN IMMEDIATE; " + schema + "; COMMIT"); err != nil {
			return err
		}
	}
	return nil
}

// hasKeys reports whether any wrapping key is stored.
func hasKeys(db *sql.DB) (bool, error) {
	var any bool
	if err := db.QueryRow(`SELECT EXISTS (SELECT 1 FROM wrapping_key)`).Scan(&any); err != nil {
		return false, fmt.Errorf("look for wrapping keys: %w", err)
	}
	return any, nil
}

// check refuses a root key that is not the one the stored keys were wrapped
// with, before anything is sealed that could not be read beside the rest.
func (w *wrapDB) check() error {
	_, err := w.one(w.db, selectAny)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}

// copy writes the database as it is to a new file. A connection that only reads
// writes no other file either, so it is let off for the moment.
func (w *wrapDB) copy(ctx context.Context, to string) error {
	var reading bool
	if err := w.db.QueryRowContext(ctx, `PRAGMA query_only`).Scan(&reading); err != nil {
		return err
	}
	if !reading {
		return durable.CopyDatabase(ctx, w.db, to)
	}
	if _, err := w.db.ExecContext(ctx, `PRAGMA query_only(0)`); err != nil {
		return err
	}
	err := durable.CopyDatabase(ctx, w.db, to)
	_, again := w.db.ExecContext(context.WithoutCancel(ctx), `PRAGMA query_only(1)`)
	return errors.Join(err, again)
}

// made is what became of a slot.
type made struct {
	key *wrappingKey
	err error
}

// ensure returns the wrapping key of each slot, making those that are missing.
// All are durable when it returns: they cost one commit together, about 5 ms.
func (w *wrapDB) ensure(slots []slot, now time.Time, expiry func(slot) int64) (map[slot]made, error) {
	w.rooting.RLock()
	defer w.rooting.RUnlock()
	tx, err := w.db.Begin()
	if err != nil {
		return nil, fmt.Errorf("make wrapping keys: %w", err)
	}
	defer tx.Rollback() // without effect after Commit
	out := make(map[slot]made, len(slots))
	for _, s := range slots {
		key, err := w.one(tx, selectBySlot, s.subject[:], s.class, s.month.String())
		if errors.Is(err, sql.ErrNoRows) {
			key, err = w.insert(tx, s, now, expiry(s))
			if err != nil {
				return nil, err
			}
		}
		out[s] = made{key, err} // a damaged row fails its own slot only
	}
	if err := tx.Commit(); err != nil {
		return nil, fmt.Errorf("make wrapping keys: %w", err)
	}
	return out, nil
}

// date gives their date to keys that were made where the retention was not known.
func (w *wrapDB) date(expiry func(slot) int64) error {
	tx, err := w.db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback() // without effect after Commit
	keys, err := undatedKeys(tx)
	if err != nil || len(keys) == 0 {
		return err
	}
	for _, k := range keys {
		s := slot{k.Scope.Subject, k.Scope.Class, monthOf(k.Month)}
		if _, err := tx.Exec(`UPDATE wrapping_key SET expires = $1 WHERE id = $2`, expiry(s), k.ID[:]); err != nil {
			return err
		}
	}
	return tx.Commit()
}

func undatedKeys(tx *sql.Tx) ([]WrappingKey, error) {
	rows, err := tx.Query(`SELECT id, subject, class, month, expires FROM wrapping_key WHERE expires = $1`, undated)
	if err != nil {
		return nil, err
	}
	return scanKeys(rows)
}

func (w *wrapDB) insert(tx *sql.Tx, s slot, now time.Time, expires int64) (*wrappingKey, error) {
	id, key, nonce := newKeyID(), make([]byte, keyBytes), make([]byte, nonceBytes)
	rand.Read(key)
	rand.Read(nonce)
	defer clear(key)
	aead, err := newAEAD(key)
	if err != nil {
		return nil, err
	}
	wrapped := w.root.Seal(nonce, nonce, key, w.binding(id, s.subject[:], s.class, s.month.String()))
	_, err = tx.Exec(
		`INSERT INTO wrapping_key (id, subject, class, month, wrapped, created, expires) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		id[:], s.subject[:], s.class, s.month.String(), wrapped, now.UnixMicro(), expires,
	)
	if err != nil {
		return nil, fmt.Errorf("store wrapping key: %w", err)
	}
	return &wrappingKey{id, aead}, nil
}

const (
	selectAny    = `SELECT id, subject, class, month, wrapped FROM wrapping_key LIMIT 1`
	selectByID   = `SELECT id, subject, class, month, wrapped FROM wrapping_key WHERE id = $1`
	selectBySlot = `SELECT id, subject, class, month, wrapped FROM wrapping_key WHERE subject = $1 AND class = $2 AND month = $3`
)

// byID returns sql.ErrNoRows when there is no such key.
func (w *wrapDB) byID(id keyID) (*wrappingKey, error) {
	w.rooting.RLock()
	defer w.rooting.RUnlock()
	return w.one(w.db, selectByID, id[:])
}

// querier is a database or a transaction.
type querier interface {
	QueryRow(query string, args ...any) *sql.Row
}

// one reads and unwraps one key; sql.ErrNoRows when there is none.
func (w *wrapDB) one(q querier, query string, args ...any) (*wrappingKey, error) {
	var rawID, subject, wrapped []byte
	var class, month string
	if err := q.QueryRow(query, args...).Scan(&rawID, &subject, &class, &month, &wrapped); err != nil {
		return nil, fmt.Errorf("read wrapping key: %w", err)
	}
	if len(rawID) != len(keyID{}) || len(wrapped) != nonceBytes+wrappedBytes {
		return nil, errors.New("read wrapping key: the stored row is damaged")
	}
	id := keyID(rawID)
	key, err := w.root.Open(nil, wrapped[:nonceBytes], wrapped[nonceBytes:], w.binding(id, subject, class, month))
	if err != nil {
		return nil, errors.New("read wrapping key: root.key and origin are not those it was wrapped with, or the row was changed")
	}
	defer clear(key)
	aead, err := newAEAD(key)
	if err != nil {
		return nil, err
	}
	return &wrappingKey{id, aead}, nil
}

// binding ties a stored row to its columns, so that rows cannot be exchanged.
// The parts that vary in length hold no zero byte.
func (w *wrapDB) binding(id keyID, subject []byte, class, month string) []byte {
	aad := append([]byte("counterfoil wrapping key 1\x00"), id[:]...)
	aad = append(aad, subject...)
	aad = append(aad, month+"\x00"+class+"\x00"+w.origin...)
	return aad
}
