// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package gap

import (
	"bytes"
	"encoding/binary"
	"errors"
	"log/slog"
	"math"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/durable/faulty"
	"github.com/counterfoil/counterfoil/internal/ledger"
	"github.com/counterfoil/counterfoil/verify"
)

// node is a ledger with a counter beside it, on a disk that can fail.
type node struct {
	t    *testing.T
	dir  string
	disk *faulty.Disk
	now  *clock.Set
	log  *ledger.Ledger
	*Counter
}

func newNode(t *testing.T) *node {
	n := &node{t: t, dir: t.TempDir(), disk: faulty.New(1), now: clock.NewSet(time.Date(2026, 7, 1, 9, 0, 0, 0, time.UTC))}
	n.open()
	t.Cleanup(func() { n.log.Close() })
	return n
}

func (n *node) open() {
	n.t.Helper()
	var err error
	n.log, err = ledger.Open(n.t.Context(), ledger.Config{
		Dir: filepath.Join(n.dir, "ledger"), PayloadDir: filepath.Join(n.dir, "payload"), HeadsPath: filepath.Join(n.dir, "heads.db"), KeyPath: filepath.Join(n.dir, "keys", "node.key"),
		SegmentBytes: 64 << 10, FillAhead: 16 << 10, QueueLimit: 1, HeadEvery: -1, Clock: n.now, Log: slog.New(slog.DiscardHandler), Disk: n.disk,
	})
	if err != nil {
		n.t.Fatal(err)
	}
	boot := &counterfoil.Entry{Kind: counterfoil.KindBoot, ID: counterfoil.NewID(), Boot: &counterfoil.Boot{Version: "v0.0.0-test"}}
	if _, err := n.log.Append(n.t.Context(), boot, nil); err != nil {
		n.t.Fatal(err)
	}
	if n.Counter, err = Open(n.t.Context(), n.config()); err != nil {
		n.t.Fatal(err)
	}
}

func (n *node) config() Config {
	return Config{Path: filepath.Join(n.dir, "gaps"), Ledger: n.log, Clock: n.now, Log: slog.New(slog.DiscardHandler), Disk: n.disk}
}

// restart ends the process that uses the node as kill does, and starts the next.
func (n *node) restart(power bool) {
	n.t.Helper()
	if power {
		if err := n.disk.PowerLoss(); err != nil {
			n.t.Fatal(err)
		}
	} else {
		n.disk.Kill()
	}
	n.log.Close() // of the dead process: its descriptors report errors
	n.open()
}

// fill takes all space from the disk and waits until the ledger noticed.
func (n *node) fill() {
	n.t.Helper()
	n.disk.Inject(faulty.Fault{Ops: faulty.Grow, Err: syscall.ENOSPC})
	for n.log.Health() == nil {
		payload := bytes.Repeat([]byte{1}, 4<<10)
		e := &counterfoil.Entry{Kind: counterfoil.KindAccess, ID: counterfoil.NewID(), Access: &counterfoil.Access{Action: "a"}, Commitment: make([]byte, 32)}
		_, _ = n.log.Append(n.t.Context(), e, payload) // until it fails
	}
}

// space gives the disk its space back and waits until the ledger noticed.
func (n *node) space() {
	n.t.Helper()
	n.disk.Clear()
	for deadline := time.Now().Add(time.Minute); n.log.Health() != nil; {
		if time.Now().After(deadline) {
			n.t.Fatal(n.log.Health())
		}
	}
}

func (n *node) pass(b Bounds) error { return n.Pass("openai", b, "ledger_full") }

// mustPass lets count requests pass.
func (n *node) mustPass(b Bounds, count int) {
	n.t.Helper()
	for i := range count {
		if err := n.pass(b); err != nil {
			n.t.Fatalf("request %d: %v", i, err)
		}
	}
}

func (n *node) wantRefused(b Bounds, want error) {
	n.t.Helper()
	if err := n.pass(b); !errors.Is(err, want) {
		n.t.Fatalf("%v, want %v", err, want)
	}
}

func (n *node) settle() {
	n.t.Helper()
	if err := n.Settle(n.t.Context()); err != nil {
		n.t.Fatal(err)
	}
}

// gaps are the gap entries of the ledger.
func (n *node) gaps() []counterfoil.Gap {
	n.t.Helper()
	var list []counterfoil.Gap
	if err := n.log.Scan(n.t.Context(), 0, func(s ledger.Stored) error {
		e, err := counterfoil.DecodeEntry(s.Raw)
		if err == nil && e.Gap != nil {
			list = append(list, *e.Gap)
		}
		return err
	}); err != nil {
		n.t.Fatal(err)
	}
	return list
}

// wantStated demands gap entries with these counts, and that nothing is left over.
func (n *node) wantStated(requests ...uint64) []counterfoil.Gap {
	n.t.Helper()
	list := n.gaps()
	if len(list) != len(requests) {
		n.t.Fatalf("gaps %+v, want %d with %d requests", list, len(requests), requests)
	}
	for i, g := range list {
		if g.Requests != requests[i] {
			n.t.Fatalf("gap %d states %d requests, %d left", i, g.Requests, requests[i])
		}
	}
	if left := n.Unstated(); len(left) > 0 {
		n.t.Fatalf("not stated: %+v", left)
	}
	return list
}

var few = Bounds{Requests: 5, Within: time.Minute}

func TestStatedWhenTheDiskHasSpaceAgain(t *testing.T) {
	n := newNode(t)
	n.fill()
	n.mustPass(few, 2)
	n.now.Advance(10 * time.Second)
	n.mustPass(few, 1)
	n.settle()
	if g := n.Unstated(); len(n.gaps()) != 0 || len(g) != 1 || g[0].Requests != 3 {
		t.Fatalf("stated while the ledger is full, and more may pass: %+v", g)
	}
	n.space()
	n.settle()
	g := n.wantStated(3)[0]
	from := time.Date(2026, 7, 1, 9, 0, 0, 0, time.UTC).UnixMicro()
	want := counterfoil.Gap{Provider: "openai", From: uint64(from), To: uint64(from + 10e6), Requests: 3, Limit: 5, Reason: "ledger_full"}
	if g != want {
		t.Errorf("%+v", g)
	}
}

// TestBounds: both bounds close the provider, its stretch is then stated from the
// reserve, and it stays closed until the ledger has recovered and the time is over.
func TestBounds(t *testing.T) {
	for name, use := range map[string]func(*node) error{
		"requests": func(n *node) error { n.mustPass(few, 5); return ErrRequests },
		"time":     func(n *node) error { n.mustPass(few, 1); n.now.Advance(few.Within); return ErrTime },
	} {
		t.Run(name, func(t *testing.T) {
			n := newNode(t)
			n.fill()
			why := use(n)
			n.wantRefused(few, why)
			n.settle()
			used := n.gaps()[0].Requests
			n.wantStated(used)
			n.now.Advance(time.Hour)
			n.settle()
			if err := n.pass(few); err == nil {
				t.Fatal("passed again before the ledger recovered")
			}
			n.space()
			n.settle()
			n.mustPass(few, 1)
			n.settle()
			n.wantStated(used, 1)
		})
	}
}

// TestAFlappingLedgerGivesNoMore: recovery within the time states what left and
// does not renew the bounds.
func TestAFlappingLedgerGivesNoMore(t *testing.T) {
	n := newNode(t)
	for range 5 {
		n.mustPass(few, 1) // the ledger is well by the next look
		n.settle()
	}
	n.wantRefused(few, ErrRequests)
	n.wantStated(1, 1, 1, 1, 1)
	n.now.Advance(few.Within)
	n.wantRefused(few, ErrRequests) // until it was seen that the ledger is well
	n.settle()
	n.mustPass(few, 1)
}

func TestProvidersHaveBoundsOfTheirOwn(t *testing.T) {
	n := newNode(t)
	n.mustPass(few, 5)
	n.wantRefused(few, ErrRequests)
	if err := n.Pass("anthropic", Bounds{Requests: 1, Within: time.Second}, "ledger_busy"); err != nil {
		t.Fatal(err)
	}
	if err := n.Pass("closed", Bounds{}, "ledger_full"); err == nil {
		t.Fatal("the zero bounds allow something")
	}
	n.settle()
	if g := n.wantStated(5, 1)[1]; g.Provider != "anthropic" || g.Reason != "ledger_busy" || g.Limit != 1 {
		t.Errorf("%+v", g)
	}
}

// TestClockSetBack: nobody knows how much time has passed.
func TestClockSetBack(t *testing.T) {
	n := newNode(t)
	n.mustPass(few, 1)
	n.now.Advance(-time.Second)
	n.wantRefused(few, ErrTime)
	n.settle()
	n.wantStated(1)
}

// TestBoundsOfAReload: those of the last reload count, for what has left before too.
func TestBoundsOfAReload(t *testing.T) {
	n := newNode(t)
	n.fill()
	n.mustPass(few, 4)
	n.wantRefused(Bounds{Requests: 2, Within: time.Minute}, ErrRequests)
	n.mustPass(Bounds{Requests: 6, Within: time.Minute}, 2)
	n.wantRefused(Bounds{Requests: 6, Within: time.Minute}, ErrRequests)
	n.settle()
	if g := n.wantStated(6)[0]; g.Limit != 6 {
		t.Errorf("%+v", g)
	}
}

// TestConcurrentCountsAreExact races many requests against each other and against
// the one who states: what passed is what is stated.
func TestConcurrentCountsAreExact(t *testing.T) {
	n := newNode(t)
	bounds := Bounds{Requests: 300, Within: time.Hour}
	var passed atomic.Uint64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 50 {
				if err := n.pass(bounds); err == nil {
					passed.Add(1)
				} else if !errors.Is(err, ErrRequests) {
					t.Error(err)
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { all.Wait(); close(done) }()
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
			n.settle()
		}
	}
	n.settle()
	var stated uint64
	for _, g := range n.gaps() {
		stated += g.Requests
	}
	if passed.Load() != bounds.Requests || stated != passed.Load() {
		t.Errorf("%d of %d passed, %d are stated", passed.Load(), bounds.Requests, stated)
	}
}

// TestCrash: what passed before a kill or a loss of power is stated by the next
// process, also when that one is killed, and once.
func TestCrash(t *testing.T) {
	for name, power := range map[string]bool{"killed": false, "power lost": true} {
		t.Run(name, func(t *testing.T) {
			n := newNode(t)
			n.fill()
			n.mustPass(few, 3)
			n.restart(power)
			n.restart(power)
			n.settle()
			n.wantStated(3)
			n.restart(power)
			n.settle()
			n.wantStated(3)
		})
	}
}

// TestCrashBetweenEntryAndSlot: the entry is durable, the slot was not freed.
func TestCrashBetweenEntryAndSlot(t *testing.T) {
	n := newNode(t)
	n.mustPass(few, 3)
	n.disk.Inject(faulty.Fault{Ops: faulty.Write, Path: "gaps", Err: syscall.EIO})
	n.settle()
	n.wantStated(3)
	n.wantRefused(few, ErrUncounted)
	n.restart(true)
	n.settle()
	n.wantStated(3)
	n.mustPass(few, 1)
}

// TestWhatCannotBeCountedDoesNotLeave, and never again in this process.
func TestWhatCannotBeCountedDoesNotLeave(t *testing.T) {
	for name, op := range map[string]faulty.Op{"write": faulty.Write, "sync": faulty.Sync} {
		t.Run(name, func(t *testing.T) {
			n := newNode(t)
			n.disk.Inject(faulty.Fault{Ops: op, Path: "gaps", Times: 1, Err: syscall.EIO})
			n.wantRefused(few, ErrUncounted)
			n.wantRefused(few, ErrUncounted)
		})
	}
	t.Run("no file", func(t *testing.T) {
		n := newNode(t)
		n.disk.Inject(faulty.Fault{Ops: faulty.Grow, Path: "others", Err: syscall.ENOSPC})
		cfg := n.config()
		cfg.Path = filepath.Join(n.dir, "others")
		c, err := Open(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Pass("openai", few, "ledger_full"); !errors.Is(err, ErrUncounted) {
			t.Errorf("%v", err)
		}
		if err := c.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// TestAfterAFailedWriteNothingPasses: such a ledger cannot state a gap.
func TestAfterAFailedWriteNothingPasses(t *testing.T) {
	n := newNode(t)
	n.mustPass(few, 1)
	n.disk.Inject(faulty.Fault{Ops: faulty.Sync, Path: ".seg", Times: 1, Err: syscall.EIO})
	if _, err := n.log.Append(t.Context(), &counterfoil.Entry{Kind: counterfoil.KindAccess, ID: counterfoil.NewID(), Access: &counterfoil.Access{Action: "a"}}, nil); !errors.Is(err, ledger.ErrPoisoned) {
		t.Fatal(err)
	}
	n.wantRefused(few, ErrUncounted)
	if err := n.Counter.Close(t.Context()); !errors.Is(err, ledger.ErrPoisoned) {
		t.Errorf("closed with %v", err)
	}
	n.restart(true)
	n.settle()
	n.wantStated(1)
}

// TestCloseStatesFromTheReserve, on a disk that is still full.
func TestCloseStatesFromTheReserve(t *testing.T) {
	n := newNode(t)
	n.fill()
	n.mustPass(few, 2)
	if err := n.Counter.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if g := n.gaps(); len(g) != 1 || g[0].Requests != 2 {
		t.Errorf("%+v", g)
	}
	n.wantRefused(few, ErrUncounted)
	n.space()
	if err := n.log.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := verify.Dir(t.Context(), verify.DirOptions(n.dir))
	if err != nil || r.Integrity != verify.IntegrityOK || r.Gaps != 2 {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestBusyLedger blocks the disk under the ledger: its queue is full, requests pass
// and the gap follows when the disk goes on.
func TestBusyLedger(t *testing.T) {
	n := newNode(t)
	hold := make(chan struct{})
	n.disk.Inject(faulty.Fault{Ops: faulty.Sync, Path: ".seg", Hold: hold})
	access := func() error {
		_, err := n.log.Append(t.Context(), &counterfoil.Entry{Kind: counterfoil.KindAccess, ID: counterfoil.NewID(), Access: &counterfoil.Access{Action: "a"}}, nil)
		return err
	}
	var writers sync.WaitGroup
	for n.log.Admits() {
		writers.Go(func() { _ = access() })
	}
	if err := access(); !errors.Is(err, ledger.ErrBusy) {
		t.Fatalf("%v", err)
	}
	if err := n.Pass("openai", few, "ledger_busy"); err != nil {
		t.Fatal(err)
	}
	n.settle()
	if len(n.Unstated()) != 1 {
		t.Fatal("stated while the ledger is busy")
	}
	close(hold)
	n.disk.Clear()
	writers.Wait()
	n.settle()
	n.wantStated(1)
}

// TestNoSlotLeft: more stretches than the file has room for do not begin.
func TestNoSlotLeft(t *testing.T) {
	n := newNode(t)
	n.fill()
	for i := range slotCount {
		if err := n.Pass("p"+string(rune('0'+i)), few, "ledger_full"); err != nil {
			t.Fatal(err)
		}
	}
	n.wantRefused(few, ErrUncounted)
	n.space()
	n.now.Advance(few.Within)
	n.settle()
	n.mustPass(few, 1)
}

// TestADamagedCountIsNotPassedOver, and says which.
func TestADamagedCountIsNotPassedOver(t *testing.T) {
	for name, damage := range map[string]func([]byte){
		"a bit of the count": func(b []byte) { b[60] ^= 1 },
		"the checksum":       func(b []byte) { b[0] ^= 1 },
		"its end":            func(b []byte) { b[511] = 1 },
	} {
		t.Run(name, func(t *testing.T) {
			n := newNode(t)
			n.mustPass(few, 1)
			sector := make([]byte, slotBytes)
			if _, err := n.slots.file.ReadAt(sector, 0); err != nil {
				t.Fatal(err)
			}
			damage(sector)
			if _, err := n.slots.file.WriteAt(sector, 0); err != nil {
				t.Fatal(err)
			}
			if _, err := Open(t.Context(), n.config()); !errors.Is(err, errSlot) {
				t.Errorf("opened: %v", err)
			}
		})
	}
}

// TestTheLongestEntryFits in its slot.
func TestTheLongestEntryFits(t *testing.T) {
	long := &stretch{id: counterfoil.NewID(), began: math.MaxInt64, size: math.MaxUint64, gap: counterfoil.Gap{
		Provider: string(bytes.Repeat([]byte("p"), 40)), From: math.MaxInt64, To: math.MaxInt64, Requests: math.MaxUint64 / 2, Limit: math.MaxUint64, Reason: "ledger_full",
	}, window: window{math.MaxInt64, math.MaxUint64 / 2, math.MaxInt64 / time.Microsecond * time.Microsecond}}
	sector, err := encodeSlot(long)
	if err != nil {
		t.Fatal(err)
	}
	if back, err := parseSlot(sector); err != nil || back.gap != long.gap || back.id != long.id || back.size != long.size || back.window != long.window {
		t.Errorf("%+v, %v", back, err)
	}
}

// FuzzSlot: what reads as a slot is written the same way again. The checksum is set
// right, so that what lies behind it is read.
func FuzzSlot(f *testing.F) {
	used, err := encodeSlot(&stretch{id: counterfoil.ID{1}, began: 5, size: 7, gap: counterfoil.Gap{Provider: "openai", From: 5, To: 6, Requests: 3, Limit: 9, Reason: "ledger_full"}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(used[4:])
	f.Add(used[4:100])
	stated, err := encodeSlot(&stretch{id: counterfoil.ID{1}, began: 5, gap: counterfoil.Gap{Provider: "openai", Requests: 3}, window: window{4, 2, time.Minute}, stated: true})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(stated[4:])
	f.Fuzz(func(t *testing.T, content []byte) {
		sector := make([]byte, slotBytes)
		copy(sector[4:], content)
		binary.BigEndian.PutUint32(sector, counterfoil.Checksum(sector[4:]))
		s, err := parseSlot(sector)
		if err != nil {
			return
		}
		again, err := encodeSlot(s)
		if err != nil || !bytes.Equal(again, sector) {
			t.Errorf("%x became %x, %v", sector, again, err)
		}
	})
}
