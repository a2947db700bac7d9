// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/durable"
	"github.com/counterfoil/counterfoil/internal/ledger"
	"github.com/counterfoil/counterfoil/internal/witness"
)

// Config says where a registry lies and whom it asks. All fields but Policy,
// Authorities, HTTP and Disk are required.
type Config struct {
	Dir       string // segments; made for a new registry
	HeadsPath string // SQLite file with its last head
	KeyPath   string // its signing key; made for a new registry

	Node     *ledger.Ledger // the log that is entered
	Interval time.Duration  // between rounds
	Policy   *counterfoil.Policy
	// Authorities stamp the registry's heads. Names are unique.
	Authorities []Authority

	Version string       // of the program, for boot entries
	HTTP    *http.Client // default: one that follows no redirects
	Disk    durable.Disk // default durable.OS
	Clock   clock.Clock
	Log     *slog.Logger
}

// Authority is a time-stamp authority.
type Authority struct {
	Name     string
	URL      string
	Roots    *x509.CertPool // what its certificates must lead to
	Interval time.Duration  // between stamps of a growing log
}

// The registry grows by a few entries a minute, so its files are small.
const (
	segmentBytes = 1 << 20
	fillAhead    = 256 << 10
)

// Registry is an open registry log. It is safe for concurrent use.
type Registry struct {
	cfg         Config
	log         *ledger.Ledger
	client      witness.Client
	witnesses   []*witnessState
	authorities []*authorityState

	rounds sync.Mutex // one round at a time; held while others are asked

	mu       sync.Mutex // of everything below and of what is appended; never held while others are asked
	begun    bool       // the boot entry of this process is written
	known    *known     // nil until the log was read
	obtained cosigned   // the newest head with a cosignature
	kept     cosigned   // what lies in the file
	owed     bool       // a token was taken in, and the node's log has no anchor of a head with it yet
	quiet    uint64     // size of the node's log that holds nothing new but such an anchor
	opened   time.Time
	ended    time.Time // the last round
	trouble  error     // of the last round
	alarm    error
}

// Open opens the registry, or makes one. It asks nobody and appends nothing.
func Open(ctx context.Context, c Config) (*Registry, error) {
	r := &Registry{cfg: c, client: witness.Client{HTTP: c.HTTP}, opened: c.Clock.Now()}
	if c.Policy != nil {
		if err := c.Policy.Anchorable(); err != nil {
			return nil, fmt.Errorf("open registry: the trust policy cannot be used: %w", err)
		}
		for _, w := range c.Policy.Witnesses() {
			r.witnesses = append(r.witnesses, &witnessState{PolicyWitness: w})
		}
	}
	for _, a := range c.Authorities {
		r.authorities = append(r.authorities, &authorityState{Authority: a})
	}
	origin, err := newOrigin(c)
	if err != nil {
		return nil, fmt.Errorf("open registry: %w", err)
	}
	cfg := c.LedgerConfig()
	cfg.Origin = origin
	r.log, err = ledger.Open(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("open registry: %w", err)
	}
	r.checkPolicy()
	return r, nil
}

// LedgerConfig is that of the registry's own log.
func (c *Config) LedgerConfig() ledger.Config {
	return ledger.Config{
		Dir: c.Dir, HeadsPath: c.HeadsPath, KeyPath: c.KeyPath, LockPath: filepath.Join(c.Dir, "lock"),
		SegmentBytes: segmentBytes, FillAhead: fillAhead, HeadEvery: -1, Disk: c.Disk, Clock: c.Clock, Log: c.Log.With("log", "registry"),
	}
}

// checkPolicy warns of a policy by which others could not check this registry. It is
// no fault: before the first start nobody knows the registry's key.
func (r *Registry) checkPolicy() {
	if r.cfg.Policy == nil || len(r.cfg.Policy.Logs()) == 0 {
		return
	}
	for _, key := range r.log.VerifierKeys() {
		if !slices.ContainsFunc(r.cfg.Policy.Logs(), func(l counterfoil.PolicyLog) bool { return l.Key == key }) {
			r.cfg.Log.Warn("the trust policy names logs, and not a key of this registry; whoever checks by it needs the line", "line", "log "+key)
		}
	}
}

// newOrigin names a registry that is yet to be made: after its first node. One that
// has its key keeps the name, also when the node's log gets another.
func newOrigin(c Config) (string, error) {
	_, err := os.Stat(c.KeyPath)
	if errors.Is(err, fs.ErrNotExist) {
		return c.Node.Origin() + "/registry", nil
	}
	return "", err
}

// Log is the registry's own log, for readers.
func (r *Registry) Log() *ledger.Ledger { return r.log }

// Close waits for a round under way and closes the log.
func (r *Registry) Close() error {
	r.rounds.Lock()
	defer r.rounds.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.log.Close()
}

// begin writes the boot entry before the first other entry of this process, so that
// a command that only looks leaves no trace. The caller holds mu.
func (r *Registry) begin(ctx context.Context) error {
	if r.begun {
		return nil
	}
	boot := &counterfoil.Entry{Kind: counterfoil.KindBoot, ID: counterfoil.NewTimeID(r.cfg.Clock.Now()), Boot: &counterfoil.Boot{Version: r.cfg.Version}}
	if _, err := r.log.Append(ctx, boot, nil); err != nil {
		return fmt.Errorf("registry: record the start: %w", err)
	}
	r.begun = true
	return nil
}

// append writes an entry and takes note of it. The caller holds mu.
func (r *Registry) append(ctx context.Context, e *counterfoil.Entry) error {
	if err := r.begin(ctx); err != nil {
		return err
	}
	e.ID = counterfoil.NewID()
	at, err := r.log.Append(ctx, e, nil)
	if err != nil {
		return fmt.Errorf("registry: %w", err)
	}
	r.known.take(e, at.Index)
	return nil
}

func (r *Registry) anchor(ctx context.Context, a *counterfoil.Anchor) error {
	return r.append(ctx, &counterfoil.Entry{Kind: counterfoil.KindAnchor, Anchor: a})
}
