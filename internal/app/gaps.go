// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil/internal/gap"
)

// openGaps opens the count of what leaves unrecorded, and states what a former
// process left. A server tries that again where it fails.
func (a *App) openGaps(ctx context.Context, path string) (err error) {
	a.gaps, err = gap.Open(ctx, gap.Config{Path: path, Ledger: a.ledger, Clock: a.clock, Log: a.log})
	if err != nil {
		return err
	}
	if err := a.gaps.Settle(ctx); err != nil {
		a.log.Error("requests that left unrecorded before are not stated in the ledger yet", "err", err)
	}
	return nil
}

// unstated says what left unrecorded and is not stated yet; "" for nothing.
func (a *App) unstated() string {
	var parts []string
	for _, g := range a.gaps.Unstated() {
		parts = append(parts, fmt.Sprintf("%d of at most %d to %s since %s (%s)", g.Requests, g.Limit, g.Provider, micros(int64(g.From)).Format(time.TimeOnly), g.Reason))
	}
	if len(parts) == 0 {
		return ""
	}
	return "requests leave unrecorded, as configured: " + strings.Join(parts, ", ") + "; the ledger states it as soon as it takes entries again"
}
