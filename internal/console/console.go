// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/accounts"
	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/console/entrance"
	"github.com/counterfoil/counterfoil/internal/console/erasures"
	"github.com/counterfoil/counterfoil/internal/console/home"
	"github.com/counterfoil/counterfoil/internal/console/interactions"
	"github.com/counterfoil/counterfoil/internal/console/ledger"
	"github.com/counterfoil/counterfoil/internal/console/people"
	"github.com/counterfoil/counterfoil/internal/console/records"
	"github.com/counterfoil/counterfoil/internal/console/requirements"
	"github.com/counterfoil/counterfoil/internal/console/risks"
	"github.com/counterfoil/counterfoil/internal/console/scope"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/console/systems"
	"github.com/counterfoil/counterfoil/internal/console/views"
	"github.com/counterfoil/counterfoil/internal/detect"
	"github.com/counterfoil/counterfoil/internal/register/kind"
	"github.com/counterfoil/counterfoil/internal/registry"
	"github.com/counterfoil/counterfoil/internal/standard"
)

// Index answers the lists and keeps the sessions; *index.Index implements it.
type Index interface {
	shell.Index
	accounts.Attempts
	interactions.Index
	ledger.Index
	systems.Index
	home.Index
	entrance.Index
}

// Accounts changes systems, people and keys; *accounts.Accounts implements it.
type Accounts interface {
	accounts.Authenticator
	systems.Accounts
	people.Accounts
	entrance.Accounts
}

// Evidence shows one interaction with everything recomputed.
type Evidence interface {
	interactions.Evidence
	ledger.Evidence
	home.Evidence
}

// Prover checks passwords; *accounts.Prover implements it.
type Prover interface {
	erasures.Prover
	entrance.Prover
}

// Ledger tells how the ledger stands.
type Ledger interface {
	shell.Ledger
	interactions.Ledger
	ledger.Ledger
	home.Ledger
}

// Records keeps the records of the management system; *register.Register implements it.
type Records interface {
	shell.Records
	records.Records
	requirements.Records
	risks.Records
	views.Records
}

// Config is what a console needs. The interfaces, the clock and the log must be set.
type Config struct {
	Index      Index
	Directory  shell.Directory
	Accounts   Accounts
	Evidence   Evidence
	Recorder   shell.Recorder
	Prover     Prover // nil: one of its own
	Erasures   erasures.Eraser
	Records    Records
	Kinds      *kind.Set
	Frameworks []*standard.Framework // what else the requirements serve
	Ledger     Ledger
	Clock      clock.Clock
	Log        *slog.Logger

	Findings     []detect.TypeInfo             // built-in types and those of the dictionary
	Address      func(*http.Request) string    // whom to count sign-ins against; the connection's address when nil
	Roles        func(counterfoil.ID) []string // of a person, now; those of the directory when nil
	Gateway      string                        // where clients send, such as http://127.0.0.1:8400
	Providers    []systems.Provider            // what a client may put behind it
	Organisation string                        // may be empty
	Invented     bool                          // a demonstration: every page says so
	Version      string
	Retention    ledger.Retention
	Registry     func(context.Context) (registry.Status, error) // nil: there is none
	Unrecorded   func() []counterfoil.Gap                       // what left and is not stated in the ledger yet; nil: nothing ever
	SetupToken   counterfoil.Hash                               // identity.HashToken of the set-up link's token; zero: no link
	TLS          bool                                           // browsers reach the console by HTTPS, directly or through a proxy
}

// Console serves the pages: the shell's own and those of every section.
type Console struct {
	shell  *shell.Shell
	routes []shell.Route
}

// New returns a console.
func New(config Config) (*Console, error) {
	if config.Index == nil || config.Directory == nil || config.Accounts == nil || config.Evidence == nil || config.Recorder == nil || config.Erasures == nil || config.Records == nil || config.Kinds == nil || config.Ledger == nil || config.Clock == nil || config.Log == nil {
		return nil, errors.New("console: configuration is incomplete")
	}
	if config.Prover == nil {
		config.Prover = accounts.NewProver(accounts.ProverConfig{
			Accounts: config.Accounts, Directory: config.Directory, Attempts: config.Index, Recorder: config.Recorder, Clock: config.Clock,
		})
	}
	sh, err := shell.New(shell.Config{
		Index: config.Index, Directory: config.Directory, Records: config.Records, Kinds: config.Kinds, Ledger: config.Ledger, Recorder: config.Recorder, Clock: config.Clock, Log: config.Log,
		Address: config.Address, Roles: config.Roles, Unrecorded: config.Unrecorded, Organisation: config.Organisation, Invented: config.Invented, Version: config.Version, TLS: config.TLS,
	})
	if err != nil {
		return nil, err
	}
	c := &Console{shell: sh, routes: sh.Routes()}
	for _, section := range []shell.Section{
		interactions.New(sh, interactions.Config{Evidence: config.Evidence, Findings: config.Findings, Index: config.Index, Ledger: config.Ledger}),
		ledger.New(sh, ledger.Config{Evidence: config.Evidence, Index: config.Index, Ledger: config.Ledger, Registry: config.Registry, Retention: config.Retention}),
		erasures.New(sh, config.Erasures, config.Prover),
		records.New(sh, config.Records),
		requirements.New(sh, requirements.Config{Frameworks: config.Frameworks, Records: config.Records}),
		scope.New(sh),
		risks.New(sh, config.Records),
		systems.New(sh, systems.Config{Accounts: config.Accounts, Findings: config.Findings, Gateway: config.Gateway, Index: config.Index, Providers: config.Providers}),
		people.New(sh, config.Accounts),
		views.New(sh, config.Records),
		home.New(sh, home.Config{Evidence: config.Evidence, Index: config.Index, Ledger: config.Ledger}),
		entrance.New(sh, entrance.Config{Accounts: config.Accounts, Index: config.Index, Prover: config.Prover, SetupToken: config.SetupToken}),
	} {
		if err := sh.Add(section); err != nil {
			return nil, err
		}
		c.routes = append(c.routes, section.Routes()...)
	}
	return c, nil
}

// Routes are all routes of the console, the shell's first.
func (c *Console) Routes() []shell.Route { return c.routes }

// Handler returns the console with everything that stands around its routes.
func (c *Console) Handler() http.Handler { return c.shell.Handler(c.routes) }
