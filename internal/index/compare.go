// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/counterfoil/counterfoil"
)

// Difference is a value in the index that is not what the ledger says.
type Difference struct {
	Table    string // empty: the file itself is damaged, and Key says how
	Key      string // of the row, as SQL literals
	Column   string // empty: the whole row
	Found    string // in the index, as an SQL literal; empty when the row is missing
	Expected string // by the ledger; empty when there should be no row

	// Entry is the one the value rests on, by what the ledger says; of a row that
	// should not be, by its own word. Sums rest on many, and have none.
	Entry *counterfoil.Index
}

// Compare tells each value in which the index differs from what b made of the
// ledger. It holds still a view of the index, has b brought by reach to where that
// view is, and compares them table by table, row by row and column by column, and
// the indexes with their tables, while the index itself goes on. b must not be ahead of the index.
func (x *Index) Compare(ctx context.Context, b *Builder, reach func(counterfoil.Index) error, each func(Difference) error) (err error) {
	x.using.RLock()
	defer x.using.RUnlock()
	conn, err := x.file.read.Conn(ctx)
	if err != nil {
		return fmt.Errorf("compare indexes: %w", err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "ATTACH DATABASE $1 AS made", b.path); err != nil {
		return fmt.Errorf("compare indexes: %w", err)
	}
	defer func() {
		_, detached := conn.ExecContext(context.WithoutCancel(ctx), "DETACH DATABASE made")
		err = errors.Join(err, detached)
	}()
	tx, err := conn.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return fmt.Errorf("compare indexes: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // nothing was written
	var next counterfoil.Index
	if err := tx.QueryRowContext(ctx, "SELECT next FROM main.projection").Scan(&next); err != nil { // from here on the view holds still
		return fmt.Errorf("compare indexes: %w", err)
	}
	if err := reach(next); err != nil {
		return err
	}
	if at := b.Position().Next; at != next {
		return fmt.Errorf("compare indexes: one ends at entry %d, the other at %d", at, next)
	}
	for _, t := range tables() {
		if err := t.compare(ctx, tx, each); err != nil {
			return fmt.Errorf("compare table %s: %w", t.name, err)
		}
	}
	// Pages read the indexes over the tables too, which only SQLite can hold against them.
	return texts(ctx, tx, "PRAGMA main.integrity_check", func(row []sql.NullString) error {
		if row[0].String == "ok" {
			return nil
		}
		return each(Difference{Key: row[0].String})
	})
}

// compare reads both tables side by side: x is the row of the index, y that of
// the ledger.
func (t *table) compare(ctx context.Context, tx *sql.Tx, each func(Difference) error) error {
	keys, others, err := t.split(ctx, tx)
	if err != nil {
		return err
	}
	if err := t.compareRows(ctx, tx, keys, others, each); err != nil {
		return err
	}
	missing := fmt.Sprintf("SELECT %s, %s FROM made.%s AS y WHERE NOT EXISTS (SELECT 1 FROM main.%s AS x WHERE %s)",
		literals("y", keys), t.entryOf("y", "made"), t.name, t.name, onKeys(keys))
	return texts(ctx, tx, missing, func(row []sql.NullString) error {
		return each(Difference{Table: t.name, Key: row[0].String, Expected: "a row", Entry: entryIndex(row[1])})
	})
}

// compareRows tells rows that should not be, and values that should be others.
func (t *table) compareRows(ctx context.Context, tx *sql.Tx, keys, others []string, each func(Difference) error) error {
	wanted := []string{literals("x", keys), "y." + keys[0] + " IS NULL", t.entryOf("x", "main"), t.entryOf("y", "made"), t.closingOf("y", "made")}
	differs := []string{"y." + keys[0] + " IS NULL"}
	for _, c := range others {
		wanted = append(wanted, "quote(x."+c+")", "quote(y."+c+")")
		differs = append(differs, t.differs(c))
	}
	text := fmt.Sprintf("SELECT %s FROM main.%s AS x LEFT JOIN made.%s AS y ON %s WHERE %s",
		strings.Join(wanted, ", "), t.name, t.name, onKeys(keys), strings.Join(differs, " OR "))
	return texts(ctx, tx, text, func(row []sql.NullString) error {
		key, extra, own, entry, closing := row[0].String, row[1].String == "1", row[2], row[3], row[4]
		if extra {
			return each(Difference{Table: t.name, Key: key, Found: "a row", Entry: entryIndex(own)})
		}
		for i, c := range others {
			found, expected := row[5+2*i].String, row[6+2*i].String
			if found == expected || slices.Contains(t.forgets, c) && expected == "X''" {
				continue
			}
			d := Difference{Table: t.name, Key: key, Column: c, Found: found, Expected: expected, Entry: entryIndex(entry)}
			if slices.Contains(t.closes, c) {
				d.Entry = entryIndex(closing)
			}
			if err := each(d); err != nil {
				return err
			}
		}
		return nil
	})
}

// split tells the columns of the key from the others.
func (t *table) split(ctx context.Context, tx *sql.Tx) (keys, others []string, err error) {
	err = texts(ctx, tx, "SELECT name, pk > 0 FROM pragma_table_info('"+t.name+"', 'made') ORDER BY cid", func(row []sql.NullString) error {
		if row[1].String == "1" {
			keys = append(keys, row[0].String)
		} else {
			others = append(others, row[0].String)
		}
		return nil
	})
	return keys, others, err
}

// differs is the condition that two values of a column are not the same.
func (t *table) differs(column string) string {
	condition := "x." + column + " IS NOT y." + column
	if slices.Contains(t.forgets, column) {
		condition = "(" + condition + " AND y." + column + " <> x'')"
	}
	return condition
}

// entryOf is the expression for the entry that a row of a schema rests on.
func (t *table) entryOf(row, schema string) string {
	if t.entry == "" {
		return "NULL"
	}
	return strings.NewReplacer("{row}", row, "{schema}", schema).Replace(t.entry)
}

func (t *table) closingOf(row, schema string) string {
	if t.closing == "" {
		return "NULL"
	}
	return strings.NewReplacer("{row}", row, "{schema}", schema).Replace(t.closing)
}

func literals(row string, columns []string) string {
	parts := make([]string, len(columns))
	for i, c := range columns {
		parts[i] = "quote(" + row + "." + c + ")"
	}
	return strings.Join(parts, " || ', ' || ")
}

func onKeys(keys []string) string {
	parts := make([]string, len(keys))
	for i, k := range keys {
		parts[i] = "x." + k + " = y." + k
	}
	return strings.Join(parts, " AND ")
}

func entryIndex(text sql.NullString) *counterfoil.Index {
	n, err := strconv.ParseUint(text.String, 10, 64)
	if err != nil {
		return nil
	}
	return new(counterfoil.Index(n))
}

// texts reads rows whose columns are all read as text.
func texts(ctx context.Context, tx *sql.Tx, query string, each func([]sql.NullString) error) error {
	rows, err := tx.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	row, targets := make([]sql.NullString, len(columns)), make([]any, len(columns))
	for i := range row {
		targets[i] = &row[i]
	}
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			return err
		}
		if err := each(row); err != nil {
			return err
		}
	}
	return rows.Err()
}
