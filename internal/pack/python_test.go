// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package pack

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// inPython asks contrib/verify.py where a pack is wrong; flag says whose key it is
// given.
func inPython(t *testing.T, raw []byte, flag, key string) (places []string) {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is missing")
	}
	script := filepath.Join("..", "..", "contrib", "verify.py")
	if _, err := os.ReadFile(script); err != nil { // so that go test knows the test depends on it
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "pack.zip")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), python, "-B", script, "--json", flag, key, path).Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); err != nil && (!ok || len(exit.Stderr) > 0) {
		t.Fatalf("verify.py: %v: %s", err, exit.Stderr)
	}
	var report struct {
		Problems []struct{ Where string } `json:"problems"`
	}
	if err := json.Unmarshal(out, &report); err != nil {
		t.Fatalf("verify.py printed %q: %v", out, err)
	}
	for _, p := range report.Problems {
		places = append(places, p.Where)
	}
	return places
}
