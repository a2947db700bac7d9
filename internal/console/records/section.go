// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package records

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
	Accept(ctx context.Context, actor register.Actor, id counterfoil.ID, in register.Input) (*register.Record, error)
	Attach(ctx context.Context, actor register.Actor, about counterfoil.ID, f register.File) (*register.Record, error)
	Change(ctx context.Context, actor register.Actor, id counterfoil.ID, in register.Input) (*register.Record, error)
	Comment(ctx context.Context, actor register.Actor, about counterfoil.ID, text string) (*register.Record, error)
	Create(ctx context.Context, actor register.Actor, kindID string, in register.Input) (*register.Record, error)
	Decline(ctx context.Context, actor register.Actor, id counterfoil.ID, in register.Input) (*register.Record, error)
	Move(ctx context.Context, actor register.Actor, id counterfoil.ID, moveID string, in register.Input) (*register.Record, error)
	Offer(ctx context.Context, actor register.Actor, id, to counterfoil.ID, in register.Input) (*register.Record, error)
}

// Section is lists, forms, pages, comparison, talk and export of records of every kind, and departures from the rules.
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
		shell.SignedIn("GET /kinds/{kind}", s.list),
		shell.SignedIn("GET /kinds/{kind}/new", s.begin),
		shell.SignedIn("POST /kinds/{kind}", s.create),
		shell.SignedIn("GET /kinds/{kind}/export", s.export),
		shell.Staff("GET /records/late", s.showDepartures),
		shell.Staff("GET /records/late.csv", s.exportLate),
		shell.SignedIn("GET /records/{number}", s.show),
		shell.SignedIn("POST /records/{number}", s.change),
		shell.SignedIn("GET /records/{number}/edit", s.edit),
		shell.SignedIn("GET /records/{number}/compare", s.compareVersions),
		shell.SignedIn("GET /records/{number}/versions/{version}", s.showVersion),
		shell.SignedIn("POST /records/{number}/comments", s.say),
		{Pattern: attachPattern, Handler: s.attach, Limit: uploadBytes},
		shell.SignedIn("GET /records/{number}/attachments/{attachment}", s.downloadAttachment),
		shell.SignedIn("POST /records/{number}/offer", s.offer),
		shell.SignedIn("POST /records/{number}/offer/{answer}", s.answerOffer),
		shell.SignedIn("GET /records/{number}/moves/{move}", s.moveForm),
		shell.SignedIn("POST /records/{number}/moves/{move}", s.makeMove),
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

// at is the desk, and the record an address names.
func (s *Section) at(r *http.Request) (*desk, *register.Record, error) {
	d, err := s.desk(r)
	if err != nil {
		return nil, nil, err
	}
	record, err := d.RecordOf(r)
	return d, record, err
}
