// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// plainTable is a table without a key or an index.
type plainTable struct {
	db      *sql.DB
	columns []string
	many    *sql.Stmt
	one     *sql.Stmt
}

func (p *plainTable) create(ctx context.Context) (err error) {
	if _, err := p.db.ExecContext(ctx, "CREATE TABLE plain ("+strings.Join(p.columns, ", ")+")"); err != nil {
		return err
	}
	tuple := "(" + strings.TrimSuffix(strings.Repeat("?, ", len(p.columns)), ", ") + ")"
	if p.one, err = p.db.PrepareContext(ctx, "INSERT INTO plain VALUES "+tuple); err != nil {
		return err
	}
	p.many, err = p.db.PrepareContext(ctx, "INSERT INTO plain VALUES "+strings.Repeat(tuple+", ", plainMany-1)+tuple)
	return err
}

// insert writes the values of whole rows in one transaction.
func (p *plainTable) insert(ctx context.Context, values []any) error {
	tx, err := p.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // nothing is left once it is committed
	one, many := tx.StmtContext(ctx, p.one), tx.StmtContext(ctx, p.many)
	for len(values) > 0 {
		stmt, n := one, len(p.columns)
		if len(values) >= plainMany*n {
			stmt, n = many, plainMany*n
		}
		if _, err := stmt.ExecContext(ctx, values[:n]...); err != nil {
			return fmt.Errorf("load plainly: %w", err)
		}
		values = values[n:]
	}
	return tx.Commit()
}
