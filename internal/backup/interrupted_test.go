// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil/internal/durable"
	"github.com/counterfoil/counterfoil/internal/ledger"
	"github.com/counterfoil/counterfoil/internal/vault"
)

// What a child process of the test does, told by the environment.
const (
	childData    = "COUNTERFOIL_TEST_BACKUP_DATA"    // backs up this directory, again and again
	childRestore = "COUNTERFOIL_TEST_BACKUP_RESTORE" // restores into this one, once
	childTo      = "COUNTERFOIL_TEST_BACKUP_TO"      // folder with record and keys
)

func TestMain(m *testing.M) {
	dir := os.Getenv(childTo)
	to := targets{filepath.Join(dir, "record"), filepath.Join(dir, "keys")}
	if data := os.Getenv(childData); data != "" {
		for {
			if _, err := create(context.Background(), data, to, 0); err != nil {
				fmt.Println(err)
				os.Exit(1)
			}
		}
	}
	if data := os.Getenv(childRestore); data != "" {
		_, err := Restore(context.Background(), RestoreConfig{From: to.record, KeysFrom: to.keys, Data: data, Open: opener})
		fmt.Println("done", err)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// killed starts a child and kills it after a while; it returns what it printed.
func killed(t *testing.T, after time.Duration, env ...string) string {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), env...)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(after, func() { child.Process.Kill() })
	defer timer.Stop()
	said, err := io.ReadAll(out)
	if err != nil {
		t.Fatal(err)
	}
	_ = child.Wait() // it was killed
	return string(said)
}

// TestKilledBackups kills a process that backs up beside a writer, at any moment. What
// lies there is a whole backup each time, and the next run goes on from it.
func TestKilledBackups(t *testing.T) {
	n := openNode(t, filepath.Join(t.TempDir(), "data"))
	defer n.close()
	dir := t.TempDir()
	to := targets{filepath.Join(dir, "record"), filepath.Join(dir, "keys")}
	n.converse(1, 3000)
	checkpoint(t, n)
	mustCreate(t, n.data, to)
	var size uint64
	for round := range 12 {
		for i := range 20 {
			s := n.converse(byte(round), 4000)
			switch i {
			case 7:
				n.eraseOne(s)
			case 15:
				n.erasePerson(s)
			}
		}
		checkpoint(t, n)
		if said := killed(t, 20*time.Millisecond+time.Duration(rand.IntN(300))*time.Millisecond, childData+"="+n.data, childTo+"="+dir); said != "" {
			t.Fatalf("the child failed: %s", said)
		}
		c := mustCheck(t, to)
		if c.Manifest.Log.Size < size {
			t.Errorf("%d entries, and %d were there before", c.Manifest.Log.Size, size)
		}
		size = c.Manifest.Log.Size
	}
	if got := mustCreate(t, n.data, to).Manifest.Log.Size; got != n.log.Size() {
		t.Errorf("%d entries of %d", got, n.log.Size())
	}
	mustCheck(t, to)
}

// TestKilledRestores kills a process that restores. What it leaves never starts, unless
// it was done, and then it says so.
func TestKilledRestores(t *testing.T) {
	n := openNode(t, filepath.Join(t.TempDir(), "data"))
	for range 200 {
		n.converse(1, 6000)
	}
	n.close()
	dir := t.TempDir()
	to := targets{filepath.Join(dir, "record"), filepath.Join(dir, "keys")}
	mustCreate(t, n.data, to)
	unfinished := 0
	// The moment of the kill closes in on where a restore is under way here: how long the
	// child takes to begin, and then to end, depends on what else the machine does.
	early, late := time.Duration(0), 270*time.Millisecond
	for round := 0; round < 12 || unfinished == 0 && round < 100; round++ {
		data := filepath.Join(t.TempDir(), "data")
		after := early + rand.N(late-early+20*time.Millisecond)
		said := killed(t, after, childRestore+"="+data, childTo+"="+dir)
		mark, err := ledger.RestoredMark(filepath.Join(data, "ledger"))
		if err != nil {
			t.Fatal(err)
		}
		if mark == nil {
			if _, err := os.Stat(filepath.Join(data, "heads.db")); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("files without a mark: %v", err)
			}
			early, late = (early+after)/2, max(late, 2*after)
			continue
		}
		if mark.Finished {
			early, late = early/2, (early+after)/2
		} else {
			unfinished++
		}
		if said == "done <nil>\n" && !mark.Finished {
			t.Error("a restore that was reported has no finished mark")
		}
		if _, err := ledger.Open(t.Context(), logConfig(data)); !errors.Is(err, ledger.ErrRestored) {
			t.Errorf("opened with error %v", err)
		}
		if _, err := Restore(t.Context(), RestoreConfig{From: to.record, Data: data, Open: opener}); !errors.Is(err, ErrNotEmpty) {
			t.Errorf("restored over it with error %v", err)
		}
	}
	if unfinished == 0 {
		t.Error("no restore was cut off: the test shows nothing")
	}
}

// TestCutAtEveryStep stops a run between any two steps that last. Before the next
// manifest is there the former backup counts, from then on the new one.
func TestCutAtEveryStep(t *testing.T) {
	n := openNode(t, filepath.Join(t.TempDir(), "data"))
	defer n.close()
	to := newTargets(t)
	gone := n.converse(1, 5000)
	for range 30 {
		n.converse(2, 4000)
	}
	checkpoint(t, n)
	before := mustCreate(t, n.data, to).Manifest.Log.Size
	n.eraseOne(gone)
	checkpoint(t, n)

	record, err := openFolder(to.record, formatRecord, always)
	if err != nil {
		t.Fatal(err)
	}
	defer record.close()
	j := &job{Config: Config{Data: n.data, To: to.record, Keys: n.vault, Patience: patience}, source: source{n.data}, record: record}
	m, err := j.settled(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	m.Format, m.Files = formatRecord, record.files()
	text, err := m.text()
	if err != nil {
		t.Fatal(err)
	}
	cut := func(name string, size uint64, leave func(f *folder) error) {
		t.Run(name, func(t *testing.T) {
			at := targets{record: filepath.Join(t.TempDir(), "record")}
			if err := os.CopyFS(at.record, os.DirFS(to.record)); err != nil {
				t.Fatal(err)
			}
			if err := leave(&folder{dir: at.record, format: formatRecord}); err != nil {
				t.Fatal(err)
			}
			if got := mustCheck(t, at).Manifest.Log.Size; got != size {
				t.Errorf("%d entries, want %d", got, size)
			}
			if left, err := filepath.Glob(filepath.Join(at.record, "*", staged+"*")); err != nil || len(left) > 0 {
				t.Errorf("left over: %v, error %v", left, err)
			}
			if got := holds(t, at.record, gone.bytes); got != (size == before) {
				t.Errorf("holds what was erased: %v", got)
			}
		})
	}
	next := func(f *folder) error { return durable.WriteFile(f.path(nextManifest), text, 0o600) }
	cut("everything copied", before, func(*folder) error { return nil })
	cut("the manifest is there", m.Log.Size, next)
	for i, file := range m.Files {
		cut("renamed up to "+strings.ReplaceAll(file.Path, "/", " "), m.Log.Size, func(f *folder) error {
			err := next(f)
			for _, one := range m.Files[:i+1] {
				if renamed := os.Rename(f.stagedPath(one.Path), f.path(one.Path)); !errors.Is(renamed, os.ErrNotExist) {
					err = errors.Join(err, renamed)
				}
			}
			return err
		})
	}
	cut("the manifest has its name", m.Log.Size, func(f *folder) error {
		return errors.Join(next(f), f.promote(m), durable.WriteFile(f.stagedPath("ledger/x"), nil, 0o600))
	})
}

// TestKeysGoWithTheirRecord stops a run between the two folders. Both are of the former
// moment or both of the new one: keys without an erased one open neither record as it is.
func TestKeysGoWithTheirRecord(t *testing.T) {
	for name, forward := range map[string]bool{"before the record counts": false, "behind that": true} {
		t.Run(name, func(t *testing.T) {
			n := openNode(t, filepath.Join(t.TempDir(), "data"))
			defer n.close()
			to := newTargets(t)
			gone := n.converse(1, 1000)
			checkpoint(t, n)
			before := mustCreate(t, n.data, to).Manifest.Log.Size
			n.erasePerson(gone)
			checkpoint(t, n)
			record, keys, err := readBoth(to.record, to.keys)
			if err != nil {
				t.Fatal(err)
			}
			j := &job{Config: Config{Data: n.data, Keys: n.vault, Patience: patience}, source: source{n.data}, record: record, keys: keys}
			m, err := j.settled(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			of := *m
			err = keys.announce(&of)
			if forward {
				err = errors.Join(err, record.announce(m))
			}
			if err := errors.Join(err, closeBoth(record, keys)); err != nil {
				t.Fatal(err)
			}
			c := mustCheck(t, to)
			if got := c.Manifest.Log.Size > before; got != forward {
				t.Errorf("%d entries after %d", c.Manifest.Log.Size, before)
			}
			key, _ := vault.KeyOf(gone.bytes)
			if got := holds(t, to.keys, key[:]); got == forward {
				t.Errorf("the keys hold the erased one: %v", got)
			}
			mustCreate(t, n.data, to)
		})
	}
}

// TestFullDisk fills the disk a backup is written to, and the one it is restored to.
func TestFullDisk(t *testing.T) {
	small := t.TempDir()
	if err := syscall.Mount("tmpfs", small, "tmpfs", 0, "size=400k"); err != nil {
		t.Skip("mounting a file system needs rights: ", err)
	}
	t.Cleanup(func() { syscall.Unmount(small, syscall.MNT_DETACH) })
	n := openNode(t, filepath.Join(t.TempDir(), "data"))
	defer n.close()
	to := targets{filepath.Join(small, "record"), filepath.Join(t.TempDir(), "keys")}
	n.converse(1, 3000)
	checkpoint(t, n)
	before := mustCreate(t, n.data, to).Manifest.Log.Size
	for range 150 {
		n.converse(2, 4000)
	}
	checkpoint(t, n)
	if _, err := create(t.Context(), n.data, to, 0); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("backed up to a full disk with error %v", err)
	}
	if got := mustCheck(t, to).Manifest.Log.Size; got != before {
		t.Errorf("%d entries after a full disk, %d before", got, before)
	}

	whole := newTargets(t)
	mustCreate(t, n.data, whole)
	data := filepath.Join(small, "data")
	if _, err := Restore(t.Context(), RestoreConfig{From: whole.record, Data: data, Open: opener}); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("restored to a full disk with error %v", err)
	}
	if _, err := ledger.Open(t.Context(), logConfig(data)); !errors.Is(err, ledger.ErrRestored) {
		t.Errorf("opened with error %v", err)
	}

	if err := errors.Join(os.RemoveAll(data), syscall.Mount("tmpfs", small, "tmpfs", syscall.MS_REMOUNT, "size=8m")); err != nil {
		t.Fatal(err)
	}
	mustCreate(t, n.data, to)
	mustCheck(t, to)
}

// TestReadOnlyBackup checks and restores a backup on a medium that cannot be written.
func TestReadOnlyBackup(t *testing.T) {
	medium := t.TempDir()
	if err := syscall.Mount("tmpfs", medium, "tmpfs", 0, "size=4m"); err != nil {
		t.Skip("mounting a file system needs rights: ", err)
	}
	t.Cleanup(func() { syscall.Unmount(medium, syscall.MNT_DETACH) })
	n := openNode(t, filepath.Join(t.TempDir(), "data"))
	n.converse(1, 3000)
	n.close()
	to := targets{filepath.Join(medium, "record"), filepath.Join(medium, "keys")}
	mustCreate(t, n.data, to)
	if err := syscall.Mount("tmpfs", medium, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	mustCheck(t, to)
	if _, r := restore(t, to, filepath.Join(n.data, "heads.db")); !r.Startable {
		t.Errorf("not startable: %v", r.Why)
	}
	if _, err := create(t.Context(), n.data, to, 0); !errors.Is(err, syscall.EROFS) {
		t.Errorf("backed up with error %v", err)
	}
}
