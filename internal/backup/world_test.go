// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package backup

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/ledger"
	"github.com/counterfoil/counterfoil/internal/registry"
	"github.com/counterfoil/counterfoil/internal/vault"
	"github.com/counterfoil/counterfoil/verify"
)

const origin = "counterfoil/test0001"

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

// node is a data directory with everything that writes it, without a server around.
// Segments are small, so that a few entries fill several.
type node struct {
	t        testing.TB
	data     string
	log      *ledger.Ledger
	registry *registry.Registry
	vault    *vault.Vault
}

// logConfig is that of the node's log in a data directory.
func logConfig(data string) ledger.Config {
	return ledger.Config{
		Dir: filepath.Join(data, "ledger"), PayloadDir: filepath.Join(data, "payload"), HeadsPath: filepath.Join(data, "heads.db"),
		KeyPath: filepath.Join(data, "keys", "node.key"), Origin: origin,
		SegmentBytes: 64 << 10, FillAhead: 64 << 10, HeadEvery: 5 * time.Millisecond, Log: quiet,
	}
}

// openNode opens a data directory, or makes it.
func openNode(t testing.TB, data string) *node {
	t.Helper()
	ctx := context.Background()
	n := &node{t: t, data: data}
	var err error
	if n.log, err = ledger.Open(ctx, logConfig(data)); err != nil {
		t.Fatal(err)
	}
	if n.vault, err = vault.Open(vault.Config{Dir: filepath.Join(data, "keys"), Origin: origin, Clock: clock.System{}}); err != nil {
		t.Fatal(err)
	}
	found := n.log.Found()
	n.append(&counterfoil.Entry{Kind: counterfoil.KindBoot, ID: counterfoil.NewID(), Boot: &counterfoil.Boot{
		Version: "test", NodeKey: n.log.VerifierKey(), PrevSize: found.Size, PrevRoot: found.Root,
	}}, nil)
	n.registry, err = registry.Open(ctx, registry.Config{
		Dir: filepath.Join(data, "registry"), HeadsPath: filepath.Join(data, "registry-heads.db"), KeyPath: filepath.Join(data, "keys", "registry.key"),
		Node: n.log, Interval: time.Hour, Version: "test", Clock: clock.System{}, Log: quiet,
	})
	if err != nil {
		t.Fatal(err)
	}
	n.enter()
	return n
}

func (n *node) close() {
	n.t.Helper()
	if err := errors.Join(n.registry.Close(), n.log.Close(), n.vault.Close()); err != nil {
		n.t.Fatal(err)
	}
}

// enter makes a round of the registry.
func (n *node) enter() {
	n.t.Helper()
	if err := n.registry.Round(context.Background()); err != nil {
		n.t.Fatal(err)
	}
}

func (n *node) append(e *counterfoil.Entry, payload []byte) ledger.Receipt {
	n.t.Helper()
	r, err := n.log.Append(context.Background(), e, payload)
	if err != nil {
		n.t.Fatal(err)
	}
	return r
}

// sealed is a payload of the log.
type sealed struct {
	id    counterfoil.ID // of the interaction
	bytes []byte
}

// converse records a whole interaction of a person with a text of some size, which
// does not compress.
func (n *node) converse(person byte, size int) sealed {
	n.t.Helper()
	id := counterfoil.NewID()
	text := make([]byte, size)
	rand.Read(text)
	s, err := n.vault.Seal(vault.Scope{Subject: counterfoil.ID{person}, Class: "interaction"}, id, counterfoil.KindIntent, text)
	if err != nil {
		n.t.Fatal(err)
	}
	n.append(&counterfoil.Entry{Kind: counterfoil.KindIntent, ID: id, Commitment: s.Commitment[:], Intent: &counterfoil.Intent{Provider: "sandbox"}}, s.Bytes)
	n.append(&counterfoil.Entry{Kind: counterfoil.KindOutcome, ID: id, Outcome: &counterfoil.Outcome{Result: counterfoil.ResultAnswered, Status: 200}}, nil)
	return sealed{id, s.Bytes}
}

// state records an erasure that is yet to be carried out.
func (n *node) state(e counterfoil.Erasure) counterfoil.Index {
	n.t.Helper()
	e.Basis = "data_subject_request"
	return n.append(&counterfoil.Entry{Kind: counterfoil.KindErasure, ID: counterfoil.NewID(), Erasure: &e}, nil).Index
}

// done notes that an erasure was carried out.
func (n *node) done(at counterfoil.Index, carriedOut ...error) {
	n.t.Helper()
	if err := errors.Join(append(carriedOut, n.vault.SetApplied(context.Background(), at+1))...); err != nil {
		n.t.Fatal(err)
	}
}

// erasePerson erases what one payload shares its key with.
func (n *node) erasePerson(s sealed) {
	n.t.Helper()
	key, _ := vault.KeyOf(s.bytes)
	at := n.state(counterfoil.Erasure{Scope: counterfoil.ErasePerson, Payloads: 1, Subject: counterfoil.ID{1}, Keys: []counterfoil.ID{key}})
	n.done(at, n.vault.Delete(context.Background(), []counterfoil.ID{key}))
}

// eraseOne overwrites the payload of one interaction.
func (n *node) eraseOne(s sealed) {
	n.t.Helper()
	at := n.state(counterfoil.Erasure{Scope: counterfoil.EraseInteraction, Payloads: 1, Targets: []counterfoil.ID{s.id}})
	n.done(at, n.log.Overwrite(context.Background(), n.refs(s.id)))
}

// refs are the places of an interaction's payloads.
func (n *node) refs(id counterfoil.ID) (refs []ledger.PayloadRef) {
	n.t.Helper()
	err := n.log.Scan(context.Background(), 0, func(s ledger.Stored) error {
		e, err := counterfoil.DecodeEntry(s.Raw)
		if err == nil && e.ID == id && s.Payload.Length > 0 {
			refs = append(refs, s.Payload)
		}
		return err
	})
	if err != nil || len(refs) == 0 {
		n.t.Fatalf("%d payloads, error %v", len(refs), err)
	}
	return refs
}

// opener is an Opener for the test's log.
func opener(dir, _ string) (OpenPayload, func() error, error) {
	if _, err := os.Stat(filepath.Join(dir, "root.key")); err != nil {
		return nil, nil, err
	}
	v, err := vault.Open(vault.Config{Dir: dir, Origin: origin, Clock: clock.System{}, Reading: true})
	if err != nil {
		return nil, nil, err
	}
	return func(e *counterfoil.Entry, sealed []byte) ([]byte, [32]byte, error) {
		opened, err := v.Open(e.ID, e.Kind, sealed)
		if errors.Is(err, vault.ErrErased) {
			err = fmt.Errorf("%w: %w", verify.ErrErased, err)
		}
		return opened.Plaintext, opened.Key, err
	}, v.Close, nil
}

// targets are the two folders of a backup.
type targets struct{ record, keys string }

func newTargets(t testing.TB) targets {
	dir := t.TempDir()
	return targets{filepath.Join(dir, "record"), filepath.Join(dir, "keys")}
}

// create backs a data directory up, with keys read as a process of its own reads them.
func create(ctx context.Context, data string, to targets, patience time.Duration) (Result, error) {
	v, err := vault.Open(vault.Config{Dir: filepath.Join(data, "keys"), Origin: origin, Clock: clock.System{}, Reading: true})
	if err != nil {
		return Result{}, err
	}
	defer v.Close()
	return Create(ctx, Config{Data: data, To: to.record, KeysTo: to.keys, Keys: v, Open: opener, Program: "test", Patience: patience})
}

// mustCreate backs up and wants a sound copy.
func mustCreate(t testing.TB, data string, to targets) Result {
	t.Helper()
	r, err := create(context.Background(), data, to, 0)
	if err != nil {
		t.Fatal(err)
	}
	wantSound(t, r.Report)
	return r
}

func wantSound(t testing.TB, r verify.Report) {
	t.Helper()
	if r.Integrity != verify.IntegrityOK {
		t.Fatalf("the copy is broken: %v", r.Problems)
	}
}

// mustCheck wants a backup that is what its manifests say.
func mustCheck(t testing.TB, to targets) Checked {
	t.Helper()
	c, err := Check(context.Background(), to.record, to.keys, opener, Progress{})
	if err != nil {
		t.Fatal(err)
	}
	if !c.Sound() {
		t.Fatalf("damaged files %v, problems %v", c.Damaged, c.Report.Problems)
	}
	return c
}

// holds tells whether a file below a folder holds some bytes.
func holds(t testing.TB, dir string, b []byte) bool {
	t.Helper()
	found := false
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		found = found || bytes.Contains(content, b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
