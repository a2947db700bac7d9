// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"testing"
	"time"

	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/vault"
)

// command opens the directory as a command without a server does: without the
// operator's configuration.
func (h *house) command(c clock.Clock) *App {
	h.t.Helper()
	o := h.options()
	o.Clock, o.Config, o.Offline = c, "", true
	a, err := Open(h.t.Context(), o)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { a.Close() })
	return a
}

// TestKeysOfCommandsAreDatedByTheServer: a command does not know the operator's
// retention, and its keys must not be kept by another one.
func TestKeysOfCommandsAreDatedByTheServer(t *testing.T) {
	h := newHouse(t)
	h.config = h.write("counterfoil.yaml", shortMemory)
	now := clock.NewSet(time.Date(2026, 1, 10, 12, 0, 0, 0, time.UTC))
	terms := func(a *App) map[time.Time]int {
		keys, err := a.vault.Keys(t.Context(), vault.Selection{})
		if err != nil {
			t.Fatal(err)
		}
		terms := map[time.Time]int{}
		for _, k := range keys {
			terms[k.Expires]++
		}
		return terms
	}
	a := h.command(now)
	keyOf(t, a, "ada@example.com")
	made := terms(a)
	if len(made) != 1 || made[time.Time{}] == 0 {
		t.Errorf("by a command: %v", made)
	}
	h.close(a)

	a = h.openAt(now)
	want := time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC).Add(60 * 24 * time.Hour)
	if got := terms(a); len(got) != 1 || got[want] != made[time.Time{}] {
		t.Errorf("once the server has run: %v, want all at %s", got, want)
	}
}
