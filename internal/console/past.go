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

// entriesThen is how many entries the ledger had at the moment shown.
func (d *desk) entriesThen() (uint64, error) {
	size := d.console.ledger.Size()
	if d.at.IsZero() {
		return size, nil
	}
	return d.console.evidence.Entries(size, d.at)
}
