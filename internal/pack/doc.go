// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package pack writes evidence packs: a range of the log with everything that
// proves it, in one file that verifies with nothing else present.
// docs/pack-format.md is the normative text.
//
// Create goes through the log a few times instead of holding it in memory. The
// survey (survey.go) turns times into indexes and counts; the witness part
// (registry.go) finds the head the range lies under and who else has seen it;
// disclosure (disclose.go) decides for each payload and has it recorded before any
// is opened; rows.go writes the list of interactions; then plan.go names every file
// and archive.go writes them in order, each made when its turn comes. Nothing in a
// pack depends on when it is made, so the same range gives the same bytes.
package pack

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/ledger"
	"github.com/counterfoil/counterfoil/internal/vault"
)

// Errors that the person who asked can do something about.
var (
	// ErrEmpty: no entry lies in the time asked for.
	ErrEmpty = errors.New("no entry lies in that time")
	// ErrLarge: the pack would have more files than its signed list can name.
	ErrLarge = errors.New("the pack would have too many files")
	// ErrDamaged: a payload is not what its entry commits to, or the log does not
	// bear out what the registry took in of it.
	ErrDamaged = errors.New("the record is damaged")
)

// maxFiles bounds a pack. The manifest names each file, and is signed as a whole:
// it takes some 150 bytes of memory a file, and several times that while it is made.
const maxFiles = 400_000

// Disclosure says which payloads a pack holds.
type Disclosure string

// The disclosures.
const (
	None         Disclosure = "none"
	Interactions Disclosure = "interactions"
	Records      Disclosure = "records"
	All          Disclosure = "all"
)

// ParseDisclosure reads one of the words.
func ParseDisclosure(s string) (Disclosure, bool) {
	d := Disclosure(s)
	return d, d == None || d == Interactions || d == Records || d == All
}

// covers tells whether payloads of a kind of entry are asked for.
func (d Disclosure) covers(k counterfoil.Kind) bool {
	switch d {
	case All:
		return true
	case Interactions:
		return k == counterfoil.KindIntent || k == counterfoil.KindOutcome
	case Records:
		return k == counterfoil.KindRecord
	default:
		return false
	}
}

// System is the AI system whose interactions a pack is about.
type System struct {
	ID   counterfoil.ID
	Slug string
}

// Vault opens payloads; *vault.Vault implements it.
type Vault interface {
	// Open fails with vault.ErrErased when the payload's key is gone.
	Open(counterfoil.ID, counterfoil.Kind, []byte) (vault.Opened, error)
}

// Signer signs the manifest; *ledger.Ledger implements it.
type Signer interface {
	VerifierKey() string
	// SignEnvelope returns the Ed25519 signature of a DSSE envelope.
	SignEnvelope(payloadType string, payload []byte) ([]byte, error)
}

// Config says what to pack. Log, Vault, Since, Until and Disclose are required.
type Config struct {
	Log      *ledger.Ledger
	Vault    Vault
	Registry *ledger.Ledger // nil for a node without one
	Cosigned []byte         // the registry's newest head with cosignatures; nil for none
	Policy   []byte         // the operator's trust policy; nil for none

	Since, Until time.Time // entries at or after Since and before Until
	System       *System   // nil for everything
	Disclose     Disclosure
	Signer       Signer // nil takes the log's own key

	// Record is called for every interaction and record whose payload is about to
	// be disclosed, before any is opened, several at a time; without it nothing is.
	Record func(context.Context, counterfoil.ID) error
	// Progress is told of entries read or files written, one call at a time.
	Progress func(done, total uint64)
	TempDir  string // for the list of interactions while it is made
}

// Summary says what a pack holds.
type Summary struct {
	Range  counterfoil.PackRange
	Head   counterfoil.PackHead
	Counts counterfoil.PackCounts
	Absent []string
	Files  int
}

// Create writes a pack. After an error what was written is no pack.
func Create(ctx context.Context, c Config, w io.Writer) (Summary, error) {
	if c.Signer == nil {
		c.Signer = c.Log
	}
	if c.Progress == nil {
		c.Progress = func(uint64, uint64) {}
	}
	p := &packing{Config: c}
	return p.create(ctx, w)
}

// packing is one pack on its way.
type packing struct {
	Config
	survey   survey
	head     signedHead
	registry registryPart
	payloads payloads
	erasures *erasures // read from the log when a payload is found gone; nil before
	rows     *spool
	outcomes map[string]uint64 // results of the interactions, for the page
}

func (p *packing) create(ctx context.Context, w io.Writer) (Summary, error) {
	steps := []func(context.Context) error{p.look, p.findWitnesses, p.findHead, p.disclose, p.list}
	defer func() { p.rows.remove() }()
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return Summary{}, err
		}
	}
	plan, err := p.plan(ctx)
	if err != nil {
		return Summary{}, err
	}
	predicate := p.predicate()
	if err := p.write(ctx, plan, predicate, w); err != nil {
		return Summary{}, err
	}
	return Summary{Range: predicate.Range, Head: predicate.Log, Counts: predicate.Counts, Absent: predicate.Absent, Files: len(plan) + 1}, nil
}
