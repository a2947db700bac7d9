// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/counterfoil/counterfoil/internal/durable"
)

// Adopt puts what b built into the place of the file in use, and closes b. It
// waits for queries that run and holds up new ones meanwhile; sessions and sign-in
// attempts are carried over. Whatever happens on the way, the name of the index is
// at any time that of a whole file: the former one, or the new one.
func (x *Index) Adopt(ctx context.Context, b *Builder) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.using.Lock()
	defer x.using.Unlock()
	if b.position.Next < x.position.Next {
		return errors.Join(fmt.Errorf("the index beside ends at entry %d, before the one in use at %d", b.position.Next, x.position.Next), b.Close())
	}
	if err := b.takeSessions(ctx, x.path); err != nil {
		return errors.Join(fmt.Errorf("carry sessions over: %w", err), b.Close())
	}
	if err := errors.Join(checkpoint(ctx, b.file.write), b.Close()); err != nil {
		return fmt.Errorf("finish the index beside: %w", err)
	}
	err := x.replace(ctx, b.path)
	x.file.rewritten.Add(1)
	return errors.Join(err, x.open(ctx)) // the new one, or again the former
}

func (b *Builder) takeSessions(ctx context.Context, from string) error {
	for _, statement := range []struct {
		text string
		args []any
	}{
		{"ATTACH DATABASE $1 AS former", []any{from}},
		{"DELETE FROM sessions", nil},
		{"DELETE FROM attempts", nil},
		{"INSERT INTO sessions SELECT * FROM former.sessions", nil},
		{"INSERT INTO attempts SELECT * FROM former.attempts", nil},
		{"DETACH DATABASE former", nil},
	} {
		if _, err := b.file.write.ExecContext(ctx, statement.text, statement.args...); err != nil {
			return err
		}
	}
	return nil
}

// replace closes the file in use and puts the other in its place. The write-ahead
// log of the former one must be gone before: SQLite would take it for that of its
// successor.
func (x *Index) replace(ctx context.Context, by string) error {
	if err := errors.Join(checkpoint(ctx, x.file.write), x.file.close()); err != nil {
		return fmt.Errorf("close the former index: %w", err)
	}
	for _, suffix := range []string{"-wal", "-shm"} {
		if err := os.Remove(x.path + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("close the former index: %w", err)
		}
	}
	if err := os.Rename(by, x.path); err != nil {
		return fmt.Errorf("put the new index in place: %w", err)
	}
	return durable.SyncDir(filepath.Dir(x.path))
}
