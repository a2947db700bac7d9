// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/durable/faulty"
	"github.com/counterfoil/counterfoil/internal/ledger"
	"github.com/counterfoil/counterfoil/timestamp"
)

// check holds a registry to rule 9 of the format, and the node's log to what it says.
func (w *world) check() {
	w.Helper()
	keys, own := map[string]bool{}, map[string]bool{} // of the node, of the registry
	var covered uint64
	l := w.registry.Log()
	for i, e := range w.entries(l) {
		if e.Boot != nil {
			own[e.Boot.NodeKey] = true
		}
		if k := e.Key; k != nil {
			if err := k.CheckSignatures(); err != nil {
				w.Errorf("entry %d: %v", i, err)
			}
			if k.Origin == l.Origin() {
				own[k.Key] = true
			} else {
				keys[k.Key] = true
			}
		}
		a := e.Anchor
		if a == nil {
			continue
		}
		switch a.Type {
		case counterfoil.AnchorHead:
			w.checkHead(i, a, keys, w.node)
			if a.Size < covered {
				w.Errorf("entry %d: size %d after %d", i, a.Size, covered)
			}
			covered = a.Size
		case counterfoil.AnchorCosigned:
			list := w.checkHead(i, a, own, l)
			if len(list) == 0 || uint64(list[0].Time.UnixMicro()) != a.Time {
				w.Errorf("entry %d: cosigned by %v at %d", i, list, a.Time)
			}
		case counterfoil.AnchorTimestamp:
			w.checkStamp(i, a)
		}
		if a.Type != counterfoil.AnchorHead && a.Size > uint64(i) {
			w.Errorf("entry %d: %s of a head of %d entries", i, a.Type, a.Size)
		}
	}
	if covered != w.status().Covered {
		w.Errorf("covered %d entries, the status says %d", covered, w.status().Covered)
	}
	for i, e := range w.entries(w.node) {
		if e.Anchor != nil {
			w.checkHead(i, e.Anchor, own, l)
		}
	}
}

// checkHead checks the note in an anchor, and that a log bears it out. It returns the
// cosignatures of the world's witnesses.
func (w *world) checkHead(at int, a *counterfoil.Anchor, keys map[string]bool, l *ledger.Ledger) []counterfoil.Cosignature {
	w.Helper()
	failed := errors.New("no key is known")
	for key := range keys {
		var c counterfoil.Checkpoint
		var list []counterfoil.Cosignature
		if c, list, failed = counterfoil.VerifyCosigned(a.Data, key, w.watchers); failed == nil {
			root, err := l.Root(a.Size)
			if err != nil || c != (counterfoil.Checkpoint{Origin: a.Origin, Size: a.Size, Root: a.Root}) || root != a.Root {
				w.Errorf("entry %d: %s %+v, the log has %s, %v", at, a.Type, c, root, err)
			}
			return list
		}
	}
	w.Errorf("entry %d: %s: %v", at, a.Type, failed)
	return nil
}

func (w *world) checkStamp(at int, a *counterfoil.Anchor) {
	w.Helper()
	root, err := w.registry.Log().Root(a.Size)
	if err != nil || root != a.Root || a.Origin != w.registry.Log().Origin() {
		w.Errorf("entry %d: stamp over another head, %v", at, err)
	}
	for _, one := range w.authorities {
		if stamp, err := timestamp.Verify(a.Data, a.Imprint(), timestamp.Options{Roots: one.Roots}); err == nil {
			if uint64(stamp.Time.UnixMicro()) != a.Time {
				w.Errorf("entry %d: the anchor states another time than the token", at)
			}
			return
		}
	}
	w.Errorf("entry %d: no authority's token", at)
}

func TestRounds(t *testing.T) {
	w := newWorld(t)
	r := w.open()
	if s := w.status(); s.Size != 0 || s.Covered != 0 || s.Overdue() {
		t.Errorf("before the first round: %+v", s)
	}
	w.round()
	w.wantStory(r.Log(), "boot\nenrolled 1\nhead 1\n")
	w.round() // nothing grew
	w.grow()
	w.grow()
	w.round()
	w.wantStory(r.Log(), "boot\nenrolled 1\nhead 1\nhead 3\n")
	if origin := r.Log().Origin(); origin != w.node.Origin()+"/registry" {
		t.Errorf("origin %s", origin)
	}
	s := w.status()
	if s.Covered != 3 || s.Size != 4 || s.Overdue() || s.Problem != "" || !s.LastRound.Equal(w.clock.Now()) || s.Quorum.Asked {
		t.Errorf("%+v", s)
	}
	r = w.reopen()
	w.round()
	w.wantStory(r.Log(), "boot\nenrolled 1\nhead 1\nhead 3\nboot\nhead 4\n")
	w.check()
	if _, err := os.Stat(filepath.Join(w.dir, "registry", "cosigned")); err == nil {
		t.Error("a cosigned head without a witness")
	}
}

// TestNothingIsWrittenByLooking: a command that asks for the status leaves no trace.
func TestNothingIsWrittenByLooking(t *testing.T) {
	w := newWorld(t)
	r := w.open()
	w.status()
	w.reopen()
	w.status()
	if size := r.Log().Size(); size != 0 {
		t.Errorf("%d entries", size)
	}
}

// TestRoundsGoOnFromAnyEntry cuts the registry behind each of its entries, as a crash
// there does, and goes on. The node's log is what it was.
func TestRoundsGoOnFromAnyEntry(t *testing.T) {
	w := newWorld(t)
	a := newTSA(t, w.clock, w.clock.Now().AddDate(1, 0, 0))
	w.authorities = []Authority{{Name: "one", URL: a.URL, Roots: a.roots, Interval: time.Hour}}
	w.watch("w1.example")
	w.policy += "quorum w1.example\n"
	r := w.open()
	w.round()
	w.grow()
	w.clock.Advance(time.Hour)
	w.round()
	w.grow()
	w.round()
	w.wantStory(r.Log(), "boot\nenrolled 1\nhead 1\ntimestamp 3\nhead 3\ncosigned 4\ntimestamp 6\nhead 5\ncosigned 7\n")
	w.wantStory(w.node, "boot\nregistry 4\naccess\nregistry 7\naccess\n")
	w.check()
	entries := w.entries(r.Log())
	for n := range len(entries) + 1 {
		cut := w.cutAfter(entries[:n])
		cut.open()
		cut.round()
		cut.grow()
		cut.clock.Advance(time.Hour)
		cut.round()
		cut.check()
		if s := cut.status(); s.Overdue() || s.Quorum.Size != s.Size || s.Authorities[0].Size == 0 {
			t.Errorf("cut after %d entries: %+v", n, s)
		}
		node := cut.entries(cut.node)
		if last := node[len(node)-1].Anchor; last == nil || last.Size != cut.registry.Log().Size() {
			t.Errorf("cut after %d entries: the node's log does not end with the newest head: %s", n, cut.story(cut.node))
		}
	}
}

// cutAfter makes a world whose registry holds only the first entries of this one's,
// and whose node holds what it had by then. The witness is another one, since the
// real one would see an older copy.
func (w *world) cutAfter(entries []*counterfoil.Entry) *world {
	w.Helper()
	cut := &world{TB: w.TB, dir: w.TempDir(), clock: w.clock, log: w.log, authorities: w.authorities, watchers: w.watchers}
	copyPart(w.TB, w.in("keys"), cut.in("keys"))
	before := w.entries(w.node)
	later := slices.IndexFunc(before, func(e *counterfoil.Entry) bool { return e.Anchor != nil && e.Anchor.Size > uint64(len(entries)) })
	if later < 0 {
		later = len(before)
	}
	c := cut.config()
	cut.write(ledger.Config{Dir: cut.in("ledger"), PayloadDir: cut.in("payload"), HeadsPath: cut.in("heads.db"), KeyPath: cut.in("keys/node.key")}, before[:later])
	cut.write(ledger.Config{Dir: c.Dir, HeadsPath: c.HeadsPath, KeyPath: c.KeyPath, LockPath: filepath.Join(c.Dir, "lock")}, entries)
	cut.openNode()
	cut.watch("w1.example")
	cut.policy += "quorum w1.example\n"
	return cut
}

// write makes a log of given entries.
func (w *world) write(c ledger.Config, entries []*counterfoil.Entry) {
	w.Helper()
	c.HeadEvery, c.Clock, c.Log = -1, w.clock, slog.New(slog.DiscardHandler)
	l, err := ledger.Open(w.Context(), c)
	if err != nil {
		w.Fatal(err)
	}
	for _, e := range entries {
		if _, err := l.Append(w.Context(), e, nil); err != nil {
			w.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		w.Fatal(err)
	}
}

func copyPart(t testing.TB, from, to string) {
	t.Helper()
	info, err := os.Stat(from)
	if err == nil && info.IsDir() {
		err = os.CopyFS(to, os.DirFS(from))
	} else if err == nil {
		var b []byte
		if b, err = os.ReadFile(from); err == nil {
			err = os.WriteFile(to, b, 0o600)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestNodeSetBack: a node's log that does not bear out what the registry knows is an
// alarm, and is not entered.
func TestNodeSetBack(t *testing.T) {
	w := newWorld(t)
	w.open()
	early := t.TempDir()
	for _, part := range []string{"ledger", "payload", "heads.db"} {
		copyPart(t, w.in(part), filepath.Join(early, part))
	}
	w.grow()
	w.round()
	if err := errors.Join(w.registry.Close(), w.node.Close()); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"ledger", "payload", "heads.db"} {
		if err := os.RemoveAll(w.in(part)); err != nil {
			t.Fatal(err)
		}
		copyPart(t, filepath.Join(early, part), w.in(part))
	}
	for name, grow := range map[string]int{"shorter": 0, "other entries": 3} {
		w.openNode()
		for range grow {
			w.grow()
		}
		r := w.open()
		before := r.Log().Size()
		if err := r.Round(t.Context()); !errors.Is(err, errContradicted) {
			t.Errorf("%s: %v", name, err)
		}
		s := w.status()
		if s.Alarm == "" || !s.Overdue() || r.Log().Size() != before {
			t.Errorf("%s: %+v", name, s)
		}
		if err := errors.Join(r.Close(), w.node.Close()); err != nil {
			t.Fatal(err)
		}
	}
}

// TestRotationIsEntered: the registry knows the key of every head it takes in, and a
// witness that knows only one of two keys goes on.
func TestRotationIsEntered(t *testing.T) {
	w := newWorld(t)
	w.watch("w1.example")
	w.policy += "quorum w1.example\n"
	r := w.open()
	w.round()
	old, oldRegistry := w.node.VerifierKey(), r.Log().VerifierKey()
	if _, err := w.node.RotateKey(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := r.TakeKeys(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.round()
	if _, err := r.RotateKey(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.grow()
	w.round()
	w.wantStory(r.Log(), "boot\nenrolled 1\nhead 1\nrotated 1\nhead 2\ncosigned 3\nrotated 6\nhead 3\ncosigned 6\n")
	heads := w.entries(r.Log())
	for _, key := range []string{old, w.node.VerifierKey()} {
		if _, err := counterfoil.VerifyCheckpoint(heads[4].Anchor.Data, key); err != nil {
			t.Errorf("the head in the overlap: %v", err)
		}
	}
	if s := w.status(); s.Quorum.Size != s.Size || len(s.VerifierKeys) != 2 || s.VerifierKeys[1] != oldRegistry {
		t.Errorf("%+v", s)
	}
	w.check()
	if _, err := w.node.RetireKey(t.Context()); err != nil {
		t.Fatal(err)
	}
	r = w.reopen()
	w.round()
	story := w.entries(r.Log())
	event := story[len(story)-3].Key
	if event == nil || event.Event != counterfoil.KeyRetired || event.Former != old {
		t.Errorf("%s", w.story(r.Log()))
	}
	if _, err := counterfoil.VerifyCheckpoint(story[len(story)-2].Anchor.Data, old); err == nil {
		t.Error("the retired key signed")
	}
	w.check()
	if _, err := r.RetireKey(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.grow()
	w.round()
	if s := w.status(); s.Quorum.Size == s.Size || s.Witnesses[0].Problem == "" {
		t.Errorf("a witness that knows the retired key only: %+v", s)
	}
}

// TestRegistryDiskFails: a registry that cannot write says so and stops by itself. The
// node's log goes on, and a new process enters what was missed.
func TestRegistryDiskFails(t *testing.T) {
	w := newWorld(t)
	disk := faulty.New(1)
	c := w.config()
	c.Disk = disk
	r, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	w.registry = r
	w.round()
	disk.Inject(faulty.Fault{Ops: faulty.Sync, Path: w.in("registry"), Times: 1, Err: syscall.EIO})
	for range 3 {
		w.grow()
		if err := r.Round(t.Context()); !errors.Is(err, ledger.ErrPoisoned) {
			t.Errorf("a round on a disk that failed: %v", err)
		}
	}
	if s := w.status(); !strings.Contains(s.Problem, "restart") || !s.Overdue() || s.Covered != 1 {
		t.Errorf("%+v", s)
	}
	if n := strings.Count(w.log.String(), "a round of the registry failed"); n != 1 {
		t.Errorf("said %d times", n)
	}
	if err := w.node.Health(); err != nil {
		t.Errorf("the node's log: %v", err)
	}
	w.reopen()
	w.round()
	if s := w.status(); s.Problem != "" || s.Covered != w.node.Size() {
		t.Errorf("%+v", s)
	}
	w.check()
}

// TestRegistryThatCannotBeRead shows its trouble to whoever asks how it stands, and goes
// on showing it.
func TestRegistryThatCannotBeRead(t *testing.T) {
	w := newWorld(t)
	w.watch("w1.example")
	w.policy += "quorum w1.example\n"
	w.open()
	w.round()
	if err := w.registry.Close(); err != nil {
		t.Fatal(err)
	}
	segment := filepath.Join(w.in("registry"), "0000000000.seg")
	raw, err := os.ReadFile(segment)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(segment, bytes.Replace(raw, []byte("v0.0.0-test"), []byte("v0.0.0-tEst"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	r := w.open()
	if err := r.Enter(t.Context()); err == nil {
		t.Fatal("damage is not noticed")
	}
	if err := r.do(t.Context(), r.first); err == nil {
		t.Error("nothing could be entered, and the round passes for one that succeeded")
	}
	s := w.status()
	if !strings.Contains(s.Problem, "read the registry") || !s.Overdue() || !s.Quorum.Asked || len(s.Witnesses) != 1 || s.Size == 0 {
		t.Errorf("%+v", s)
	}
	if strings.Contains(w.log.String(), "succeed again") {
		t.Error("the trouble is said to be over")
	}
}
