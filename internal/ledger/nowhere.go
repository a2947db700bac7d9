// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"errors"
	"io"

	"github.com/counterfoil/counterfoil/internal/durable"
)

// nowhere is the disk under the payloads of a log without payloads: its files are
// there, empty, and take nothing. So the committer need not know of such logs.
type nowhere struct{}

var errNowhere = errors.New("a log without payloads takes none")

// Open implements durable.Disk.
func (nowhere) Open(string) (durable.File, error) { return noFile{}, nil }

// Create implements durable.Disk.
func (nowhere) Create(string) (durable.File, error) { return noFile{}, nil }

// Rename implements durable.Disk.
func (nowhere) Rename(string, string) error { return errNowhere }

// Remove implements durable.Disk.
func (nowhere) Remove(string) error { return errNowhere }

// SyncDir implements durable.Disk.
func (nowhere) SyncDir(string) error { return nil }

type noFile struct{}

// ReadAt implements durable.File.
func (noFile) ReadAt([]byte, int64) (int, error) { return 0, io.EOF }

// WriteAt implements durable.File.
func (noFile) WriteAt([]byte, int64) (int, error) { return 0, errNowhere }

// Datasync implements durable.File.
func (noFile) Datasync() error { return nil }

// Truncate implements durable.File.
func (noFile) Truncate(int64) error { return errNowhere }

// Size implements durable.File.
func (noFile) Size() (int64, error) { return 0, nil }

// Close implements durable.File.
func (noFile) Close() error { return nil }
