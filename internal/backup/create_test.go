// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package backup

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/ledger"
	"github.com/counterfoil/counterfoil/internal/vault"
	"github.com/counterfoil/counterfoil/verify"
)

// TestBesideAWriter backs up while entries are written, keys are made and the registry
// takes in heads. Each copy is sound, opens with its keys, and reaches further.
func TestBesideAWriter(t *testing.T) {
	n := openNode(t, filepath.Join(t.TempDir(), "data"))
	to := newTargets(t)
	var stop atomic.Bool
	var writing sync.WaitGroup
	for w := range 4 {
		writing.Go(func() {
			for person := byte(w); !stop.Load(); person += 4 {
				n.converse(person, 3000)
			}
		})
	}
	writing.Go(func() {
		for !stop.Load() {
			n.enter()
		}
	})
	var size uint64
	for range 6 {
		r := mustCreate(t, n.data, to)
		if r.Manifest.Log.Size <= size {
			t.Errorf("%d entries after %d", r.Manifest.Log.Size, size)
		}
		size = r.Manifest.Log.Size
		if got := mustCheck(t, to); got.Report.Entries != size {
			t.Errorf("the check found %d entries of %d", got.Report.Entries, size)
		}
	}
	stop.Store(true)
	writing.Wait()
	n.close()
	if len(segmentsIn(t, to.record, "payload")) < 3 || len(segmentsIn(t, to.record, "ledger")) < 2 {
		t.Error("the log was too short to cross segments")
	}
}

func segmentsIn(t testing.TB, dir, of string) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(dir, of, "*.seg"))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestOnlyWhatGrew: a second run copies the bytes behind the former head and no more,
// and one without anything new copies nothing.
func TestOnlyWhatGrew(t *testing.T) {
	n := openNode(t, filepath.Join(t.TempDir(), "data"))
	defer n.close()
	to := newTargets(t)
	for range 60 {
		n.converse(1, 4000)
	}
	checkpoint(t, n)
	first := mustCreate(t, n.data, to)
	n.converse(1, 100)
	checkpoint(t, n)
	second := mustCreate(t, n.data, to)
	if second.Copied == 0 || second.Copied > 2000 || first.Copied < 100_000 {
		t.Errorf("copied %d bytes, then %d", first.Copied, second.Copied)
	}
	if third := mustCreate(t, n.data, to); third.Copied != 0 {
		t.Errorf("copied %d bytes of nothing new", third.Copied)
	}
}

func checkpoint(t testing.TB, n *node) {
	t.Helper()
	if _, err := n.log.Checkpoint(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// TestErasureReachesTheBackup erases between two backups, in each of the three ways.
func TestErasureReachesTheBackup(t *testing.T) {
	for name, c := range map[string]struct {
		erase   func(n *node, s sealed)
		removed int
		stays   bool // the sealed bytes stay, and nothing opens them
	}{
		"by key":    {erase: (*node).erasePerson, stays: true},
		"by target": {erase: (*node).eraseOne},
		"by segment": {removed: 1, erase: func(n *node, s sealed) {
			segment := n.refs(s.id)[0].Segment
			at := n.state(counterfoil.Erasure{Scope: counterfoil.EraseSegments, Segments: []uint64{uint64(segment)}})
			n.done(at, n.log.DeletePayloads(context.Background(), []uint32{segment}))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			n := openNode(t, filepath.Join(t.TempDir(), "data"))
			defer n.close()
			to := newTargets(t)
			gone := n.converse(1, 5000)
			for range 40 {
				n.converse(2, 4000)
			}
			checkpoint(t, n)
			first := mustCreate(t, n.data, to)
			key, _ := vault.KeyOf(gone.bytes)
			if !holds(t, to.record, gone.bytes) || !holds(t, to.keys, key[:]) {
				t.Fatal("the first backup does not hold what is to be erased")
			}
			c.erase(n, gone)
			checkpoint(t, n)
			second := mustCreate(t, n.data, to)
			mustCheck(t, to)
			if second.Removed != c.removed || second.Copied >= first.Copied {
				t.Errorf("%d segments removed, %d bytes copied after %d", second.Removed, second.Copied, first.Copied)
			}
			if got := holds(t, to.record, gone.bytes[64:]); got != c.stays {
				t.Errorf("the backup holds the sealed bytes: %v", got)
			}
			if c.stays && holds(t, to.keys, key[:]) {
				t.Error("the backup holds the key")
			}
		})
	}
}

// TestErasuresUnderWay backs up while people are erased. No copy holds a payload half
// erased, or a key without the entry that explains that it is gone.
func TestErasuresUnderWay(t *testing.T) {
	n := openNode(t, filepath.Join(t.TempDir(), "data"))
	defer n.close()
	to := newTargets(t)
	var stop atomic.Bool
	var erasing sync.WaitGroup
	erasing.Go(func() {
		for i := 0; !stop.Load(); i++ {
			s := n.converse(byte(i), 2000)
			if i%2 == 0 {
				n.erasePerson(s)
			} else {
				n.eraseOne(s)
			}
			time.Sleep(time.Duration(i%5) * 150 * time.Millisecond) // some runs meet one, some none
		}
	})
	for range 5 {
		mustCreate(t, n.data, to)
		mustCheck(t, to)
	}
	stop.Store(true)
	erasing.Wait()
}

// TestAnErasureNotCarriedOut: its text would go into the backup though the log says
// that it is gone. The former backup stays until it is carried out.
func TestAnErasureNotCarriedOut(t *testing.T) {
	n := openNode(t, filepath.Join(t.TempDir(), "data"))
	defer n.close()
	to := newTargets(t)
	s := n.converse(1, 3000)
	checkpoint(t, n)
	before := mustCreate(t, n.data, to).Manifest.Log.Size
	at := n.state(counterfoil.Erasure{Scope: counterfoil.EraseInteraction, Payloads: 1, Targets: []counterfoil.ID{s.id}})
	checkpoint(t, n)
	if _, err := create(t.Context(), n.data, to, time.Nanosecond); !errors.Is(err, ErrUnsettled) {
		t.Fatalf("error %v", err)
	}
	if got := mustCheck(t, to).Manifest.Log.Size; got != before {
		t.Errorf("the backup has %d entries, and had %d", got, before)
	}
	n.done(at, n.log.Overwrite(t.Context(), n.refs(s.id)))
	mustCreate(t, n.data, to)
}

// TestRotations: keys of the log, of the registry and of the payloads change between
// two backups, and the copy goes on with those in force.
func TestRotations(t *testing.T) {
	n := openNode(t, filepath.Join(t.TempDir(), "data"))
	to := newTargets(t)
	n.converse(1, 1000)
	mustCreate(t, n.data, to)
	if _, err := n.log.RotateKey(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := n.registry.RotateKey(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := n.vault.RotateRoot(t.Context()); err != nil {
		t.Fatal(err)
	}
	n.converse(1, 1000)
	n.enter()
	mustCreate(t, n.data, to)
	if _, err := os.Stat(filepath.Join(to.keys, "keys", "node-former.key")); err != nil {
		t.Error(err)
	}
	if _, err := n.log.RetireKey(t.Context()); err != nil {
		t.Fatal(err)
	}
	n.close()
	mustCreate(t, n.data, to)
	if _, err := os.Stat(filepath.Join(to.keys, "keys", "node-former.key")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the retired key: %v", err)
	}
	data, _ := restore(t, to, filepath.Join(n.data, "heads.db"))
	openNode(t, data).close()
}

// TestRefusals: folders that hold something else stay as they are.
func TestRefusals(t *testing.T) {
	n := openNode(t, filepath.Join(t.TempDir(), "data"))
	n.converse(1, 1000)
	n.close()
	to := newTargets(t)
	mustCreate(t, n.data, to)
	mine := filepath.Join(t.TempDir(), "mine")
	if err := os.MkdirAll(mine, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(mine, "letter.txt"), []byte("keep"), 0o600); err != nil {
		t.Fatal(err)
	}
	linked := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(n.data, linked); err != nil {
		t.Fatal(err)
	}
	back := t.TempDir() // an older copy of the data directory
	if err := errors.Join(os.CopyFS(back, os.DirFS(n.data)), os.Chmod(filepath.Join(back, "keys", "root.key"), 0o600)); err != nil {
		t.Fatal(err)
	}
	again := openNode(t, n.data)
	again.converse(1, 10)
	again.close()
	mustCreate(t, n.data, to)
	for name, c := range map[string]struct {
		data string
		to   targets
		want error
	}{
		"something else":         {n.data, targets{mine, ""}, ErrForeign},
		"a data directory":       {n.data, targets{back, ""}, ErrForeign},
		"in the data directory":  {n.data, targets{filepath.Join(n.data, "b"), ""}, ErrForeign},
		"by a link":              {n.data, targets{filepath.Join(linked, "b"), ""}, ErrForeign},
		"keys beside the record": {n.data, targets{to.record, filepath.Join(to.record, "k")}, ErrForeign},
		"both in one":            {n.data, targets{to.record, to.record}, ErrForeign},
		"folders exchanged":      {n.data, targets{to.keys, ""}, nil},
		"set back":               {back, to, ErrOther},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := create(t.Context(), c.data, c.to, 0)
			if err == nil || c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("error %v", err)
			}
		})
	}
	if content, err := os.ReadFile(filepath.Join(mine, "letter.txt")); err != nil || string(content) != "keep" {
		t.Errorf("%q, error %v", content, err)
	}
	mustCheck(t, to)

	record, err := openFolder(to.record, formatRecord, always)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := create(t.Context(), n.data, to, 0); !errors.Is(err, ErrBusy) || !strings.Contains(err.Error(), "process") {
		t.Errorf("two at once: %v", err)
	}
	if err := record.close(); err != nil {
		t.Fatal(err)
	}
}

// TestDamageIsFound flips a byte of every file of a backup, and takes every file away.
func TestDamageIsFound(t *testing.T) {
	n := openNode(t, filepath.Join(t.TempDir(), "data"))
	n.converse(1, 1000)
	n.close()
	to := newTargets(t)
	m := mustCreate(t, n.data, to).Manifest
	for _, file := range m.Files {
		if filepath.Base(file.Path) == ledger.RestoredName {
			continue // a restore writes its own
		}
		path := filepath.Join(to.record, file.Path)
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for what, content := range map[string][]byte{"changed": append([]byte{whole[0] ^ 1}, whole[1:]...), "cut": whole[:len(whole)-1]} {
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
			record, err := readFolder(to.record, formatRecord, always)
			if err != nil {
				t.Fatal(err)
			}
			damaged, err := record.damaged(t.Context(), &counter{})
			if err = errors.Join(err, record.close()); err != nil || len(damaged) != 1 || damaged[0] != file.Path {
				t.Errorf("%s %s: found %v, error %v", file.Path, what, damaged, err)
			}
			data := filepath.Join(t.TempDir(), "data")
			if _, err := Restore(t.Context(), RestoreConfig{From: to.record, Data: data, Open: opener}); !errors.Is(err, ErrDigest) {
				t.Errorf("%s %s: restored with error %v", file.Path, what, err)
			}
		}
		if err := os.WriteFile(path, whole, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	mustCheck(t, to)
}

// TestARecordSignedAnew: a record that verifies by the key that lies in it, and was made
// by somebody else, is not taken for that of the keys.
func TestARecordSignedAnew(t *testing.T) {
	var both [2]targets
	for i := range both {
		n := openNode(t, filepath.Join(t.TempDir(), "data")) // both bear the same name
		n.converse(1, 1000)
		n.close()
		both[i] = newTargets(t)
		mustCreate(t, n.data, both[i])
	}
	forged, err := Check(t.Context(), both[1].record, "", opener, Progress{})
	if err != nil || !forged.Sound() {
		t.Fatalf("%+v, error %v", forged, err)
	}
	if c, err := Check(t.Context(), both[1].record, both[0].keys, opener, Progress{}); err == nil && c.Sound() {
		t.Error("the keys of another log pass")
	}
	mine := filepath.Join(both[1].keys, "keys", "node.key") // so that payloads open, and the signatures alone tell
	if err := copyTo(filepath.Join(both[0].keys, "keys", "node.key"), mine); err != nil {
		t.Fatal(err)
	}
	r, err := check(t.Context(), both[1].record, both[1].keys, opener, Progress{}, 1)
	if err != nil || r.Integrity == verify.IntegrityOK {
		t.Errorf("%v, error %v", r.Integrity, err)
	}
}

// TestABackupDoesNotSign: with its keys beside it, a backup has all a data directory has.
func TestABackupDoesNotSign(t *testing.T) {
	n := openNode(t, filepath.Join(t.TempDir(), "data"))
	n.converse(1, 1000)
	n.close()
	to := newTargets(t)
	mustCreate(t, n.data, to)
	byHand := t.TempDir()
	if err := errors.Join(os.CopyFS(byHand, os.DirFS(to.record)), os.CopyFS(byHand+"/keys", os.DirFS(to.keys+"/keys"))); err != nil {
		t.Fatal(err)
	}
	if _, err := ledger.Open(t.Context(), logConfig(byHand)); !errors.Is(err, ledger.ErrRestored) || !strings.Contains(err.Error(), "by hand") {
		t.Errorf("opened with error %v", err)
	}
}
