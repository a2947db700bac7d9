// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package backup

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestHostileManifests: a manifest names files within its folders and nothing else.
func TestHostileManifests(t *testing.T) {
	const one = `{"path": "%", "size": 1, "sha256": "` + "0000000000000000000000000000000000000000000000000000000000000000" + `"}`
	of := func(paths ...string) string {
		files := make([]string, len(paths))
		for i, p := range paths {
			files[i] = strings.Replace(one, "%", p, 1)
		}
		return `{"format": "` + formatRecord + `", "files": [` + strings.Join(files, ",") + `]}`
	}
	for text, sound := range map[string]bool{
		of("heads.db", "ledger/0000000000.seg"): true,
		of("ledger/0000000000.seg", "heads.db"): false,
		of("heads.db", "heads.db"):              false,
		of("../heads.db"):                       false,
		of("/etc/passwd"):                       false,
		of("ledger/../../x"):                    false,
		of("ledger/./x"):                        false,
		of("ledger/a/b"):                        false,
		of("keys/node.key"):                     false,
		of("backup.json"):                       false,
		strings.Replace(of("heads.db"), `"size": 1`, `"size": -1`, 1): false,
		`{"format": "` + formatKeys + `"}`:                            false,
		`{"format": "` + formatRecord + `", "x": 1}`:                  false,
		`{`: false,
	} {
		if _, err := parseManifest([]byte(text), formatRecord); (err == nil) != sound {
			t.Errorf("%s: error %v", text, err)
		}
	}
}

func FuzzManifest(f *testing.F) {
	f.Add([]byte(`{"format": "` + formatRecord + `", "files": [{"path": "heads.db", "size": 1}]}`))
	f.Add([]byte(`{"format": "` + formatRecord + `", "files": [{"path": "ledger/..", "size": 1}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := parseManifest(text, formatRecord)
		if err != nil {
			return
		}
		for _, file := range m.Files {
			if dir := filepath.Dir(file.Path); !slices.Contains(folders[formatRecord], filepath.ToSlash(dir)) || filepath.Base(file.Path) == ".." {
				t.Errorf("%q", file.Path)
			}
		}
		again, err := m.text()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parseManifest(again, formatRecord); err != nil {
			t.Errorf("what was written does not read: %v", err)
		}
	})
}
