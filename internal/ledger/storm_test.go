// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/durable/faulty"
)

var (
	long = flag.Bool("long", false, "run the tests that need patience at full length")
	seed = flag.Uint64("seed", 0, "run the storm of this seed only")
)

// TestStorms runs a ledger on a disk that fails and loses power, life after
// life, and checks after each crash that everything promised is there. A seed
// that fails is run again with -args -seed N; what it draws is the same, the
// order in which goroutines come to the disk may not be.
func TestStorms(t *testing.T) {
	t.Parallel()
	if *seed != 0 {
		new(storm).run(t, *seed)
		return
	}
	n := uint64(30)
	if *long {
		n = 600
	}
	var total storm
	for s := range n {
		t.Run(fmt.Sprint(s+1), func(t *testing.T) {
			one := new(storm)
			one.run(t, s+1)
			total.add(one)
		})
	}
	t.Logf("%d storms, %d losses of power, %d kills, %d failed starts; %d entries acknowledged, %d in doubt, %d heads compared",
		n, total.losses, total.kills, total.failedStarts, total.acked, total.doubted, total.heads)
}

// storm is several lives of one ledger.
type storm struct {
	seed uint64
	rand *rand.Rand
	disk *faulty.Disk
	cfg  Config
	p    *promised
	keys []string // every key the log had; guarded by mu

	mu      sync.Mutex
	doubt   map[string]bool // appended with an error that leaves it open whether they are there
	refused map[string]bool // appended with an error that says they are not

	losses, kills, failedStarts, acked, doubted, heads int
}

func (s *storm) add(o *storm) {
	s.losses += o.losses
	s.kills += o.kills
	s.failedStarts += o.failedStarts
	s.acked += o.acked
	s.doubted += o.doubted
	s.heads += o.heads
}

func (s *storm) run(t *testing.T, seed uint64) {
	s.seed, s.rand, s.disk = seed, rand.New(rand.NewPCG(seed, 1)), faulty.New(seed)
	s.p, s.doubt, s.refused = newPromised(), map[string]bool{}, map[string]bool{}
	s.cfg = testConfig(t.TempDir())
	s.cfg.Disk = s.disk
	s.cfg.FillAhead = []int64{8 << 10, 64 << 10, 160 << 10}[s.rand.IntN(3)]
	if s.rand.IntN(2) == 0 {
		s.cfg.HeadEvery = 2 * time.Millisecond
	}
	for range 2 + s.rand.IntN(5) {
		s.life(t)
		if t.Failed() {
			t.Fatalf("storm failed; run it again with: go test ./internal/ledger -run TestStorms -args -seed %d", seed)
		}
	}
	s.final(t)
	s.acked, s.doubted, s.heads = len(s.p.leaves), len(s.doubt), len(s.p.heads)
}

// life is one process: it starts, perhaps on a failing disk, works, and is
// killed or loses power, perhaps in the middle of its start.
func (s *storm) life(t *testing.T) {
	if s.rand.IntN(3) == 0 {
		s.disk.Inject(s.fault(40))
	}
	if l, err := Open(context.Background(), s.cfg); err == nil {
		s.live(t, l)
	} else {
		s.failedStarts++
		s.wantInjected(t, err)
	}
	s.crash(t)
}

// fault draws one. After counts operations of its kind.
func (s *storm) fault(after int) faulty.Fault {
	f := faulty.Fault{After: s.rand.IntN(after), Times: 1}
	switch s.rand.IntN(8) {
	case 0, 1:
		f.Ops, f.Stop = faulty.Write|faulty.Grow|faulty.Sync|faulty.SyncDir|faulty.Rename, true
	case 2:
		f.Ops, f.Stop = faulty.Sync, true
	case 3:
		f.Ops, f.Err, f.Times = faulty.Grow, syscall.ENOSPC, 1+s.rand.IntN(60)
	case 4:
		f.Ops, f.Err = faulty.Sync, syscall.EIO
	case 5:
		f.Ops, f.Err = faulty.Write, syscall.EIO
	case 6:
		f.Ops, f.Err = faulty.Read, syscall.EIO
	case 7:
		f.Ops, f.Err = faulty.Rename|faulty.SyncDir, syscall.EIO
	}
	return f
}

// wantInjected: a start fails for the fault that was injected and never blames
// the ledger for it.
func (s *storm) wantInjected(t *testing.T, err error) {
	t.Helper()
	if !injected(err) || errors.Is(err, ErrDamaged) || errors.Is(err, ErrRolledBack) {
		t.Errorf("start: %v", err)
	}
}

func injected(err error) bool {
	return errors.Is(err, faulty.ErrStopped) || errors.Is(err, syscall.EIO) || errors.Is(err, syscall.ENOSPC)
}

func (s *storm) live(t *testing.T, l *Ledger) {
	s.check(t, l)
	s.disk.Inject(s.fault(150))
	if s.rand.IntN(3) > 0 { // whatever else happens, it ends
		s.disk.Inject(faulty.Fault{Ops: faulty.Sync, After: 20 + s.rand.IntN(120), Times: 1, Stop: true})
	}
	s.append(t, l, boot(), nil)
	s.abandon(t, l)
	var callers sync.WaitGroup
	for range 1 + s.rand.IntN(6) {
		r := rand.New(rand.NewPCG(s.rand.Uint64(), 2))
		callers.Go(func() { s.work(t, l, r) })
	}
	callers.Wait()
	l.Close() // a stopped or poisoned ledger lets go of its files, and no more
	s.collectHeads(t, l)
}

// abandon closes what a former life left open.
func (s *storm) abandon(t *testing.T, l *Ledger) {
	for _, o := range l.OpenIntents() {
		e := outcome(o.ID)
		e.Outcome.Result, e.Outcome.Reason = counterfoil.ResultAbandoned, "crash"
		s.append(t, l, e, nil)
	}
}

// work appends until the ledger stops or enough is done.
func (s *storm) work(t *testing.T, l *Ledger, r *rand.Rand) {
	for range 10 + r.IntN(60) {
		if !s.step(t, l, r) {
			return
		}
	}
}

func (s *storm) step(t *testing.T, l *Ledger, r *rand.Rand) bool {
	switch r.IntN(60) / 10 {
	case 0:
		if r.IntN(10) == 0 {
			s.rotate(t, l)
		}
		return s.append(t, l, record(1+r.Uint64N(9)), somePayload(r))
	case 1:
		return s.append(t, l, otherKind(r.IntN(5)), nil)
	case 2:
		if signed, err := l.Checkpoint(context.Background()); err == nil {
			s.note(t, l, signed)
		}
		return true
	default:
		id := counterfoil.NewID()
		if !s.append(t, l, intent(id), somePayload(r)) {
			return !errors.Is(l.Health(), ErrPoisoned)
		}
		return s.append(t, l, outcome(id), somePayload(r))
	}
}

// rotate puts a new signing key in force, or retires the former one.
func (s *storm) rotate(t *testing.T, l *Ledger) {
	_, err := l.RotateKey(context.Background())
	if errors.Is(err, ErrConflict) {
		_, err = l.RetireKey(context.Background())
	}
	if err != nil && !injected(err) && !errors.Is(err, ErrConflict) {
		t.Errorf("change keys: %v", err)
	}
}

// note takes in a head that a key of the log signed.
func (s *storm) note(t *testing.T, l *Ledger, signed []byte) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range l.VerifierKeys() {
		if !slices.Contains(s.keys, key) {
			s.keys = append(s.keys, key)
		}
	}
	if err := s.p.note(signed, s.keys...); err != nil {
		t.Error(err)
	}
}

// append notes what came of an entry, and reports whether it was written.
func (s *storm) append(t *testing.T, l *Ledger, e *counterfoil.Entry, payload []byte) bool {
	name := fmt.Sprint(e.Kind, e.ID)
	receipt, err := l.Append(context.Background(), committed(e, payload), payload)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case err == nil:
		s.p.entry(receipt.Index, receipt.Leaf)
		delete(s.refused, name)
	case errors.Is(err, ErrPoisoned):
		s.doubt[name] = true
	case errors.Is(err, ErrFull), errors.Is(err, ErrBusy):
		s.refused[name] = true
	default:
		t.Errorf("append: %v", err)
	}
	return err == nil
}

// somePayload is empty half the time.
func somePayload(r *rand.Rand) []byte { return randomPayload(r.IntN(2500) * r.IntN(2)) }

// boot is the entry a process begins with.
func boot() *counterfoil.Entry {
	return &counterfoil.Entry{Kind: counterfoil.KindBoot, ID: counterfoil.NewID(), Boot: &counterfoil.Boot{Version: "test"}}
}

// otherKind is an entry of a kind without a payload.
func otherKind(n int) *counterfoil.Entry {
	e := &counterfoil.Entry{ID: counterfoil.NewID()}
	switch n {
	case 0:
		e.Kind, e.Access = counterfoil.KindAccess, &counterfoil.Access{Action: "sign_in"}
	case 1:
		e.Kind, e.Config = counterfoil.KindConfig, &counterfoil.ConfigChange{Reason: "reload"}
	case 2:
		e.Kind, e.Gap = counterfoil.KindGap, &counterfoil.Gap{Provider: "sandbox", From: 1, To: 2, Requests: 3, Reason: "ledger_full"}
	case 3:
		e.Kind, e.Signal = counterfoil.KindSignal, &counterfoil.Signal{Name: "ledger_self_check", Verdict: counterfoil.VerdictPassed}
	default:
		e.Kind, e.Key = counterfoil.KindKey, &counterfoil.KeyEvent{Event: counterfoil.KeyEnrolled, Origin: "other", Key: "other+1+2"}
	}
	return e
}

// crash ends a life.
func (s *storm) crash(t *testing.T) {
	if s.rand.IntN(3) == 0 {
		s.kills++
		s.disk.Kill()
		return
	}
	s.losses++
	if err := s.disk.PowerLoss(); err != nil {
		t.Fatal(err)
	}
}

// collectHeads takes in the published head and the one in the store.
func (s *storm) collectHeads(t *testing.T, l *Ledger) {
	signed, err := os.ReadFile(filepath.Join(s.cfg.Dir, "checkpoint"))
	if err == nil {
		s.note(t, l, signed)
	} else if !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	heads, err := openHeads(context.Background(), s.cfg.HeadsPath)
	if err != nil {
		t.Fatal(err)
	}
	defer heads.close()
	h, err := heads.load(context.Background(), l.Origin())
	if err != nil {
		t.Fatal(err)
	}
	s.p.head(h.Size, h.Root)
}

// check reads the whole ledger through its own means. A read may hit a fault.
func (s *storm) check(t *testing.T, l *Ledger) {
	t.Helper()
	s.disk.Clear()
	select {
	case <-s.disk.Stopped():
		return // the next life looks
	default:
	}
	var leaves []counterfoil.Hash
	names := map[string]bool{}
	err := l.Scan(context.Background(), 0, func(e Stored) error {
		leaves = append(leaves, e.Leaf)
		entry, err := counterfoil.DecodeEntry(e.Raw)
		if err != nil {
			return err
		}
		names[fmt.Sprint(entry.Kind, entry.ID)] = true
		if e.Payload.Length > 0 {
			sealed, err := l.Payload(e.Payload)
			if err != nil || counterfoil.Checksum(sealed) != e.Payload.CRC {
				return fmt.Errorf("payload of entry %d: %v", e.Index, err)
			}
		}
		if e.Index%7 == 0 {
			_, err = l.Read(e.Index)
		}
		return err
	})
	if err == nil {
		err = s.p.check(leaves)
	}
	if err == nil && uint64(len(leaves)) != l.Size() {
		err = fmt.Errorf("scanned %d of %d", len(leaves), l.Size())
	}
	if errors.Is(l.Health(), ErrPoisoned) {
		return // it reads what is no longer there, and the process is about to end
	}
	if err != nil {
		t.Fatal(err)
	}
	for name := range maps.Keys(s.refused) {
		if names[name] {
			t.Fatalf("%s was refused and is in the log", name)
		}
	}
	if nodes, err := s.wrongNodes(l, leaves); err != nil || len(nodes) > 0 {
		t.Fatalf("tree nodes differ at %v: %v", nodes, err)
	}
}

// wrongNodes compares the stored tree with one made anew.
func (s *storm) wrongNodes(l *Ledger, leaves []counterfoil.Hash) ([]int64, error) {
	var tree counterfoil.Tree
	var nodes []counterfoil.Hash
	for _, leaf := range leaves {
		nodes = append(nodes, tree.Append(nil, leaf)...)
	}
	var wrong []int64
	for i, want := range nodes {
		var have counterfoil.Hash
		if err := l.hashes.readAt(have[:], int64(i)*32); err != nil {
			return nil, err
		}
		if have != want {
			wrong = append(wrong, int64(i))
		}
	}
	return slices.Clip(wrong), nil
}

// final opens the ledger on a sound disk, closes what is open, and lets the
// verifier look.
func (s *storm) final(t *testing.T) {
	l, err := Open(context.Background(), s.cfg)
	if err != nil {
		t.Fatalf("seed %d: %v", s.seed, err)
	}
	s.check(t, l)
	s.abandon(t, l)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	s.collectHeads(t, l)
	if r := verified(t, s.cfg); r.Open != 0 || r.Intents != r.Outcomes {
		t.Fatalf("report %+v", r)
	}
}
