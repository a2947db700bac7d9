// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/index"
)

// indexing measures the index: how fast it is rebuilt, against a load of the same
// rows that keeps nothing in order; then pages and sums over it; then how far it is
// behind a ledger that grows.
func indexing(ctx context.Context, b *bench) (err error) {
	log, err := b.writeLog(b.rows)
	if err != nil {
		return err
	}
	dir, err := b.folder("index")
	if err != nil {
		return err
	}
	x, err := index.Open(ctx, filepath.Join(dir, "index.db"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, x.Close(), b.remove(dir)) }()

	built, err := rebuild(ctx, x, log)
	if err != nil {
		return err
	}
	plain, err := loadPlainly(ctx, filepath.Join(dir, "index.db"), filepath.Join(dir, "plain.db"))
	if err != nil {
		return err
	}
	b.table.note("index: %d interactions from %d entries in %.0f s, of which %.0f s for the indexes at the end; the same rows into one table without any in %.0f s; at most %d MB of memory.",
		b.rows, log.entries, built.took.Seconds(), built.indexes.Seconds(), plain.took.Seconds(), memory())
	b.table.add(rates("rebuild, to a load without indexes", b.rows, built.took, plain.took, atLeast(0.35)))
	// A rebuild decodes and hashes entries meanwhile, which is work of its own.
	b.table.add(rates("the same by time of the processor", b.rows, built.spent, plain.spent, unaimed("x")))
	if err := b.pages(ctx, x, log); err != nil {
		return err
	}
	return b.lag(ctx, x)
}

// memory is the most this process has held so far, in MB.
func memory() int64 {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		return 0 // it is for a note
	}
	return u.Maxrss >> 10
}

// rates is a row that compares how many of n were done a second.
func rates(measure string, n int, ours, reference time.Duration, a aim) row {
	left, right := float64(n)/ours.Seconds(), float64(n)/reference.Seconds()
	return row{measure: measure, ours: fmt.Sprintf("%.0f/s", left), reference: fmt.Sprintf("%.0f/s", right), ratio: left / right, spread: "one pass", aim: a}
}

// effort is the time of the clock and that of the processor.
type effort struct{ took, spent time.Duration }

type rebuilt struct {
	effort
	indexes time.Duration // of took
}

// rebuild does what `counterfoil reindex` does, from entries in a file.
func rebuild(ctx context.Context, x *index.Index, log *syntheticLog) (r rebuilt, err error) {
	settle()
	before, began := processorTime(), time.Now()
	beside, err := x.Build(ctx)
	if err != nil {
		return r, err
	}
	err = beside.Load(ctx, log.source, counterfoil.Index(log.entries), func(counterfoil.Index) {})
	loaded := time.Since(began)
	if err == nil {
		err = beside.Complete(ctx)
	}
	r.indexes = time.Since(began) - loaded
	if err != nil {
		return r, errors.Join(err, beside.Close())
	}
	err = x.Adopt(ctx, beside)
	r.effort = effort{time.Since(began), processorTime() - before}
	return r, err
}

// plainRows is how many rows the yardstick writes in one transaction, and plainMany
// in one statement; as the index does.
const (
	plainRows = 8192
	plainMany = 32
)

// loadPlainly copies the rows of an index into a table without a key or an index,
// and counts the time that writing them took. Reading them is not counted.
func loadPlainly(ctx context.Context, from, to string) (e effort, err error) {
	source, err := sql.Open("sqlite", "file:"+from+"?_pragma=query_only(1)")
	if err != nil {
		return e, err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	target, err := sql.Open("sqlite", "file:"+to+"?_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=temp_store(MEMORY)&_pragma=cache_size(-64000)&_pragma=wal_autocheckpoint(16000)")
	if err != nil {
		return e, err
	}
	defer func() { err = errors.Join(err, target.Close()) }()
	target.SetMaxOpenConns(1)
	rows, err := source.QueryContext(ctx, "SELECT * FROM interactions ORDER BY id")
	if err != nil {
		return e, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return e, err
	}
	p := plainTable{db: target, columns: columns}
	if err := p.create(ctx); err != nil {
		return e, err
	}
	settle()
	for batch, more := []any(nil), true; more; {
		if batch, more, err = readRows(rows, len(columns), batch[:0]); err != nil {
			return e, err
		}
		before, began := processorTime(), time.Now()
		if err := p.insert(ctx, batch); err != nil {
			return e, err
		}
		e.took, e.spent = e.took+time.Since(began), e.spent+processorTime()-before
	}
	return e, nil
}

// readRows reads the values of the next rows.
func readRows(rows *sql.Rows, width int, batch []any) ([]any, bool, error) {
	targets := make([]any, width)
	for range plainRows {
		if !rows.Next() {
			return batch, false, rows.Err()
		}
		at := len(batch)
		batch = append(batch, make([]any, width)...)
		for i := range targets {
			targets[i] = &batch[at+i]
		}
		if err := rows.Scan(targets...); err != nil {
			return nil, false, err
		}
	}
	return batch, true, nil
}
