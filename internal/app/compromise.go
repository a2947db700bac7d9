// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"fmt"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/control"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/ledger"
)

// Compromised implements control.Keeper.
func (a service) Compromised(ctx context.Context, q control.Compromise) (control.Compromised, error) {
	l, which := a.ledger, "node"
	if q.Registry {
		l, which = a.registry, "registry"
	}
	key, err := compromisedKey(l, q.Key, which)
	if err != nil {
		return control.Compromised{}, err
	}
	size, err := a.compromisedFrom(ctx, key, q)
	if err != nil {
		return control.Compromised{}, err
	}
	root, err := l.Root(size)
	if err != nil {
		return control.Compromised{}, err
	}
	event := counterfoil.KeyEvent{Event: counterfoil.KeyCompromised, Origin: key.Origin(), Key: l.VerifierKey(), Former: key.Key, Size: size, Root: root}
	if q.Registry {
		event, err = a.rounds.AppendKeyEvent(ctx, event)
	} else if err = a.begin(ctx); err == nil {
		if event, err = a.ledger.AppendKeyEvent(ctx, event); err == nil {
			a.tellRegistry(ctx)
		}
	}
	if err != nil {
		return control.Compromised{}, keyFault(err)
	}
	return control.Compromised{Origin: l.Origin(), Key: event.Former, Size: event.Size}, nil
}

// compromisedKey finds the key that is meant: one that signs no more.
func compromisedKey(l *ledger.Ledger, key, which string) (ledger.FormerKey, error) {
	for _, k := range l.VerifierKeys() {
		if key == k {
			return ledger.FormerKey{}, inUse(which, key)
		}
	}
	former := l.FormerKeys()
	for _, k := range former {
		if key == "" || key == k.Key {
			return k, nil
		}
	}
	if len(former) == 0 {
		return ledger.FormerKey{}, inUse(which, l.VerifierKey())
	}
	return ledger.FormerKey{}, fault.Invalid("The log never had this key. See: counterfoil ledger status", nil)
}

func inUse(which, key string) error {
	return fault.Conflict(fmt.Sprintf("The key %s signs this log, and so would whoever stole it. First let the log go on under another name and key, with the server stopped: "+
		"counterfoil ledger succeed --reason compromised --log %s", key, which), nil)
}

// compromisedFrom is the size above which nothing the key signed counts.
func (a service) compromisedFrom(ctx context.Context, key ledger.FormerKey, q control.Compromise) (uint64, error) {
	seen, err := a.rounds.CosignedUnder(ctx, key, !q.Registry)
	if err != nil {
		return 0, err
	}
	size := q.Size
	if q.AtLastCosigned {
		if seen.Under == 0 {
			return 0, fault.Conflict("No witness has cosigned what this key signed. Say with --size up to where you trust it, for example by a head that somebody outside has kept.", nil)
		}
		size = seen.Under
	}
	switch {
	case size > key.Until:
		return 0, fault.Invalid(fmt.Sprintf("The key counts for heads of %d entries at most already, so a compromise above that says nothing.", key.Until), nil)
	case size < key.From:
		return 0, fault.Invalid(fmt.Sprintf("The key came into force at %d entries, and counted for no head before.", key.From), nil)
	case q.Registry && size < seen.Under:
		return 0, fault.Invalid(fmt.Sprintf("Witnesses have cosigned what the key signed at %d entries, so that much is not the thief's alone, and the registry has taken it in. Give %d or more.", seen.Under, seen.Under), nil)
	}
	return size, nil
}
