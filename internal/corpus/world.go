// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package corpus

import (
	"crypto/rand"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/logtest"
)

// World is an honest data directory in memory, and what its auditor brings.
type World struct {
	Node, Registry *Log
	Cosigned       []byte   // registry/cosigned
	Key            string   // verifier key of the node's log, handed over early
	Heads          [][]byte // kept elsewhere; given to the verifier when a case says so
	Policy         string   // in which one witness must have cosigned; likewise

	founding note.Signer // the first key of the node's log

	t testing.TB
}

const origin = "counterfoil/00c0ffee"

// worldKeys are those of a world. Every world of a process has the same, so that a
// verifier in a slow language need not get to know new ones in each case.
type worldKeys struct {
	first, second, registry, witness             note.Signer
	firstKey, secondKey, registryKey, witnessKey string
}

var theKeys struct {
	sync.Once
	worldKeys
}

func newKeys(t testing.TB) (k worldKeys) {
	k.first, k.firstKey = logtest.NewKey(t, origin)
	k.second, k.secondKey = logtest.NewKey(t, origin)
	k.registry, k.registryKey = logtest.NewKey(t, origin+"/registry")
	k.witness, k.witnessKey = newWitness(t)
	return k
}

// New makes the honest world.
func New(t testing.TB) *World {
	t.Helper()
	theKeys.Do(func() { theKeys.worldKeys = newKeys(t) })
	return newWorld(t, theKeys.worldKeys)
}

func newWorld(t testing.TB, k worldKeys) *World {
	t.Helper()
	w := &World{t: t, Node: &Log{Origin: origin, t: t}, Registry: &Log{Origin: origin + "/registry", t: t}}
	first, firstKey, second, secondKey := k.first, k.firstKey, k.second, k.secondKey
	of, ofKey, witness, witnessKey := k.registry, k.registryKey, k.witness, k.witnessKey
	w.Policy = "log " + ofKey + "\nwitness w " + witnessKey + "\nquorum w\n"
	w.Key, w.Node.Signers, w.Node.Verifier = firstKey, []note.Signer{second, first}, secondKey+"\n"+firstKey+"\n"
	w.founding = first
	w.Registry.Signers, w.Registry.Verifier = []note.Signer{of}, ofKey+"\n"

	r := w.Registry
	r.boot(ofKey)
	r.entry(&counterfoil.Entry{Kind: counterfoil.KindKey, Time: 2, Key: signedEvent(t, counterfoil.KeyEvent{Event: counterfoil.KeyEnrolled, Origin: origin, Key: firstKey}, first, nil)})
	early := anchor(counterfoil.AnchorRegistry, r, r.head(of))

	n := w.Node
	n.before(firstKey)
	half := anchor(counterfoil.AnchorHead, n, n.head(first))
	n.after(firstKey, secondKey, first, second, early)
	n.Checkpoint = n.head(second, first)
	w.Heads = [][]byte{n.Checkpoint}

	r.entry(half)
	r.entry(anchor(counterfoil.AnchorHead, n, n.Checkpoint))
	r.entry(anchor(counterfoil.AnchorCosigned, r, r.head(of, witness)))
	r.Checkpoint = r.head(of)
	w.Cosigned = r.head(of, witness)
	return w
}

// newWitness makes a witness and its verifier key.
func newWitness(t testing.TB) (note.Signer, string) {
	t.Helper()
	private, verifier, err := counterfoil.GenerateCosignerKey(rand.Reader, "witness.example")
	if err != nil {
		t.Fatal(err)
	}
	witness, err := counterfoil.NewCosigner(private, func() time.Time { return time.Unix(1_790_000_000, 0) })
	if err != nil {
		t.Fatal(err)
	}
	return witness, verifier
}

// Written is a world on disk with the arguments for its verifier.
type Written struct {
	Case                   Case
	Place                  string // of the problem, unless Case.Index is enough
	Dir, Key               string
	Heads, Policy, Receipt string // files, when they are given
	Roots                  string // likewise
}

// Args are the command line arguments of a verifier.
func (w Written) Args() []string {
	args := []string{"--key", w.Key}
	if w.Heads != "" {
		args = append(args, "--head", w.Heads)
	}
	if w.Policy != "" {
		args = append(args, "--policy", w.Policy)
	}
	if w.Receipt != "" {
		args = append(args, "--receipt", w.Receipt)
	}
	if w.Roots != "" {
		args = append(args, "--tsa-roots", w.Roots)
	}
	return append(args, w.Dir)
}

// Write makes the world of a case in a directory of the test.
func Write(t testing.TB, c Case) Written {
	t.Helper()
	w, dir := New(t), t.TempDir()
	if c.Change != nil {
		c.Change(w)
	}
	w.Node.write(dir, "ledger")
	w.Registry.write(dir, "registry")
	write(t, filepath.Join(dir, "registry", "cosigned"), w.Cosigned)
	if c.Files != nil {
		c.Files(t, dir)
	}
	out, given := Written{Case: c, Dir: dir, Key: w.Key}, t.TempDir()
	if c.Where != nil {
		out.Place = c.Where(w)
	}
	if c.Head {
		out.Heads = filepath.Join(given, "head")
		write(t, out.Heads, w.Heads[0])
	}
	if c.Policy {
		out.Policy = filepath.Join(given, "policy")
		write(t, out.Policy, []byte(w.Policy))
	}
	if c.Stamps {
		out.Roots = filepath.Join(given, "roots.pem")
		write(t, out.Roots, stamper(t).RootPEM)
	}
	if c.Receipt != nil {
		out.Receipt = filepath.Join(given, "receipt")
		write(t, out.Receipt, c.Receipt(w))
	}
	return out
}

func write(t testing.TB, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func rename(t testing.TB, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}
