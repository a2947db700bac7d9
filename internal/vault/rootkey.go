// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package vault

import (
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/counterfoil/counterfoil/internal/durable"
)

// loadRootKey reads the root key. It creates one only where mayCreate says that
// no payload can depend on another.
func loadRootKey(path string, mayCreate bool) (cipher.AEAD, error) {
	_, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !mayCreate:
		return nil, fmt.Errorf("root key %s is missing, but wrapping keys exist: restore it from the backup of the keys", path)
	case errors.Is(err, fs.ErrNotExist):
		if err := createRootKey(path); err != nil {
			return nil, fmt.Errorf("create root key: %w", err)
		}
	case err != nil:
		return nil, fmt.Errorf("find root key: %w", err)
	}
	return readRoot(path)
}

// readRoot reads a root key; fs.ErrNotExist when there is no such file.
func readRoot(path string) (cipher.AEAD, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("find root key: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("root key %s is open to others (mode %04o): set it to 0600", path, info.Mode().Perm())
	}
	key, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read root key: %w", err)
	}
	defer clear(key)
	if len(key) != keyBytes {
		return nil, fmt.Errorf("root key %s has %d bytes instead of %d", path, len(key), keyBytes)
	}
	return newAEAD(key)
}

// createRootKey puts a fresh key in place whole and durable, or not at all. A
// link, unlike a rename, never replaces a key that appeared meanwhile.
func createRootKey(path string) (err error) {
	dir := filepath.Dir(path)
	tmp, err := os.OpenFile(durable.Temporary(path), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	key := make([]byte, keyBytes)
	rand.Read(key)
	_, err = tmp.Write(key)
	clear(key)
	if err := errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	if err := os.Link(tmp.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return durable.SyncDir(dir)
}
