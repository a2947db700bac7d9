// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package durable

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
)

// CopyDatabase copies an open SQLite database to a new file with mode 0600, as it is
// at one moment, also while another process writes it, and syncs the copy. Rows that
// were deleted are not in the copy. Its name is durable once the caller synced the
// directory.
func CopyDatabase(ctx context.Context, db *sql.DB, to string) error {
	// SQLite takes an empty file as if there were none, and keeps its mode.
	f, err := os.OpenFile(to, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("copy database: %w", err)
	}
	if _, err = db.ExecContext(ctx, `VACUUM INTO $1`, to); err == nil {
		err = f.Sync() // SQLite does not: it could be told to make the copy again
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(fmt.Errorf("copy database: %w", err), os.Remove(to))
	}
	return nil
}
