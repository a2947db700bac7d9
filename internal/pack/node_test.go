// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package pack

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/ledger"
	"github.com/counterfoil/counterfoil/internal/vault"
)

// dawn is the time of the first entry of every test; one follows each second.
var dawn = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

// node is a log with payloads and, if a test wants one, a registry.
type node struct {
	t        *testing.T
	dir      string
	log      *ledger.Ledger
	registry *ledger.Ledger
	vault    *vault.Vault
	lost     *vault.Vault // sealed by this one, a payload counts as erased
	now      time.Time
	systems  [2]counterfoil.ID

	mu       sync.Mutex
	exported []counterfoil.ID // disclosures recorded
}

func newNode(t *testing.T) *node {
	t.Helper()
	n := &node{t: t, dir: t.TempDir(), now: dawn, systems: [2]counterfoil.ID{{1}, {2}}}
	n.open("")
	n.lost = n.openVault("lost")
	n.append(&counterfoil.Entry{Kind: counterfoil.KindBoot, Boot: &counterfoil.Boot{Version: "0.1.0"}}, nil)
	return n
}

func (n *node) open(sub string) {
	n.t.Helper()
	n.log = n.openLedger(filepath.Join(n.dir, sub), "ledger", "")
	n.vault = n.openVault(filepath.Join(sub, "keys"))
}

func (n *node) openLedger(dir, name, origin string) *ledger.Ledger {
	n.t.Helper()
	in := func(name string) string { return filepath.Join(dir, name) }
	l, err := ledger.Open(n.t.Context(), ledger.Config{
		Dir: in(name), PayloadDir: in(name + "-payload"), HeadsPath: in(name + "-heads.db"), KeyPath: in("keys/" + name + ".key"), LockPath: in(name + ".lock"),
		Origin: origin, SegmentBytes: 1 << 20, FillAhead: 64 << 10, HeadEvery: -1,
	})
	if err != nil {
		n.t.Fatal(err)
	}
	n.t.Cleanup(func() { l.Close() })
	return l
}

func (n *node) openVault(name string) *vault.Vault {
	n.t.Helper()
	v, err := vault.Open(vault.Config{
		Dir: filepath.Join(n.dir, name), Origin: n.log.Origin(), Clock: clock.System{},
		Retention: func(string) time.Duration { return 400 * 24 * time.Hour },
	})
	if err != nil {
		n.t.Fatal(err)
	}
	n.t.Cleanup(func() { v.Close() })
	return v
}

// append writes an entry a second after the one before.
func (n *node) append(e *counterfoil.Entry, payload []byte) counterfoil.Index {
	n.t.Helper()
	return n.appendSealed(e, payload, n.vault)
}

func (n *node) appendSealed(e *counterfoil.Entry, payload []byte, v *vault.Vault) counterfoil.Index {
	n.t.Helper()
	if e.ID.IsZero() {
		e.ID = counterfoil.NewID()
	}
	e.Time = n.now.UnixMicro()
	n.now = n.now.Add(time.Second)
	var sealed []byte
	if payload != nil {
		s, err := v.Seal(vault.Scope{Subject: counterfoil.ID{9}, Class: "interaction"}, e.ID, e.Kind, payload)
		if err != nil {
			n.t.Fatal(err)
		}
		e.Commitment, sealed = s.Commitment[:], s.Bytes
	}
	at, err := n.log.Append(n.t.Context(), e, sealed)
	if err != nil {
		n.t.Fatal(err)
	}
	return at.Index
}

func (n *node) intent(system int, v *vault.Vault) counterfoil.ID {
	n.t.Helper()
	e := &counterfoil.Entry{Kind: counterfoil.KindIntent, Actor: counterfoil.ID{7}, Intent: &counterfoil.Intent{
		System: n.systems[system], Provider: "sandbox", Dialect: "openai", Operation: "chat", Model: "=cmd|x",
		Findings: []counterfoil.FindingCount{{Type: "email", Count: 2}}, Decision: counterfoil.Decision{Effect: counterfoil.EffectRedact, Rule: "mask"}, Redactions: 2,
	}}
	n.appendSealed(e, []byte("what was asked"), v)
	return e.ID
}

func (n *node) outcome(id counterfoil.ID) {
	n.t.Helper()
	n.append(&counterfoil.Entry{Kind: counterfoil.KindOutcome, ID: id, Outcome: &counterfoil.Outcome{
		Result: counterfoil.ResultAnswered, Status: 200, OutputTokens: 12,
	}}, []byte("what was answered"))
}

// work makes interactions: one a system in turn, every seventh refused in one
// entry, every eleventh erased, each closed two later; some records in between.
func (n *node) work(count int) {
	n.t.Helper()
	var open []counterfoil.ID
	for i := range count {
		switch {
		case i%7 == 3:
			n.append(&counterfoil.Entry{Kind: counterfoil.KindIntent, Intent: &counterfoil.Intent{Provider: "sandbox"}, Outcome: &counterfoil.Outcome{
				Result: counterfoil.ResultRefused, Reason: "unknown_key", Status: 401,
			}}, []byte("what was refused"))
		case i%11 == 5:
			open = append(open, n.intent(i%2, n.lost))
		default:
			open = append(open, n.intent(i%2, n.vault))
		}
		if i%5 == 0 {
			n.append(&counterfoil.Entry{Kind: counterfoil.KindRecord, Record: &counterfoil.Record{Type: "system", Version: 1, Transition: "changed"}}, []byte(`{"name":"Helpdesk"}`))
		}
		if len(open) > 2 {
			n.outcome(open[0])
			open = open[1:]
		}
	}
}

// startRegistry begins a registry that knows the log.
func (n *node) startRegistry() {
	n.t.Helper()
	n.registry = n.openLedger(n.dir, "registry", n.log.Origin()+"/registry")
	n.register(&counterfoil.Entry{Kind: counterfoil.KindBoot, Boot: &counterfoil.Boot{Version: "0.1.0"}})
	enrolled := counterfoil.KeyEvent{Event: counterfoil.KeyEnrolled, Origin: n.log.Origin(), Key: n.log.VerifierKey()}
	if err := n.log.SignKeyEvent(&enrolled); err != nil {
		n.t.Fatal(err)
	}
	n.register(&counterfoil.Entry{Kind: counterfoil.KindKey, Key: &enrolled})
}

func (n *node) register(e *counterfoil.Entry) {
	n.t.Helper()
	e.ID = counterfoil.NewID()
	if _, err := n.registry.Append(n.t.Context(), e, nil); err != nil {
		n.t.Fatal(err)
	}
}

// round does what the registry does at its interval: it takes in the log's head and
// its own former one; with a stamp, a token too, of which the log is told.
func (n *node) round(stamp bool) {
	n.t.Helper()
	former := n.checkpoint(n.registry)
	n.anchor(counterfoil.AnchorHead, n.checkpoint(n.log))
	n.anchor(counterfoil.AnchorCosigned, former)
	if !stamp {
		return
	}
	n.anchor(counterfoil.AnchorTimestamp, n.checkpoint(n.registry))
	signed := n.checkpoint(n.registry)
	c, err := counterfoil.ParseCheckpoint(signed)
	if err != nil {
		n.t.Fatal(err)
	}
	n.append(&counterfoil.Entry{Kind: counterfoil.KindAnchor, Anchor: &counterfoil.Anchor{
		Type: counterfoil.AnchorRegistry, Origin: c.Origin, Size: c.Size, Root: c.Root, Data: signed,
	}}, nil)
}

func (n *node) checkpoint(l *ledger.Ledger) []byte {
	n.t.Helper()
	signed, err := l.Checkpoint(n.t.Context())
	if err != nil {
		n.t.Fatal(err)
	}
	return signed
}

func (n *node) anchor(kind string, signed []byte) {
	n.t.Helper()
	c, err := counterfoil.ParseCheckpoint(signed)
	if err != nil {
		n.t.Fatal(err)
	}
	data := signed
	if kind == counterfoil.AnchorTimestamp {
		data = []byte("token")
	}
	n.register(&counterfoil.Entry{Kind: counterfoil.KindAnchor, Anchor: &counterfoil.Anchor{Type: kind, Origin: c.Origin, Size: c.Size, Root: c.Root, Data: data}})
}

// config packs everything between two numbers of seconds.
func (n *node) config(from, to int) Config {
	return Config{
		Log: n.log, Vault: n.vault, Registry: n.registry, Since: dawn.Add(time.Duration(from) * time.Second), Until: dawn.Add(time.Duration(to) * time.Second),
		Disclose: None, TempDir: n.dir, Record: n.record,
	}
}

// record notes a disclosure the way the program does: behind everything else.
func (n *node) record(ctx context.Context, id counterfoil.ID) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.exported = append(n.exported, id)
	e := &counterfoil.Entry{Kind: counterfoil.KindAccess, ID: counterfoil.NewID(), Time: n.now.UnixMicro(), Access: &counterfoil.Access{Action: "exported", Target: id}}
	_, err := n.log.Append(ctx, e, nil)
	return err
}

// copyOf copies the node's directory as it lies.
func (n *node) copyOf(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(n.dir)); err != nil {
		t.Fatal(err)
	}
	keys, err := filepath.Glob(filepath.Join(dir, "keys", "*.key"))
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range keys { // CopyFS opens them to others
		if err := os.Chmod(key, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
