// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package durable

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
)

// Temporary is a fresh name beside path for a file that gets its name when it is
// whole: a dot, the name, a dot and sixteen hexadecimal digits.
func Temporary(path string) string {
	var random [8]byte
	rand.Read(random[:])
	dir, base := filepath.Split(path)
	return filepath.Join(dir, "."+base+"."+hex.EncodeToString(random[:]))
}

var temporary = regexp.MustCompile(`^\..+\.[0-9a-f]{16}$`)

// Sweep removes the files in dir whose names are such as Temporary makes, which a
// crash left, and returns their names. Nobody else may be at work in dir. A file is
// only unlinked: it may have its own name already, and share its content with it.
func Sweep(dir string) (removed []string, err error) {
	list, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("look for files a crash left: %w", err)
	}
	for _, f := range list {
		if !f.Type().IsRegular() || !temporary.MatchString(f.Name()) {
			continue
		}
		if err := os.Remove(filepath.Join(dir, f.Name())); err != nil {
			return removed, errors.Join(fmt.Errorf("remove a file a crash left: %w", err), SyncDir(dir))
		}
		removed = append(removed, f.Name())
	}
	if len(removed) == 0 {
		return nil, nil
	}
	return removed, SyncDir(dir)
}
