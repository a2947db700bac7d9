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

	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/counterfoil/counterfoil"
)

// head is what the ledger remembers of a point in its history: enough to refuse
// an older copy of itself and to go on from there.
type head struct {
	Size     uint64
	Root     counterfoil.Hash
	End      counterfoil.Position // where the batch after it begins
	Payloads counterfoil.Position // where the next payload may begin
	Edge     []counterfoil.Hash   // of the tree
	OpenFrom counterfoil.Index    // the lowest intent that was open; Size when none was
	Keys     keyHistory           // which keys sign this log
}

// errNoHead reports a store without a head: a log that does not exist yet.
var errNoHead = errors.New("no head stored")

// headStore keeps the last head of one log. It is a separate file, best on a
// separate disk: whoever restores an old ledger does not restore it.
type headStore struct{ db *sql.DB }

func openHeads(ctx context.Context, path string) (*headStore, error) {
	if err := createPrivate(path); err != nil {
		return nil, err
	}
	// EXTRA syncs the directory too when a transaction has ended. With FULL a loss
	// of power can undo the swap of a head that was signed already.
	options := url.Values{"_pragma": {"busy_timeout(5000)", "synchronous(EXTRA)"}, "_txlock": {"immediate"}}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+options.Encode())
	if err != nil {
		return nil, fmt.Errorf("open heads: %w", err)
	}
	db.SetMaxOpenConns(1)
	_, err = db.ExecContext(ctx, `
		CREATE TABLE IF NOT EXISTS head (
			id INTEGER PRIMARY KEY CHECK (id = 1),
			origin TEXT NOT NULL, size INTEGER NOT NULL, root BLOB NOT NULL,
			segment INTEGER NOT NULL, position INTEGER NOT NULL,
			payload_segment INTEGER NOT NULL, payload_position INTEGER NOT NULL,
			edge BLOB NOT NULL, open_from INTEGER NOT NULL
		) STRICT`)
	if err == nil {
		err = addKeys(ctx, db)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open heads %s: %w", path, err), db.Close())
	}
	return &headStore{db}, nil
}

// addKeys adds the history of keys to a store of a release that knew one key for
// ever. Empty says just that.
func addKeys(ctx context.Context, db *sql.DB) error {
	var have int
	err := db.QueryRowContext(ctx, `SELECT count(*) FROM pragma_table_info('head') WHERE name = 'keys'`).Scan(&have)
	if err == nil && have == 0 {
		_, err = db.ExecContext(ctx, `ALTER TABLE head ADD COLUMN keys TEXT NOT NULL DEFAULT ''`)
	}
	return err
}

// createPrivate makes the file for its owner alone; SQLite keeps the mode.
func createPrivate(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("make heads: %w", err)
	}
	return f.Close()
}

// load returns the stored head of origin, or errNoHead.
func (s *headStore) load(ctx context.Context, origin string) (head, error) {
	var h head
	var stored string
	var root, edge, keys []byte
	err := s.db.QueryRowContext(ctx, `
		SELECT origin, size, root, segment, position, payload_segment, payload_position, edge, open_from, keys FROM head`).
		Scan(&stored, &h.Size, &root, &h.End.Segment, &h.End.Offset, &h.Payloads.Segment, &h.Payloads.Offset, &edge, &h.OpenFrom, &keys)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return head{}, errNoHead
	case err != nil:
		return head{}, fmt.Errorf("load head: %w", err)
	case stored != origin:
		return head{}, fmt.Errorf("load head: it belongs to log %q and the signing key to %q; put back the file of this log", stored, origin)
	}
	if err := h.parse(root, edge, keys); err != nil {
		return head{}, fmt.Errorf("load head: %w", err)
	}
	return h, nil
}

// parse sets what is stored as bytes.
func (h *head) parse(root, edge, keys []byte) (err error) {
	if len(root) != len(h.Root) || len(edge)%len(h.Root) != 0 {
		return errors.New("malformed hashes")
	}
	copy(h.Root[:], root)
	for ; len(edge) > 0; edge = edge[len(h.Root):] {
		h.Edge = append(h.Edge, counterfoil.Hash(edge[:len(h.Root)]))
	}
	h.Keys, err = parseKeyHistory(keys)
	return err
}

// create stores the head of the empty log; it fails when there is one.
func (s *headStore) create(ctx context.Context, origin string, h head) error {
	if err := insertHead(ctx, s.db, origin, h); err != nil {
		return fmt.Errorf("store first head: %w", err)
	}
	return nil
}

func insertHead(ctx context.Context, db interface {
	ExecContext(context.Context, string, ...any) (sql.Result, error)
}, origin string, h head,
) error {
	_, err := db.ExecContext(ctx, `
		INSERT INTO head (id, origin, size, root, segment, position, payload_segment, payload_position, edge, open_from, keys)
		VALUES (1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		origin, int64(h.Size), h.Root[:], h.End.Segment, h.End.Offset, h.Payloads.Segment, h.Payloads.Offset,
		joinHashes(h.Edge), int64(h.OpenFrom), h.Keys.text())
	return err
}

// replaceHead makes h the stored head in a file, whatever lies there: in one
// transaction, or in a new file.
func replaceHead(ctx context.Context, path, origin string, h head) error {
	s, err := openHeads(ctx, path)
	if err != nil {
		return err
	}
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return errors.Join(fmt.Errorf("replace head: %w", err), s.close())
	}
	if _, err = tx.ExecContext(ctx, `DELETE FROM head`); err == nil {
		err = insertHead(ctx, tx, origin, h)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("replace head: %w", err), tx.Rollback(), s.close())
	}
	if err := errors.Join(tx.Commit(), s.close()); err != nil {
		return fmt.Errorf("replace head: %w", err)
	}
	return nil
}

// setKeys states the history of keys of the stored head.
func (s *headStore) setKeys(ctx context.Context, h keyHistory) error {
	if _, err := s.db.ExecContext(ctx, `UPDATE head SET keys = $1`, h.text()); err != nil {
		return fmt.Errorf("store history of the signing keys: %w", err)
	}
	return nil
}

// swap replaces the head old by h. It fails when another one is stored: two
// ledgers then claim the same history, and this one must not sign. It does not end
// with ctx: of an update cut off nobody would know whether it took place, and the
// next one would look like the other ledger.
func (s *headStore) swap(ctx context.Context, old, h head) error {
	ctx = context.WithoutCancel(ctx)
	done, err := s.db.ExecContext(ctx, `
		UPDATE head SET size = $1, root = $2, segment = $3, position = $4,
			payload_segment = $5, payload_position = $6, edge = $7, open_from = $8, keys = $9
		WHERE size = $10 AND root = $11`,
		int64(h.Size), h.Root[:], h.End.Segment, h.End.Offset, h.Payloads.Segment, h.Payloads.Offset,
		joinHashes(h.Edge), int64(h.OpenFrom), h.Keys.text(), int64(old.Size), old.Root[:])
	if err != nil {
		return fmt.Errorf("store head of size %d: %w", h.Size, err)
	}
	if n, err := done.RowsAffected(); err != nil || n != 1 {
		return errors.Join(err, fmt.Errorf("store head of size %d: the stored head is not %d any more: %w", h.Size, old.Size, ErrRolledBack))
	}
	return nil
}

func (s *headStore) close() error { return s.db.Close() }

func joinHashes(list []counterfoil.Hash) []byte {
	b := make([]byte, 0, 32*len(list))
	for _, h := range list {
		b = append(b, h[:]...)
	}
	return b
}
