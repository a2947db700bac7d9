// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package views

import (
	"context"
	"embed"
	"io/fs"
	"net/http"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/register"
)

// Records is what this section changes or reads of the register beside what the desk
// shows; *register.Register implements it.
type Records interface {
	RemoveView(ctx context.Context, actor register.Actor, id counterfoil.ID, version uint64) (*register.Record, error)
	RenameView(ctx context.Context, actor register.Actor, id counterfoil.ID, version uint64, name string) (*register.Record, error)
	SaveView(ctx context.Context, actor register.Actor, s register.Saved) (*register.Record, error)
	ShareView(ctx context.Context, actor register.Actor, id counterfoil.ID, version uint64) (*register.Record, error)
	WithdrawView(ctx context.Context, actor register.Actor, id counterfoil.ID, version uint64) (*register.Record, error)
}

// Section is the saved views: what each shows, who sees it, and its export.
type Section struct {
	*shell.Shell

	records Records
}

//go:embed templates/*.html
var templates embed.FS

// New returns the section.
func New(sh *shell.Shell, records Records) *Section {
	return &Section{Shell: sh, records: records}
}

// Templates implements shell.Section.
func (s *Section) Templates() fs.FS { return templates }

// Routes implements shell.Section.
func (s *Section) Routes() []shell.Route {
	return []shell.Route{
		shell.SignedIn("GET /views", s.list),
		shell.SignedIn("POST /views", s.save),
		shell.SignedIn("GET /views/export", s.export),
		shell.SignedIn("GET /views/{number}", s.open),
		shell.SignedIn("POST /views/{number}/{act}", s.change),
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
