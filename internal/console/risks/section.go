// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package risks

import (
	"context"
	"embed"
	"io/fs"
	"net/http"

	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/register"
)

// Records is what this section changes or reads of the register beside what the desk
// shows; *register.Register implements it.
type Records interface {
	Create(ctx context.Context, actor register.Actor, kindID string, in register.Input) (*register.Record, error)
}

// Section is the risk map, its trend, where risks come from, and the library.
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
		shell.Staff("GET /risk", s.show),
		shell.Staff("GET /risk/trend", s.showTrend),
		shell.Staff("GET /risk/sources", s.showSources),
		shell.Staff("GET /risk/library", s.showLibrary),
		shell.Staff("POST /risk/library/{id}", s.copy),
	}
}

// Lists implements shell.Listed.
func (s *Section) Lists() []shell.List {
	return []shell.List{
		{Path: "/risk/library", Title: "Starter library of risks", Mend: shell.Plainly("role", "category")},
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
