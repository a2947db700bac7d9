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
	"io/fs"
	"os"
	"path/filepath"

	"github.com/counterfoil/counterfoil/internal/durable"
)

// A rotation puts the new root key beside the old one, wraps every key anew in
// one transaction, overwrites the old root key and gives the new one its name.
// Until the transaction is there the old key counts, from then on the new one:
// which of them opens the stored keys tells, so every step can be the last
// before a crash.
const (
	rootName = "root.key"
	nextName = "root.key.next"
)

// RotateRoot replaces the root key. Copies of the key store made before open
// with the old root key only, of which no copy stays here. Returns the number of
// wrapping keys wrapped anew; without any there is nothing to rotate for.
func (v *Vault) RotateRoot(ctx context.Context) (uint64, error) {
	r := &v.keys
	r.storing.Lock()
	defer r.storing.Unlock()
	n, err := r.store.rotateRoot(ctx)
	if err != nil {
		return 0, fmt.Errorf("rotate root key: %w", err)
	}
	return n, nil
}

func (w *wrapDB) rotateRoot(ctx context.Context) (uint64, error) {
	w.rooting.Lock()
	defer w.rooting.Unlock()
	if used, err := hasKeys(w.db); err != nil || !used {
		return 0, err
	}
	path := filepath.Join(w.dir, nextName)
	if err := createRootKey(path); err != nil {
		return 0, err
	}
	next, err := readRoot(path)
	if err != nil {
		return 0, err
	}
	n, err := w.rewrap(ctx, next)
	// Also after an error: a commit that reported one may have been made.
	if err := errors.Join(err, w.settleRoot()); err != nil {
		return 0, err
	}
	_, err = w.db.ExecContext(ctx, `VACUUM`) // and no copy under the old key
	return n, err
}

// rewrapPage is how many keys are read at a time.
const rewrapPage = 1000

// rewrap seals every stored key under the next root key.
func (w *wrapDB) rewrap(ctx context.Context, next cipher.AEAD) (n uint64, err error) {
	tx, err := w.db.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer tx.Rollback() // without effect after Commit
	var last []byte
	for {
		page, err := w.page(ctx, tx, last)
		if err != nil {
			return 0, err
		}
		for _, row := range page {
			if err := w.rewrapRow(ctx, tx, row, next); err != nil {
				return 0, err
			}
			n++
		}
		if len(page) < rewrapPage {
			return n, tx.Commit()
		}
		last = page[len(page)-1].id
	}
}

// wrappedRow is a row of wrapping_key as it is stored.
type wrappedRow struct {
	id, subject, wrapped []byte
	class, month         string
}

func (w *wrapDB) page(ctx context.Context, tx *sql.Tx, after []byte) ([]wrappedRow, error) {
	rows, err := tx.QueryContext(ctx, `SELECT id, subject, class, month, wrapped FROM wrapping_key WHERE id > $1 ORDER BY id LIMIT $2`,
		append([]byte{}, after...), rewrapPage)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var page []wrappedRow
	for rows.Next() {
		var r wrappedRow
		if err := rows.Scan(&r.id, &r.subject, &r.class, &r.month, &r.wrapped); err != nil {
			return nil, err
		}
		page = append(page, r)
	}
	return page, rows.Err()
}

func (w *wrapDB) rewrapRow(ctx context.Context, tx *sql.Tx, r wrappedRow, next cipher.AEAD) error {
	if len(r.id) != len(keyID{}) || len(r.wrapped) != nonceBytes+wrappedBytes {
		return errors.New("a stored row is damaged")
	}
	aad := w.binding(keyID(r.id), r.subject, r.class, r.month)
	key, err := w.root.Open(nil, r.wrapped[:nonceBytes], r.wrapped[nonceBytes:], aad)
	if err != nil {
		return errors.New("a stored row was changed")
	}
	defer clear(key)
	nonce := make([]byte, nonceBytes)
	rand.Read(nonce)
	_, err = tx.ExecContext(ctx, `UPDATE wrapping_key SET wrapped = $1 WHERE id = $2`, next.Seal(nonce, nonce, key, aad), r.id)
	return err
}

// settleRoot ends whatever rotation was begun, one way or the other, and takes
// the root key that counts.
func (w *wrapDB) settleRoot() error {
	used, err := hasKeys(w.db)
	if err != nil {
		return err
	}
	root, next := filepath.Join(w.dir, rootName), filepath.Join(w.dir, nextName)
	begun, err := readRoot(next)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err == nil && used && w.opensUnder(begun):
		w.root = begun // whatever fails below: what is wrapped next must open after a start
		if err := errors.Join(overwrite(root), os.Rename(next, root), durable.SyncDir(w.dir)); err != nil {
			return fmt.Errorf("replace root key: %w", err)
		}
	default: // not what the keys are under, or not whole
		if old, err := readRoot(root); used && (err != nil || !w.opensUnder(old)) {
			return fmt.Errorf("no root key opens the stored keys, neither %s nor %s: nothing was changed; restore them from the backup of the keys", root, next)
		}
		if err := errors.Join(overwrite(next), os.Remove(next), durable.SyncDir(w.dir)); err != nil {
			return fmt.Errorf("discard the root key of a rotation that was not finished: %w", err)
		}
	}
	w.root, err = loadRootKey(root, !used)
	return err
}

// findRoot takes the root key that counts and changes nothing.
func (w *wrapDB) findRoot() error {
	if next, err := readRoot(filepath.Join(w.dir, nextName)); err == nil && w.opensUnder(next) {
		w.root = next
		return nil
	}
	root, err := loadRootKey(filepath.Join(w.dir, rootName), false)
	w.root = root
	return err
}

// opensUnder tells whether the stored keys are wrapped under a root key.
func (w *wrapDB) opensUnder(root cipher.AEAD) bool {
	_, err := (&wrapDB{origin: w.origin, root: root}).one(w.db, selectAny)
	return err == nil
}

// overwrite replaces the content of a file by zeros, durably. A file that is gone
// needs none.
func overwrite(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err == nil {
		_, err = f.WriteAt(make([]byte, info.Size()), 0)
	}
	return errors.Join(err, f.Sync(), f.Close())
}
