// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"

	"modernc.org/sqlite" // also the driver "sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Index is an open index file.
type Index struct {
	path string

	using sync.RWMutex // held for reading while the file is in use, for writing while another takes its place
	file  file

	mu       sync.Mutex // held while the projection changes; taken before using
	position Position

	usedDays usedDays
}

// Open opens the index file at path, creates it with mode 0600 when it does not
// exist, brings its tables up to date and empties a projection of another shape.
// It refuses a file whose sessions were written by a newer program.
func Open(ctx context.Context, path string) (*Index, error) {
	if err := touch(path); err != nil {
		return nil, fmt.Errorf("create index: %w", err)
	}
	x := &Index{path: path}
	if err := x.open(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open index %s: %w", path, explain(err)), x.Close())
	}
	return x, nil
}

// ErrDamaged says that the file is no index or not a whole one. It may be
// deleted: the ledger has everything but the sessions.
var ErrDamaged = errors.New("the index file is damaged; delete it and it is built again from the ledger")

func explain(err error) error {
	damaged, ok := errors.AsType[*sqlite.Error](err)
	if ok && (damaged.Code()&0xff == sqlite3.SQLITE_CORRUPT || damaged.Code()&0xff == sqlite3.SQLITE_NOTADB) {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return err
}

// open is also how the file that took the place of another is opened.
func (x *Index) open(ctx context.Context) (err error) {
	if err := x.file.open(ctx, x.path, usual); err != nil {
		return err
	}
	if err := transact(ctx, x.file.write, func(tx *sql.Tx) error { return addIndexes(ctx, tx) }); err != nil {
		return err
	}
	x.usedDays.forgetFrom(longAgo)
	x.position, err = readPosition(ctx, x.file.write)
	return err
}

// Close closes the file. It is safe to call on an index that did not open fully.
func (x *Index) Close() error {
	x.using.Lock()
	defer x.using.Unlock()
	return x.file.close()
}

// transact runs fn in one write transaction.
func (x *Index) transact(ctx context.Context, fn func(*sql.Tx) error) error {
	x.using.RLock()
	defer x.using.RUnlock()
	return transact(ctx, x.file.write, fn)
}

// exec runs one statement that writes.
func (x *Index) exec(ctx context.Context, text string, args ...any) error {
	x.using.RLock()
	defer x.using.RUnlock()
	_, err := x.file.write.ExecContext(ctx, text, args...)
	return err
}

// one reads the one row of a query; without any it returns sql.ErrNoRows.
func (x *Index) one(ctx context.Context, targets []any, query string, args ...any) error {
	x.using.RLock()
	defer x.using.RUnlock()
	rows, err := x.file.asked.query(ctx, x.file.read, query, args)
	if err != nil {
		return err
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return err
		}
		return sql.ErrNoRows
	}
	return errors.Join(rows.Scan(targets...), rows.Close())
}

// many reads all rows of a query into values of one type.
func many[T any](ctx context.Context, x *Index, targets func(*T) []any, query string, args ...any) ([]T, error) {
	x.using.RLock()
	defer x.using.RUnlock()
	rows, err := x.file.asked.query(ctx, x.file.read, query, args)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		var v T
		if err := rows.Scan(targets(&v)...); err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}

func (x *Index) checkpoint(ctx context.Context) error {
	x.using.RLock()
	defer x.using.RUnlock()
	return checkpoint(ctx, x.file.write)
}
