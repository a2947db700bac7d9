// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/durable/faulty"
)

// waitFilled waits until the filler has nothing to do.
func waitFilled(t testing.TB, l *Ledger) {
	t.Helper()
	for range 2000 {
		ready := true
		for _, track := range []*track{l.frames, l.payloads} {
			more, err := track.fillStep()
			if err != nil {
				t.Fatal(err)
			}
			ready = ready && !more
		}
		if ready {
			return
		}
	}
	t.Fatal("the filler never ends")
}

// waitFor polls for a state the background reaches by itself.
func waitFor(t testing.TB, what string, reached func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !reached(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("never reached: " + what)
		}
	}
}

func TestFailedSyncPoisons(t *testing.T) {
	for _, part := range []string{"ledger", "payload"} {
		t.Run(part, func(t *testing.T) {
			disk := faulty.New(1)
			dir := t.TempDir()
			cfg := testConfig(dir)
			cfg.Disk = disk
			l := mustOpen(t, cfg)
			j := newJournal()
			payload := randomPayload(500)
			j.add(mustAppend(t, l, record(1), payload), payload)
			waitFilled(t, l)

			disk.Inject(faulty.Fault{Ops: faulty.Sync, Path: "/" + part + "/", Err: syscall.EIO})
			id := counterfoil.NewID()
			if _, err := l.Append(t.Context(), committed(intent(id), payload), payload); !errors.Is(err, ErrPoisoned) || !errors.Is(err, syscall.EIO) {
				t.Fatalf("append on a failing disk: %v", err)
			}
			disk.Clear()
			if _, err := l.Append(t.Context(), record(2), nil); !errors.Is(err, ErrPoisoned) {
				t.Fatalf("append after a failed sync: %v", err)
			}
			if err := l.Health(); !errors.Is(err, ErrPoisoned) || !strings.Contains(err.Error(), "restart") {
				t.Fatalf("health: %v", err)
			}
			if l.Size() != 1 {
				t.Fatalf("size %d", l.Size())
			}
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			again := mustOpen(t, cfg) // the entry nobody was told about may be there or not
			if again.Size() > 2 || again.Size() < 1 {
				t.Fatalf("size %d after the restart", again.Size())
			}
			verified(t, cfg)
		})
	}
}

func TestFullDiskTakesOutcomesOnly(t *testing.T) {
	disk := faulty.New(1)
	cfg := testConfig(t.TempDir())
	cfg.Disk = disk
	l := mustOpen(t, cfg)
	var ids []counterfoil.ID
	for range 80 {
		ids = append(ids, counterfoil.NewID())
		mustAppend(t, l, intent(ids[len(ids)-1]), nil)
	}
	waitFilled(t, l)
	disk.Inject(faulty.Fault{Ops: faulty.Grow, Err: syscall.ENOSPC})
	var refused error
	for refused == nil { // uses up what is filled until the filler notices
		_, refused = l.Append(t.Context(), record(1), nil)
	}
	if !errors.Is(refused, ErrFull) || !strings.Contains(refused.Error(), "free space") {
		t.Fatalf("refused with %v", refused)
	}
	waitFor(t, "full", func() bool { return errors.Is(l.Health(), ErrFull) })
	for _, id := range ids {
		mustAppend(t, l, outcome(id), nil)
	}
	if _, err := l.Append(t.Context(), record(1), nil); !errors.Is(err, ErrFull) {
		t.Fatalf("record on a full disk: %v", err)
	}
	disk.Clear()
	waitFor(t, "space again", func() bool { return l.Health() == nil })
	mustAppend(t, l, record(1), nil)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if r := verified(t, cfg); r.Outcomes != 80 || r.Open != 0 {
		t.Fatalf("report %+v", r)
	}
}

// TestLargePayloadFindsNoSpace: what does not fit is refused by itself, and
// what came with it is written.
func TestLargePayloadFindsNoSpace(t *testing.T) {
	disk := faulty.New(1)
	cfg := testConfig(t.TempDir())
	cfg.Disk = disk
	l := mustOpen(t, cfg)
	id := counterfoil.NewID()
	mustAppend(t, l, intent(id), nil)
	waitFilled(t, l)
	disk.Inject(faulty.Fault{Ops: faulty.Grow, Err: syscall.ENOSPC})
	large := randomPayload(1 << 20)
	if _, err := l.Append(t.Context(), committed(record(1), large), large); !errors.Is(err, ErrFull) {
		t.Fatalf("large payload: %v", err)
	}
	if l.poisoned.Load() != nil {
		t.Fatal("poisoned")
	}
	small := randomPayload(100)
	mustAppend(t, l, outcome(id), small)
}

func TestFullQueueIsBusyAfterAWhile(t *testing.T) {
	disk := faulty.New(1)
	cfg := testConfig(t.TempDir())
	cfg.Disk, cfg.QueueLimit = disk, 2
	l := mustOpen(t, cfg)
	id := counterfoil.NewID()
	mustAppend(t, l, intent(id), nil)
	waitFilled(t, l)
	waitFor(t, "filler at rest", func() bool { return l.frames.mu.TryLock() })
	l.frames.mu.Unlock()
	hold := make(chan struct{})
	disk.Inject(faulty.Fault{Ops: faulty.Sync, Hold: hold})

	var all sync.WaitGroup
	var busy, written atomic.Int32
	background := func(e *counterfoil.Entry) {
		all.Go(func() {
			switch _, err := l.Append(context.Background(), e, nil); {
			case errors.Is(err, ErrBusy):
				busy.Add(1)
			case err == nil:
				written.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	background(record(1)) // is taken and held by its sync
	waitFor(t, "taken", func() bool { return l.waiting() == 0 && l.leading() })
	for range 5 {
		background(record(1))
	}
	waitFor(t, "busy", func() bool { return busy.Load() == 3 })
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("left"))
	if _, err := l.Append(ctx, record(1), nil); err == nil || err.Error() != "append record: left" {
		t.Errorf("cancelled: %v", err)
	}
	background(outcome(id)) // never refused
	waitFor(t, "outcome admitted", func() bool { return l.waiting() == 3 })
	close(hold)
	all.Wait()
	if written.Load() != 4 {
		t.Errorf("%d written", written.Load())
	}
}

// TestSlowReadHoldsNobodyUp: entries are written while somebody waits for a tree
// node from the disk.
func TestSlowReadHoldsNobodyUp(t *testing.T) {
	disk := faulty.New(1)
	cfg := testConfig(t.TempDir())
	cfg.Disk = disk
	l := mustOpen(t, cfg)
	mustAppend(t, l, record(1), nil)
	mustCheckpoint(t, l) // the nodes lie in the file now
	hold := make(chan struct{})
	release := sync.OnceFunc(func() { close(hold) })
	defer release()
	disk.Inject(faulty.Fault{Ops: faulty.Read, Path: "hashes", Times: 1, Hold: hold})
	read := make(chan error, 1)
	go func() {
		_, err := l.Read(0)
		read <- err
	}()
	var written atomic.Int32
	go func() {
		for range 50 {
			if _, err := l.Append(context.Background(), record(2), nil); err != nil {
				t.Error(err)
				return
			}
			written.Add(1)
		}
	}()
	waitFor(t, "all written", func() bool { return written.Load() == 50 })
	if len(read) > 0 {
		t.Error("the read was not held")
	}
	release()
	if err := <-read; err != nil {
		t.Error(err)
	}
}

func (l *Ledger) waiting() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.queue.waiting)
}

func (l *Ledger) leading() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.queue.leading
}

func TestReadOnlyDirectory(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_RDONLY, "size=1m"); err != nil {
		t.Skip("mounting a file system needs rights: ", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	_, err := Open(t.Context(), testConfig(dir))
	if !errors.Is(err, syscall.EROFS) || !strings.Contains(err.Error(), "must be writable") {
		t.Fatalf("open: %v", err)
	}
}
