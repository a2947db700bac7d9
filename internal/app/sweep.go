// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"fmt"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/index"
)

// sweepAnyway is when records are swept though none was saved since the last time: a
// sweep reads whole kinds, and what time alone makes due is dated in days.
const sweepAnyway = 10 * time.Minute

// swept is the last sweep that came to its end. Only sweepRegister uses it.
type swept struct {
	at   time.Time         // zero before the first
	next counterfoil.Index // versions of records from here on came after it
}

// sweepRegister makes the moves of records that are due because time passed or other
// records changed. It takes turns with the people who save; the live path goes on.
// It must not run twice at once.
func (a *App) sweepRegister(ctx context.Context) error {
	next, err := a.index.KeptNext(ctx)
	if err != nil {
		return fmt.Errorf("move records on that are due: %w", err)
	}
	now := a.clock.Now()
	if !a.swept.at.IsZero() && a.swept.next == next && now.Sub(a.swept.at) < sweepAnyway {
		return nil
	}
	made, err := a.register.Sweep(ctx)
	if made > 0 {
		a.log.Info("records moved on by themselves", "moves", made)
	}
	if err != nil {
		return fmt.Errorf("move records on that are due: %w", err)
	}
	a.swept = swept{now, next} // moves it made are saves, so it is looked again
	return nil
}

// FirstInteraction is the first interaction of a system that left, or may have left:
// what is compared with the moment of its approval. index.ErrNotFound says that there
// is none.
func (a *App) FirstInteraction(ctx context.Context, system counterfoil.ID) (index.First, error) {
	return a.index.FirstInteraction(ctx, system)
}
