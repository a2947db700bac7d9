// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package corpus

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/ledger"
	"github.com/counterfoil/counterfoil/internal/logtest"
	"github.com/counterfoil/counterfoil/internal/pack"
	"github.com/counterfoil/counterfoil/internal/vault"
)

// packTime is the time of the first entry of the node that packs are made from; one
// follows each second.
var packTime = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

// packSystem is the system a selection is about.
var packSystem = counterfoil.ID{0: 1}

// packNode is a node with a registry, a witness and a time-stamp authority.
type packNode struct {
	t             testing.TB
	log, registry *ledger.Ledger
	now           *clock.Set
	vault         openVault
	witness       note.Signer
	authority     *logtest.Authority
}

// openVault keeps payloads in clear, each behind its commitment key.
type openVault struct{ erased map[counterfoil.ID]bool }

// Open implements pack.Vault.
func (v openVault) Open(id counterfoil.ID, _ counterfoil.Kind, sealed []byte) (vault.Opened, error) {
	if v.erased[id] {
		return vault.Opened{}, vault.ErrErased
	}
	return vault.Opened{Key: [32]byte(sealed), Plaintext: sealed[32:]}, nil
}

// packSet is the packs of one node.
type packSet struct {
	ranged, selected, alone []byte // alone is of the time before the registry
	shared                  []byte // of the range, after another node was enrolled
	signer, registrySigner  note.Signer
	key, formerKey          string
	registryKey, policy     string
	roots                   []byte

	published, publishedRegistry map[string][]byte
	formerSigner                 note.Signer
	cosigned                     []byte // head of the registry as published
}

// thePacks are made once: what a case changes is a copy.
var thePacks struct {
	sync.Once
	packSet
}

func packs(t testing.TB) *packSet {
	t.Helper()
	thePacks.Do(func() { thePacks.packSet = makePacks(t) })
	if thePacks.ranged == nil {
		t.Fatal("the packs could not be made")
	}
	return &thePacks.packSet
}

func makePacks(t testing.TB) packSet {
	dir := t.TempDir()
	witness, witnessKey := newWitness(t)
	n := &packNode{
		t: t, now: clock.NewSet(packTime), vault: openVault{map[counterfoil.ID]bool{}}, witness: witness,
		authority: logtest.NewAuthority(t, packTime, nil),
	}
	n.log = openLedger(t, n.now, dir, "ledger", origin)
	n.append(&counterfoil.Entry{Kind: counterfoil.KindBoot, Boot: &counterfoil.Boot{Version: "0.1.0"}}, "")
	set := packSet{formerKey: n.log.VerifierKey(), roots: n.authority.RootPEM}
	n.interactions(1)
	n.filler(270)
	set.formerSigner = loadSigner(t, filepath.Join(dir, "keys", "ledger.key"))
	set.alone = n.pack(pack.Config{Until: n.now.Now(), Disclose: pack.None})

	n.registry = openLedger(t, n.now, dir, "registry", origin+"/registry")
	n.register(&counterfoil.Entry{Kind: counterfoil.KindBoot, Boot: &counterfoil.Boot{Version: "0.1.0"}})
	enrolled := counterfoil.KeyEvent{Event: counterfoil.KeyEnrolled, Origin: n.log.Origin(), Key: n.log.VerifierKey()}
	n.must(n.log.SignKeyEvent(&enrolled))
	n.register(&counterfoil.Entry{Kind: counterfoil.KindKey, Key: &enrolled})
	n.round()
	begin := n.now.Now()
	n.interactions(10)
	rotated, err := n.log.RotateKey(t.Context())
	n.must(err)
	n.register(&counterfoil.Entry{Kind: counterfoil.KindKey, Key: &rotated})
	n.round()
	n.interactions(20)
	end := n.now.Now()
	n.round()
	n.round()

	set.key, set.registryKey = n.log.VerifierKey(), n.registry.VerifierKey()
	set.policy = "log " + set.registryKey + "\nwitness w " + witnessKey + "\nquorum w\n"
	set.signer = loadSigner(t, filepath.Join(dir, "keys", "ledger.key"))
	set.registrySigner = loadSigner(t, filepath.Join(dir, "keys", "registry.key"))
	whole := pack.Config{Registry: n.registry, Cosigned: n.cosigned(), Policy: []byte(set.policy), Since: begin, Until: end, Disclose: pack.All}
	set.ranged = n.pack(whole)
	whole.System, whole.Disclose = &pack.System{ID: packSystem, Slug: "letters"}, pack.Interactions
	set.selected = n.pack(whole)
	n.checkpoint(n.log)
	set.cosigned = n.cosigned()
	set.published, set.publishedRegistry = n.published(n.log), n.published(n.registry)
	n.anotherNode()
	n.round()
	whole.System, whole.Disclose, whole.Cosigned = nil, pack.All, n.cosigned()
	set.shared = n.pack(whole)
	n.must(n.log.Close())
	n.must(n.registry.Close())
	return set
}

// otherOrigin is that of another node with the same registry.
const otherOrigin = "counterfoil/0badcafe"

// anotherNode enrols it, rotates its key, and takes in a head of its.
func (n *packNode) anotherNode() {
	n.t.Helper()
	dir := n.t.TempDir()
	l := openLedger(n.t, n.now, dir, "ledger", otherOrigin)
	enrolled := counterfoil.KeyEvent{Event: counterfoil.KeyEnrolled, Origin: l.Origin(), Key: l.VerifierKey()}
	n.must(l.SignKeyEvent(&enrolled))
	n.register(&counterfoil.Entry{Kind: counterfoil.KindKey, Key: &enrolled})
	boot := &counterfoil.Entry{Kind: counterfoil.KindBoot, ID: counterfoil.NewID(), Boot: &counterfoil.Boot{Version: "0.1.0"}}
	_, err := l.Append(n.t.Context(), boot, nil)
	n.must(err)
	n.anchor(n.registerAnchor, counterfoil.AnchorHead, n.checkpoint(l), nil, 0)
	rotated, err := l.RotateKey(n.t.Context())
	n.must(err)
	n.register(&counterfoil.Entry{Kind: counterfoil.KindKey, Key: &rotated})
	n.must(l.Close())
}

func openLedger(t testing.TB, now clock.Clock, dir, name, origin string) *ledger.Ledger {
	t.Helper()
	in := func(name string) string { return filepath.Join(dir, name) }
	l, err := ledger.Open(t.Context(), ledger.Config{
		Dir: in(name), PayloadDir: in(name + "-payload"), HeadsPath: in(name + "-heads.db"), KeyPath: in("keys/" + name + ".key"), LockPath: in(name + ".lock"),
		Origin: origin, SegmentBytes: 1 << 20, FillAhead: 64 << 10, HeadEvery: -1, Clock: now,
	})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// loadSigner reads the private key in the first line of a key file.
func loadSigner(t testing.TB, path string) note.Signer {
	t.Helper()
	private, _, _ := strings.Cut(string(read(t, path)), "\n")
	signer, err := note.NewSigner(private)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

func (n *packNode) must(err error) {
	n.t.Helper()
	if err != nil {
		n.t.Fatal(err)
	}
}

// append writes an entry a second after the one before, with a payload if there is one.
func (n *packNode) append(e *counterfoil.Entry, payload string) {
	n.t.Helper()
	e.Time = n.now.Now().UnixMicro()
	n.now.Advance(time.Second)
	if e.ID.IsZero() {
		e.ID = counterfoil.NewID()
	}
	var sealed []byte
	if payload != "" {
		key := counterfoil.LeafHash([]byte(payload)) // any 32 bytes do
		commitment := vault.Commit((*[32]byte)(&key), []byte(payload))
		e.Commitment, sealed = commitment[:], append(key[:], payload...)
	}
	_, err := n.log.Append(n.t.Context(), e, sealed)
	n.must(err)
}

// interactions are of two systems; one is refused, one was erased, one stays open.
func (n *packNode) interactions(first byte) {
	n.t.Helper()
	for i, text := range []string{"a letter", "a table", "an erased letter", "an open letter"} {
		about := id(first + byte(i))
		system := packSystem
		if i == 1 {
			system[0] = 2
		}
		n.append(&counterfoil.Entry{Kind: counterfoil.KindIntent, ID: about, Actor: id(70), Intent: &counterfoil.Intent{
			System: system, Provider: "sandbox", Dialect: "openai", Operation: "chat", Model: "=cmd", Findings: []counterfoil.FindingCount{{Type: "email", Count: 2}},
			Decision: counterfoil.Decision{Effect: counterfoil.EffectRedact, Rule: "mask"}, Redactions: 2,
		}}, "asked: "+text)
		n.vault.erased[about] = i == 2
		if i == 3 {
			continue
		}
		n.append(&counterfoil.Entry{Kind: counterfoil.KindOutcome, ID: about, Outcome: &counterfoil.Outcome{
			Intent: counterfoil.Index(n.log.Size() - 1), Result: counterfoil.ResultAnswered, Status: 200, OutputTokens: 12,
		}}, "answered: "+text)
	}
	n.append(&counterfoil.Entry{Kind: counterfoil.KindIntent, ID: id(first + 5), Intent: &counterfoil.Intent{System: packSystem, Provider: "sandbox"}, Outcome: &counterfoil.Outcome{
		Result: counterfoil.ResultRefused, Reason: "unknown_key", Status: 401,
	}}, "")
	n.append(&counterfoil.Entry{Kind: counterfoil.KindRecord, ID: id(first + 6), Record: &counterfoil.Record{Type: "system", Version: 1, Transition: "created"}}, `{"name":"Letters"}`)
	n.append(&counterfoil.Entry{Kind: counterfoil.KindGap, Gap: &counterfoil.Gap{Provider: "sandbox", From: 1, To: 2, Requests: 3, Reason: "ledger_full"}}, "")
}

// filler makes the tree high enough for a full tile.
func (n *packNode) filler(count int) {
	var all sync.WaitGroup
	for range count {
		e := &counterfoil.Entry{Kind: counterfoil.KindDrill, Time: n.now.Now().UnixMicro()}
		all.Go(func() {
			if _, err := n.log.Append(n.t.Context(), e, nil); err != nil {
				n.t.Error(err)
			}
		})
	}
	all.Wait()
	n.now.Advance(time.Second)
}

func (n *packNode) register(e *counterfoil.Entry) {
	n.t.Helper()
	e.ID = counterfoil.NewID()
	_, err := n.registry.Append(n.t.Context(), e, nil)
	n.must(err)
}

func (n *packNode) checkpoint(l *ledger.Ledger) []byte {
	n.t.Helper()
	signed, err := l.Checkpoint(n.t.Context())
	n.must(err)
	return signed
}

// cosigned is the registry's head with the cosignature of its witness.
func (n *packNode) cosigned() []byte {
	n.t.Helper()
	verifier, err := note.NewVerifier(n.registry.VerifierKey())
	n.must(err)
	opened, err := note.Open(n.checkpoint(n.registry), note.VerifierList(verifier))
	n.must(err)
	signed, err := note.Sign(opened, n.witness)
	n.must(err)
	return signed
}

// round is one of the registry: it takes in the log's head, its own former one with
// cosignatures and a time-stamp, and the log is told.
func (n *packNode) round() {
	n.t.Helper()
	former := n.cosigned()
	n.anchor(n.registerAnchor, counterfoil.AnchorHead, n.checkpoint(n.log), nil, 0)
	n.anchor(n.registerAnchor, counterfoil.AnchorCosigned, former, nil, 0)
	signed := n.checkpoint(n.registry)
	c, err := counterfoil.ParseCheckpoint(signed)
	n.must(err)
	imprint := (&counterfoil.Anchor{Origin: c.Origin, Size: c.Size, Root: c.Root}).Imprint()
	at := n.now.Now().Truncate(time.Second)
	n.anchor(n.registerAnchor, counterfoil.AnchorTimestamp, signed, n.authority.Token(n.t, imprint, at, nil), uint64(at.UnixMicro()))
	n.anchor(func(a *counterfoil.Anchor) { n.append(&counterfoil.Entry{Kind: counterfoil.KindAnchor, Anchor: a}, "") }, counterfoil.AnchorRegistry, n.cosigned(), nil, 0)
}

func (n *packNode) registerAnchor(a *counterfoil.Anchor) {
	n.register(&counterfoil.Entry{Kind: counterfoil.KindAnchor, Anchor: a})
}

func (n *packNode) anchor(put func(*counterfoil.Anchor), kind string, signed, token []byte, at uint64) {
	n.t.Helper()
	c, err := counterfoil.ParseCheckpoint(signed)
	n.must(err)
	a := &counterfoil.Anchor{Type: kind, Origin: c.Origin, Size: c.Size, Root: c.Root, Time: at, Data: signed}
	if token != nil {
		a.Data = token
	}
	put(a)
}

func (n *packNode) pack(c pack.Config) []byte {
	n.t.Helper()
	c.Log, c.Vault, c.TempDir = n.log, n.vault, n.t.TempDir()
	c.Record = func(context.Context, counterfoil.ID) error { return nil }
	var b bytes.Buffer
	_, err := pack.Create(n.t.Context(), c, &b)
	n.must(err)
	return b.Bytes()
}

// unzip reads all files of a pack.
func unzip(t testing.TB, raw []byte) map[string][]byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	files := make(map[string][]byte)
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err := errors.Join(err, r.Close()); err != nil {
			t.Fatal(err)
		}
		files[f.Name] = content
	}
	return files
}

// writeFolder writes files by their names.
func writeFolder(t testing.TB, dir string, files map[string][]byte) {
	t.Helper()
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		write(t, path, content)
	}
}
