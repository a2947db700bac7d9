// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package verify

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
)

// ErrErased is what Options.OpenPayload returns for a payload whose key was
// deleted on purpose. The log stays sound without it.
var ErrErased = errors.New("the payload was erased")

// Options says what Dir checks and by which key.
type Options struct {
	LedgerDir  string
	PayloadDir string
	LockPath   string // default: "lock" beside LedgerDir; held while a server runs

	// VerifierKey in the form "name+hash+key" is the key heads must be signed
	// with. Empty takes the one that lies in LedgerDir, which shows that the
	// directory agrees with itself and no more.
	VerifierKey string
	// PackSigner is the verifier key a pack may be signed by instead of the log's.
	PackSigner string
	// Heads are signed notes kept elsewhere, which the log must still bear out.
	Heads [][]byte

	// Receipts are files clients kept, which the log must still bear out.
	Receipts [][]byte

	// OpenPayload opens a sealed payload and returns its plaintext with the key
	// of its commitment. Nil leaves commitments unchecked. It is called by several
	// goroutines at the same time, with an entry that is valid until it returns.
	OpenPayload func(e *counterfoil.Entry, sealed []byte) (plaintext []byte, key [32]byte, err error)
	// Carried is the index below which every erasure was carried out when the check
	// began, as the store of keys noted. Beside a running server, a payload that an
	// entry from there on erases may still open.
	Carried counterfoil.Index
	// RegistryDir holds the registry's log; default "registry" beside LedgerDir.
	RegistryDir string
	// Policy says which witnesses must have cosigned; nil leaves them unchecked.
	Policy *counterfoil.Policy
	// Roots are the authorities whose time-stamps count; nil leaves them unchecked.
	Roots *x509.CertPool
	// Progress is called now and then with the number of entries checked.
	Progress func(entries uint64)
	// HashesOnly leaves out what entries say, unless it is about signing keys, and their
	// payloads. A report without problems then has IntegrityHashes.
	HashesOnly bool
	// Workers is how many goroutines look at entries at the same time; 0 stands for
	// one for each processor. With 1 everything is done by the caller's, so it rests
	// while Progress does. The report is the same.
	Workers int

	nodeOrigin string // in a registry: the log whose heads are kept for its own walk
	published  bool   // entries without payloads, from a published log
	stretch    int    // bytes an examiner is given at once; 0 for stretchBytes
}

// isRegistry tells that the log at hand is a registry's.
func (o *Options) isRegistry() bool { return o.nodeOrigin != "" }

// DirOptions are the options for a data directory.
func DirOptions(dir string) Options {
	return Options{LedgerDir: filepath.Join(dir, "ledger"), PayloadDir: filepath.Join(dir, "payload")}
}

// Dir checks a log from its first entry to its end: frames, encoding,
// order, the hash tree and every batch's root, the signed heads, the starts,
// that every outcome has its intent and no intent has two, and every payload.
//
// It only reads, and works beside a running server: it then checks up to the last
// whole batch. Beside a batch it holds in memory the open intents, one record for
// each wrapping key and each erasure's name, and the heads the log must pass. An
// error means that the check could not be made; what is wrong with the log
// stands in the report.
func Dir(ctx context.Context, o Options) (Report, error) {
	v := newVerification(o)
	if err := v.run(ctx); err != nil {
		return Report{}, fmt.Errorf("verify ledger: %w", err)
	}
	if err := v.compareFormer(ctx); err != nil {
		return Report{}, fmt.Errorf("verify ledger: %w", err)
	}
	if err := v.compareTargets(ctx); err != nil {
		return Report{}, fmt.Errorf("verify ledger: %w", err)
	}
	v.receipts(func(r counterfoil.Receipt) error { return r.CheckLog(ctx, v.LedgerDir) })
	return v.report, nil
}

func newVerification(o Options) *verification {
	v := &verification{Options: o, open: make(map[counterfoil.Index]counterfoil.ID), began: time.Now().UnixMicro(), erased: newErasures()}
	v.report.Integrity = IntegrityOK
	if o.HashesOnly {
		v.report.Integrity = IntegrityHashes
	}
	v.report.Problems, v.report.Checked, v.report.Unchecked = []Problem{}, []string{}, []string{}
	if v.LockPath == "" {
		v.LockPath = filepath.Join(filepath.Dir(v.LedgerDir), "lock")
	}
	return v
}

// run walks one log, and before it the registry that speaks of it.
func (v *verification) run(ctx context.Context) error {
	if err := v.loadKey(); err != nil {
		return err
	}
	v.running = lockHeld(v.LockPath)
	if err := v.findEnd(); err != nil {
		return err
	}
	if err := v.loadHeads(); err != nil {
		return err
	}
	if !v.isRegistry() {
		if err := v.registry(ctx); err != nil {
			return err
		}
	}
	if err := v.walk(ctx); err != nil {
		return err
	}
	v.conclude()
	return nil
}

// verification is one run of Dir.
type verification struct {
	Options
	report  Report
	running bool                 // a server held the lock when the run began
	began   int64                // of the run, microseconds
	later   bool                 // the last batch was recorded after that
	ended   counterfoil.Position // where the log ended then, for a check of hashes beside a server
	heads   []head               // by size
	due     int                  // the first of heads the walk has not reached
	tree    counterfoil.Tree
	nodes   []counterfoil.Hash // scratch
	open    map[counterfoil.Index]counterfoil.ID
	keys    signingKeys
	erased  erasures
	epochs  epochs
	anchors anchors

	registryKeys map[string]bool  // verifier keys the registry ever had; none: not known
	cosignedHead []byte           // of a registry: its newest head with cosignatures; nil for none
	witnessed    uint64           // entries of the registry under a head that meets the policy
	others       uint64           // heads of other logs in the registry
	bears        counterfoil.Hash // digest of the origin in the segments

	boots   uint64
	batches uint64
	stopped bool // the walk ended at damage
}

// loadKey finds the verifier key and with it the origin.
func (v *verification) loadKey() error {
	if v.VerifierKey == "" {
		b, err := os.ReadFile(filepath.Join(v.LedgerDir, "verifier"))
		if err != nil {
			return fmt.Errorf("no verifier key was given and the directory holds none: %w", err)
		}
		v.VerifierKey, _, _ = strings.Cut(strings.TrimSpace(string(b)), "\n") // the newest
		v.report.unchecked("The verifier key was read from the directory itself. Give the key you were handed to know that it is the right log.")
	}
	origin, _, found := strings.Cut(v.VerifierKey, "+")
	if !found || origin == "" {
		return errors.New("the verifier key does not have the form name+hash+key")
	}
	v.report.Origin = origin
	return nil
}

// digest is what binds the segments to each other.
func (v *verification) digest() counterfoil.Hash { return v.bears }

// problem adds one about an entry of the log at hand.
func (v *verification) problem(class string, i counterfoil.Index, format string, args ...any) {
	v.report.problem(class, where(i), format, args...)
	if n := len(v.report.Problems); n <= maxProblems {
		v.report.Problems[n-1].Index = new(uint64(i))
	}
}

// conclude compares the end with the heads and states what was done.
func (v *verification) conclude() {
	r := &v.report
	v.concludeKeys()
	r.Entries, r.Root, r.Open = v.tree.Size(), v.tree.Root(), uint64(len(v.open))
	v.concludeHeads()
	v.concludeRegistry()
	v.concludeSuccessions()
	v.concludeErasures()
	if v.stopped {
		r.unchecked("What lies behind entry %d could not be read.", r.Entries)
	}
	switch {
	case r.Open > 0 && v.running:
		r.unchecked("%d interactions have no outcome yet: the server is at work.", r.Open)
	case r.Open > 0:
		r.unchecked("%d interactions are open. The next start closes them as abandoned.", r.Open)
	}
	v.concludeEntries()
	if v.published {
		r.unchecked("Payloads, and what a registry says of the log, are not part of a published log.")
	}
	if v.isRegistry() || v.published {
		return
	}
	v.concludePayloads()
	if r.Signed < r.Entries {
		r.unchecked("%d entries are newer than the newest signed head.", r.Entries-r.Signed)
	}
}

// concludeEntries states what was checked of the entries.
func (v *verification) concludeEntries() {
	r := &v.report
	encoding := "encoding, "
	if v.HashesOnly {
		encoding = ""
	}
	if v.published {
		r.checked("%d entries in %d bundles: %sorder and every hash tile.", r.Entries, v.batches, encoding)
	} else {
		r.checked("%d entries in %d batches: frames, %sorder and the root of every batch.", r.Entries, v.batches, encoding)
	}
	r.checked("%d signed heads under the key %s.", v.due, v.VerifierKey)
	if !v.HashesOnly {
		r.checked("%d intents and %d outcomes: no outcome without its intent, no intent with two.", r.Intents, r.Outcomes)
	}
	r.checked("%d starts, each following on the log before it.", v.boots)
	if v.epochs.seals > 0 {
		r.checked("%d seals: each counts what lies in its epoch.", v.epochs.seals)
	}
	if r.Gaps > 0 {
		r.checked("Gaps: %d requests went out unrecorded, as the configuration allowed; the log says when and why.", r.Gaps)
	}
	if v.HashesOnly {
		r.unchecked("What the entries say was not checked: their encoding, that every outcome has its intent, seals, gaps, erasures and anchors. A check without --hashes-only does that.")
	}
}

// concludePayloads states what was checked of the payloads.
func (v *verification) concludePayloads() {
	r := &v.report
	if v.HashesOnly {
		r.unchecked("Payloads were not looked at: some may be missing or changed.")
		return
	}
	r.checked("%d payloads: present, with their length and checksum, or erased.", r.Payloads)
	if v.OpenPayload == nil {
		r.unchecked("Payloads were not opened: that they are what the entries commit to needs the keys.")
	} else {
		r.checked("%d payloads opened and compared with the commitments; %d more are erased.", r.Payloads-r.Erased, r.Erased)
	}
}
