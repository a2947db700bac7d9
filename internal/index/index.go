// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"

	"modernc.org/sqlite" // also the driver "sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// readers is the size of the pool for queries; the console is the only reader.
const readers = 4

// Index is an open index file.
type Index struct {
	write *sql.DB // exactly one connection
	read  *sql.DB // query_only connections

	mu       sync.Mutex // held while the projection changes
	position Position
	stmts    statements
}

// Open opens the index file at path, creates it with mode 0600 when it does not
// exist, brings its tables up to date and empties a projection of another shape.
// It refuses a file whose sessions were written by a newer program.
func Open(ctx context.Context, path string) (*Index, error) {
	if err := touch(path); err != nil {
		return nil, fmt.Errorf("create index: %w", err)
	}
	x := &Index{}
	if err := x.open(ctx, path); err != nil {
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

func (x *Index) open(ctx context.Context, path string) (err error) {
	// A commit of the disposable projection need not reach the disk at once:
	// with WAL and synchronous NORMAL a power cut loses whole transactions from
	// the end, rows and cursor together. Sessions that ended are overwritten where
	// they lay. Without temp_store an INSERT of many
	// rows writes its undo journal to a file.
	if x.write, err = connect(path, "_txlock=immediate&_pragma=secure_delete(ON)&_pragma=synchronous(NORMAL)&_pragma=temp_store(MEMORY)&_pragma=cache_size(-8000)&_pragma=wal_autocheckpoint(4000)"); err != nil {
		return err
	}
	x.write.SetMaxOpenConns(1)
	if err := migrate(ctx, x.write); err != nil {
		return err
	}
	if x.stmts, err = prepare(ctx, x.write); err != nil {
		return err
	}
	if x.position, err = readPosition(ctx, x.write); err != nil {
		return err
	}
	if x.read, err = connect(path, "_pragma=query_only(1)&_pragma=cache_size(-4000)"); err != nil {
		return err
	}
	x.read.SetMaxOpenConns(readers)
	x.read.SetMaxIdleConns(readers)
	return nil
}

// Close closes the file. It is safe to call on an index that did not open fully.
func (x *Index) Close() error {
	var errs []error
	for _, db := range []*sql.DB{x.read, x.write} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}

// connect sets busy_timeout first: everything after it may meet a lock.
func connect(path, options string) (*sql.DB, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	dsn := url.URL{Scheme: "file", Path: abs, RawQuery: "_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&" + options}
	return sql.Open("sqlite", dsn.String())
}

func touch(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// transact runs fn in one write transaction.
func (x *Index) transact(ctx context.Context, fn func(*sql.Tx) error) error {
	return transact(ctx, x.write, fn)
}

func transact(ctx context.Context, db *sql.DB, fn func(*sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	if err := fn(tx); err != nil {
		_ = tx.Rollback() // the first error is the one that matters
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}
