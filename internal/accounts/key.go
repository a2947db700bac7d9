// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package accounts

import (
	"context"
	"fmt"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/identity"
)

// DefaultKeyLife is how long a key is valid when nothing else is asked: long
// enough for a project's work, short enough that forgotten keys die by
// themselves. No key lives longer than a year.
const DefaultKeyLife = 90 * 24 * time.Hour

// NewKey is what is entered to create a key.
type NewKey struct {
	SystemSlug  string
	PersonEmail string    // who uses the key; registered as a person when unknown. A workload's key without one is answered for by whoever owns the system at the time
	Workload    bool      // used by a program
	Expires     time.Time // at most a year from now; zero means DefaultKeyLife
}

// CreateKey makes a key. Its secret is returned once and cannot be had again.
// Fields of a fault: system, person, expires.
func (a *Accounts) CreateKey(ctx context.Context, actor identity.PersonID, in NewKey) (_ identity.Key, secret string, err error) {
	a.saving.Lock()
	defer a.saving.Unlock()
	k, address, err := a.checkKey(in)
	if err != nil {
		return identity.Key{}, "", fmt.Errorf("create key: %w", err)
	}
	if address != "" {
		person, err := a.ensurePerson(ctx, actor, address)
		if err != nil {
			return identity.Key{}, "", fmt.Errorf("create key: %w", err)
		}
		k.Person = person.ID
	}
	secret = identity.NewSecret()
	k.ID, k.Version = identity.KeyID(counterfoil.NewID()), 1
	k.Hash, k.Hint = identity.HashKey(secret), identity.Hint(secret)
	if err := a.saveKey(ctx, actor, &k, created); err != nil {
		return identity.Key{}, "", fmt.Errorf("create key: %w", err)
	}
	return k, secret, nil
}

// checkKey returns the key without its secret, and the address of its person.
func (a *Accounts) checkKey(in NewKey) (k identity.Key, address string, err error) {
	f := newForm()
	k = identity.Key{Workload: in.Workload, Created: a.clock.Now(), Expires: in.Expires.UTC().Truncate(time.Microsecond)}
	if system, ok := a.directory.Snapshot().SystemBySlug(in.SystemSlug); ok {
		k.System = system.ID
		if in.Workload && in.PersonEmail == "" && !a.answered(system) {
			f.wrong("person", "Nobody answers for this system now. Name its owner first, or the person who answers for the program.")
		}
	} else {
		f.wrong("system", "No AI system with this short name is registered.")
	}
	if in.PersonEmail != "" || !in.Workload {
		address = f.email("person", in.PersonEmail)
	}
	if p, ok := a.directory.Snapshot().PersonByEmail(address); ok && p.Left {
		f.wrong("person", "This person left, and a key of theirs opens nothing. Record that they are back first.")
	}
	switch {
	case in.Expires.IsZero():
		k.Expires = k.Created.Add(DefaultKeyLife)
	case !k.Expires.After(k.Created):
		f.wrong("expires", "Choose a time to come.")
	case k.Expires.After(k.Created.AddDate(1, 0, 0)):
		f.wrong("expires", "A key is valid for at most one year.")
	}
	return k, address, f.err()
}

// answered tells whether somebody answers for what programs do with the system. The one
// the program makes itself needs nobody until it is taken over.
func (a *Accounts) answered(s *identity.System) bool {
	owner, ok := a.directory.Snapshot().Person(s.Owner)
	return ok && !owner.Left || s.Owner.IsZero() && s.Builtin
}

// RevokeKey ends a key at once. It is named by its id, or by the last characters
// of its secret when these fit only one key in force. Revoking again changes
// nothing.
func (a *Accounts) RevokeKey(ctx context.Context, actor identity.PersonID, idOrHint string) (identity.Key, error) {
	a.saving.Lock()
	defer a.saving.Unlock()
	k, err := findKey(a.directory.Snapshot().Keys(), idOrHint)
	if err != nil {
		return identity.Key{}, fmt.Errorf("revoke key: %w", err)
	}
	if !k.Revoked.IsZero() {
		return k, nil
	}
	k.Revoked = a.clock.Now()
	k.Version++
	if err := a.saveKey(ctx, actor, &k, revoked); err != nil {
		return identity.Key{}, fmt.Errorf("revoke key: %w", err)
	}
	return k, nil
}

func findKey(keys []identity.Key, idOrHint string) (identity.Key, error) {
	id, err := counterfoil.ParseID(idOrHint)
	byID := err == nil
	var found []identity.Key
	for _, k := range keys {
		if byID && counterfoil.ID(k.ID) == id || !byID && k.Hint == idOrHint && k.Revoked.IsZero() {
			found = append(found, k)
		}
	}
	switch len(found) {
	case 0:
		return identity.Key{}, fault.NotFound("No key in force has this id or these last characters.", nil)
	case 1:
		return found[0], nil
	default:
		return identity.Key{}, fault.Conflict(fmt.Sprintf("%d keys end in these characters. Name the key by its id.", len(found)), nil)
	}
}
