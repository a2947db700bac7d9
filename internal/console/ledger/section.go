// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"context"
	"embed"
	"io/fs"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/evidence"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/registry"
)

// Evidence shows what was recorded, with everything recomputed.
type Evidence interface {
	// LedgerEntry is any entry with its proof checked anew; fault of kind not found.
	LedgerEntry(context.Context, counterfoil.Index) (*evidence.LedgerEntry, error)
}

// Index is what this section asks of the index; *index.Index implements it.
type Index interface {
	Events(context.Context, index.EventFilter) ([]index.Event, error)
}

// Ledger is what this section asks of the ledger.
type Ledger interface {
	Health() error
	Published() []byte // the newest signed head; nil before the first
	Size() uint64
	VerifierKeys() []string // in force, the newest first
}

// Config is what this section needs beside the shell.
type Config struct {
	Evidence  Evidence
	Index     Index
	Ledger    Ledger
	Registry  func(context.Context) (registry.Status, error)
	Retention Retention
}

// Section is the ledger's front page, its entries, what it says of itself and what outsiders signed.
type Section struct {
	*shell.Shell

	evidence  Evidence
	index     Index
	ledger    Ledger
	registry  func(context.Context) (registry.Status, error)
	retention Retention
}

//go:embed templates/*.html
var templates embed.FS

// New returns the section.
func New(sh *shell.Shell, config Config) *Section {
	return &Section{Shell: sh, evidence: config.Evidence, index: config.Index, ledger: config.Ledger, registry: config.Registry, retention: config.Retention}
}

// Templates implements shell.Section.
func (s *Section) Templates() fs.FS { return templates }

// Routes implements shell.Section.
func (s *Section) Routes() []shell.Route {
	return []shell.Route{
		shell.SignedIn("GET /ledger", s.show),
		shell.SignedIn("GET /ledger/checkpoint", s.downloadHead),
		shell.SignedIn("GET /ledger/events", s.listEvents),
		shell.SignedIn("GET /ledger/events.csv", s.exportEvents),
		shell.SignedIn("GET /ledger/entries/{index}", s.showEntry),
		shell.SignedIn("GET /ledger/entries/{index}/raw", s.downloadEntry),
		shell.SignedIn("GET /ledger/entries/{index}/proof", s.downloadProof),
	}
}

// Lists implements shell.Listed.
func (s *Section) Lists() []shell.List {
	return []shell.List{
		{Path: "/ledger/events", Title: "What the ledger says of itself", Mend: mend},
	}
}
