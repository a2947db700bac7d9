// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package app puts the parts together: it opens a data directory, recovers it,
// keeps the index following the ledger, holds what decides interactions and
// swaps it on reload, and runs the surfaces. It is the only package that knows
// all others.
package app

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/accounts"
	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/config"
	"github.com/counterfoil/counterfoil/internal/control"
	"github.com/counterfoil/counterfoil/internal/durable"
	"github.com/counterfoil/counterfoil/internal/erasure"
	"github.com/counterfoil/counterfoil/internal/evidence"
	"github.com/counterfoil/counterfoil/internal/gap"
	"github.com/counterfoil/counterfoil/internal/gateway"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/ledger"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
	"github.com/counterfoil/counterfoil/internal/registry"
	"github.com/counterfoil/counterfoil/internal/standard"
	"github.com/counterfoil/counterfoil/internal/vault"
)

// Options say what to open.
type Options struct {
	Data      string // data directory
	Config    string // configuration file; "" takes the defaults
	Overrides config.Overrides
	Log       *slog.Logger
	Version   string
	Offline   bool // a command opens the directory; nothing is served
	Out       io.Writer
	Profile   string // loopback address for profiles; "" for none

	reached func(erasure.Step) // told how far an erasure is; nil but in tests
	disk    durable.Disk       // of the ledger; the machine's but in tests

	Clock clock.Clock // default clock.System
}

// App is an opened data directory. It is safe for concurrent use.
type App struct {
	options    Options
	log        *slog.Logger
	clock      clock.Clock
	ledger     *ledger.Ledger
	rounds     *registry.Registry
	registry   *ledger.Ledger // the registry's log
	gaps       *gap.Counter
	vault      *vault.Vault
	index      *index.Index
	accounts   *accounts.Accounts
	kinds      *kind.Set
	frameworks []*standard.Framework
	register   *register.Register
	evidence   *evidence.Reader
	erasure    *erasure.Eraser
	prover     *accounts.Prover
	underway   sync.RWMutex // held for reading from sealing until what was sealed is appended

	reloading  sync.Mutex // one reload at a time
	mu         sync.Mutex // guards rules, retained and unrecorded; state is swapped under it
	rules      *rules
	retained   control.Retention // the last run in this process
	unrecorded error             // why the last self-check of this process left no verdict
	state      atomic.Pointer[gateway.State]
	roll       accounts.Roll // the register as projected
	usage      usage         // what systems with bounds have used
	swept      swept

	setup struct { // the one-time way to the first administrator
		token string
		hash  counterfoil.Hash
	}

	beginning sync.Mutex
	begun     atomic.Bool // the start of this process is recorded

	started  time.Time
	checking sync.Mutex // one self-check at a time

	projected *projected
	following sync.WaitGroup
	stop      context.CancelFunc
	stopped   <-chan struct{} // closed by stop
	building  sync.Mutex      // one index beside at a time
}

// Open opens a data directory and brings it to a state to go on from: the
// ledger recovered, erasures it states carried out, the index at the ledger's end. A
// server records its start and closes intents of a crashed process as abandoned; a
// command does so before it writes.
func Open(ctx context.Context, o Options) (*App, error) {
	cfg, err := loadConfig(o)
	if err != nil {
		return nil, err
	}
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	a := &App{options: o, log: o.Log, clock: o.Clock, started: o.Clock.Now(), projected: newProjected()}
	if a.rules, err = newRules(cfg, nil); err != nil {
		return nil, err
	}
	if err := a.open(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

func loadConfig(o Options) (*config.Config, error) {
	cfg, faults := config.Load(o.Config, os.LookupEnv, o.Overrides)
	if err := faults.Err(); err != nil {
		return nil, fmt.Errorf("the configuration has faults:\n%w", err)
	}
	for _, f := range faults {
		o.Log.Warn(f.String())
	}
	return cfg, nil
}

func (a *App) open(ctx context.Context) error {
	if err := makeDirectory(a.options.Data); err != nil {
		return err
	}
	in := func(name string) string { return filepath.Join(a.options.Data, name) }
	var err error
	if a.ledger, err = ledger.Open(ctx, a.options.nodeConfig(a.rules.config)); err != nil {
		return err
	}
	if err := a.keysAreThere(in("keys/root.key")); err != nil {
		return err
	}
	if err := a.sweepKeys(in("keys")); err != nil {
		return err
	}
	founding, err := foundingOrigin(in("keys"), a.ledger.Origin())
	if err != nil {
		return err
	}
	keys := vault.Config{Dir: in("keys"), Origin: founding, Clock: a.clock}
	if !a.options.Offline { // a command has not got the operator's configuration; the next start dates its keys
		keys.Retention = a.retention
	}
	if a.vault, err = vault.Open(keys); err != nil {
		return err
	}
	if !a.options.Offline { // a command begins when it writes
		if err := a.begin(ctx); err != nil {
			return err
		}
	}
	if err := a.openGaps(ctx, in("gaps")); err != nil {
		return err
	}
	if err := a.openRegistry(ctx); err != nil {
		return err
	}
	if a.index, err = index.Open(ctx, in("index.db")); err != nil {
		return err
	}
	a.evidence = &evidence.Reader{Ledger: a.ledger, Vault: a.vault, Index: a.index, Names: &a.roll, Erasures: a.index, Rows: a.index}
	if err := a.openRegister(); err != nil {
		return err
	}
	a.accounts = accounts.New(accounts.Config{Journal: records{a}, Register: a.register, Directory: &a.roll, Clock: a.clock})
	a.prover = accounts.NewProver(accounts.ProverConfig{Accounts: a.accounts, Directory: &a.roll, Attempts: a.index, Recorder: a, Clock: a.clock})
	a.erasure = a.newEraser()
	if err := a.sameLedger(ctx); err != nil {
		return err
	}
	if err := a.loadEmptyIndex(ctx); err != nil {
		return err
	}
	if err := a.enrollAll(ctx); err != nil { // before what is new, which brings its bodies
		return err
	}
	a.projected.reached(a.index.Position().Next)
	if err := a.catchUp(ctx); err != nil {
		return err
	}
	a.usage.reset() // counted again, now that the index has everything
	a.putInForce(ctx)
	follow, stop := context.WithCancel(context.WithoutCancel(ctx))
	a.stop, a.stopped = stop, follow.Done()
	a.following.Go(func() { a.follow(follow) })
	return a.resumeErasures(ctx)
}

// nodeConfig is that of the node's log.
func (o *Options) nodeConfig(c *config.Config) ledger.Config {
	in := func(name string) string { return filepath.Join(o.Data, name) }
	return ledger.Config{
		Dir: in("ledger"), PayloadDir: in("payload"), HeadsPath: in("heads.db"), KeyPath: in("keys/node.key"), LockPath: in("lock"),
		SegmentBytes: int64(c.Ledger.SegmentBytes), FillAhead: int64(c.Ledger.FillAheadBytes), Clock: o.Clock, Log: o.Log, Disk: o.disk,
	}
}

// keysAreThere refuses to make new keys for a ledger that has a past: what lies
// under the lost ones would look erased, and nobody erased it.
func (a *App) keysAreThere(root string) error {
	if a.ledger.Found().Size == 0 {
		return nil
	}
	if _, err := os.Stat(root); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the keys of the stored text are missing (%s), so nothing recorded before can be read; put the folder keys back from your backup: %w", root, err)
	}
	return nil
}

// sweepKeys removes what a crash left of a key that was being written: a whole
// private key, perhaps, that no copy of the keys should hold.
func (a *App) sweepKeys(dir string) error {
	removed, err := durable.Sweep(dir)
	for _, name := range removed {
		a.log.Warn("a key that a crash left half made was removed", "file", filepath.Join(dir, name))
	}
	return err
}

func makeDirectory(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("the data directory cannot be made: %w", err)
	}
	probe, err := os.CreateTemp(dir, ".writable-*")
	if err != nil {
		return fmt.Errorf("the data directory %s cannot be written, and without a record nothing may leave; make it writable for this user: %w", dir, err)
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// retention is asked when a wrapping key is made.
func (a *App) retention(class string) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch class {
	case classRecord:
		return a.rules.config.Retention.Records.Duration
	default:
		return a.rules.config.Retention.Interactions.Duration
	}
}

// begin records the start of this process before its first other entry. A command
// that only looks leaves no trace.
func (a *App) begin(ctx context.Context) error {
	if a.begun.Load() {
		return nil
	}
	a.beginning.Lock()
	defer a.beginning.Unlock()
	if a.begun.Load() {
		return nil
	}
	if err := a.boot(ctx); err != nil {
		return err
	}
	a.begun.Store(true)
	return nil
}

// write appends to the node's log. Everything but what a server writes by itself goes
// through here.
func (a *App) write(ctx context.Context, e *counterfoil.Entry, sealed []byte) (ledger.Receipt, error) {
	if err := a.begin(ctx); err != nil {
		return ledger.Receipt{}, err
	}
	return a.ledger.Append(ctx, e, sealed)
}

// boot writes the entry that opens this process's stretch of the log, then
// closes what an earlier process left open.
func (a *App) boot(ctx context.Context) error {
	left := a.ledger.OpenIntents()
	found := a.ledger.Found()
	binary, err := ownDigest()
	if err != nil {
		a.log.Warn("the digest of the running program is not known", "err", err)
	}
	b := &counterfoil.Boot{
		Version: a.options.Version, Binary: binary, NodeKey: a.ledger.VerifierKey(), PrevSize: found.Size, PrevRoot: found.Root,
	}
	if !a.options.Offline {
		b.Config, b.Policy = a.rules.digest, a.rules.policy.Digest()
	}
	e := &counterfoil.Entry{Kind: counterfoil.KindBoot, ID: counterfoil.NewTimeID(a.clock.Now()), Time: a.clock.Now().UnixMicro(), Boot: b}
	if _, err := a.ledger.Append(ctx, e, nil); err != nil {
		return fmt.Errorf("record the start: %w", err)
	}
	return a.abandon(ctx, left)
}

// abandon closes intents whose process ended before their outcome.
func (a *App) abandon(ctx context.Context, left []ledger.OpenIntent) error {
	for _, o := range left {
		e := &counterfoil.Entry{
			Kind: counterfoil.KindOutcome, ID: o.ID, Time: a.clock.Now().UnixMicro(),
			Outcome: &counterfoil.Outcome{Result: counterfoil.ResultAbandoned, Reason: "crash"},
		}
		if _, err := a.ledger.Append(ctx, e, nil); err != nil {
			return fmt.Errorf("close interaction %s as abandoned: %w", o.ID, err)
		}
	}
	if len(left) > 0 {
		a.log.Warn("interactions without an outcome were closed as abandoned", "count", len(left))
	}
	return nil
}

// ownDigest is the SHA-256 of the running executable.
func ownDigest() (counterfoil.Hash, error) {
	path, err := os.Executable()
	if err != nil {
		return counterfoil.Hash{}, err
	}
	f, err := os.Open(path)
	if err != nil {
		return counterfoil.Hash{}, err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return counterfoil.Hash{}, err
	}
	return counterfoil.Hash(h.Sum(nil)), nil
}

// Control serves the command line's requests.
func (a *App) Control() http.Handler { return control.Handler(service{a}, a.log) }

// Close ends the projection and closes the directory. What was recorded stays
// recorded; nothing is flushed here that was not durable before.
func (a *App) Close() error {
	if a.stop != nil {
		a.stop()
		a.following.Wait()
	}
	var errs []error
	if a.index != nil {
		errs = append(errs, a.index.Close())
	}
	if a.vault != nil {
		errs = append(errs, a.vault.Close())
	}
	if a.rounds != nil {
		errs = append(errs, a.rounds.Close())
	}
	if a.gaps != nil { // last before the ledger: nothing passes any more
		errs = append(errs, a.gaps.Close(context.Background()))
	}
	if a.ledger != nil {
		errs = append(errs, a.ledger.Close())
	}
	return errors.Join(errs...)
}
