// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite what testdata and docs say from what the code does")

// TestBroken loads each file of testdata/broken and compares what is said
// about it with the file's own lines "# want: LINE: PATH: TEXT".
func TestBroken(t *testing.T) {
	paths, err := filepath.Glob("testdata/broken/*.yaml")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no broken files: %v", err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) { checkBroken(t, path) })
	}
}

func checkBroken(t *testing.T, path string) {
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	set, faults := Load(path, Options{Known: []string{"email", "personal", "secret"}})
	if set != nil || faults.Err() == nil {
		t.Fatal("the rules were loaded")
	}
	got := strings.ReplaceAll(faults.String(), path+":", "# want: ") + "\n"
	text, want := string(raw), ""
	if i := strings.Index(text, "# want: "); i >= 0 {
		text, want = text[:i], text[i:]
	}
	if *update {
		if err := os.WriteFile(path, []byte(text+got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
}
