// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package erasures

import (
	"context"
	"embed"
	"io/fs"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/erasure"
	"github.com/counterfoil/counterfoil/internal/identity"
)

// Eraser takes and decides requests for erasure; its faults say what people may know.
type Eraser interface {
	// ApproveAndErase returns when everything is erased.
	ApproveAndErase(context.Context, identity.PersonID, counterfoil.ID, erasure.Progress) (*erasure.Case, error)
	Case(context.Context, counterfoil.ID) (*erasure.Case, error) // fault of kind not found
	Cases(context.Context) ([]erasure.Case, error)
	Holds(context.Context) ([]erasure.Hold, error)
	PlaceHold(context.Context, identity.PersonID, erasure.NewHold) (*erasure.Hold, error)
	Preview(context.Context, counterfoil.ID, erasure.Progress) (erasure.Preview, error)
	Reject(context.Context, identity.PersonID, counterfoil.ID) (*erasure.Case, error)
	ReleaseHold(context.Context, identity.PersonID, counterfoil.ID) (*erasure.Hold, error)
	Request(context.Context, identity.PersonID, erasure.NewRequest, erasure.Progress) (*erasure.Case, erasure.Preview, error)
}

// Prover checks passwords; *accounts.Prover implements it.
type Prover interface {
	// Prove fails with a fault of kind forbidden, or a *accounts.TooManyError.
	Prove(ctx context.Context, action, email, password, address string) (identity.Person, error)
}

// Section is requests for erasure, their decisions, and holds.
type Section struct {
	*shell.Shell

	erasures Eraser
	prover   Prover
}

//go:embed templates/*.html
var templates embed.FS

// New returns the section.
func New(sh *shell.Shell, erasures Eraser, prover Prover) *Section {
	return &Section{Shell: sh, erasures: erasures, prover: prover}
}

// Templates implements shell.Section.
func (s *Section) Templates() fs.FS { return templates }

// Routes implements shell.Section.
func (s *Section) Routes() []shell.Route {
	return []shell.Route{
		shell.Staff("GET /erasures", s.list),
		shell.Staff("GET /erasures.csv", s.export),
		shell.Staff("GET /erasures/new", s.ask),
		shell.Staff("POST /erasures", s.request),
		shell.Staff("GET /erasures/{id}", s.show),
		shell.Staff("POST /erasures/{id}/name", s.showName),
		shell.Staff("POST /erasures/{id}/approve", s.approve),
		shell.Staff("POST /erasures/{id}/reject", s.reject),
		shell.Staff("GET /holds/new", s.newHold),
		shell.Staff("POST /holds", s.placeHold),
		shell.Staff("GET /holds/{id}", s.showHold),
		shell.Staff("POST /holds/{id}/release", s.releaseHold),
	}
}
