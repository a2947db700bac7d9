// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"time"
)

// keepEvery is how often it is looked whether something is due.
const keepEvery = 30 * time.Second

// keep does what is due by the calendar until ctx ends: seals, retention and self-checks. A
// failure is logged and tried again; it never stops the live path.
func (a *App) keep(ctx context.Context) {
	ticker := time.NewTicker(keepEvery)
	defer ticker.Stop()
	for {
		for _, due := range []func(context.Context) error{a.sealEpoch, a.retainWhenDue, a.checkSelfWhenDue} {
			if err := due(ctx); err != nil && ctx.Err() == nil {
				a.log.Error("work that is due by the calendar was not done; it is tried again", "err", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}
