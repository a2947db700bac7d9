// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package vault

import (
	"crypto/cipher"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/counterfoil/counterfoil"
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

	storing sync.Mutex // held while keys are made or deleted, so that neither overtakes the other

	mu      sync.RWMutex
	barred  map[counterfoil.ID]bool // subjects nothing is sealed for any more
	deleted uint64                  // how often keys were deleted
	month   month                   // of the keys in sealing
	sealing map[slot]*wrappingKey
	wanted  map[slot]*promise // for the next commit
	making  bool              // a goroutine is at it
	opening map[keyID]cipher.AEAD
}

// promise is a wrapping key on its way.
type promise struct {
	kept chan struct{} // closed when made is set
	made made
}

// forSealing returns the wrapping key of a scope in the present month. A key it
// returns is durable.
func (r *keyring) forSealing(scope Scope) (*wrappingKey, error) {
	s := slot{scope.Subject, scope.Class, monthOf(r.clock.Now())}
	r.mu.RLock()
	key, barred := r.sealing[s], len(r.barred) > 0 && r.barred[s.subject]
	r.mu.RUnlock()
	switch {
	case barred:
		return nil, ErrBarred
	case key != nil:
		return key, nil
	}
	p := r.want(s)
	<-p.kept
	return p.made.key, p.made.err
}

// want asks for the key of a slot. Whoever asks while keys are being made waits
// for the next commit together: on the first of a month everybody needs one.
func (r *keyring) want(s slot) *promise {
	r.mu.Lock()
	defer r.mu.Unlock()
	if key := r.sealing[s]; key != nil {
		p := &promise{make(chan struct{}), made{key: key}}
		close(p.kept)
		return p
	}
	p := r.wanted[s]
	if p == nil {
		p = &promise{kept: make(chan struct{})}
		r.wanted[s] = p
	}
	if !r.making {
		r.making = true
		go r.makeWanted()
	}
	return p
}

// makeWanted makes keys until none is wanted.
func (r *keyring) makeWanted() {
	for {
		r.mu.Lock()
		promises := r.wanted
		r.wanted = make(map[slot]*promise)
		r.making = len(promises) > 0
		r.mu.Unlock()
		if len(promises) == 0 {
			return
		}
		keys, err := r.make(slices.Collect(maps.Keys(promises)))
		for s, p := range promises {
			p.made = keys[s]
			if err != nil && p.made.err == nil {
				p.made.err = err
			}
			close(p.kept)
		}
	}
}

// make returns the keys of slots, those of barred subjects left out.
func (r *keyring) make(slots []slot) (map[slot]made, error) {
	r.storing.Lock()
	defer r.storing.Unlock()
	refused := make(map[slot]made)
	r.mu.RLock()
	slots = slices.DeleteFunc(slots, func(s slot) bool {
		if r.barred[s.subject] {
			refused[s] = made{err: ErrBarred}
		}
		return r.barred[s.subject]
	})
	r.mu.RUnlock()
	keys, err := r.store.ensure(slots, r.clock.Now(), r.expiry)
	if err != nil {
		return refused, err
	}
	r.remember(keys)
	maps.Copy(keys, refused)
	return keys, nil
}

// remember takes keys into memory and drops those of an earlier month: they seal
// nothing any more.
func (r *keyring) remember(keys map[slot]made) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for s, m := range keys {
		if m.err != nil {
			continue
		}
		if s.month > r.month {
			clear(r.sealing)
			r.month = s.month
		}
		r.sealing[s] = m.key
	}
}

// expiry is the end of the slot's month plus the retention of its class, in
// microseconds since the Unix epoch: never for a class that is kept, undated when
// the retention is not known here.
func (r *keyring) expiry(s slot) int64 {
	if r.retention == nil {
		return undated
	}
	keep := r.retention(s.class)
	if keep <= 0 {
		return never
	}
	return (s.month + 1).start().Add(keep).UnixMicro()
}

// forOpening returns the wrapping key with the given id.
func (r *keyring) forOpening(id keyID) (cipher.AEAD, error) {
	r.mu.RLock()
	aead, deleted := r.opening[id], r.deleted
	r.mu.RUnlock()
	if aead != nil {
		return aead, nil
	}
	if !id.intact() {
		return nil, fmt.Errorf("%w: wrapping key id is damaged", ErrTampered)
	}
	key, err := r.store.byID(id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, ErrErased
	}
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.deleted != deleted {
		return key.aead, nil // it may be deleted by now, so it is not kept
	}
	if len(r.opening) >= maxOpening {
		clear(r.opening) // reading old text is rare: starting over costs less than an order of use
	}
	r.opening[id] = key.aead
	return key.aead, nil
}
