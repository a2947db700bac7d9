// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/counterfoil/counterfoil/internal/durable"
)

// RestoredName is the file in the directory of a log that came from a backup, or is one.
const RestoredName = "restored"

// Restored is the mark of a log that was restored from a backup. The backup brings
// its own store of heads with it, so the log looks whole, and cannot tell whether
// newer heads were signed since. While the mark is there Open refuses the log.
type Restored struct {
	Finished bool      `json:"finished"` // false: the restore is under way, or was cut off
	Time     time.Time `json:"time"`     // of the restore; zero in the backup itself
	Backup   time.Time `json:"backup"`   // when the backup was made
	Size     uint64    `json:"size"`     // entries under the stored head that came with it
}

// Text is the mark as it lies in its file.
func (r Restored) Text() ([]byte, error) {
	text, err := json.Marshal(r)
	return append(text, '\n'), err
}

// MarkRestored marks the log in dir, durably.
func MarkRestored(dir string, r Restored) error {
	text, err := r.Text()
	if err == nil {
		err = durable.WriteFile(filepath.Join(dir, RestoredName), text, 0o600)
	}
	if err != nil {
		return fmt.Errorf("mark the log as restored: %w", err)
	}
	return nil
}

// RestoredMark returns the mark of the log in dir, nil when it has none. A mark that
// cannot be read is an error: the log must not be taken for one without.
func RestoredMark(dir string) (*Restored, error) {
	text, err := os.ReadFile(filepath.Join(dir, RestoredName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var r Restored
	if err == nil {
		err = json.Unmarshal(text, &r)
	}
	if err != nil {
		return nil, fmt.Errorf("read the mark of a restored log: %w", err)
	}
	return &r, nil
}

// ClearRestored removes the mark, durably: it is known that no newer head was signed,
// or the log goes on under another origin. No mark is no error.
func ClearRestored(dir string) error {
	if err := os.Remove(filepath.Join(dir, RestoredName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove the mark of a restored log: %w", err)
	}
	return durable.SyncDir(dir)
}

// refuseRestored keeps a log from signing as long as it is marked.
func refuseRestored(dir string) error {
	r, err := RestoredMark(dir)
	switch {
	case err != nil:
		return fmt.Errorf("open ledger: %w", err)
	case r == nil:
		return nil
	case !r.Finished:
		return fmt.Errorf("open ledger: %w: the restore into %s was not finished; empty the data directory and restore again", ErrRestored, dir)
	case r.Time.IsZero():
		return fmt.Errorf("open ledger: %w: %s is a backup of %s, or was copied from one by hand; put it into an empty directory with: counterfoil backup restore",
			ErrRestored, dir, r.Backup.UTC().Format(time.DateTime))
	default:
		return fmt.Errorf("open ledger: %w: %s was restored on %s from a backup of %s with %d entries. Heads signed after that backup would contradict whatever is signed here now, "+
			"and only the store of heads knows them. If the file heads.db of the lost directory is at hand, restore again with --head-store. Otherwise continue the log under a new name: counterfoil ledger succeed",
			ErrRestored, dir, r.Time.UTC().Format(time.DateTime), r.Backup.UTC().Format(time.DateTime), r.Size)
	}
}
