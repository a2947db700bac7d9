// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package systems

import (
	"context"
	"embed"
	"io/fs"
	"net/http"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/accounts"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/detect"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/index"
)

// Accounts is what this section needs of systems, people and keys; *accounts.Accounts implements it.
type Accounts interface {
	AddSystem(context.Context, identity.PersonID, accounts.NewSystem) (identity.System, error)
	ChangeSystem(context.Context, identity.PersonID, identity.SystemID, accounts.SystemChange) (identity.System, error)
	CreateKey(context.Context, identity.PersonID, accounts.NewKey) (made identity.Key, secret string, err error)
	RevokeKey(ctx context.Context, actor identity.PersonID, key string) (identity.Key, error)
}

// Index is what this section asks of the index; *index.Index implements it.
type Index interface {
	Count(context.Context, index.Filter) (uint64, error)
	CountByFinding(ctx context.Context, f index.Filter, types []string) (map[string]uint64, error)
	CountBySystem(ctx context.Context, asOf time.Time) (map[counterfoil.ID]uint64, error)
	FirstInteraction(ctx context.Context, system counterfoil.ID) (index.First, error) // index.ErrNotFound
	HoursOf(ctx context.Context, system counterfoil.ID, from, asOf time.Time) (index.Hours, error)
	Refused(ctx context.Context, reasons []string, from, asOf time.Time) ([]index.Refusals, error)
	Tally(context.Context, index.Filter) ([]index.Tally, error)
	UsedOf(ctx context.Context, system counterfoil.ID, from, to time.Time) ([]index.Use, error)
}

// Config is what this section needs beside the shell.
type Config struct {
	Accounts  Accounts
	Findings  []detect.TypeInfo
	Gateway   string
	Index     Index
	Providers []Provider
}

// Section is the AI systems, their keys and models, and what is seen of them.
type Section struct {
	*shell.Shell

	accounts     Accounts
	findingTypes []detect.TypeInfo
	gateway      string
	index        Index
	providers    []Provider
}

//go:embed templates/*.html
var templates embed.FS

// New returns the section.
func New(sh *shell.Shell, config Config) *Section {
	return &Section{Shell: sh, accounts: config.Accounts, findingTypes: config.Findings, gateway: config.Gateway, index: config.Index, providers: config.Providers}
}

// Templates implements shell.Section.
func (s *Section) Templates() fs.FS { return templates }

// Routes implements shell.Section.
func (s *Section) Routes() []shell.Route {
	return []shell.Route{
		shell.SignedIn("GET /systems", s.list),
		shell.SignedIn("GET /systems.csv", s.export),
		shell.SignedIn("GET /systems/new", s.begin),
		shell.SignedIn("POST /systems", s.add),
		shell.SignedIn("GET /systems/{slug}", s.show),
		shell.SignedIn("POST /systems/{slug}/models", s.changeModels),
		shell.SignedIn("POST /systems/{slug}/keys", s.createKey),
		shell.SignedIn("POST /systems/{slug}/keys/{id}/revoke", s.revokeKey),
	}
}

// Lists implements shell.Listed.
func (s *Section) Lists() []shell.List {
	return []shell.List{
		{Path: "/systems", Title: "AI systems", Mend: shell.Plainly("q", "keys")},
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
