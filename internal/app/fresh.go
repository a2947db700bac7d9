// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/evidence"
	"github.com/counterfoil/counterfoil/internal/index"
)

// freshIndex and freshEvidence let people see what happened before they asked:
// the index gathers for a moment, and a page asks it to hurry.
type (
	freshIndex struct {
		*index.Index
		app *App
	}
	freshEvidence struct {
		*evidence.Reader
		app *App
	}
)

// pagePatience is how long a page waits for the index; after that it shows what
// there is, and its footer says that the index lags.
const pagePatience = time.Second

func (a *App) hurry(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, pagePatience)
	defer cancel()
	if size := a.ledger.Size(); size > 0 {
		_ = a.projected.wait(ctx, counterfoil.Index(size)) // the page says so when it lags
	}
}

// Interactions lists what is in the index once it has caught up.
func (f freshIndex) Interactions(ctx context.Context, q index.Filter) ([]index.Row, counterfoil.ID, error) {
	f.app.hurry(ctx)
	return f.Index.Interactions(ctx, q)
}

// Events lists what the ledger says of itself once the index has caught up.
func (f freshIndex) Events(ctx context.Context, q index.EventFilter) ([]index.Event, error) {
	f.app.hurry(ctx)
	return f.Index.Events(ctx, q)
}

// Interaction shows one interaction, also one that has just ended.
func (f freshEvidence) Interaction(ctx context.Context, id counterfoil.ID) (*evidence.View, error) {
	f.app.hurry(ctx)
	return f.Reader.Interaction(ctx, id)
}
