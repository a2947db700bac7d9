// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package vault

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/counterfoil/counterfoil"
)

// WrappingKey describes a stored wrapping key: what would be erased with it.
type WrappingKey struct {
	ID      counterfoil.ID
	Scope   Scope
	Month   time.Time // beginning of the month in which it sealed, UTC
	Ends    time.Time // end of that month
	Expires time.Time // when retention deletes it; zero never, or not dated yet
}

// Selection says which wrapping keys are meant. The zero value of a field does
// not restrict.
type Selection struct {
	ID      counterfoil.ID
	Subject counterfoil.ID
	Class   string
	Ended   time.Time // only keys whose month ends at or before this time
	Expired time.Time // only keys whose time is over at this time
}

// Keys lists stored wrapping keys, oldest month first.
func (v *Vault) Keys(ctx context.Context, s Selection) ([]WrappingKey, error) {
	keys, err := v.keys.store.list(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("list wrapping keys: %w", err)
	}
	return keys, nil
}

func (w *wrapDB) list(ctx context.Context, s Selection) ([]WrappingKey, error) {
	query, args := `SELECT id, subject, class, month, expires FROM wrapping_key WHERE true`, []any{}
	add := func(condition string, arg any) {
		args = append(args, arg)
		query += fmt.Sprintf(" AND "+condition, len(args))
	}
	if !s.ID.IsZero() {
		add("id = $%d", s.ID[:])
	}
	if !s.Subject.IsZero() {
		add("subject = $%d", s.Subject[:])
	}
	if s.Class != "" {
		add("class = $%d", s.Class)
	}
	if !s.Ended.IsZero() {
		add("month < $%d", monthOf(s.Ended).String()) // the text sorts as the months do
	}
	if !s.Expired.IsZero() {
		add("expires > 0 AND expires <= $%d", s.Expired.UnixMicro())
	}
	rows, err := w.db.QueryContext(ctx, query+` ORDER BY month, id`, args...)
	if err != nil {
		return nil, err
	}
	return scanKeys(rows)
}

func scanKeys(rows *sql.Rows) ([]WrappingKey, error) {
	defer rows.Close()
	var keys []WrappingKey
	for rows.Next() {
		k, err := scanKey(rows)
		if err != nil {
			return nil, err
		}
		keys = append(keys, k)
	}
	return keys, rows.Err()
}

func scanKey(rows *sql.Rows) (WrappingKey, error) {
	var k WrappingKey
	var id, subject []byte
	var month string
	var expires int64
	if err := rows.Scan(&id, &subject, &k.Scope.Class, &month, &expires); err != nil {
		return k, err
	}
	begin, err := time.Parse("2006-01", month)
	if err != nil || len(id) != len(k.ID) || len(subject) != len(k.Scope.Subject) {
		return k, fmt.Errorf("the stored row of month %q is damaged", month)
	}
	copy(k.ID[:], id)
	copy(k.Scope.Subject[:], subject)
	k.Month, k.Ends = begin, (monthOf(begin) + 1).start()
	if expires > 0 {
		k.Expires = time.UnixMicro(expires).UTC()
	}
	return k, nil
}

// Bar makes sure that nothing is sealed for a subject from here on: Seal fails
// with ErrBarred, and Keys lists every key the subject will ever have had.
// What was sealed before may still be on its way to the disk.
func (v *Vault) Bar(subject counterfoil.ID) {
	if subject.IsZero() {
		return // nobody in particular
	}
	r := &v.keys
	r.storing.Lock() // after keys that are being made
	defer r.storing.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.barred[subject] = true
	for s := range r.sealing {
		if s.subject == subject {
			delete(r.sealing, s)
		}
	}
}

// Delete deletes wrapping keys, in memory and on the disk; those that are gone
// already are no error. When it returns without one, no file of the keys holds
// them any more. The caller has it in the ledger that they are erased: nobody
// can read what they sealed again.
func (v *Vault) Delete(ctx context.Context, ids []counterfoil.ID) error {
	r := &v.keys
	r.storing.Lock()
	defer r.storing.Unlock()
	r.forget(ids)
	err := r.store.delete(ctx, ids)
	r.forget(ids) // somebody may have read one while it was deleted
	if err != nil {
		return fmt.Errorf("delete wrapping keys: %w", err)
	}
	return nil
}

// forget takes keys out of memory.
func (r *keyring) forget(ids []counterfoil.ID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.deleted++
	gone := make(map[keyID]bool, len(ids))
	for _, id := range ids {
		gone[keyID(id)] = true
		delete(r.opening, keyID(id))
	}
	for s, key := range r.sealing {
		if gone[key.id] {
			delete(r.sealing, s)
		}
	}
}

// delete removes rows, which overwrites them where they lie, and writes the file
// anew, so that nothing depends on where SQLite once moved a row.
func (w *wrapDB) delete(ctx context.Context, ids []counterfoil.ID) error {
	tx, err := w.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // without effect after Commit
	for i := range ids {
		if _, err := tx.ExecContext(ctx, `DELETE FROM wrapping_key WHERE id = $1`, ids[i][:]); err != nil {
			return err
		}
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	_, err = w.db.ExecContext(ctx, `VACUUM`)
	return err
}

// Applied is how far the erasures of the ledger are carried out: all below this
// index are.
func (v *Vault) Applied(ctx context.Context) (counterfoil.Index, error) {
	var applied int64
	if err := v.keys.store.db.QueryRowContext(ctx, `SELECT applied FROM erasures`).Scan(&applied); err != nil {
		return 0, fmt.Errorf("read how far erasures are carried out: %w", err)
	}
	return counterfoil.Index(applied), nil
}

// SetApplied notes durably how far the erasures of the ledger are carried out.
func (v *Vault) SetApplied(ctx context.Context, next counterfoil.Index) error {
	if _, err := v.keys.store.db.ExecContext(ctx, `UPDATE erasures SET applied = $1 WHERE applied < $1`, int64(next)); err != nil {
		return fmt.Errorf("note how far erasures are carried out: %w", err)
	}
	return nil
}

// HeadBytes is how much of a sealed payload KeyOf needs.
const HeadBytes = nonceOffset

// KeyOf returns the id of the wrapping key of a sealed payload; false when the
// bytes do not begin like one, as after they were overwritten.
func KeyOf(sealed []byte) (counterfoil.ID, bool) {
	if len(sealed) < HeadBytes || sealed[0] != version1 {
		return counterfoil.ID{}, false
	}
	id := keyID(sealed[idOffset:nonceOffset])
	return counterfoil.ID(id), id.intact()
}
