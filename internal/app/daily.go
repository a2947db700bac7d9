// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"time"
)

// keepEvery is how often it is looked whether something is due.
const keepEvery = 30 * time.Second

// duty is work that is due by the calendar. Do returns at once when it is not yet.
type duty struct {
	do    func(context.Context) error
	rest  time.Duration // after a failure
	after time.Time     // not tried again before
}

// duties are what keep does, in this order. Retention and the self-check read the
// whole log, and what hinders them seldom passes within a minute.
func (a *App) duties() []*duty {
	return []*duty{{do: a.sweepRegister, rest: time.Minute}, {do: a.sealEpoch, rest: time.Minute}, {do: a.retainWhenDue, rest: time.Hour}, {do: a.checkSelfWhenDue, rest: time.Hour}}
}

// keep does what is due by the calendar until ctx ends. A failure is logged and tried
// again; it never stops the live path.
func (a *App) keep(ctx context.Context) {
	ticker := time.NewTicker(keepEvery)
	defer ticker.Stop()
	duties := a.duties()
	for {
		a.doDue(ctx, duties)
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func (a *App) doDue(ctx context.Context, duties []*duty) {
	for _, d := range duties {
		if a.clock.Now().Before(d.after) {
			continue
		}
		if err := d.do(ctx); err != nil && ctx.Err() == nil {
			d.after = a.clock.Now().Add(d.rest)
			a.log.Error("work that is due by the calendar was not done; it is tried again", "after", d.rest, "err", err)
		}
	}
}
