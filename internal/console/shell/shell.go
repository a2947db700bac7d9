// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package shell

import (
	"cmp"
	"context"
	"html/template"
	"log/slog"
	"net/http"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// Index tells how far the lists are and what was refused, and keeps the sessions; *index.Index implements it.
type Index interface {
	Position() index.Position
	PutSession(context.Context, index.Session) error
	Session(ctx context.Context, token counterfoil.Hash) (*index.Session, error) // index.ErrNotFound
	TouchSession(ctx context.Context, token counterfoil.Hash, seen int64) error
	EndSession(ctx context.Context, token counterfoil.Hash) error
	Refused(ctx context.Context, reasons []string, from, asOf time.Time) ([]index.Refusals, error)
}

// Directory is who and what is registered. A snapshot holds every change that
// has returned.
type Directory interface {
	Snapshot() *identity.Snapshot
}

// Records shows the records of the management system as somebody may see them.
type Records interface {
	View(ctx context.Context, actor register.Actor, asOf time.Time) (*register.View, error)
	At(ctx context.Context, t time.Time) (*register.Reader, error) // everything as it stood, for what the program enforces
}

// Ledger is what the foot of every page says.
type Ledger interface {
	Size() uint64
	Origin() string
	Health() error
}

// Recorder writes to the ledger that somebody used a right. It returns when the
// entry is durable; without it the right must not be used.
type Recorder interface {
	Access(ctx context.Context, actor counterfoil.ID, action string, target counterfoil.ID) error
}

// Config is what the shell needs. The interfaces, the kinds, the clock and the log must be set.
type Config struct {
	Index     Index
	Directory Directory
	Records   Records
	Kinds     *kind.Set
	Ledger    Ledger
	Recorder  Recorder
	Clock     clock.Clock
	Log       *slog.Logger

	Address      func(*http.Request) string    // whom to count sign-ins against; the connection's address when nil
	Roles        func(counterfoil.ID) []string // of a person, now; those of the directory when nil
	Unrecorded   func() []counterfoil.Gap      // what left and is not stated in the ledger yet; nil: nothing ever
	Organisation string                        // may be empty
	Invented     bool                          // a demonstration: every page says so
	Version      string
	TLS          bool // browsers reach the console by HTTPS, directly or through a proxy
}

// Shell is what every page of the console stands on. Sections embed it. Its exported
// fields are set once and only read; it is safe for concurrent use once all sections
// have added their pages.
type Shell struct {
	Clock     clock.Clock
	Log       *slog.Logger
	Directory Directory
	Kinds     *kind.Set
	Recorder  Recorder
	Address   func(*http.Request) string
	Roles     func(counterfoil.ID) []string

	index        Index
	records      Records
	ledger       Ledger
	unrecorded   func() []counterfoil.Gap
	organisation string
	invented     bool
	version      string
	cookie       string
	tls          bool

	pages *template.Template
	lists map[string]List // by path
}

// New returns a shell with no pages but that of an error.
func New(config Config) (*Shell, error) {
	pages, err := Templates(ownPages)
	if err != nil {
		return nil, err
	}
	s := &Shell{
		Clock: config.Clock, Log: config.Log, Directory: config.Directory, Kinds: config.Kinds, Recorder: config.Recorder, Address: config.Address, Roles: config.Roles,
		index: config.Index, records: config.Records, ledger: config.Ledger, unrecorded: config.Unrecorded,
		organisation: config.Organisation, invented: config.Invented, version: cmp.Or(config.Version, "unknown"),
		cookie: "counterfoil", tls: config.TLS, pages: pages, lists: map[string]List{},
	}
	if s.Roles == nil {
		s.Roles = s.rolesNow
	}
	if s.tls {
		s.cookie = "__Host-counterfoil"
	}
	if s.Address == nil {
		s.Address = connectionAddress
	}
	return s, nil
}
