// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package home

import (
	"context"
	"embed"
	"io/fs"
	"net/http"
	"time"

	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/index"
)

// Evidence shows what was recorded, with everything recomputed.
type Evidence interface {
	// Entries is how many of the first size entries were recorded by a moment.
	Entries(size uint64, at time.Time) (uint64, error)
}

// Index is what this section asks of the index; *index.Index implements it.
type Index interface {
	Count(context.Context, index.Filter) (uint64, error)
	Events(context.Context, index.EventFilter) ([]index.Event, error)
	Tally(context.Context, index.Filter) ([]index.Tally, error)
}

// Ledger is what this section asks of the ledger.
type Ledger interface {
	Size() uint64
}

// Config is what this section needs beside the shell.
type Config struct {
	Evidence Evidence
	Index    Index
	Ledger   Ledger
}

// Section is the start, the entries of the navigation, going to a place or a moment, and the parts by name.
type Section struct {
	*shell.Shell

	evidence Evidence
	index    Index
	ledger   Ledger
}

//go:embed templates/*.html
var templates embed.FS

// New returns the section.
func New(sh *shell.Shell, config Config) *Section {
	return &Section{Shell: sh, evidence: config.Evidence, index: config.Index, ledger: config.Ledger}
}

// Templates implements shell.Section.
func (s *Section) Templates() fs.FS { return templates }

// Routes implements shell.Section.
func (s *Section) Routes() []shell.Route {
	return []shell.Route{
		shell.SignedIn("GET /{$}", s.show),
		shell.SignedIn("GET /go", s.goTo),
		shell.SignedIn("GET /palette", s.showPalette),
		shell.SignedIn("GET /asof", s.chooseMoment),
		shell.SignedIn("GET /_style", s.showStyle),
		shell.SignedIn("GET /documents", s.entry("documents")),
		shell.SignedIn("GET /audits", s.entry("audits")),
		shell.SignedIn("GET /settings", s.entry("settings")),
	}
}

// desk is the shell's desk with what this section knows beside.
type desk struct {
	*shell.Desk

	section *Section
}

// desk reads the actor from the session and the moment from the address.
func (s *Section) desk(r *http.Request) (*desk, error) {
	d, err := s.Desk(r)
	if err != nil {
		return nil, err
	}
	return &desk{Desk: d, section: s}, nil
}
