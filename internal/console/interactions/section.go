// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package interactions

import (
	"context"
	"embed"
	"io/fs"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/detect"
	"github.com/counterfoil/counterfoil/internal/evidence"
	"github.com/counterfoil/counterfoil/internal/index"
)

// Evidence shows what was recorded, with everything recomputed.
type Evidence interface {
	Interaction(context.Context, counterfoil.ID) (*evidence.View, error) // fault of kind not found
	// Raw is the encoded entry, byte for byte as its leaf hash covers it.
	Raw(context.Context, counterfoil.Index) ([]byte, error)
	// Text opens what left and what came back, masked.
	Text(context.Context, counterfoil.ID) (*evidence.Text, error)
}

// Index is what this section asks of the index; *index.Index implements it.
type Index interface {
	Interactions(context.Context, index.Filter) (rows []index.Row, next counterfoil.ID, err error)
	Lanes(ctx context.Context, asOf time.Time) ([]index.Lane, error)
	Tally(context.Context, index.Filter) ([]index.Tally, error)
}

// Ledger is what this section asks of the ledger.
type Ledger interface {
	Origin() string
}

// Config is what this section needs beside the shell.
type Config struct {
	Evidence Evidence
	Findings []detect.TypeInfo
	Index    Index
	Ledger   Ledger
}

// Section is the list of the live path, one interaction with its texts, decision and proof, and its downloads.
type Section struct {
	*shell.Shell

	evidence     Evidence
	findingTypes []detect.TypeInfo
	index        Index
	ledger       Ledger
}

//go:embed templates/*.html
var templates embed.FS

// New returns the section.
func New(sh *shell.Shell, config Config) *Section {
	return &Section{Shell: sh, evidence: config.Evidence, findingTypes: config.Findings, index: config.Index, ledger: config.Ledger}
}

// Templates implements shell.Section.
func (s *Section) Templates() fs.FS { return templates }

// Routes implements shell.Section.
func (s *Section) Routes() []shell.Route {
	return []shell.Route{
		shell.SignedIn("GET /interactions", s.list),
		shell.SignedIn("GET /interactions.csv", s.export),
		shell.SignedIn("GET /interactions/{id}", s.show),
		shell.SignedIn("POST /interactions/{id}/name", s.showName),
		shell.SignedIn("GET /interactions/{id}/verify", s.verify),
		shell.SignedIn("GET /interactions/{id}/proof/{file}", s.downloadProof),
		shell.SignedIn("GET /interactions/{id}/entry/{file}", s.downloadEntry),
	}
}

// Lists implements shell.Listed.
func (s *Section) Lists() []shell.List {
	return []shell.List{
		{Path: "/interactions", Title: "Interactions", Mend: s.mend},
	}
}
