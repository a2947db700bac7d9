// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"fmt"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/index"
)

// sweepRegister makes the moves of records that are due because time passed or other
// records changed. It takes turns with the people who save; the live path goes on.
func (a *App) sweepRegister(ctx context.Context) error {
	made, err := a.register.Sweep(ctx)
	if made > 0 {
		a.log.Info("records moved on by themselves", "moves", made)
	}
	if err != nil {
		return fmt.Errorf("move records on that are due: %w", err)
	}
	return nil
}

// FirstInteraction is the first interaction of a system that left, or may have left:
// what is compared with the moment of its approval. index.ErrNotFound says that there
// is none.
func (a *App) FirstInteraction(ctx context.Context, system counterfoil.ID) (index.First, error) {
	return a.index.FirstInteraction(ctx, system)
}
