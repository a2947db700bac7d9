// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package contrib

import (
	"archive/zip"
	"bytes"
	"encoding/hex"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/counterfoil/counterfoil/verify"
)

// TestMutatedTokens compares the two readers of time-stamps.
func TestMutatedTokens(t *testing.T) {
	j, random, v := newJudge(t), rand.New(rand.NewPCG(5, 6)), readToken(t)
	differ := 0
	for n := range 2500 {
		der := bytes.Clone(v.Token)
		if n > 0 {
			der = mutate(random, der)
		}
		text := hex.EncodeToString(der)
		a := j.ask(question{Token: &text})
		if _, err := v.verify(der); (err == nil) != (a.Exit == 0) {
			differ++
			t.Errorf("token %d: Go %v, Python %d %s", n, err, a.Exit, a.Text)
		}
		if differ > 10 {
			return
		}
	}
}

// TestMutatedPacks damages a pack as a whole and file by file.
func TestMutatedPacks(t *testing.T) {
	j, random := newJudge(t), rand.New(rand.NewPCG(7, 8))
	whole, err := os.ReadFile(filepath.Join(vectors, "pack.zip"))
	if err != nil {
		t.Fatal(err)
	}
	key, err := os.ReadFile(filepath.Join(vectors, "pack.key"))
	if err != nil {
		t.Fatal(err)
	}
	o := verify.Options{VerifierKey: strings.TrimSpace(string(key))}
	ask := func(path string) answer {
		return j.ask(question{Args: []string{"--json", "--key", o.VerifierKey, path}})
	}
	path := filepath.Join(t.TempDir(), "pack.zip")
	for range 300 {
		raw := mutate(random, bytes.Clone(whole))
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		a := ask(path) // what a zip does not cover may change
		r, err := verify.PackFile(t.Context(), bytes.NewReader(raw), int64(len(raw)), o)
		have, _ := verdict(a.Report)
		if want, _ := verdict(r); err != nil && a.Exit != verify.ExitUnusable || err == nil && (a.Exit != r.ExitCode() || !slices.Equal(have, want)) {
			t.Errorf("a changed zip file: exit %d, Go %d, %v\nPython %v\nGo     %v", a.Exit, r.ExitCode(), err, have, want)
		}
	}
	dir := t.TempDir()
	unpacked := unpack(t, whole)
	unpacked.write(t, dir)
	if a := ask(dir); a.Exit != 0 {
		t.Fatalf("exit %d: %v", a.Exit, a.Report.Problems)
	}
	if r, err := verify.Pack(t.Context(), os.DirFS(dir), o); err != nil || r.Integrity != verify.IntegrityOK {
		t.Fatalf("Go: %v, %v", r.Problems, err)
	}
	for _, name := range slices.Sorted(maps.Keys(unpacked)) {
		content := unpacked[name]
		path := filepath.Join(dir, name)
		changed := bytes.Clone(content)
		changed[random.IntN(len(changed))] ^= 1
		for what, content := range map[string][]byte{"changed": changed, "empty": nil} {
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
			r, err := verify.Pack(t.Context(), os.DirFS(dir), o)
			if a := ask(dir); err != nil || a.Exit < verify.ExitBroken || a.Exit != r.ExitCode() {
				t.Errorf("%s %s: exit %d, Go %d, %v", name, what, a.Exit, r.ExitCode(), err)
			}
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if a := ask(dir); a.Exit < verify.ExitBroken && name != "manifest.json" {
			t.Errorf("%s removed: exit %d", name, a.Exit)
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func unpack(t testing.TB, raw []byte) files {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	out := files{}
	for _, f := range r.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		out[f.Name] = content
	}
	return out
}
