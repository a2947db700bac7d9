// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/verify"
)

// older is a data directory of which an older copy was put back beside the store of
// heads, which is newer.
type older struct {
	cfg      Config
	verifier string // key of the log
	kept     []byte // head of the copy
	newer    []byte // head of what is lost
	size     uint64
}

func newOlder(t *testing.T) older {
	t.Helper()
	dir := t.TempDir()
	o := older{cfg: killConfig(dir)}
	l := mustOpen(t, o.cfg)
	mustAppend(t, l, boot(), nil)
	for n := range uint64(40) {
		mustAppend(t, l, record(n+1), []byte(strings.Repeat("a payload ", 1000)))
	}
	mustAppend(t, l, intent(counterfoil.NewID()), []byte("left open"))
	o.verifier, o.kept = l.VerifierKey(), mustSign(t, l)
	o.size = l.Size()
	mustClose(t, l)
	copyOf := t.TempDir()
	mustCopy(t, dir, copyOf)
	l = mustOpen(t, o.cfg)
	mustAppend(t, l, boot(), nil)
	mustAppend(t, l, record(1), []byte("lost with the disk"))
	o.newer = mustSign(t, l)
	mustClose(t, l)
	heads := mustRead(t, o.cfg.HeadsPath)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	mustCopy(t, copyOf, dir)
	if err := os.WriteFile(o.cfg.HeadsPath, heads, 0o600); err != nil {
		t.Fatal(err)
	}
	return o
}

func mustSign(t *testing.T, l *Ledger) []byte {
	t.Helper()
	signed, err := l.Checkpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func mustCopy(t *testing.T, from, to string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
}

func mustRead(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// check verifies the directory under a key, with heads kept elsewhere.
func (o older) check(t *testing.T, key string, heads ...[]byte) verify.Report {
	t.Helper()
	opts := verify.DirOptions(filepath.Dir(o.cfg.Dir))
	opts.VerifierKey, opts.Heads = key, heads
	r, err := verify.Dir(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func succeed(t *testing.T, cfg Config, options SuccessionOptions) (Succeeded, error) {
	t.Helper()
	s, err := BeginSuccession(t.Context(), cfg, options)
	if err != nil {
		return Succeeded{}, err
	}
	return s.Finish(t.Context())
}

// goesOn checks a log that has succeeded: it records, it verifies, and what the former
// one signed is accounted for.
func (o older) goesOn(t *testing.T) {
	t.Helper()
	l := mustOpen(t, o.cfg)
	defer mustClose(t, l)
	if l.Size() != o.size+1 || len(l.OpenIntents()) != 1 {
		t.Errorf("size %d, open %v", l.Size(), l.OpenIntents())
	}
	mustAppend(t, l, boot(), nil)
	mustAppend(t, l, record(7), []byte("recorded under the new name"))
	mustSign(t, l)
	for _, key := range []string{l.VerifierKey(), o.verifier} {
		r := o.check(t, key, o.kept)
		if r.Integrity != verify.IntegrityOK || r.Signed != l.Size() || len(r.Successions) != 1 || r.Successions[0].Entry != o.size || r.Origin != l.Origin() {
			t.Errorf("under %s: %+v", key, r)
		}
	}
	r := o.check(t, l.VerifierKey(), o.newer)
	if len(r.Problems) != 1 || r.Problems[0].Class != verify.ProblemMissing || *r.Problems[0].Index != o.size || !strings.Contains(r.Problems[0].Text, "are lost") {
		t.Errorf("with the head of what is lost: %v", r.Problems)
	}
	for _, path := range []string{o.cfg.formerKeyPath(), o.cfg.successorKeyPath(), o.cfg.nextKeyPath()} {
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s is still there", path)
		}
	}
}

// TestSuccession: a copy that is older than its heads is refused, goes on under a new
// name, and both its own and the former log's auditors can tell what happened.
func TestSuccession(t *testing.T) {
	o := newOlder(t)
	if _, err := Open(t.Context(), o.cfg); !errors.Is(err, ErrRolledBack) || !strings.Contains(err.Error(), "ledger succeed") {
		t.Fatalf("opened with %v", err)
	}
	if err := MarkRestored(o.cfg.Dir, Restored{Finished: true}); err != nil {
		t.Fatal(err)
	}
	founding := ""
	done, err := succeed(t, o.cfg, SuccessionOptions{Origin: "node.example", Founding: func(origin string) error { founding = origin; return nil }})
	if err != nil || done.Lost != 2 || done.Former != founding || done.Event.Size != o.size || len(done.Event.FormerSignature) == 0 || done.Event.Origin != "node.example" {
		t.Fatalf("%+v, %v, founding %q", done, err, founding)
	}
	o.goesOn(t)
}

// TestSuccessionBesideATornHeader: a crash came while a segment was begun. Recovery begins
// it anew, under whichever name the log goes on.
func TestSuccessionBesideATornHeader(t *testing.T) {
	o := newOlder(t)
	for _, dir := range []string{o.cfg.Dir, o.cfg.PayloadDir} {
		torn := mustRead(t, filepath.Join(dir, counterfoil.SegmentName(0)))[:40]
		number := uint32(0)
		for {
			f, err := os.Open(filepath.Join(dir, counterfoil.SegmentName(number)))
			if errors.Is(err, os.ErrNotExist) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			_, err = readHeader(f)
			f.Close()
			if errors.Is(err, counterfoil.ErrNoHeader) {
				break
			}
			number++
		}
		f, err := os.OpenFile(filepath.Join(dir, counterfoil.SegmentName(number)), os.O_WRONLY|os.O_CREATE, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		_, err = f.WriteAt(torn, 0)
		if err := errors.Join(err, f.Close()); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := succeed(t, o.cfg, SuccessionOptions{}); err != nil {
		t.Fatal(err)
	}
	o.goesOn(t)
}

// TestSuccessionKilled kills the process at every step, as often as there are steps,
// and goes on: before the first of them the former log is there, from then on only the
// succession can be finished, and it ends as one.
func TestSuccessionKilled(t *testing.T) {
	for n := 1; ; n++ {
		o := newOlder(t)
		cmd := exec.Command(os.Args[0], "-test.run=^$")
		cmd.Env = append(os.Environ(), childSucceeds+"="+filepath.Dir(o.cfg.Dir), fmt.Sprintf("%s=%d", childSteps, n))
		out, err := cmd.CombinedOutput()
		if err == nil {
			if n < 10 {
				t.Fatalf("only %d steps", n-1)
			}
			o.goesOn(t)
			return
		}
		if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGKILL {
			t.Fatalf("step %d: %v: %s", n, err, out)
		}
		if _, err := Open(t.Context(), o.cfg); !errors.Is(err, ErrUnfinished) {
			t.Fatalf("step %d: opened with %v", n, err)
		}
		if _, err := BeginSuccession(t.Context(), o.cfg, SuccessionOptions{Origin: "another.example"}); !errors.Is(err, ErrConflict) {
			t.Fatalf("step %d: another name: %v", n, err)
		}
		done, err := succeed(t, o.cfg, SuccessionOptions{})
		if err != nil || done.Event.Size != o.size || len(done.Event.FormerSignature) == 0 {
			t.Fatalf("step %d: %+v, %v", n, done, err)
		}
		o.goesOn(t)
	}
}

const (
	childSucceeds = "COUNTERFOIL_TEST_SUCCESSION_DIR"
	childSteps    = "COUNTERFOIL_TEST_SUCCESSION_STEPS"
)

// succeedUntilKilled is the child.
func succeedUntilKilled(dir string) {
	var left int
	fmt.Sscan(os.Getenv(childSteps), &left)
	cfg := killConfig(dir)
	cfg.reached = func() {
		if left--; left == 0 {
			syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	}
	s, err := BeginSuccession(context.Background(), cfg, SuccessionOptions{})
	if err == nil {
		_, err = s.Finish(context.Background())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// TestSuccessionUnderAHeadOfItsOwn: between two attempts somebody put back a copy older
// than what the new key signed. Going on from there would fork the new origin.
func TestSuccessionUnderAHeadOfItsOwn(t *testing.T) {
	o := newOlder(t)
	s, err := BeginSuccession(t.Context(), o.cfg, SuccessionOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := replaceHead(t.Context(), o.cfg.HeadsPath, s.Origin(), head{Size: o.size + 9}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Finish(t.Context()); !errors.Is(err, ErrRolledBack) {
		t.Errorf("went on beside a head it signed itself: %v", err)
	}
}

// TestSuccessionRefused: what cannot go on is left as it is.
func TestSuccessionRefused(t *testing.T) {
	other, err := newKey("other.example")
	if err != nil {
		t.Fatal(err)
	}
	stranger := filepath.Join(t.TempDir(), "other.key")
	if err := other.write(stranger); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name    string
		change  func(t *testing.T, o older)
		options func(o older) SuccessionOptions
		want    error
		text    string
	}{
		{"the name it has", nil, func(o older) SuccessionOptions { return SuccessionOptions{Origin: originName(o.verifier)} }, ErrConflict, "a name it never had"},
		{"the key of another log", nil, func(older) SuccessionOptions { return SuccessionOptions{FormerKey: stranger} }, ErrConflict, "the log was signed by"},
		{"an entry was changed", func(t *testing.T, o older) { flipByte(t, filepath.Join(o.cfg.Dir, counterfoil.SegmentName(0)), 300) }, nil, ErrDamaged, ""},
		{"the payloads are older", func(t *testing.T, o older) {
			os.Remove(newestSegment(t, o.cfg.PayloadDir))
		}, nil, ErrDamaged, "the payload directory is older"},
		{"the heads of another log", func(t *testing.T, o older) {
			if err := replaceHead(t.Context(), o.cfg.HeadsPath, "other.example", head{Keys: firstKey(other.verifier)}); err != nil {
				t.Fatal(err)
			}
		}, nil, ErrConflict, "belongs to the log other.example"},
		{"a head of other entries", func(t *testing.T, o older) {
			if err := replaceHead(t.Context(), o.cfg.HeadsPath, originName(o.verifier), head{Size: 3, Keys: firstKey(o.verifier)}); err != nil {
				t.Fatal(err)
			}
		}, nil, ErrDamaged, "other entries"},
		{"a restore that was cut off", func(t *testing.T, o older) {
			if err := MarkRestored(o.cfg.Dir, Restored{}); err != nil {
				t.Fatal(err)
			}
		}, nil, ErrRestored, "restore again"},
		{"no entries", func(t *testing.T, o older) { os.RemoveAll(o.cfg.Dir) }, nil, ErrEmpty, "there is no log"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := newOlder(t)
			if tt.change != nil {
				tt.change(t, o)
			}
			var options SuccessionOptions
			if tt.options != nil {
				options = tt.options(o)
			}
			_, err := succeed(t, o.cfg, options)
			if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.text) || SuccessionBegun(o.cfg) {
				t.Errorf("%v", err)
			}
		})
	}
}

func newestSegment(t *testing.T, dir string) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.seg"))
	if err != nil || len(names) == 0 {
		t.Fatalf("%v, %v", names, err)
	}
	slices.Sort(names)
	for _, name := range slices.Backward(names) {
		if b := mustRead(t, name); slices.ContainsFunc(b, func(c byte) bool { return c != 0 }) {
			return name
		}
	}
	t.Fatal("no segment was begun")
	return ""
}

func flipByte(t *testing.T, path string, at int) {
	t.Helper()
	b := mustRead(t, path)
	b[at] ^= 1
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestSuccessionWithoutTheFormerKey: the log goes on, and whoever holds only the
// former key is not led on.
func TestSuccessionWithoutTheFormerKey(t *testing.T) {
	o := newOlder(t)
	if err := os.Remove(o.cfg.KeyPath); err != nil {
		t.Fatal(err)
	}
	done, err := succeed(t, o.cfg, SuccessionOptions{})
	if err != nil || len(done.Event.FormerSignature) != 0 {
		t.Fatalf("%+v, %v", done, err)
	}
	if r := o.check(t, done.Event.Key, o.kept); r.Integrity != verify.IntegrityOK {
		t.Errorf("%v", r.Problems)
	}
	if r := o.check(t, o.verifier, o.kept); len(r.Problems) != 1 || r.Problems[0].Class != verify.ProblemKey {
		t.Errorf("%v", r.Problems)
	}
}

// TestTwoSuccessions: a log may go on more than once, keys rotated in between.
func TestTwoSuccessions(t *testing.T) {
	o := newOlder(t)
	for range 2 {
		if _, err := succeed(t, o.cfg, SuccessionOptions{}); err != nil {
			t.Fatal(err)
		}
		l := mustOpen(t, o.cfg)
		mustAppend(t, l, boot(), nil)
		if _, err := l.RotateKey(t.Context()); err != nil {
			t.Fatal(err)
		}
		mustClose(t, l)
	}
	l := mustOpen(t, o.cfg)
	key := l.VerifierKey()
	mustClose(t, l)
	for _, k := range []string{key, o.verifier} {
		if r := o.check(t, k, o.kept); r.Integrity != verify.IntegrityOK || len(r.Successions) != 2 {
			t.Errorf("%v %v", r.Problems, r.Successions)
		}
	}
}
