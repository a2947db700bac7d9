// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/accounts"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/index"
)

// systems are all systems and keys at the moment shown, as the live path enforced them
// then. In the past it knows no people.
func (d *desk) systems() (*identity.Snapshot, error) {
	today := d.console.directory.Snapshot()
	if d.at.IsZero() {
		return today, nil
	}
	then, err := d.console.records.At(d.ctx, d.at)
	if err != nil {
		return nil, err
	}
	return accounts.SnapshotAt(d.ctx, then, today.Keys(), d.at)
}

// passed is the filter of what had passed at the moment shown.
func (d *desk) passed(system counterfoil.ID) index.Filter {
	return index.Filter{System: system, AsOf: d.at}
}

// listed is the address of interactions, at the moment shown.
func (d *desk) listed(q query) string {
	if !d.at.IsZero() {
		q.at = d.at.Format(time.RFC3339Nano)
	}
	return q.address("/interactions")
}

// entriesThen is how many entries the ledger had at the moment shown. Entries are
// dated in their order, but for what came in at the same time.
func (d *desk) entriesThen() (uint64, error) {
	low, high := uint64(0), d.console.ledger.Size()
	if d.at.IsZero() {
		return high, nil
	}
	for low < high {
		middle := low + (high-low)/2
		raw, err := d.console.evidence.Raw(d.ctx, counterfoil.Index(middle))
		if err != nil {
			return 0, err
		}
		e, err := counterfoil.DecodeEntry(raw)
		if err != nil {
			return 0, err
		}
		if e.Time > d.at.UnixMicro() {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return low, nil
}
