// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"fmt"
	"strings"
)

// leaving says which requests have left without a record and are not stated in the
// ledger yet; nil when there are none.
func (c *Console) leaving() *notice {
	if c.unrecorded == nil {
		return nil
	}
	var parts []string
	for _, g := range c.unrecorded() {
		since := stamp(micros(int64(g.From)))
		parts = append(parts, fmt.Sprintf("%s to %s since %s, of at most %d.", counted(g.Requests, "request", "requests"), visible(g.Provider), since, g.Limit))
	}
	if len(parts) == 0 {
		return nil
	}
	return &notice{
		"bad", "cross", "Requests leave without a record",
		"The ledger is full or busy, and the configuration allows it: " + strings.Join(parts, " ") + " The ledger states the number as a gap when it takes entries again.",
	}
}
