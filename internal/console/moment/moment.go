// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package moment

import (
	"time"

	"github.com/counterfoil/counterfoil/internal/fault"
)

// forms are how an address may write a moment; all UTC. A day is its end.
var forms = []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02T15:04"}

// Of reads a moment from an address; none is the zero time.
func Of(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, form := range forms {
		if t, err := time.Parse(form, text); err == nil {
			return t.UTC(), nil
		}
	}
	if t, err := time.Parse(time.DateOnly, text); err == nil {
		return t.AddDate(0, 0, 1).Add(-time.Microsecond), nil
	}
	return time.Time{}, &fault.Error{Kind: fault.KindInvalid, Public: "The moment in the address is not one: write at=2026-11-24 or at=2026-11-24T14:20."}
}
