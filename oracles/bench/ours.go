// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/ledger"
	"github.com/counterfoil/counterfoil/internal/vault"
)

// ours is the full record: an entry with its commitment, its payload sealed by
// the vault, the tree with all nodes, and a signed head each second. A writer
// records an intent, then its outcome, then the next intent.
type ours struct {
	ledger  *ledger.Ledger
	vault   *vault.Vault
	texts   [][]byte
	writers atomic.Uint32
	dir     string
	remove  func() error

	mu      sync.Mutex
	tallies []*tally
}

// tally is what the payloads of one writer came to, or of all.
type tally struct{ records, compressed, bytes int }

func (t *tally) count(sealed, text []byte) {
	t.records++
	t.bytes += len(sealed)
	if len(sealed) < len(text) {
		t.compressed++
	}
}

func (t *tally) add(other tally) {
	t.records += other.records
	t.compressed += other.compressed
	t.bytes += other.bytes
}

// sealed sums up what was sealed since the start. No writer may be at work.
func (o *ours) sealed() (sum tally) {
	for _, t := range o.tallies {
		sum.add(*t)
	}
	return sum
}

func (o *ours) newTally() *tally {
	o.mu.Lock()
	defer o.mu.Unlock()
	t := new(tally)
	o.tallies = append(o.tallies, t)
	return t
}

func startOurs(b *bench) (peer, error) {
	dir, err := b.folder("ours")
	if err != nil {
		return nil, err
	}
	l, err := openLedger(dir)
	if err != nil {
		return nil, err
	}
	v, err := vault.Open(vault.Config{Dir: filepath.Join(dir, "keys"), Origin: l.Origin(), Clock: clock.System{}})
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return &ours{ledger: l, vault: v, texts: b.texts(), dir: dir, remove: func() error { return b.remove(dir) }}, nil
}

// openLedger opens a ledger as the program does.
func openLedger(dir string) (*ledger.Ledger, error) {
	return ledger.Open(context.Background(), ledger.Config{
		Dir: filepath.Join(dir, "ledger"), PayloadDir: filepath.Join(dir, "payload"),
		HeadsPath: filepath.Join(dir, "heads.db"), KeyPath: filepath.Join(dir, "keys", "node.key"),
	})
}

// newWriter makes what the writer's caller would have at hand, so that only
// sealing and recording are measured.
func (o *ours) newWriter() writer {
	var sealed []byte // each writer seals into its own memory, as a request does
	var commitment [32]byte
	scope := vault.Scope{Subject: counterfoil.NewID(), Class: "interaction"}
	next := int(o.writers.Add(1))
	entry, tally := entries(), o.newTally()
	return func(ctx context.Context) error {
		next++
		e, text := entry(), o.texts[next%len(o.texts)]
		e.Commitment = commitment[:]
		s, err := o.vault.SealInto(sealed, scope, e.ID, e.Kind, text)
		if err != nil {
			return err
		}
		tally.count(s.Bytes, text)
		sealed, commitment = s.Bytes, s.Commitment
		_, err = o.ledger.Append(ctx, e, sealed)
		return err
	}
}

// newEntryWriter records the same entries without payloads.
func (o *ours) newEntryWriter() writer {
	entry := entries()
	return func(ctx context.Context) error {
		_, err := o.ledger.Append(ctx, entry(), nil)
		return err
	}
}

// entries gives an intent, then its outcome, then the next intent, in the same memory.
func entries() func() *counterfoil.Entry {
	begin, end := intent(counterfoil.ID{}), outcome(counterfoil.ID{})
	e := end
	return func() *counterfoil.Entry {
		if e == end {
			e = begin
			e.ID = counterfoil.NewTimeID(time.Now())
		} else {
			e = end
			e.ID = begin.ID
		}
		e.Time = 0 // of recording: the ledger's to say
		return e
	}
}

func (o *ours) stop() error { return errors.Join(o.close(), o.remove()) }

// close leaves the data where it is.
func (o *ours) close() error {
	if err := errors.Join(o.ledger.Close(), o.vault.Close()); err != nil {
		return fmt.Errorf("stop the ledger: %w", err)
	}
	return nil
}
