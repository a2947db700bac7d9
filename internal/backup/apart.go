// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package backup

import (
	"fmt"
	"path/filepath"
	"strings"
)

// apart refuses folders that lie in each other: one would end up in the backup of the
// other, or the keys beside what they open.
func apart(dirs ...string) error {
	for i, a := range dirs {
		for k, b := range dirs {
			if i == k || a == "" || b == "" {
				continue
			}
			rel, err := filepath.Rel(resolved(b), resolved(a))
			if err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
				return fmt.Errorf("%w: %s lies in %s, and they must be apart", ErrForeign, a, b)
			}
		}
	}
	return nil
}

// resolved is a path without links, as far as it exists.
func resolved(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	if out, err := filepath.EvalSymlinks(path); err == nil {
		return out
	}
	if parent := filepath.Dir(path); parent != path {
		return filepath.Join(resolved(parent), filepath.Base(path))
	}
	return path
}
