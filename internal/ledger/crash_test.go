// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/durable/faulty"
)

// TestFailedSyncIsNotTrusted: after a failed sync the operating system may show
// the next process a batch that is not on the disk. What that process builds on
// it must survive a loss of power all the same.
func TestFailedSyncIsNotTrusted(t *testing.T) {
	t.Parallel()
	for seed := range uint64(24) {
		disk := faulty.New(seed)
		cfg := testConfig(t.TempDir())
		cfg.Disk = disk
		l := mustOpen(t, cfg)
		mustAppend(t, l, record(1), randomPayload(3000))
		waitFilled(t, l)
		part := []string{"/ledger/", "/payload/"}[seed%2]
		disk.Inject(faulty.Fault{Ops: faulty.Sync, Path: part, Times: 1, Err: syscall.EIO})
		payload := randomPayload(9000)
		if _, err := l.Append(context.Background(), committed(record(2), payload), payload); !errors.Is(err, ErrPoisoned) {
			t.Fatalf("append: %v", err)
		}
		disk.Kill()
		l.Close()

		l = mustOpen(t, cfg)
		found, p := l.Size(), newPromised()
		p.add(mustAppend(t, l, record(3), randomPayload(100)))
		c := mustCheckpoint(t, l)
		p.head(c.Size, c.Root)
		disk.Kill() // so that nothing is written at the close
		l.Close()
		if err := disk.PowerLoss(); err != nil {
			t.Fatal(err)
		}
		l = mustOpen(t, cfg)
		var leaves []counterfoil.Hash
		err := l.Scan(t.Context(), 0, func(s Stored) error { leaves = append(leaves, s.Leaf); return nil })
		if err == nil {
			err = p.check(leaves)
		}
		if err != nil {
			t.Fatalf("seed %d, %d entries found after the failed sync: %v", seed, found, err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		verified(t, cfg)
	}
}

// TestFailedZeroingIsRepeated: a start that could not cut off an unfinished
// batch durably does not hide it from the next one.
func TestFailedZeroingIsRepeated(t *testing.T) {
	for seed := range uint64(40) {
		disk := faulty.New(seed)
		path := filepath.Join(t.TempDir(), "segment")
		if err := os.WriteFile(path, bytes.Repeat([]byte{7}, 9000), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := disk.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		disk.Inject(faulty.Fault{Ops: faulty.Sync, Times: 1, Err: syscall.EIO})
		if err := zeroFile(f, 1000); !errors.Is(err, syscall.EIO) {
			t.Fatal(err)
		}
		if err := errors.Join(zeroFile(f, 1000), disk.PowerLoss()); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(path)
		if err != nil || len(bytes.TrimRight(b, "\x00")) != 1000 {
			t.Fatalf("seed %d: %d bytes are left, %v", seed, len(bytes.TrimRight(b, "\x00")), err)
		}
	}
}

// TestDerivedHasNoHoles: a file that was short of space when a head was stored,
// and is long enough for it after a loss of power, is whole.
func TestDerivedHasNoHoles(t *testing.T) {
	const need = 150_000
	content := randomPayload(300_000)
	var long, short int
	for seed := range uint64(60) {
		disk, r := faulty.New(seed), rand.New(rand.NewPCG(seed, 3))
		path := filepath.Join(t.TempDir(), "hashes")
		d, err := openDerived(disk, path)
		if err == nil {
			err = disk.SyncDir(filepath.Dir(path))
		}
		if err != nil {
			t.Fatal(err)
		}
		disk.Inject(faulty.Fault{Ops: faulty.Grow, After: r.IntN(3), Times: 1 + r.IntN(4), Err: syscall.ENOSPC})
		var synced error
		for at, headed := 0, false; at < len(content); {
			n := min(1+r.IntN(40_000), len(content)-at)
			d.append(content[at:][:n])
			if at += n; at >= need && !headed {
				headed, synced = true, d.sync(need)
			}
		}
		if synced != nil && !errors.Is(synced, errUnwritten) {
			t.Fatal(synced)
		}
		if err := disk.PowerLoss(); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if len(b) < need {
			short++
			if synced == nil {
				t.Fatalf("seed %d: synced, and %d bytes are left", seed, len(b))
			}
			continue
		}
		long++
		// A torn sector may still lack the last byte; a start looks at that one.
		if !bytes.Equal(b[:need-1], content[:need-1]) {
			t.Fatalf("seed %d: long enough and not whole", seed)
		}
	}
	if long == 0 || short == 0 {
		t.Errorf("%d long, %d short", long, short)
	}
}

// TestUnpublishedHead: a head that was stored and could not be published is
// published with the next call, and no older one passes for it.
func TestUnpublishedHead(t *testing.T) {
	disk := faulty.New(1)
	cfg := testConfig(t.TempDir())
	cfg.Disk = disk
	l := mustOpen(t, cfg)
	disk.Inject(faulty.Fault{Ops: faulty.Rename, Times: 2, Err: syscall.EIO})
	r := mustAppend(t, l, record(1), nil)
	if _, err := l.Checkpoint(t.Context()); !errors.Is(err, syscall.EIO) {
		t.Fatalf("checkpoint: %v", err)
	}
	if _, err := l.Prove(t.Context(), r.Index); !errors.Is(err, syscall.EIO) {
		t.Fatalf("prove: %v", err)
	}
	if c := mustCheckpoint(t, l); c.Size != 1 {
		t.Fatalf("head of size %d", c.Size)
	}
	p, err := l.Prove(t.Context(), r.Index)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Verify(r.Leaf, l.VerifierKey()); err != nil {
		t.Error(err)
	}
}

// TestUnreadableIsNotDamaged: a disk that cannot be read says nothing about the
// ledger. It is not taken for damaged, and not for a new one.
func TestUnreadableIsNotDamaged(t *testing.T) {
	g := grow(t)
	cfg := crashed(t, g.dir)
	for after := range 40 {
		disk := faulty.New(uint64(after))
		cfg.Disk = disk
		disk.Inject(faulty.Fault{Ops: faulty.Read, Path: ".seg", After: after, Times: 1, Err: syscall.EIO})
		l, err := Open(t.Context(), cfg)
		if err == nil {
			l.Close()
			return // fewer reads than that
		}
		if !errors.Is(err, syscall.EIO) || errors.Is(err, ErrDamaged) || errors.Is(err, ErrRolledBack) {
			t.Fatalf("read %d fails: %v", after, err)
		}
	}
	t.Error("a start of a small ledger reads 40 times")
}

func TestUnreadableIsNotNew(t *testing.T) {
	g := grow(t)
	cfg, disk := crashed(t, g.dir), faulty.New(1)
	cfg.Disk = disk
	if err := errors.Join(os.Remove(cfg.KeyPath), os.Remove(cfg.HeadsPath)); err != nil {
		t.Fatal(err)
	}
	disk.Inject(faulty.Fault{Ops: faulty.Read, Path: ".seg", Times: 1, Err: syscall.EIO})
	if l, err := Open(t.Context(), cfg); !errors.Is(err, syscall.EIO) {
		l.Close()
		t.Fatalf("open: %v", err)
	}
	if _, err := os.Stat(cfg.KeyPath); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a key was made: %v", err)
	}
}

// TestPoisonedStart: a ledger that stops before its first head does not start.
func TestPoisonedStart(t *testing.T) {
	g := grow(t)
	cfg, disk := crashed(t, g.dir), faulty.New(1)
	cfg.Disk = disk
	disk.Inject(faulty.Fault{Ops: faulty.Sync, Path: "hashes", Times: 1, Err: syscall.EIO})
	g.wantRefused(t, cfg, ErrPoisoned)
	disk.Kill()
	g.wantWithout(t, cfg, 0)
}

// TestFailedFillIsNoFullDisk: when the filler's sync fails the ledger stops, and
// does not ask for space.
func TestFailedFillIsNoFullDisk(t *testing.T) {
	cfg, disk := testConfig(t.TempDir()), faulty.New(1)
	cfg.Disk = disk
	// The first sync of the payloads belongs to the start.
	disk.Inject(faulty.Fault{Ops: faulty.Sync, Path: "/payload/", After: 1, Times: 1, Err: syscall.EIO})
	l := mustOpen(t, cfg)
	waitFor(t, "unwell", func() bool { return l.Health() != nil })
	if err := l.Health(); !errors.Is(err, ErrPoisoned) || errors.Is(err, ErrFull) {
		t.Fatalf("health: %v", err)
	}
	if _, err := l.Append(t.Context(), record(1), nil); !errors.Is(err, ErrPoisoned) {
		t.Fatalf("append: %v", err)
	}
}

// TestSpaceIsKept: on a full disk, before anybody has noticed that it is full,
// entries of other kinds leave a part of the prepared space to outcomes, whatever
// their size.
func TestSpaceIsKept(t *testing.T) {
	for _, size := range []int64{90, 700, 5000, 40_000} {
		disk := faulty.New(1)
		l := &Ledger{cfg: testConfig(t.TempDir())}
		l.cfg.Disk = disk
		if err := l.makeDirs(); err != nil {
			t.Fatal(err)
		}
		tr := l.track(counterfoil.LedgerSegment, l.cfg.Dir)
		if err := tr.start(0, 0); err != nil {
			t.Fatal(err)
		}
		tr.pos.Store(counterfoil.SegmentHeaderBytes)
		var full error
		for n := 0; full == nil; n++ {
			if n == 5 {
				disk.Inject(faulty.Fault{Ops: faulty.Grow, Err: syscall.ENOSPC})
			}
			if size > tr.room() {
				if full = tr.roll(); full != nil {
					break
				}
			}
			if full = errors.Join(tr.reserve(size), tr.spare(size)); full == nil {
				tr.pos.Store(tr.begin() + size)
			}
		}
		if !errors.Is(full, syscall.ENOSPC) || tr.prepared() < tr.kept() {
			t.Errorf("size %d: %d bytes are left of %d to be kept: %v", size, tr.prepared(), tr.kept(), full)
		}
		if err := tr.close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestRotationInDoubt: when nobody knows whether the entry of a rotation is there,
// a second try does not replace the key it may name.
func TestRotationInDoubt(t *testing.T) {
	t.Parallel()
	var rotated int
	for seed := range uint64(12) {
		cfg, disk := testConfig(t.TempDir()), faulty.New(seed)
		cfg.Disk = disk
		l := mustOpen(t, cfg)
		mustAppend(t, l, boot(), nil)
		waitFilled(t, l)
		before := l.VerifierKey()
		disk.Inject(faulty.Fault{Ops: faulty.Sync, Path: "/ledger/", Times: 1, Err: syscall.EIO})
		for range 2 {
			if _, err := l.RotateKey(t.Context()); !errors.Is(err, ErrPoisoned) {
				t.Fatalf("rotate: %v", err)
			}
		}
		disk.Kill()
		l.Close()
		l = mustOpen(t, cfg)
		if l.VerifierKey() != before {
			rotated++
		}
		mustCheckpoint(t, l)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		verified(t, cfg)
	}
	if rotated == 0 || rotated == 12 {
		t.Errorf("the rotation took place in %d of 12", rotated)
	}
}

// TestHeadBehindAHeader: a segment whose first batch was cut off does not count
// as begun. A head that ended behind its header would be refused by the next
// start.
func TestHeadBehindAHeader(t *testing.T) {
	g := grow(t)
	for g.l.durableEnd().Segment == 0 {
		g.add(t)
	}
	cfg := crashed(t, g.dir)
	segment := filepath.Join(cfg.Dir, counterfoil.SegmentName(1))
	edit(t, segment, counterfoil.SegmentHeaderBytes+20, zeroAll)
	for range 2 {
		l, err := Open(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		if end := l.durableEnd(); end.Segment != 0 {
			t.Fatalf("the log ends at %s", end)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	header := crashed(t, g.dir) // nothing but the header
	edit(t, filepath.Join(header.Dir, counterfoil.SegmentName(1)), counterfoil.SegmentHeaderBytes, zeroAll)
	for range 2 {
		g.wantWithoutBegun(t, header, 1)
	}
}

// wantWithoutBegun opens, and closes without an entry.
func (g *grown) wantWithoutBegun(t *testing.T, cfg Config, lost int) {
	t.Helper()
	l := mustOpen(t, cfg)
	if want := len(g.j.leaves) - lost; int(l.Size()) != want || l.durableEnd().Segment != 0 {
		t.Fatalf("size %d, want %d; end %s", l.Size(), want, l.durableEnd())
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestDamageAmongAcknowledged changes one byte, or loses a sector, of entries
// that were acknowledged since the last head, with others behind them.
func TestDamageAmongAcknowledged(t *testing.T) {
	t.Parallel()
	g := grow(t)
	for range 5 {
		g.add(t)
	}
	last := g.l.durableEnd().Offset - 1000
	for range 60 {
		cfg := crashed(t, g.dir)
		at := g.ends[0].Offset + rand.Int64N(g.ends[3].Offset-g.ends[0].Offset)
		edit(t, g.segment(cfg), at, func(b []byte) { b[0] ^= byte(1 + rand.IntN(255)) })
		g.wantRefused(t, cfg, ErrDamaged)
	}
	for at := (g.ends[0].Offset + 511) / 512 * 512; at < last; at += 512 {
		cfg := crashed(t, g.dir)
		edit(t, g.segment(cfg), at, func(b []byte) { clear(b[:512]) })
		g.wantRefused(t, cfg, ErrDamaged)
	}
	for _, ref := range g.refs {
		cfg := crashed(t, g.dir)
		edit(t, g.payloads(cfg), int64(ref.Offset)+rand.Int64N(int64(ref.Length)), flipFirst)
		g.wantRefused(t, cfg, ErrDamaged)
	}
}
