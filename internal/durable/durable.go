// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package durable is the floor under everything that must survive a crash:
// files that are synced without their metadata, files replaced whole,
// directories synced, and the lock that keeps a second process out.
//
// The ledger reaches the disk through Disk and File only, so that tests can
// make it fail.
package durable

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// File is an open file. ReadAt and WriteAt may be called concurrently.
type File interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	// Datasync makes written data durable. After an error nobody knows what is
	// on the disk; the caller must stop writing and recover from it.
	Datasync() error
	// Size is the length in bytes.
	Size() (int64, error)
	// Truncate cuts or extends the file.
	Truncate(size int64) error
}

// Disk opens files. Implementations are safe for concurrent use.
type Disk interface {
	// Open opens an existing file for reading and writing.
	Open(path string) (File, error)
	// Create makes a new file with mode 0600; it fails when path exists.
	Create(path string) (File, error)
	// SyncDir makes the names in a directory durable.
	SyncDir(dir string) error
}

// OS is the machine's disk.
type OS struct{}

// Open implements Disk.
func (OS) Open(path string) (File, error) { return open(path, os.O_RDWR) }

// Create implements Disk.
func (OS) Create(path string) (File, error) { return open(path, os.O_RDWR|os.O_CREATE|os.O_EXCL) }

// SyncDir implements Disk.
func (OS) SyncDir(dir string) error { return SyncDir(dir) }

func open(path string, flag int) (File, error) {
	f, err := os.OpenFile(path, flag, 0o600)
	if err != nil {
		return nil, err
	}
	return osFile{f}, nil
}

type osFile struct{ *os.File }

func (f osFile) Datasync() error { return datasync(f.File) }

func (f osFile) Size() (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// SyncDir makes the names in dir durable.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync directory: %w", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("sync directory %s: %w", dir, err)
	}
	return nil
}

// MkdirAll makes dir and its parents with perm and makes their names durable.
func MkdirAll(dir string, perm fs.FileMode) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	if err := os.MkdirAll(dir, perm); err != nil {
		return err
	}
	return SyncDir(filepath.Dir(dir))
}

// WriteFile puts data in path so that after a crash either the old or the new
// content is there, whole.
func WriteFile(path string, data []byte, perm fs.FileMode) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // gone after the rename
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(perm), f.Sync(), f.Close())
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return SyncDir(dir)
}
