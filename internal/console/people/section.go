// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package people

import (
	"context"
	"embed"
	"io/fs"
	"net/http"
	"time"

	"github.com/counterfoil/counterfoil/internal/accounts"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/identity"
)

// Accounts is what this section needs of systems, people and keys; *accounts.Accounts implements it.
type Accounts interface {
	AccessOf(identity.PersonID) accounts.Access
	Invite(ctx context.Context, actor, person identity.PersonID) (token string, until time.Time, err error)
}

// Section is who has access, and who may do what.
type Section struct {
	*shell.Shell

	accounts Accounts
}

//go:embed templates/*.html
var templates embed.FS

// New returns the section.
func New(sh *shell.Shell, accounts Accounts) *Section {
	return &Section{Shell: sh, accounts: accounts}
}

// Templates implements shell.Section.
func (s *Section) Templates() fs.FS { return templates }

// Routes implements shell.Section.
func (s *Section) Routes() []shell.Route {
	return []shell.Route{
		shell.Staff("GET /settings/rights", s.showRights),
		shell.SignedIn("GET /people", s.list),
		shell.SignedIn("GET /people.csv", s.export),
		shell.SignedIn("POST /people/{number}/invitation", s.invite),
	}
}

// Lists implements shell.Listed.
func (s *Section) Lists() []shell.List {
	return []shell.List{
		{Path: "/people", Title: "People", Records: "person", Mend: shell.Plainly("q", "access")},
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
