// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/ledger"
	"github.com/counterfoil/counterfoil/internal/tiles"
	"github.com/counterfoil/counterfoil/verify"
)

// testDir is a data directory with three entries, the proof of the second and
// its bytes.
type testDir struct {
	path, proof, entry, key string
	published               string // the same log as tiles
}

func newTestDir(t *testing.T) testDir {
	t.Helper()
	dir := t.TempDir()
	l, err := ledger.Open(t.Context(), ledger.Config{
		Dir: filepath.Join(dir, "ledger"), PayloadDir: filepath.Join(dir, "payload"),
		HeadsPath: filepath.Join(dir, "heads.db"), KeyPath: filepath.Join(dir, "keys", "node.key"),
		SegmentBytes: 64 << 10, FillAhead: 64 << 10,
	})
	if err != nil {
		t.Fatal(err)
	}
	for v := range uint64(3) {
		e := &counterfoil.Entry{
			Kind: counterfoil.KindRecord, ID: counterfoil.NewID(),
			Record: &counterfoil.Record{Type: "system", Version: v + 1, Transition: "changed"},
		}
		if _, err := l.Append(t.Context(), e, nil); err != nil {
			t.Fatal(err)
		}
	}
	d := testDir{path: dir, proof: filepath.Join(dir, "p.tlog-proof"), entry: filepath.Join(dir, "entry"), key: l.VerifierKey()}
	p, err := l.Prove(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	text, err := p.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	s, err := l.Read(1)
	if err != nil {
		t.Fatal(err)
	}
	write(t, d.proof, text)
	write(t, d.entry, s.Raw)
	d.published = filepath.Join(dir, "published")
	if _, err := tiles.Export(t.Context(), tiles.Log{Source: l}, d.published, tiles.Options{}); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return d
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// folder is a directory with one empty file.
func folder(t *testing.T, name string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, name), nil)
	return dir
}

func TestCommands(t *testing.T) {
	d := newTestDir(t)
	other := newTestDir(t)
	broken := newTestDir(t)
	segment := filepath.Join(broken.path, "ledger", counterfoil.SegmentName(0))
	b, err := os.ReadFile(segment)
	if err != nil {
		t.Fatal(err)
	}
	b[130] ^= 1
	write(t, segment, b)

	tests := []struct {
		name string
		args []string
		code int
		text string // in either output
	}{
		{"sound", []string{d.path}, verify.ExitSound, "Sound."},
		{"sound by key", []string{d.path, "--key", d.key}, verify.ExitSound, "3 entries"},
		{"another key", []string{"--key", other.key, d.path}, verify.ExitBroken, "head: checkpoint"},
		{"hashes only", []string{d.path, "--hashes-only"}, verify.ExitSound, "The hashes are right. What the entries say, and their payloads, were not checked."},
		{"hashes only, of a published log", []string{d.published, "--key", d.key, "--hashes-only"}, verify.ExitSound, "3 entries in 1 bundles: order and"},
		{"hashes only, broken", []string{broken.path, "--hashes-only"}, verify.ExitBroken, "Broken."},
		{"broken", []string{broken.path}, verify.ExitBroken, "segment: 0000000000.seg"},
		{"published log", []string{d.published, "--key", d.key}, verify.ExitSound, "3 entries in 1 bundles"},
		{"published log of another key", []string{d.published, "--key", other.key}, 13, "head: checkpoint"},
		{"published log without key", []string{d.published}, verify.ExitUnusable, "no verifier key"},
		{"no directory", []string{filepath.Join(d.path, "none")}, verify.ExitUnusable, "no such file"},
		{"an empty directory", []string{t.TempDir(), "--key", d.key}, verify.ExitUnusable, "holds neither"},
		{"a pack without its manifest", []string{folder(t, "log/checkpoint"), "--key", d.key}, 26, "manifest.json: the file is missing"},
		{"no pack", []string{"pack", d.entry, "--key", d.key}, verify.ExitUnusable, "its end is cut off"},
		{"half a key", []string{d.path, "--key", "counterfoil/5db6f0f9"}, verify.ExitUnusable, "form name+hash+key"},
		{"half a key, of a pack", []string{"pack", folder(t, "manifest.json"), "--key", "counterfoil/5db6f0f9"}, verify.ExitUnusable, "form name+hash+key"},
		{"half a key, of a published log", []string{d.published, "--key", d.key + "A"}, verify.ExitUnusable, "form name+hash+key"},
		{"half a key of a signer", []string{d.path, "--signer", "counterfoil/5db6f0f9"}, verify.ExitUnusable, "form name+hash+key"},
		{"no argument", nil, verify.ExitUnusable, "usage:"},
		{"two arguments", []string{d.path, d.path}, verify.ExitUnusable, "one argument"},
		{"unknown flag", []string{"--fast", d.path}, verify.ExitUnusable, "not defined"},
		{"help", []string{"--help"}, verify.ExitUnusable, "usage:"},
		{"proof", []string{"proof", d.proof, "--entry", d.entry, "--key", d.key}, verify.ExitSound, "record entry is number 1"},
		{"proof of another entry", []string{"proof", d.proof, "--entry", other.entry, "--key", d.key}, verify.ExitBroken, "verify proof"},
		{"proof of another log", []string{"proof", d.proof, "--entry", d.entry, "--key", other.key}, verify.ExitBroken, "verify proof"},
		{"proof without key", []string{"proof", d.proof, "--entry", d.entry}, verify.ExitUnusable, "needs --entry and --key"},
		{"no proof", []string{"proof", d.entry, "--entry", d.entry, "--key", d.key}, verify.ExitUnusable, "parse proof"},
		{"no entry", []string{"proof", d.proof, "--entry", d.proof, "--key", d.key}, verify.ExitUnusable, "decode entry"},
		{"missing file", []string{"proof", d.proof + "x", "--entry", d.entry, "--key", d.key}, verify.ExitUnusable, "no such file"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out, errs bytes.Buffer
			code := run(t.Context(), tt.args, &out, &errs)
			if code != tt.code || !strings.Contains(out.String()+errs.String(), tt.text) {
				t.Errorf("exit %d, want %d\n%s%s", code, tt.code, &out, &errs)
			}
		})
	}
}

func TestJSONReport(t *testing.T) {
	d := newTestDir(t)
	var out, errs bytes.Buffer
	if code := run(t.Context(), []string{"--json", d.path}, &out, &errs); code != verify.ExitSound {
		t.Fatalf("exit %d: %s", code, &errs)
	}
	var r verify.Report
	if err := json.Unmarshal(out.Bytes(), &r); err != nil || r.Entries != 3 || r.Signed != 3 {
		t.Fatalf("%+v, %v", r, err)
	}
}
