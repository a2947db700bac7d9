// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package vault

import (
	"crypto/cipher"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/counterfoil/counterfoil/internal/clock"
)

// maxOpening bounds the keys kept for reading, about 1 KB each.
const maxOpening = 4096

// wrappingKey is a wrapping key ready for use.
type wrappingKey struct {
	id   keyID
	aead cipher.AEAD
}

// keyring keeps wrapping keys in memory: those of the present month for
// sealing, those lately used for opening. Safe for concurrent use.
type keyring struct {
	store     *wrapDB
	clock     clock.Clock
	retention func(class string) time.Duration

	creating sync.Mutex // held while a key is looked up or made, so that a slot gets one

	mu      sync.RWMutex
	month   month // of the keys in sealing
	sealing map[slot]*wrappingKey
	opening map[keyID]cipher.AEAD
}

// forSealing returns the wrapping key of a scope in the present month. A key it
// returns is durable.
func (r *keyring) forSealing(scope Scope) (*wrappingKey, error) {
	now := r.clock.Now()
	s := slot{scope.Subject, scope.Class, monthOf(now)}
	if key := r.cached(s); key != nil {
		return key, nil
	}
	r.creating.Lock()
	defer r.creating.Unlock()
	if key := r.cached(s); key != nil {
		return key, nil
	}
	id, aead, err := r.store.bySlot(s)
	if errors.Is(err, sql.ErrNoRows) {
		id, aead, err = r.store.create(s, now, r.expiry(s))
	}
	if err != nil {
		return nil, err
	}
	key := &wrappingKey{id, aead}
	r.remember(s, key)
	return key, nil
}

func (r *keyring) cached(s slot) *wrappingKey {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.sealing[s]
}

// remember drops the keys of another month: they seal nothing any more.
func (r *keyring) remember(s slot, key *wrappingKey) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s.month != r.month {
		clear(r.sealing)
		r.month = s.month
	}
	r.sealing[s] = key
}

// expiry is the end of the slot's month plus the retention of its class; zero
// for a class that is kept.
func (r *keyring) expiry(s slot) time.Time {
	if r.retention == nil {
		return time.Time{}
	}
	keep := r.retention(s.class)
	if keep <= 0 {
		return time.Time{}
	}
	return (s.month + 1).start().Add(keep)
}

// forOpening returns the wrapping key with the given id.
func (r *keyring) forOpening(id keyID) (cipher.AEAD, error) {
	r.mu.RLock()
	aead := r.opening[id]
	r.mu.RUnlock()
	if aead != nil {
		return aead, nil
	}
	if !id.intact() {
		return nil, fmt.Errorf("%w: wrapping key id is damaged", ErrTampered)
	}
	aead, err := r.store.byID(id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, ErrErased
	}
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.opening) >= maxOpening {
		clear(r.opening) // reading old text is rare: starting over costs less than an order of use
	}
	r.opening[id] = aead
	return aead, nil
}
