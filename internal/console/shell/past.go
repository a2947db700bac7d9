// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package shell

import (
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/accounts"
	"github.com/counterfoil/counterfoil/internal/console/filter"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/index"
)

// Systems are all systems and keys at the moment shown, as the live path enforced them
// then. In the past it knows no people.
func (d *Desk) Systems() (*identity.Snapshot, error) {
	today := d.shell.Directory.Snapshot()
	if d.At.IsZero() {
		return today, nil
	}
	then, err := d.shell.records.At(d.Ctx, d.At)
	if err != nil {
		return nil, err
	}
	return accounts.SnapshotAt(d.Ctx, then, today.Keys(), d.At)
}

// SystemNames are all systems and keys at the moment shown, of systems how they were called,
// whose they were and in which state. With thousands of them it is much less work than
// Systems.
func (d *Desk) SystemNames() (*identity.Snapshot, error) {
	today := d.shell.Directory.Snapshot()
	if d.At.IsZero() {
		return today, nil
	}
	then, err := d.shell.records.At(d.Ctx, d.At)
	if err != nil {
		return nil, err
	}
	return accounts.NamesAt(d.Ctx, then, today.Keys(), d.At)
}

// SystemsOf are some systems as Systems has them at the moment shown.
func (d *Desk) SystemsOf(ids []identity.SystemID) ([]*identity.System, error) {
	then, err := d.shell.records.At(d.Ctx, d.At)
	if err != nil {
		return nil, err
	}
	list := make([]*identity.System, len(ids))
	for i, id := range ids {
		if list[i], err = accounts.SystemAt(d.Ctx, then, id); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Passed is the filter of what had passed at the moment shown.
func (d *Desk) Passed(system counterfoil.ID) index.Filter {
	return index.Filter{System: system, AsOf: d.At}
}

// Listed is the address of interactions, at the moment shown.
func (d *Desk) Listed(q filter.Query) string {
	if !d.At.IsZero() {
		q.At = d.At.Format(time.RFC3339Nano)
	}
	return q.Address("/interactions")
}
