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
	"sync/atomic"
)

// readers is the size of the pool for queries; the console is the only reader.
const readers = 4

// file is one SQLite file with its connections.
type file struct {
	write *sql.DB // exactly one connection
	read  *sql.DB // query_only connections
	ready statements
	asked asked // on read

	rewritten atomic.Uint64 // see Index.KeptRewritten
}

// use is what a file is opened for: the options of its writing connection.
type use string

// A commit of the disposable projection need not reach the disk at once: with WAL
// and synchronous NORMAL a power cut loses whole transactions from the end, rows
// and cursor together. What is deleted is overwritten where it lay. Without
// temp_store an INSERT of many rows writes its undo journal to a file.
const (
	usual use = "_txlock=immediate&_pragma=synchronous(NORMAL)&_pragma=temp_store(MEMORY)&_pragma=secure_delete(ON)&_pragma=cache_size(-8000)&_pragma=wal_autocheckpoint(4000)"

	// A load holds 64 MB of pages, and moves 64 MB at a time into the file.
	loading use = "_txlock=immediate&_pragma=synchronous(NORMAL)&_pragma=temp_store(MEMORY)&_pragma=secure_delete(ON)&_pragma=cache_size(-64000)&_pragma=wal_autocheckpoint(16000)"
)

// What a question sorts stays in memory too: it is text of records.
const reading = "_pragma=query_only(1)&_pragma=temp_store(MEMORY)&_pragma=cache_size(-4000)"

// open makes the file when there is none, and brings its tables up to date.
func (f *file) open(ctx context.Context, path string, u use) (err error) {
	if err := touch(path); err != nil {
		return err
	}
	if f.write, err = connect(path, string(u)); err != nil {
		return err
	}
	f.write.SetMaxOpenConns(1)
	if err := migrate(ctx, f.write); err != nil {
		return err
	}
	if f.ready, err = prepare(ctx, f.write); err != nil {
		return err
	}
	if f.read, err = connect(path, reading); err != nil {
		return err
	}
	f.read.SetMaxOpenConns(readers)
	f.read.SetMaxIdleConns(readers)
	return nil
}

func (f *file) close() error {
	errs := []error{f.asked.close()}
	for _, db := range []*sql.DB{f.read, f.write} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}

// connect sets busy_timeout first: everything after it may meet a lock.
func connect(path, options string) (*sql.DB, error) {
	source, err := dataSource(path, options)
	if err != nil {
		return nil, err
	}
	return sql.Open("sqlite", source)
}

func dataSource(path, options string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	dsn := url.URL{Scheme: "file", Path: abs, RawQuery: "_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&" + options}
	return dsn.String(), nil
}

func touch(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
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
