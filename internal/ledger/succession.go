// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/durable"
)

// Succession makes a closed log go on under another origin and key: after an older
// copy was put back, or when its key was stolen. All its entries become the prefix of
// the new log, and the next one says so. The former origin never signs again.
//
// BeginSuccession reads the whole log and then leaves the new key beside the present
// one; from there on Open refuses the log until Finish is done. What Finish does it
// does again after a crash, so whoever begins a succession that is under way goes on
// with it. The steps:
//
//  1. every segment gets the header of the new origin, one after the other;
//  2. the store of heads gets the head of the prefix, under the new origin;
//  3. the present key becomes the former one, the new key the present one;
//  4. the entry `succeeded` is appended, signed by both if both are at hand;
//  5. the marks and the former key are removed.
type Succession struct {
	cfg       Config
	next      nodeKey
	formerKey string // file it was given in
	lost      uint64
}

// Succeeded says what became of a log.
type Succeeded struct {
	Event  counterfoil.KeyEvent
	Former string // origin
	// Lost is how many entries more than it holds the former log had signed, as far as
	// its store of heads told. Zero after an attempt that was cut off behind that.
	Lost uint64
}

// SuccessionOptions say how a log goes on.
type SuccessionOptions struct {
	Origin    string // empty takes "counterfoil/" and eight random digits
	FormerKey string // file of the former key, if it does not lie where it belongs
	// Founding is told the origin before the first change, and may refuse.
	Founding func(origin string) error
}

func (c *Config) successorKeyPath() string { return c.besideKey("successor") }

// tell is called behind every step a crash may come after.
func (c *Config) tell() {
	if c.reached != nil {
		c.reached()
	}
}

// SuccessionBegun tells whether one is under way.
func SuccessionBegun(cfg Config) bool {
	_, err := os.Stat(cfg.successorKeyPath())
	return err == nil
}

// refuseSuccession keeps a log from signing while it is half one and half the other.
func (c *Config) refuseSuccession() error {
	if !SuccessionBegun(*c) {
		return nil
	}
	return fmt.Errorf("open ledger: %w: %s; finish it with: counterfoil ledger succeed", ErrUnfinished, c.Dir)
}

// BeginSuccession begins one, or takes up the one that is under way. Before it returns
// without an error nothing of the log is changed.
func BeginSuccession(ctx context.Context, cfg Config, o SuccessionOptions) (*Succession, error) {
	s, err := beginSuccession(ctx, cfg, o)
	if err != nil {
		return nil, fmt.Errorf("continue the log in %s: %w", cfg.Dir, err)
	}
	return s, nil
}

func beginSuccession(ctx context.Context, cfg Config, o SuccessionOptions) (*Succession, error) {
	if err := cfg.setDefaults(); err != nil {
		return nil, err
	}
	lock, err := lockForSuccession(&cfg)
	if err != nil {
		return nil, err
	}
	defer lock.Unlock()
	s := &Succession{cfg: cfg, formerKey: o.FormerKey}
	s.cfg.Origin, s.cfg.succeeding = "", true
	begun, err := loadSpareKey(cfg.successorKeyPath())
	switch {
	case err != nil:
		return nil, err
	case begun != nil && o.Origin != "" && o.Origin != begun.signer.Name():
		return nil, fmt.Errorf("%w: a succession as %s was begun; finish that one, without another name", ErrConflict, begun.signer.Name())
	case begun != nil:
		s.next = *begun
		return s, nil
	}
	return s, s.begin(ctx, o)
}

// begin checks that the log can go on, and makes the new key.
func (s *Succession) begin(ctx context.Context, o SuccessionOptions) error {
	mark, err := RestoredMark(s.cfg.Dir)
	if err != nil {
		return err
	}
	if mark != nil && !mark.Finished {
		return fmt.Errorf("%w: the restore was not finished; empty the data directory and restore again", ErrRestored)
	}
	stored, err := s.storedHead(ctx)
	if err != nil {
		return err
	}
	p, err := s.readPrefix(ctx, stored.Size)
	if err != nil {
		return err
	}
	former := p.head.Keys.Spans[0].Key
	name := originName(former)
	if _, err := s.findKey(former); err != nil {
		return err
	}
	if err := p.compare(stored, name, s.cfg.HeadsPath); err != nil {
		return err
	}
	if s.next, err = newKey(o.Origin); err != nil {
		return err
	}
	for _, span := range p.head.Keys.Spans {
		if originName(span.Key) == s.next.signer.Name() {
			return fmt.Errorf("%w: the log is or was %s; give it a name it never had", ErrConflict, s.next.signer.Name())
		}
	}
	if o.Founding != nil {
		if err := o.Founding(name); err != nil {
			return err
		}
	}
	if err := s.next.write(s.cfg.successorKeyPath()); err != nil {
		return err
	}
	s.cfg.tell()
	return nil
}

func lockForSuccession(cfg *Config) (*durable.Lock, error) {
	lock, err := durable.LockFile(cfg.LockPath)
	if errors.Is(err, durable.ErrLocked) {
		return nil, fmt.Errorf("%w: %w; stop the server first", ErrLocked, err)
	}
	return lock, err
}

// findKey looks for the former key: in the file given, which must hold it, or where
// keys lie. Nil: it is not at hand.
func (s *Succession) findKey(former string) (*nodeKey, error) {
	if s.formerKey != "" {
		k, err := loadKey(s.formerKey)
		if err == nil && k.verifier != former {
			err = fmt.Errorf("%w: %s holds the key %s, and the log was signed by %s", ErrConflict, s.formerKey, k.verifier, former)
		}
		return &k, err
	}
	for _, path := range []string{s.cfg.KeyPath, s.cfg.nextKeyPath(), s.cfg.formerKeyPath()} {
		k, err := loadSpareKey(path)
		if err != nil {
			return nil, err
		}
		if k != nil && k.verifier == former {
			return k, nil
		}
	}
	return nil, nil
}

// storedHead is what the store of heads says; the zero value when there is none.
func (s *Succession) storedHead(ctx context.Context) (StoredHead, error) {
	stored, err := ReadStoredHead(ctx, s.cfg.HeadsPath)
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, errNoHead) {
		return StoredHead{}, nil
	}
	return stored, err
}

// Origin is the name the log goes on under.
func (s *Succession) Origin() string { return s.next.signer.Name() }

// originName is the name in a verifier key.
func originName(verifier string) string {
	name, _, _ := strings.Cut(verifier, "+")
	return name
}
