// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package backup

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/ledger"
)

// The two kinds of backup folders.
const (
	formatRecord = "counterfoil-backup/1"
	formatKeys   = "counterfoil-backup-keys/1"
)

// Manifest says what a backup folder holds.
type Manifest struct {
	Format   string    `json:"format"`
	Program  string    `json:"program"` // version that made the backup
	Time     time.Time `json:"time"`    // when the head was taken
	Log      Head      `json:"log"`
	Registry Head      `json:"registry"`
	Files    []File    `json:"files"` // by path, rising
}

// Head is the stored head a log was copied up to.
type Head struct {
	Origin   string           `json:"origin"`
	Size     uint64           `json:"size"`
	Root     counterfoil.Hash `json:"root"`
	End      Place            `json:"end"`
	Payloads Place            `json:"payloads"`
}

// Place is a position in a sequence of segments.
type Place struct {
	Segment uint32 `json:"segment"`
	Offset  int64  `json:"offset"`
}

// File is one file of a backup.
type File struct {
	Path   string           `json:"path"` // with slashes
	Size   int64            `json:"size"` // bytes; the file may be longer after an interrupted run
	SHA256 counterfoil.Hash `json:"sha256"`
}

func headOf(h ledger.StoredHead) Head {
	return Head{h.Origin, h.Size, h.Root, Place(h.End), Place(h.Payloads)}
}

// parseManifest reads a manifest of a format, and trusts nothing in it: paths stay
// inside the folder.
func parseManifest(text []byte, format string) (*Manifest, error) {
	var m Manifest
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		return nil, fmt.Errorf("malformed manifest: %w", err)
	}
	if m.Format != format {
		return nil, fmt.Errorf("the manifest has the format %q and not %q", m.Format, format)
	}
	for i, f := range m.Files {
		switch {
		case !filepath.IsLocal(f.Path) || path.Clean(f.Path) != f.Path || !slices.Contains(folders[format], path.Dir(f.Path)),
			path.Dir(f.Path) == "." && !slices.Contains(loose, f.Path):
			return nil, fmt.Errorf("malformed manifest: %q is no file of a backup", f.Path)
		case f.Size < 0:
			return nil, fmt.Errorf("malformed manifest: %q has a negative size", f.Path)
		case i > 0 && m.Files[i-1].Path >= f.Path:
			return nil, errors.New("malformed manifest: its files are not in order")
		}
	}
	return &m, nil
}

// text is the manifest as it lies in its file.
func (m *Manifest) text() ([]byte, error) {
	text, err := json.MarshalIndent(m, "", "  ")
	return append(text, '\n'), err
}

// same tells whether another manifest is of the same run.
func (m *Manifest) same(other *Manifest) bool {
	return m != nil && m.Time.Equal(other.Time) && m.Log == other.Log && m.Registry == other.Registry
}
