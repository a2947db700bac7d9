// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// aged is a ledger of two moments: a copy of its directory at A, and the one it
// has gone on to since, B, with a head signed in between.
func aged(t *testing.T) (a Config, g *grown) {
	t.Helper()
	g = grow(t)
	if _, err := g.l.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	a = crashed(t, g.dir)
	for g.l.durableEnd().Segment < 2 { // so that payloads are in other segments by now
		g.add(t)
	}
	if err := g.l.Close(); err != nil {
		t.Fatal(err)
	}
	return a, g
}

// putBack replaces a part of a data directory by that of another.
func putBack(t *testing.T, from, to string) {
	t.Helper()
	if err := os.RemoveAll(to); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(from)
	if err != nil {
		t.Fatal(err)
	}
	if info.IsDir() {
		err = os.CopyFS(to, os.DirFS(from))
	} else {
		var b []byte
		if b, err = os.ReadFile(from); err == nil {
			err = os.WriteFile(to, b, 0o600)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestOlderCopies puts parts of an older copy in the place of newer ones. What
// would contradict a signed head does not start, says what to do, and signs
// nothing; what can be made anew is made anew.
func TestOlderCopies(t *testing.T) {
	t.Parallel()
	a, g := aged(t)
	cases := []struct {
		name  string
		parts func(c Config) []string
		want  error
		text  string
	}{
		{"ledger", func(c Config) []string { return []string{c.Dir} }, ErrRolledBack, "put back the newest ledger and payload directories"},
		{"ledger and payloads", func(c Config) []string { return []string{c.Dir, c.PayloadDir} }, ErrRolledBack, "put back the newest ledger and payload directories"},
		{"payloads", func(c Config) []string { return []string{c.PayloadDir} }, ErrRolledBack, "put back the newest of both"},
		{"heads", func(c Config) []string { return []string{c.HeadsPath} }, nil, ""},
		{"hashes", func(c Config) []string { return []string{filepath.Join(c.Dir, "hashes")} }, nil, ""},
		{"positions", func(c Config) []string { return []string{filepath.Join(c.Dir, "positions")} }, nil, ""},
		{"checkpoint", func(c Config) []string { return []string{filepath.Join(c.Dir, "checkpoint")} }, nil, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := crashed(t, g.dir)
			from := c.parts(a)
			for i, to := range c.parts(b) {
				putBack(t, from[i], to)
			}
			if c.want == nil {
				g.wantWithout(t, b, 0)
				return
			}
			wantNothingSigned(t, b, c.want, c.text)
		})
	}
}

// wantNothingSigned wants a start to be refused and to leave head and note as
// they are.
func wantNothingSigned(t *testing.T, cfg Config, want error, text string) {
	t.Helper()
	files := []string{cfg.HeadsPath, filepath.Join(cfg.Dir, "checkpoint")}
	var before [][]byte
	for _, path := range files {
		b, _ := os.ReadFile(path)
		before = append(before, b)
	}
	l, err := Open(t.Context(), cfg)
	if err == nil {
		l.Close()
	}
	if err == nil || want != nil && !errors.Is(err, want) || !strings.Contains(err.Error(), text) {
		t.Fatalf("open: %v; want %v and %q", err, want, text)
	}
	for i, path := range files {
		if b, _ := os.ReadFile(path); !bytes.Equal(b, before[i]) {
			t.Errorf("%s was changed", filepath.Base(path))
		}
	}
}

// TestHeads: what lies in the place of the heads of this log.
func TestHeads(t *testing.T) {
	t.Parallel()
	_, g := aged(t)
	missing := crashed(t, g.dir)
	if err := os.Remove(missing.HeadsPath); err != nil {
		t.Fatal(err)
	}
	g.wantRefused(t, missing, ErrDamaged)

	empty := crashed(t, g.dir)
	if err := os.WriteFile(empty.HeadsPath, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	g.wantRefused(t, empty, ErrDamaged)

	another := crashed(t, g.dir)
	other := grow(t)
	if err := other.l.Close(); err != nil {
		t.Fatal(err)
	}
	putBack(t, other.cfg.HeadsPath, another.HeadsPath)
	wantNothingSigned(t, another, nil, "put back the file of this log")

	garbled := crashed(t, g.dir)
	if err := os.WriteFile(garbled.HeadsPath, bytes.Repeat([]byte("not a database "), 500), 0o600); err != nil {
		t.Fatal(err)
	}
	wantNothingSigned(t, garbled, nil, "open heads")
}

// TestHeadsSurvivePower: the swap of a head is durable before the head is signed.
func TestHeadsSurvivePower(t *testing.T) {
	l := mustOpen(t, testConfig(t.TempDir()))
	var level, mode string
	err := errors.Join(
		l.heads.db.QueryRow("PRAGMA synchronous").Scan(&level),
		l.heads.db.QueryRow("PRAGMA journal_mode").Scan(&mode))
	if err != nil || level != "3" || mode != "delete" { // 3 is EXTRA
		t.Errorf("synchronous %s with journal %s: %v", level, mode, err)
	}
}
