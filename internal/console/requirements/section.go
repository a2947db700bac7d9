// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package requirements

import (
	"context"
	"embed"
	"io/fs"
	"net/http"
	"time"

	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/standard"
)

// Records is what this section changes or reads of the register beside what the desk
// shows; *register.Register implements it.
type Records interface {
	At(ctx context.Context, t time.Time) (*register.Reader, error)
	Reader() *register.Reader
	StartStatement(ctx context.Context, actor register.Actor) (made int, err error)
}

// Config is what this section needs beside the shell.
type Config struct {
	Frameworks []*standard.Framework
	Records    Records
}

// Section is the tree of requirements, other frameworks, and the statement of applicability.
type Section struct {
	*shell.Shell

	frameworks []*standard.Framework
	records    Records
}

//go:embed templates/*.html
var templates embed.FS

// New returns the section.
func New(sh *shell.Shell, config Config) *Section {
	return &Section{Shell: sh, frameworks: config.Frameworks, records: config.Records}
}

// Templates implements shell.Section.
func (s *Section) Templates() fs.FS { return templates }

// Routes implements shell.Section.
func (s *Section) Routes() []shell.Route {
	return []shell.Route{
		shell.Staff("GET /controls", s.showStatement),
		shell.Staff("GET /controls/compare", s.compareStatements),
		shell.Staff("GET /controls/export", s.exportStatement),
		shell.Staff("GET /requirements", s.list),
		shell.Staff("GET /requirements/export", s.export),
		shell.Staff("GET /requirements/{id}", s.show),
		shell.Staff("GET /frameworks/{framework}", s.showFramework),
		shell.Staff("POST /decisions", s.beginDecisions),
	}
}

// Lists implements shell.Listed.
func (s *Section) Lists() []shell.List {
	return []shell.List{
		{Path: "/requirements", Title: "Requirements", Mend: mend},
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
