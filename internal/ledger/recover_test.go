// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/counterfoil/counterfoil"
)

// crashed copies the data directory of an open ledger as it lies on the disk:
// what a process killed at this moment leaves behind.
func crashed(t testing.TB, from string) Config {
	t.Helper()
	to := t.TempDir()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	return testConfig(to)
}

// edit changes the bytes of a file from an offset on.
func edit(t testing.TB, path string, offset int64, change func(b []byte)) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	change(b[offset:])
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func flipFirst(b []byte) { b[0] ^= 0x40 }

func zeroAll(b []byte) { clear(b) }

// grown is a ledger with signed batches, three later ones of one entry each,
// and where those begin and end.
type grown struct {
	dir  string
	cfg  Config
	ends []counterfoil.Position // ends[0] is the end of the signed part
	refs []PayloadRef           // payloads of the later batches
	j    *journal
	l    *Ledger
}

func grow(t testing.TB) *grown {
	t.Helper()
	g := &grown{dir: t.TempDir(), j: newJournal()}
	g.cfg = testConfig(g.dir)
	g.l = mustOpen(t, g.cfg)
	for range 5 {
		g.add(t)
	}
	if _, err := g.l.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	g.ends = []counterfoil.Position{g.l.durableEnd()}
	for range 3 {
		r := g.add(t)
		s, err := g.l.Read(r.Index)
		if err != nil {
			t.Fatal(err)
		}
		g.refs = append(g.refs, s.Payload)
		g.ends = append(g.ends, g.l.durableEnd())
	}
	return g
}

func (g *grown) add(t testing.TB) Receipt {
	payload := randomPayload(700)
	r := mustAppend(t, g.l, record(1), payload)
	g.j.add(r, payload)
	return r
}

func (g *grown) segment(cfg Config) string { return filepath.Join(cfg.Dir, counterfoil.SegmentName(0)) }

func (g *grown) payloads(cfg Config) string {
	return filepath.Join(cfg.PayloadDir, counterfoil.SegmentName(0))
}

// wantWithout reopens a crashed copy and wants everything but the last lost
// entries, a log that goes on, and a verifier that is content.
func (g *grown) wantWithout(t testing.TB, cfg Config, lost int) {
	t.Helper()
	l, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	j := newJournal()
	for i := range counterfoil.Index(len(g.j.leaves) - lost) {
		j.add(Receipt{Index: i, Leaf: g.j.leaves[i]}, g.j.payloads[i])
	}
	j.check(t, l)
	payload := randomPayload(900)
	j.add(mustAppend(t, l, record(2), payload), payload)
	j.check(t, l)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	verified(t, cfg)
}

func (g *grown) wantRefused(t testing.TB, cfg Config, want error) {
	t.Helper()
	l, err := Open(t.Context(), cfg)
	if err == nil {
		l.Close()
	}
	if !errors.Is(err, want) {
		t.Fatalf("open: %v, want %v", err, want)
	}
}

// last is where the last batch begins and ends.
func (g *grown) last() (from, to int64) {
	return g.ends[len(g.ends)-2].Offset, g.ends[len(g.ends)-1].Offset
}

func TestUnfinishedTailIsCut(t *testing.T) {
	t.Parallel()
	g := grow(t)
	g.wantWithout(t, crashed(t, g.dir), 0)
	from, to := g.last()
	for at := from; at < to; at += 13 {
		zeroed := crashed(t, g.dir)
		edit(t, g.segment(zeroed), at, zeroAll)
		g.wantWithout(t, zeroed, 1)
	}
	for at := from; at < to; at += 61 {
		short := crashed(t, g.dir)
		if err := os.Truncate(g.segment(short), at); err != nil {
			t.Fatal(err)
		}
		g.wantWithout(t, short, 1)
	}
	before := crashed(t, g.dir)
	edit(t, g.segment(before), g.ends[1].Offset, zeroAll)
	g.wantWithout(t, before, 2)
}

func TestChangedTailIsRefused(t *testing.T) {
	g := grow(t)
	from, to := g.last()
	for at := from; at < to; at += 29 {
		cfg := crashed(t, g.dir)
		edit(t, g.segment(cfg), at, flipFirst)
		g.wantRefused(t, cfg, ErrDamaged)
	}
	hole := crashed(t, g.dir) // a sector of zeros with whole batches behind it
	edit(t, g.segment(hole), g.ends[0].Offset, func(b []byte) { clear(b[:g.ends[1].Offset-g.ends[0].Offset]) })
	g.wantRefused(t, hole, ErrDamaged)
}

func TestUnwrittenPayloadCutsItsBatch(t *testing.T) {
	g := grow(t)
	last := g.refs[2]
	for _, skip := range []int64{0, 1, 300, int64(last.Length) - 1} {
		cfg := crashed(t, g.dir)
		edit(t, g.payloads(cfg), int64(last.Offset)+skip, zeroAll)
		g.wantWithout(t, cfg, 1)
	}
	changed := crashed(t, g.dir)
	edit(t, g.payloads(changed), int64(last.Offset)+5, flipFirst)
	g.wantRefused(t, changed, ErrDamaged)

	earlier := crashed(t, g.dir)
	edit(t, g.payloads(earlier), int64(g.refs[1].Offset), func(b []byte) { clear(b[:g.refs[1].Length]) })
	g.wantRefused(t, earlier, ErrDamaged)
}

func TestSignedPartIsAnchored(t *testing.T) {
	g := grow(t)
	trailer := crashed(t, g.dir)
	edit(t, g.segment(trailer), g.ends[0].Offset-20, flipFirst)
	g.wantRefused(t, trailer, ErrDamaged)

	cut := crashed(t, g.dir)
	edit(t, g.segment(cut), g.ends[0].Offset-200, zeroAll)
	g.wantRefused(t, cut, ErrRolledBack)

	gone := crashed(t, g.dir)
	if err := errors.Join(os.RemoveAll(gone.Dir), os.MkdirAll(gone.Dir, 0o700)); err != nil {
		t.Fatal(err)
	}
	g.wantRefused(t, gone, ErrRolledBack)
}

func TestOlderCopyIsRefused(t *testing.T) {
	g := grow(t)
	old := crashed(t, g.dir)
	for range 3 {
		g.add(t)
	}
	if _, err := g.l.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	heads, err := os.ReadFile(g.cfg.HeadsPath)
	if err != nil {
		t.Fatal(err)
	}
	fork := crashed(t, filepath.Dir(old.Dir)) // grows by other entries beyond the head
	l, err := Open(t.Context(), fork)
	if err != nil {
		t.Fatal(err)
	}
	for range 9 {
		mustAppend(t, l, record(7), randomPayload(700))
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	for _, cfg := range []Config{old, fork} {
		if err := os.WriteFile(cfg.HeadsPath, heads, 0o600); err != nil {
			t.Fatal(err)
		}
		g.wantRefused(t, cfg, ErrRolledBack)
	}
}

// TestTwoLedgersOneHead: of two copies with one head store only one may sign.
func TestTwoLedgersOneHead(t *testing.T) {
	g := grow(t)
	copied := crashed(t, g.dir)
	copied.HeadsPath = g.cfg.HeadsPath
	other := mustOpen(t, copied)
	mustAppend(t, other, record(3), nil)
	if _, err := other.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	g.add(t)
	if _, err := g.l.Checkpoint(t.Context()); !errors.Is(err, ErrRolledBack) || !errors.Is(g.l.Health(), ErrPoisoned) {
		t.Fatalf("second signer: %v, health %v", err, g.l.Health())
	}
}

func TestMissingParts(t *testing.T) {
	g := grow(t)
	noHead := crashed(t, g.dir)
	if err := os.Remove(noHead.HeadsPath); err != nil {
		t.Fatal(err)
	}
	g.wantRefused(t, noHead, ErrDamaged)

	noSegment := crashed(t, g.dir)
	if err := os.Remove(g.segment(noSegment)); err != nil {
		t.Fatal(err)
	}
	g.wantRefused(t, noSegment, ErrRolledBack)

	noKey := crashed(t, g.dir)
	if err := os.Remove(noKey.KeyPath); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), noKey); err == nil || !strings.Contains(err.Error(), "put the key back") {
		t.Fatalf("open without the key: %v", err)
	}
}

func TestDerivedFilesAreRebuilt(t *testing.T) {
	g := grow(t)
	for _, name := range []string{"hashes", "positions"} {
		gone := crashed(t, g.dir)
		if err := os.Remove(filepath.Join(gone.Dir, name)); err != nil {
			t.Fatal(err)
		}
		g.wantWithout(t, gone, 0)
	}
	garbled := crashed(t, g.dir)
	edit(t, filepath.Join(garbled.Dir, "hashes"), 3*32, zeroAll)
	g.wantWithout(t, garbled, 0)
}

func TestTornSegmentStart(t *testing.T) {
	t.Parallel()
	g := grow(t)
	for g.l.durableEnd().Segment == 0 {
		g.add(t)
	}
	start := g.l.durableEnd()
	if start.Segment != 1 {
		t.Fatalf("in segment %d", start.Segment)
	}
	for _, from := range []int64{0, 1, 40, 67, 72, 80, start.Offset - 1} {
		cfg := crashed(t, g.dir)
		edit(t, filepath.Join(cfg.Dir, counterfoil.SegmentName(1)), from, zeroAll)
		g.wantWithout(t, cfg, 1)
	}
}

func TestSecondProcessIsLockedOut(t *testing.T) {
	g := grow(t)
	_, err := Open(t.Context(), g.cfg)
	if !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), strconv.Itoa(os.Getpid())) {
		t.Fatalf("second open: %v", err)
	}
}

func TestWrongPositionIsNoticed(t *testing.T) {
	g := grow(t)
	if err := g.l.Close(); err != nil {
		t.Fatal(err)
	}
	edit(t, filepath.Join(g.cfg.Dir, "positions"), 8, func(b []byte) { copy(b[:8], b[8:16]) })
	l := mustOpen(t, g.cfg)
	_, readErr := l.Read(1)
	scanErr := l.Scan(t.Context(), 1, func(Stored) error { return nil })
	if !errors.Is(readErr, ErrDamaged) || !errors.Is(scanErr, ErrDamaged) {
		t.Errorf("read: %v; scan: %v", readErr, scanErr)
	}
	if _, err := l.Read(2); err != nil {
		t.Error(err)
	}
}
