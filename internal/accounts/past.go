// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package accounts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/index"
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

// Names reads how records were called at a moment; *register.Reader implements it.
type Names interface {
	Names(ctx context.Context, kindID string) ([]register.Name, error)
}

// NamesAt is SnapshotAt with how systems were called, whose they were and in which state
// alone. With thousands of systems it costs a fraction of it.
func NamesAt(ctx context.Context, h Names, keys []identity.Key, at time.Time) (*identity.Snapshot, error) {
	names, err := h.Names(ctx, kindSystem)
	if err != nil {
		return nil, fmt.Errorf("read how systems were called: %w", err)
	}
	systems := make([]identity.System, len(names))
	for i := range names {
		n := &names[i]
		systems[i] = identity.System{
			ID: identity.SystemID(n.ID), Slug: n.Slug, Number: n.Number, Name: n.Title, Owner: identity.PersonID(n.Owner), State: n.State, Created: time.UnixMicro(n.Made).UTC(),
		}
	}
	return identity.NewSnapshot(systems, nil, keysAt(keys, at)), nil
}

// Single reads one record as it stood at a moment, or index.ErrNotFound;
// *register.Reader implements it.
type Single interface {
	Record(ctx context.Context, id counterfoil.ID) (*register.Record, error)
}

// SystemAt is one system as SnapshotAt has it, by reading what it rests on.
func SystemAt(ctx context.Context, h Single, id identity.SystemID) (*identity.System, error) {
	var j joined
	if err := j.take(ctx, h, counterfoil.ID(id)); err != nil {
		return nil, err
	}
	j.refresh()
	if len(j.systems.list) == 0 {
		return nil, fmt.Errorf("read a system of the past: %w", index.ErrNotFound)
	}
	return &j.systems.list[0], nil
}

// take reads a record and what it rests on, where that is there.
func (j *joined) take(ctx context.Context, h Single, id counterfoil.ID) error {
	if j.records[id] != nil {
		return nil
	}
	r, err := h.Record(ctx, id)
	if errors.Is(err, index.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read a system of the past: %w", err)
	}
	j.set(id, r)
	for _, named := range namedIn(r) {
		if err := j.take(ctx, h, named); err != nil {
			return err
		}
	}
	return nil
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
