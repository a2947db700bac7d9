// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"context"
	"time"

	"github.com/counterfoil/counterfoil"
)

// Observed is what passed the gateway, for findings that compare what people wrote
// down with what is really used. The register works without one: what cannot be
// seen is then reported as not covered, never as good.
type Observed interface {
	// Traffic sums the interactions from one moment up to another, one line for each
	// system and unit. An empty answer means that nothing passed.
	Traffic(ctx context.Context, from, to time.Time) ([]Traffic, error)
}

// Traffic is the interactions of a system from one unit.
type Traffic struct {
	System       counterfoil.ID // zero: no registered system
	Unit         string         // "" when not known
	Interactions uint64
	People       uint64 // different people
}
