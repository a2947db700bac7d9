// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package shell

import (
	"fmt"
	"strings"

	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/words"
)

// Leaving says which requests have left without a record and are not stated in the
// ledger yet; nil when there are none.
func (s *Shell) Leaving() *part.Notice {
	if s.unrecorded == nil {
		return nil
	}
	var parts []string
	for _, g := range s.unrecorded() {
		since := words.Stamp(words.Micros(int64(g.From)))
		parts = append(parts, fmt.Sprintf("%s to %s since %s, of at most %d.", words.Counted(g.Requests, "request", "requests"), words.Visible(g.Provider), since, g.Limit))
	}
	if len(parts) == 0 {
		return nil
	}
	return &part.Notice{
		Class: "bad", Shape: "cross", Title: "Requests leave without a record",
		Text: "The ledger is full or busy, and the configuration allows it: " + strings.Join(parts, " ") + " The ledger states the number as a gap when it takes entries again.",
	}
}
