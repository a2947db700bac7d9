// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package durable is the floor under everything that must survive a crash:
// files that are synced without their metadata, files replaced whole,
// directories synced, and the lock that keeps a second process out.
//
// The ledger reaches the disk through Disk and File only, so that tests can
// make it fail: see package faulty.
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
	// Rename gives a file another name in the same directory, whose former
	// owner is gone then.
	Rename(from, to string) error
	// Remove takes a name away.
	Remove(path string) error
	// SyncDir makes the names in a directory durable: those created, renamed
	// and removed before.
	SyncDir(dir string) error
}

// OS is the machine's disk.
type OS struct{}

// Open implements Disk.
func (OS) Open(path string) (File, error) { return open(path, os.O_RDWR, 0) }

// Create implements Disk.
func (OS) Create(path string) (File, error) { return create(path, 0o600) }

// Rename implements Disk.
func (OS) Rename(from, to string) error { return os.Rename(from, to) }

// Remove implements Disk.
func (OS) Remove(path string) error { return os.Remove(path) }

// SyncDir implements Disk.
func (OS) SyncDir(dir string) error { return SyncDir(dir) }

func create(path string, perm fs.FileMode) (File, error) {
	return open(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, perm)
}

func open(path string, flag int, perm fs.FileMode) (File, error) {
	f, err := os.OpenFile(path, flag, perm)
	if err != nil {
		return nil, err
	}
	return osFile{f}, nil
}

type osFile struct{ *os.File }

func (f osFile) Datasync() error { return datasync(f.File) }

// Evict tells the system that durable bytes of f will not be read soon, so that it
// may use the memory that holds them for something else. It is a hint and changes
// nothing f holds; files that are not the machine's own take no notice.
func Evict(f File, offset, length int64) {
	if f, own := f.(osFile); own {
		evict(f.File, offset, length)
	}
}

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
// The name of dir is made durable even if it exists: whoever made it may have
// ended before that.
func MkdirAll(dir string, perm fs.FileMode) error {
	parent := filepath.Dir(dir)
	if _, err := os.Stat(parent); errors.Is(err, fs.ErrNotExist) && parent != dir {
		if err := MkdirAll(parent, perm); err != nil {
			return err
		}
	}
	made := os.Mkdir(dir, perm)
	if made != nil && !isDir(dir) {
		return made
	}
	err := SyncDir(parent)
	if made != nil && errors.Is(err, fs.ErrPermission) {
		return nil // somebody else's directory, made ready for this one
	}
	return err
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// Replace puts data in path on disk d, with mode 0600, so that after a crash
// either the old or the new content is there, whole. After a crash a file with
// another name may be left beside it: see Sweep.
func Replace(d Disk, path string, data []byte) error {
	return replace(d, d.Create, path, data)
}

// WriteFile is Replace on the machine's disk with a mode of one's own.
func WriteFile(path string, data []byte, perm fs.FileMode) error {
	create := func(path string) (File, error) { return create(path, perm) }
	return replace(OS{}, create, path, data)
}

func replace(d Disk, create func(path string) (File, error), path string, data []byte) error {
	temporary := Temporary(path)
	f, err := create(temporary)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(data, 0)
	if err == nil {
		err = f.Datasync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = d.Rename(temporary, path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", path, err), d.Remove(temporary))
	}
	return d.SyncDir(filepath.Dir(path))
}
