// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package entrance

import (
	"context"
	"embed"
	"io/fs"
	"sync"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/accounts"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/identity"
)

// Accounts is what this section needs of systems, people and keys; *accounts.Accounts implements it.
type Accounts interface {
	AcceptInvitation(ctx context.Context, token, password string) (identity.Person, error)
	CreateAdministrator(context.Context, identity.PersonID, accounts.NewAdministrator) (identity.Person, error)
	HasAdministrator() bool
	Invitation(token string) (identity.Person, error) // fault of kind not found
}

// Index is what this section asks of the index; *index.Index implements it.
type Index interface {
	EndSession(ctx context.Context, token counterfoil.Hash) error
}

// Prover checks passwords; *accounts.Prover implements it.
type Prover interface {
	// Prove fails with a fault of kind forbidden, or a *accounts.TooManyError.
	Prove(ctx context.Context, action, email, password, address string) (identity.Person, error)
}

// Config is what this section needs beside the shell.
type Config struct {
	Accounts   Accounts
	Index      Index
	Prover     Prover
	SetupToken counterfoil.Hash
}

// Section is signing in and out, the first administrator, and invitations.
type Section struct {
	*shell.Shell

	accounts   Accounts
	index      Index
	prover     Prover
	settingUp  sync.Mutex // the link works once
	setupToken counterfoil.Hash
}

//go:embed templates/*.html
var templates embed.FS

// New returns the section.
func New(sh *shell.Shell, config Config) *Section {
	return &Section{Shell: sh, accounts: config.Accounts, index: config.Index, prover: config.Prover, setupToken: config.SetupToken}
}

// Templates implements shell.Section.
func (s *Section) Templates() fs.FS { return templates }

// Routes implements shell.Section.
func (s *Section) Routes() []shell.Route {
	return []shell.Route{
		shell.Public("GET /setup", s.showSetup),
		shell.Public("POST /setup", s.createAdministrator),
		shell.Public("GET /invitation", s.showInvitation),
		shell.Public("POST /invitation", s.acceptInvitation),
		shell.Public("GET /login", s.showLogin),
		shell.Public("POST /login", s.signIn),
		shell.SignedIn("POST /logout", s.signOut),
	}
}
