// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRulesReadByTheReader: what rules read, duties rest on, and only the methods of the
// Reader note it. Functions of kinds do not ask the Store or a clock by themselves.
func TestRulesReadByTheReader(t *testing.T) {
	looked := 0
	for _, pattern := range []string{"guard_*.go", "derive_*.go", "scope_*.go", "gap_*.go", "signal*.go", "observed.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			looked++
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for n, line := range strings.Split(string(text), "\n") {
				for _, past := range []string{"r.register.Store.", "register.Clock.", "time.Now()", "r.now.", "i.r.on."} {
					if strings.Contains(line, past) && !strings.Contains(line, "v.register.") {
						t.Errorf("%s:%d reads past the Reader: %s", file, n+1, strings.TrimSpace(line))
					}
				}
			}
		}
	}
	if looked < 15 {
		t.Errorf("only %d files were looked at", looked)
	}
}
