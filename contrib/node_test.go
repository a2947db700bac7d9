// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package contrib

import (
	"bytes"
	"crypto/rand"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/ledger"
	"github.com/counterfoil/counterfoil/internal/tiles"
	"github.com/counterfoil/counterfoil/verify"
)

// openNode opens the ledger of a node in dir, with small segments.
func openNode(t testing.TB, dir string) *ledger.Ledger {
	t.Helper()
	l, err := ledger.Open(t.Context(), ledger.Config{
		Dir: filepath.Join(dir, "ledger"), PayloadDir: filepath.Join(dir, "payload"), HeadsPath: filepath.Join(dir, "heads.db"),
		KeyPath: filepath.Join(dir, "keys", "node.key"), SegmentBytes: 64 << 10, FillAhead: 128 << 10, HeadEvery: -1,
		Clock: clock.NewSet(time.UnixMicro(1_790_000_000_000_000)), Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func mustAppend(t testing.TB, l *ledger.Ledger, e *counterfoil.Entry, sealed []byte) {
	t.Helper()
	if sealed != nil {
		e.Commitment = bytes.Repeat([]byte{7}, 32)
	}
	if _, err := l.Append(t.Context(), e, sealed); err != nil {
		t.Fatal(err)
	}
}

// fill appends a start and n records, and hands each number to between.
func fill(t testing.TB, l *ledger.Ledger, n int, between func(int)) {
	t.Helper()
	mustAppend(t, l, &counterfoil.Entry{Kind: counterfoil.KindBoot, Boot: &counterfoil.Boot{Version: "0.1.0"}}, nil)
	for i := range n {
		mustAppend(t, l, &counterfoil.Entry{
			Kind: counterfoil.KindRecord, ID: counterfoil.NewID(), Record: &counterfoil.Record{Type: "system", Version: uint64(i + 1)},
		}, bytes.Repeat([]byte{1}, 500+i))
		between(i)
	}
}

func TestLedgerOfANode(t *testing.T) {
	dir := t.TempDir()
	l := openNode(t, dir)
	fill(t, l, 300, func(i int) {
		var err error
		switch i {
		case 100:
			_, err = l.RotateKey(t.Context())
		case 200:
			_, err = l.RetireKey(t.Context())
		}
		if err != nil {
			t.Fatal(err)
		}
	})
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	j := newJudge(t)
	if r := compare(t, j, dir, verify.DirOptions(dir)); r.Integrity != verify.IntegrityOK || r.Entries < 300 || r.Signed != r.Entries {
		t.Errorf("report %+v", r)
	}
}

// published is the folder of a log of 300 entries and the log's key.
func published(t testing.TB) (dir, key string) {
	t.Helper()
	home := t.TempDir()
	l := openNode(t, home)
	fill(t, l, 299, func(int) {})
	if _, err := l.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	dir = filepath.Join(home, "published")
	if _, err := tiles.Export(t.Context(), tiles.Log{Source: l}, dir, tiles.Options{}); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(home, "ledger", "verifier"))
	if err != nil {
		t.Fatal(err)
	}
	return dir, strings.TrimSpace(string(b))
}

// TestPublishedFolder changes a byte of each file, which must not go unnoticed.
func TestPublishedFolder(t *testing.T) {
	j := newJudge(t)
	dir, key := published(t)
	args := []string{"--json", "--key", key, dir}
	if a := j.ask(question{Args: args}); a.Exit != 0 || a.Report.Entries != 300 || a.Report.Signed != 300 {
		t.Fatalf("exit %d, %+v", a.Exit, a.Report)
	}
	seen := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.Contains(path, "tile/") && d.Name() != "checkpoint" {
			return err
		}
		whole, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		changed := bytes.Clone(whole)
		changed[len(changed)/2] ^= 1
		for what, content := range map[string][]byte{"changed": changed, "cut": whole[:len(whole)-1]} {
			if err := os.WriteFile(path, content, 0o600); err != nil {
				return err
			}
			if a := j.ask(question{Args: args}); a.Exit < verify.ExitBroken || len(a.Report.Problems) == 0 {
				t.Errorf("%s %s: exit %d", path, what, a.Exit)
			}
		}
		seen++
		return os.WriteFile(path, whole, 0o600)
	})
	if err != nil || seen < 5 {
		t.Errorf("%d files, %v", seen, err)
	}
}

// TestPolicies puts policies to both readers, over a head two witnesses cosigned.
func TestPolicies(t *testing.T) {
	j := newJudge(t)
	dir, key := published(t)
	path := filepath.Join(dir, "checkpoint")
	signed, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var witnesses [3]string
	for i, name := range []string{"one.example/w", "two.example/w", "three.example/w"} {
		private, verifier, err := counterfoil.GenerateCosignerKey(rand.Reader, name)
		if err != nil {
			t.Fatal(err)
		}
		witnesses[i] = verifier
		if i < 2 {
			signed = cosign(t, signed, key, private)
		}
	}
	if err := os.WriteFile(path, signed, 0o600); err != nil {
		t.Fatal(err)
	}
	known := "log " + key + "\nwitness a " + witnesses[0] + "\nwitness b " + witnesses[1] + " https://two.example\nwitness c " + witnesses[2] + "\n"
	policies := map[string]string{
		"none": "log " + key + "\nquorum none\n", "one": known + "quorum a\n", "missing": known + "quorum c\n",
		"any": known + "group g any a b c\nquorum g\n", "all": known + "group g all a b c\nquorum g\n", "two": known + "# two\ngroup g 2 a b c\n\nquorum g",
		"three": known + "group g 3 a b c\nquorum g\n", "four": known + "group g 4 a b c\nquorum g\n", "nested": known + "group g all a b\ngroup h any g c\nquorum h\n",
		"twice": known + "group g 2 a a\nquorum g\n", "in two groups": known + "group g any a b\ngroup h any a c\nquorum g\n",
		"no quorum": known, "two quorums": known + "quorum a\nquorum b\n", "undefined": known + "quorum d\n", "taken": known + "group a any b c\nquorum a\n",
		"other word": known + "witnes d\nquorum a\n", "same witness": known + "witness d " + witnesses[0] + "\nquorum a\n", "empty": "",
		"no log": strings.TrimPrefix(known, "log "+key+"\n") + "quorum a\n", "log as witness": "log " + key + "\nwitness a " + key + "\nquorum a\n",
		"spaces": strings.ReplaceAll(known+"quorum  a \n", " ", "\t "), "return": known + "quorum a\r\n",
	}
	for name, text := range policies {
		file := filepath.Join(t.TempDir(), "policy")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		want := 0
		if p, err := counterfoil.ParsePolicy([]byte(text)); err != nil {
			want = 2
		} else if _, _, err := p.Check(signed); err != nil {
			want = 24 // cosignature
		}
		if a := j.ask(question{Args: []string{"--json", "--key", key, "--policy", file, dir}}); a.Exit != want {
			t.Errorf("%s: exit %d, Go wants %d; %v", name, a.Exit, want, a.Report.Problems)
		}
		if want == 2 {
			continue
		}
		p, _ := counterfoil.ParsePolicy([]byte(text)) // parsed above
		r, err := verify.Tiles(t.Context(), dir, verify.Options{VerifierKey: key, Policy: p})
		if err != nil || r.ExitCode() != want {
			t.Errorf("%s: package verify: exit %d, want %d; %v", name, r.ExitCode(), want, err)
		}
	}
}

// cosign adds a witness's cosignature to a signed head.
func cosign(t testing.TB, signed []byte, key, private string) []byte {
	t.Helper()
	signer, err := counterfoil.NewCosigner(private, func() time.Time { return time.Unix(1_790_000_000, 0) })
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := note.NewVerifier(key)
	if err != nil {
		t.Fatal(err)
	}
	n, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		t.Fatal(err)
	}
	out, err := note.Sign(n, signer)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
