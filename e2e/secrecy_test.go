// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestNothingReadableInTheDataDirectory searches every file for the words of
// the prompts, the values in them, the keys and the names of people.
func TestNothingReadableInTheDataDirectory(t *testing.T) {
	in := start(t, options{})
	for _, d := range dialects {
		for _, stream := range []bool{false, true} {
			for range 5 {
				if a := in.post(t, d, d.body(d.model, prompt, stream)); a.status != 200 {
					t.Fatalf("status %d: %s", a.status, a.body)
				}
			}
		}
		in.post(t, d, d.body("no-such-model-"+marker, prompt, false))
		in.post(t, d, d.body(d.model, marker+" use "+secretToken, false))
		in.post(t, d, []byte("{\""+marker+"\": "), "X-Note", marker)
		in.post(t, d, d.body("secret", marker, true))
	}
	for _, r := range in.interactions() {
		in.checkRecord(t, r.ID, record{})
	}
	in.searchData(t)
	in.stop()
	in.searchData(t)
}

// searchData looks into every file of the data directory, the database's
// included.
func (in *instance) searchData(t *testing.T) {
	t.Helper()
	words := map[string]string{"prompt": marker, "blocked secret": secretToken, "client's key": in.Key, "provider's secret": providerSecret}
	for kind, value := range originals {
		words[kind] = value
	}
	files := 0
	err := filepath.WalkDir(in.Data, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		text := strings.TrimRight(string(raw), "\x00") // segments are filled ahead with zeros
		for what, word := range words {
			if holds(text, word) {
				t.Errorf("%s holds the %s", strings.TrimPrefix(path, in.Data), what)
			}
		}
		return nil
	})
	if err != nil || files == 0 {
		t.Fatalf("search the data directory: %d files, %v", files, err)
	}
}
