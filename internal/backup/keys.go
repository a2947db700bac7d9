// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package backup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// wrapped is the database of wrapping keys, which a server writes.
const wrapped = "wrap.db"

// stageKeys stages the keys of one moment: those in files must be the same before and
// after the database was copied, since a rotation changes both.
func (j *job) stageKeys(ctx context.Context) error {
	j.keys.next, j.keys.gone = map[string]File{}, map[string]bool{}
	before, err := keyFiles(j.source.path("keys"))
	if err != nil {
		return err
	}
	err = j.keys.build("keys/"+wrapped, func(path string) error { return j.Keys.CopyKeys(ctx, path) })
	if err != nil {
		return err
	}
	after, err := keyFiles(j.source.path("keys"))
	if err != nil {
		return err
	}
	if !maps.EqualFunc(before, after, bytes.Equal) {
		return fmt.Errorf("%w: a key was changed meanwhile", errUnsettled)
	}
	for name := range j.keys.have {
		j.keys.gone[name] = true
	}
	delete(j.keys.gone, "keys/"+wrapped)
	for _, name := range slices.Sorted(maps.Keys(after)) {
		if err := j.keys.put("keys/"+name, after[name]); err != nil {
			return err
		}
		delete(j.keys.gone, "keys/"+name)
	}
	return nil
}

// keyFiles reads the keys that lie in files of their own. Files whose names begin with
// a dot are left over from a crash.
func keyFiles(dir string) (map[string][]byte, error) {
	list, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("read the keys: %w", err)
	}
	out := map[string][]byte{}
	for _, e := range list {
		if !e.Type().IsRegular() || strings.HasPrefix(e.Name(), ".") || strings.HasPrefix(e.Name(), wrapped) {
			continue
		}
		if out[e.Name()], err = os.ReadFile(filepath.Join(dir, e.Name())); errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("%w: a key was changed meanwhile", errUnsettled)
		} else if err != nil {
			return nil, fmt.Errorf("read the keys: %w", err)
		}
	}
	return out, nil
}
