// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package accounts

import (
	"context"
	"fmt"
	"time"

	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/register"
)

// History reads records as they stood at a moment; *register.Reader implements it.
type History interface {
	All(ctx context.Context, kindID string, states ...string) ([]*register.Record, error)
}

// SnapshotAt is what the live path enforced at a moment: the systems as their records
// then had them, and the keys that had been issued, without people. keys are those of
// today, which tell when they were issued, revoked and end; a key whose record was
// erased since is in no past either. Whether a key was in force, ask at the moment.
func SnapshotAt(ctx context.Context, h History, keys []identity.Key, at time.Time) (*identity.Snapshot, error) {
	var j joined
	for _, id := range []string{kindSystem, kindModel, kindSupplier} {
		list, err := h.All(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("read systems of the past: %w", err)
		}
		for _, r := range list {
			j.set(r.ID, r)
		}
	}
	j.refresh()
	return identity.NewSnapshot(j.systems.list, nil, keysAt(keys, at)), nil
}

// keysAt are the keys that had been issued at a moment, as they were then.
func keysAt(keys []identity.Key, at time.Time) []identity.Key {
	var list []identity.Key
	for i := range keys {
		if k, issued := keys[i].At(at); issued {
			list = append(list, k)
		}
	}
	return list
}
