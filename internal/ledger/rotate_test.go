// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/verify"
)

func bootEntry() *counterfoil.Entry {
	return &counterfoil.Entry{Kind: counterfoil.KindBoot, ID: counterfoil.NewID(), Boot: &counterfoil.Boot{}}
}

// wantHead wants the newest head to verify under the keys given and no others.
func wantHead(t testing.TB, l *Ledger, keys, not []string) {
	t.Helper()
	signed, err := l.Checkpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(signed), "\n— "); n != len(keys) {
		t.Errorf("%d signatures where %d belong:\n%s", n, len(keys), signed)
	}
	for _, key := range keys {
		if c, err := counterfoil.VerifyCheckpoint(signed, key); err != nil || c.Size != l.Size() {
			t.Errorf("head of size %d under %s: %v", c.Size, key, err)
		}
	}
	for _, key := range not {
		if _, err := counterfoil.VerifyCheckpoint(signed, key); err == nil {
			t.Errorf("the head verifies under %s", key)
		}
	}
	b, err := os.ReadFile(filepath.Join(l.cfg.Dir, "verifier"))
	if want := strings.Join(keys, "\n") + "\n"; err != nil || string(b) != want {
		t.Errorf("verifier keys %q, %v", b, err)
	}
}

func TestRotateAndRetire(t *testing.T) {
	cfg := testConfig(t.TempDir())
	l := mustOpen(t, cfg)
	mustAppend(t, l, bootEntry(), nil)
	old := l.VerifierKey()
	wantHead(t, l, []string{old}, nil)

	event, err := l.RotateKey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	next := l.VerifierKey()
	if next == old || event.Key != next || event.Former != old || event.Size != 1 || event.CheckSignatures() != nil {
		t.Fatalf("event %+v", event)
	}
	wantHead(t, l, []string{next, old}, nil)
	if _, err := l.RotateKey(t.Context()); !errors.Is(err, ErrConflict) {
		t.Errorf("a second rotation: %v", err)
	}
	past, err := l.SignHead(1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := counterfoil.VerifyCheckpoint(past, next); err == nil {
		t.Error("the new key signed a head from before it")
	}
	intents := intent(counterfoil.NewID())
	receipt, err := l.SignReceipt(intents, mustAppend(t, l, intents, nil))
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{old, next} {
		if _, err := counterfoil.VerifyReceipt(receipt, key); err != nil {
			t.Errorf("receipt under %s: %v", key, err)
		}
	}
	mustClose(t, l)
	for _, key := range []string{old, next} { // whichever key somebody was handed
		r, err := verify.Dir(t.Context(), verify.Options{LedgerDir: cfg.Dir, PayloadDir: cfg.PayloadDir, VerifierKey: key})
		if err != nil || r.Integrity != verify.IntegrityOK {
			t.Errorf("under %s: %v, %+v", key, err, r.Problems)
		}
	}

	l = mustOpen(t, cfg)
	mustAppend(t, l, bootEntry(), nil)
	wantHead(t, l, []string{next, old}, nil)
	if event, err = l.RetireKey(t.Context()); err != nil || event.Former != old || event.Key != "" {
		t.Fatalf("%+v, %v", event, err)
	}
	wantHead(t, l, []string{next}, []string{old})
	if _, err := l.RetireKey(t.Context()); !errors.Is(err, ErrConflict) {
		t.Errorf("a second retirement: %v", err)
	}
	if _, err := l.SignHead(1); !errors.Is(err, ErrNotFound) {
		t.Errorf("a head only the retired key counts for: %v", err)
	}
	if _, err := os.Stat(cfg.formerKeyPath()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the retired key's file: %v", err)
	}
	mustClose(t, l)
	verified(t, cfg)

	l = mustOpen(t, cfg)
	mustAppend(t, l, bootEntry(), nil)
	wantHead(t, l, []string{next}, []string{old})
	if got := l.KeyEntries(); !slices.Equal(got, []counterfoil.Index{1, 4}) {
		t.Errorf("key entries %v", got)
	}
	if _, err := l.RotateKey(t.Context()); err != nil {
		t.Errorf("the next rotation: %v", err)
	}
	wantHead(t, l, []string{l.VerifierKey(), next}, []string{old})
	mustClose(t, l)
	verified(t, cfg)
}

func mustClose(t testing.TB, l *Ledger) {
	t.Helper()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestRotationCutShort copies the directory after every step of a rotation and of a
// retirement and opens the copy: the log decides, and a next rotation is possible.
func TestRotationCutShort(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cfg := testConfig(dir)
	l := mustOpen(t, cfg)
	mustAppend(t, l, bootEntry(), nil)
	old := l.VerifierKey()
	current, err := loadKey(cfg.KeyPath)
	if err != nil {
		t.Fatal(err)
	}
	next, err := newKey(l.Origin())
	if err != nil {
		t.Fatal(err)
	}
	opens := func(step string, want ...string) {
		t.Helper()
		copied := crashed(t, dir)
		after := mustOpen(t, copied)
		mustAppend(t, after, bootEntry(), nil)
		wantHead(t, after, want, nil)
		if len(want) == 2 {
			if _, err := after.RetireKey(t.Context()); err != nil {
				t.Errorf("%s: retire: %v", step, err)
			}
		}
		if _, err := after.RotateKey(t.Context()); err != nil {
			t.Errorf("%s: rotate: %v", step, err)
		}
		mustClose(t, after)
		verified(t, copied)
		if _, err := os.Stat(copied.nextKeyPath()); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: the file of the next key is left: %v", step, err)
		}
	}
	steps := []struct {
		name string
		do   func() error
		want []string
	}{
		{"key written", func() error { return next.write(cfg.nextKeyPath()) }, []string{old}},
		{"entry appended", func() error {
			l.changeRing(func(r *keyring) *keyring { return r.adding(next) })
			_, err := l.AppendKeyEvent(context.Background(), counterfoil.KeyEvent{Event: counterfoil.KeyRotated, Origin: l.Origin(), Key: next.verifier, Former: old})
			return err
		}, []string{next.verifier, old}},
		{"head signed", func() error { _, err := l.Checkpoint(context.Background()); return err }, []string{next.verifier, old}},
		{"former written", func() error { return current.write(cfg.formerKeyPath()) }, []string{next.verifier, old}},
		{"installed", func() error { return l.installKey(current) }, []string{next.verifier, old}},
		{"retirement appended", func() error {
			_, err := l.AppendKeyEvent(context.Background(), counterfoil.KeyEvent{Event: counterfoil.KeyRetired, Origin: l.Origin(), Former: old})
			return err
		}, []string{next.verifier}},
		{"former removed", func() error { return removeKey(cfg.formerKeyPath()) }, []string{next.verifier}},
	}
	for _, step := range steps {
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		opens(step.name, step.want...)
	}
}

// TestRotationBehindUnmovedFiles: a rotation whose files could not be moved keeps the
// only copy of the key in force where the next rotation puts its own.
func TestRotationBehindUnmovedFiles(t *testing.T) {
	cfg := testConfig(t.TempDir())
	l := mustOpen(t, cfg)
	mustAppend(t, l, bootEntry(), nil)
	if err := os.Mkdir(cfg.formerKeyPath(), 0o700); err != nil { // no file can take its place
		t.Fatal(err)
	}
	first, err := l.RotateKey(t.Context())
	if err == nil || first.Key != l.VerifierKey() {
		t.Fatalf("a rotation whose files cannot be moved: %+v, %v", first, err)
	}
	if err := os.Remove(cfg.formerKeyPath()); err != nil {
		t.Fatal(err)
	}
	if _, err := l.RetireKey(t.Context()); err != nil {
		t.Fatal(err)
	}
	second, err := l.RotateKey(t.Context())
	if err != nil || second.Former != first.Key {
		t.Fatalf("the next rotation: %+v, %v", second, err)
	}
	mustClose(t, l)
	l = mustOpen(t, cfg)
	mustAppend(t, l, bootEntry(), nil)
	wantHead(t, l, []string{second.Key, first.Key}, nil)
	mustClose(t, l)
	verified(t, cfg)
}

// TestKeysNotAtHand: without the newest key the log does not go on; without the
// former one it does, under the new key alone.
func TestKeysNotAtHand(t *testing.T) {
	dir := t.TempDir()
	l := mustOpen(t, testConfig(dir))
	mustAppend(t, l, bootEntry(), nil)
	old := l.VerifierKey()
	if _, err := l.RotateKey(t.Context()); err != nil {
		t.Fatal(err)
	}
	next := l.VerifierKey()
	swapped := crashed(t, dir)
	if err := os.Rename(swapped.formerKeyPath(), swapped.KeyPath); err != nil {
		t.Fatal(err)
	}
	if after, err := Open(t.Context(), swapped); err == nil || !strings.Contains(err.Error(), "put the key back") {
		after.Close()
		t.Errorf("opened with the former key alone: %v", err)
	}
	alone := crashed(t, dir)
	if err := os.Remove(alone.formerKeyPath()); err != nil {
		t.Fatal(err)
	}
	after := mustOpen(t, alone)
	mustAppend(t, after, bootEntry(), nil)
	signed, err := after.Checkpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := counterfoil.VerifyCheckpoint(signed, next); err != nil {
		t.Error(err)
	}
	if _, err := counterfoil.VerifyCheckpoint(signed, old); err == nil {
		t.Error("signed by a key that is not there")
	}
}

func TestKeyEntriesAreNotAppendedByHand(t *testing.T) {
	l := mustOpen(t, testConfig(t.TempDir()))
	own := counterfoil.KeyEvent{Event: counterfoil.KeyRetired, Origin: l.Origin(), Former: l.VerifierKey()}
	_, err := l.Append(t.Context(), &counterfoil.Entry{Kind: counterfoil.KindKey, ID: counterfoil.NewID(), Key: &own}, nil)
	if !errors.Is(err, ErrConflict) {
		t.Errorf("an event about the log's own key: %v", err)
	}
	other := counterfoil.KeyEvent{Event: counterfoil.KeyEnrolled, Origin: "other.example", Key: "other.example+00000000+AAAA"}
	mustAppend(t, l, &counterfoil.Entry{Kind: counterfoil.KindKey, ID: counterfoil.NewID(), Key: &other}, nil)
	if got := l.KeyEntries(); got != nil {
		t.Errorf("events of another log changed the keys: %v", got)
	}
	unsigned := counterfoil.KeyEvent{Event: counterfoil.KeyRotated, Origin: l.Origin(), Key: "x+00000000+AAAA", Former: l.VerifierKey()}
	if _, err := l.AppendKeyEvent(t.Context(), unsigned); err == nil {
		t.Error("a rotation to a key that is not at hand was appended")
	}
	if l.Size() != 1 {
		t.Errorf("size %d", l.Size())
	}
}

// TestAppendBuilt: an entry that states where it lies is right about it, whatever
// is appended beside it.
func TestAppendBuilt(t *testing.T) {
	l := mustOpen(t, testConfig(t.TempDir()))
	ctx, stop := context.WithCancel(t.Context())
	var writers sync.WaitGroup
	for range 4 {
		writers.Go(func() {
			for ctx.Err() == nil {
				payload := randomPayload(100)
				if _, err := l.Append(context.Background(), committed(record(1), payload), payload); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for range 50 {
		var seal counterfoil.Seal
		r, err := l.AppendBuilt(t.Context(), counterfoil.KindSeal, func(before counterfoil.Checkpoint) (*counterfoil.Entry, error) {
			seal = counterfoil.Seal{Epoch: "2026q4", Size: before.Size, Root: before.Root}
			return &counterfoil.Entry{Kind: counterfoil.KindSeal, ID: counterfoil.NewID(), Seal: &seal}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if root, err := l.Root(uint64(r.Index)); err != nil || seal.Size != uint64(r.Index) || seal.Root != root {
			t.Fatalf("entry %d states size %d and root %s; the root is %s, %v", r.Index, seal.Size, seal.Root, root, err)
		}
		if s, err := l.Read(r.Index); err != nil || s.Leaf != r.Leaf {
			t.Fatalf("read: %v", err)
		}
	}
	stop()
	writers.Wait()
	size := l.Size()
	failed := errors.New("not this time")
	_, err := l.AppendBuilt(t.Context(), counterfoil.KindSeal, func(counterfoil.Checkpoint) (*counterfoil.Entry, error) { return nil, failed })
	if !errors.Is(err, failed) || l.Size() != size {
		t.Errorf("%v, size %d where %d belongs", err, l.Size(), size)
	}
	mustAppend(t, l, record(2), nil)
}

// TestHeadsOfAFormerRelease: its store knows no history of keys.
func TestHeadsOfAFormerRelease(t *testing.T) {
	dir := t.TempDir()
	cfg := testConfig(dir)
	l := mustOpen(t, cfg)
	mustAppend(t, l, bootEntry(), nil)
	old := l.VerifierKey()
	mustClose(t, l)
	db, err := sql.Open("sqlite", "file:"+cfg.HeadsPath)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`ALTER TABLE head DROP COLUMN keys`); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	l = mustOpen(t, cfg)
	if _, err := l.RotateKey(t.Context()); err != nil { // no head is stored after it
		t.Fatal(err)
	}
	wantHead(t, mustOpen(t, crashed(t, dir)), []string{l.VerifierKey(), old}, nil)
}

func TestLogWithoutPayloads(t *testing.T) {
	cfg := testConfig(t.TempDir())
	cfg.PayloadDir = ""
	l := mustOpen(t, cfg)
	j := newJournal()
	for range 400 { // across segments
		j.add(mustAppend(t, l, record(1), nil), nil)
	}
	payload := randomPayload(10)
	if _, err := l.Append(t.Context(), committed(record(1), payload), payload); err == nil {
		t.Error("a payload was taken")
	}
	j.check(t, l)
	mustClose(t, l)
	verified(t, cfg)
	l = mustOpen(t, cfg)
	j.add(mustAppend(t, l, record(2), nil), nil)
	j.check(t, l)
	if err := l.Health(); err != nil {
		t.Error(err)
	}
	for _, stray := range []string{counterfoil.SegmentName(0), counterfoil.SegmentName(1)} {
		if _, err := os.Stat(stray); err == nil {
			t.Errorf("%s lies in the working directory", stray)
		}
	}
}

// TestPublishedKeyVerifiesPublishedHead: whoever reads both files, at any moment,
// can verify the one by the first line of the other.
func TestPublishedKeyVerifiesPublishedHead(t *testing.T) {
	l := mustOpen(t, testConfig(t.TempDir()))
	mustAppend(t, l, bootEntry(), nil)
	if _, err := l.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	check := func(step string) {
		t.Helper()
		key, err := os.ReadFile(filepath.Join(l.cfg.Dir, "verifier"))
		if err != nil {
			t.Fatal(err)
		}
		signed, err := os.ReadFile(filepath.Join(l.cfg.Dir, "checkpoint"))
		if err != nil {
			t.Fatal(err)
		}
		newest, _, _ := strings.Cut(string(key), "\n")
		if _, err := counterfoil.VerifyCheckpoint(signed, newest); err != nil {
			t.Errorf("after %s: %v", step, err)
		}
	}
	for range 2 {
		if _, err := l.RotateKey(t.Context()); err != nil {
			t.Fatal(err)
		}
		check("a rotation")
		if _, err := l.RetireKey(t.Context()); err != nil {
			t.Fatal(err)
		}
		check("a retirement")
	}
}
