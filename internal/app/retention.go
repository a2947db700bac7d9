// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"time"

	"github.com/counterfoil/counterfoil/internal/control"
)

// retainWhenDue runs the retention schedule after the start, and then every night.
func (a *App) retainWhenDue(ctx context.Context) error {
	if last := a.lastRetained().At; !last.IsZero() && a.clock.Now().Before(nightAfter(last)) {
		return nil
	}
	return a.Retain(ctx)
}

// lastRetained is the last run in this process.
func (a *App) lastRetained() control.Retention {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.retained
}

// Retain deletes the keys whose time is over. The nightly self-check is not under
// way meanwhile: it would find text erased that it has just read.
func (a *App) Retain(ctx context.Context) error {
	a.checking.Lock()
	defer a.checking.Unlock()
	began := time.Now()
	r, err := a.erasure.Retain(ctx)
	if err != nil {
		return err
	}
	a.mu.Lock()
	a.retained = control.Retention{At: a.clock.Now(), Deleted: r.Deleted, Payloads: r.Payloads, Held: r.Held, InUse: r.InUse}
	a.mu.Unlock()
	if r.Deleted+r.Held+r.InUse > 0 {
		a.log.Info("retention", "keys_deleted", r.Deleted, "payloads_erased", r.Payloads, "keys_held", r.Held, "keys_in_use", r.InUse,
			"took", time.Since(began).Round(time.Millisecond))
	}
	return nil
}
