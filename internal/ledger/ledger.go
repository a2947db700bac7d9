// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/durable"
)

// Config says where a ledger lies and how it uses the disk. Dir, HeadsPath and
// KeyPath are required.
type Config struct {
	Dir        string // segments, hashes, positions, checkpoint, verifier
	PayloadDir string // segments of sealed payloads; empty: a log without payloads
	HeadsPath  string // SQLite file with the last head; best on another disk
	KeyPath    string // signing key; made for a new log
	LockPath   string // default: "lock" beside Dir

	// Origin names a new log; empty takes "counterfoil/" and eight random
	// digits. For a log that exists it must be empty or the log's own.
	Origin string

	// SegmentBytes is the size of a segment file, default 256 MiB, at most 2 GiB.
	SegmentBytes int64
	// FillAhead is the zero-filled space to keep in front of each of the two
	// write positions, default 8 MiB. It is also what outcomes can use once the
	// disk is full; a quarter of it is never given to anything else.
	FillAhead int64
	// QueueLimit is how many entries may wait for the committer, default 8192.
	QueueLimit int
	// HeadEvery is the time between two signed heads of a growing log, default
	// one second; negative signs on Checkpoint only.
	HeadEvery time.Duration

	Clock clock.Clock  // default clock.System
	Log   *slog.Logger // default slog.Default
	Disk  durable.Disk // default durable.OS; everything but heads, keys and lock goes through it

	succeeding bool   // opened by a Succession
	reached    func() // called behind each step of a succession; nil but in tests
}

func (c *Config) setDefaults() error {
	for _, path := range []string{c.Dir, c.HeadsPath, c.KeyPath} {
		if path == "" {
			return errors.New("open ledger: Dir, HeadsPath and KeyPath are required")
		}
	}
	if c.LockPath == "" {
		c.LockPath = filepath.Join(filepath.Dir(c.Dir), "lock")
	}
	setDefault(&c.SegmentBytes, 256<<20)
	setDefault(&c.FillAhead, 8<<20)
	setDefault(&c.QueueLimit, 8192)
	setDefault(&c.HeadEvery, time.Second)
	setDefault[clock.Clock](&c.Clock, clock.System{})
	setDefault[durable.Disk](&c.Disk, durable.OS{})
	setDefault(&c.Log, slog.Default())
	if c.SegmentBytes < 64<<10 || c.SegmentBytes > 2<<30 || c.FillAhead < 0 {
		return errors.New("open ledger: SegmentBytes must lie between 64 KiB and 2 GiB, FillAhead must not be negative")
	}
	return nil
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// Ledger is an open log. All methods are safe for concurrent use.
type Ledger struct {
	cfg      Config
	log      *slog.Logger
	origin   string
	keys     atomic.Pointer[keyring] // changed under mu
	rotating sync.Mutex              // one rotation or retirement at a time
	lock     *durable.Lock
	heads    *headStore
	found    counterfoil.Checkpoint // the log as Open found it

	frames, payloads *track // where batches go
	committer        committer
	hashes           *derived // tree nodes in stored-hash order, 32 bytes each
	positions        *derived // of entries, 8 bytes each
	open             tracker
	entryShelf       *shelf
	payloadShelf     *shelf

	mu      sync.Mutex
	queue   queue         // guarded by mu
	durable head          // the end of what is on the disk; guarded by mu
	grown   chan struct{} // closed when durable grows; nil when nobody waits; guarded by mu
	closed  bool          // guarded by mu

	size     atomic.Uint64 // durable.Size, for readers
	poisoned atomic.Pointer[error]
	full     atomic.Pointer[error]

	headMu     sync.Mutex
	signed     head                   // the last head in the store; guarded by headMu
	checkpoint []byte                 // the last note that was published; nil before the first of this process; guarded by headMu
	shown      atomic.Pointer[[]byte] // the same, for readers, who must not wait for the store of heads
	published  uint64                 // its size; guarded by headMu

	closing    chan struct{}
	refill     chan struct{}
	background sync.WaitGroup
}

// Open opens the ledger and brings it to its last whole batch. It fails with
// ErrLocked, ErrRolledBack, ErrRestored or ErrDamaged rather than go on from a doubtful
// state; each text says what to do. ctx bounds the recovery only.
func Open(ctx context.Context, cfg Config) (*Ledger, error) {
	if err := cfg.setDefaults(); err != nil {
		return nil, err
	}
	l := &Ledger{cfg: cfg, log: cfg.Log, closing: make(chan struct{}), refill: make(chan struct{}, 1)}
	l.open.open = make(map[counterfoil.ID]openState)
	l.committer.payloadSync, l.committer.payloadDone = make(chan durable.File), make(chan error)
	l.entryShelf, l.payloadShelf = newShelf(cfg.Disk, cfg.Dir), newShelf(cfg.Disk, cfg.PayloadDir)
	if err := l.start(ctx); err != nil {
		return nil, errors.Join(err, l.release())
	}
	l.background.Add(3)
	go l.fillUntilClosed()
	go l.signUntilClosed()
	go l.committer.syncUntilClosed(&l.background)
	return l, nil
}

func (l *Ledger) start(ctx context.Context) error {
	if err := l.makeDirs(); err != nil {
		return err
	}
	lock, err := durable.LockFile(l.cfg.LockPath)
	if errors.Is(err, durable.ErrLocked) {
		return fmt.Errorf("%w: %w; stop that process first, or talk to it through its socket", ErrLocked, err)
	}
	if err != nil {
		return fmt.Errorf("open ledger: %w", err)
	}
	l.lock = lock
	if err := l.refuse(); err != nil {
		return err
	}
	key, h, err := l.loadHead(ctx)
	if err != nil {
		return err
	}
	if err := l.recover(ctx, h); err != nil {
		return err
	}
	if err := l.settleKeys(key, l.durable.Keys); err != nil {
		return err
	}
	if err := l.signFirst(ctx); err != nil {
		return err
	}
	return l.publishVerifier() // behind a head signed by these keys
}

// refuse keeps a log from signing of which it is not known whether it may.
func (l *Ledger) refuse() error {
	if l.cfg.succeeding {
		return nil
	}
	if err := l.cfg.refuseSuccession(); err != nil {
		return err
	}
	return refuseRestored(l.cfg.Dir)
}

// signFirst signs what was recovered, so that a log without a head is never
// seen. On a full disk that has to wait.
func (l *Ledger) signFirst(ctx context.Context) error {
	if l.cfg.succeeding {
		return nil // the new key counts behind the entry that says so
	}
	_, err := l.Checkpoint(ctx)
	if err == nil {
		return nil
	}
	if errors.Is(err, ErrPoisoned) {
		return fmt.Errorf("open ledger: %w", err)
	}
	l.log.Error("no head was signed at the start", "error", err)
	return nil
}

func (l *Ledger) makeDirs() error {
	for _, dir := range []string{l.cfg.Dir, l.cfg.PayloadDir, filepath.Dir(l.cfg.HeadsPath)} {
		if dir == "" {
			continue
		}
		if err := durable.MkdirAll(dir, 0o700); err != nil {
			return fmt.Errorf("open ledger: the data directory must be writable: %w", err)
		}
	}
	return nil
}

// Close waits for what is queued, signs a last head and lets go of the files.
// Appends that come later fail with ErrClosed.
func (l *Ledger) Close() error {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return nil
	}
	l.closed = true
	idle := l.queue.idle()
	l.mu.Unlock()
	<-idle
	close(l.closing)
	close(l.committer.payloadSync)
	l.background.Wait()
	var err error
	if l.Health() == nil {
		_, err = l.Checkpoint(context.Background())
	}
	return errors.Join(err, l.release())
}

// release closes whatever is open.
func (l *Ledger) release() error {
	var errs []error
	for _, t := range []*track{l.frames, l.payloads} {
		if t != nil {
			errs = append(errs, t.close())
		}
	}
	for _, d := range []*derived{l.hashes, l.positions} {
		if d != nil {
			errs = append(errs, d.close())
		}
	}
	if l.heads != nil {
		errs = append(errs, l.heads.close())
	}
	l.entryShelf.close()
	l.payloadShelf.close()
	if l.lock != nil {
		errs = append(errs, l.lock.Unlock())
	}
	return errors.Join(errs...)
}

// Size is the number of durable entries.
func (l *Ledger) Size() uint64 { return l.size.Load() }

// Origin is the name of the log.
func (l *Ledger) Origin() string { return l.origin }

// Found is the log as Open found it, before this process wrote to it.
func (l *Ledger) Found() counterfoil.Checkpoint { return l.found }

// OpenIntents returns the intents that have no outcome now. Right after Open
// these are the interactions a former process left behind: whoever opened the
// ledger appends their outcomes, with counterfoil.ResultAbandoned.
func (l *Ledger) OpenIntents() []OpenIntent { return l.open.list() }

// Health is nil while the ledger takes every kind of entry; otherwise it wraps
// ErrPoisoned or ErrFull.
func (l *Ledger) Health() error {
	if err := l.poisoned.Load(); err != nil {
		return *err
	}
	if err := l.full.Load(); err != nil {
		return fullError(*err)
	}
	return nil
}

func fullError(cause error) error {
	return fmt.Errorf("%w: %w; free space on the disk of the data directory, it goes on by itself", ErrFull, cause)
}

// poison ends all writing.
func (l *Ledger) poison(cause error) error {
	err := fmt.Errorf("%w: %w; restart the process, it recovers from what is on the disk", ErrPoisoned, cause)
	if l.poisoned.CompareAndSwap(nil, &err) {
		l.log.Error("ledger stopped", "error", cause)
	}
	return *l.poisoned.Load()
}
