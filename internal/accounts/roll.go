// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package accounts

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/register"
)

// ErrUnknownType means that records of a type are not those of accounts.
var ErrUnknownType = errors.New("not a type of accounts")

// Decode reads the body of a record: *identity.Key or *identity.Credential. Fields of
// later versions are ignored.
func Decode(typ string, body []byte) (any, error) {
	var record any
	switch typ {
	case typeKey:
		record = new(identity.Key)
	case typeCredential:
		record = new(identity.Credential)
	default:
		return nil, fmt.Errorf("decode record of type %q: %w", typ, ErrUnknownType)
	}
	if err := json.Unmarshal(body, record); err != nil {
		return nil, fmt.Errorf("decode %s record: %w", typ, err)
	}
	return record, nil
}

var _ Directory = (*Roll)(nil)

// Roll is a Directory in memory, built from records in the order they were saved.
// Reading a snapshot that stands costs one atomic load, so the live path may ask for
// each request. The zero value is empty and ready.
type Roll struct {
	standing atomic.Pointer[identity.Snapshot] // nil when a record came in since

	mu          sync.Mutex
	register    joined // of the kinds in Kinds
	keys        map[identity.KeyID]identity.Key
	credentials map[identity.PersonID]identity.Credential
}

// Put takes in the body of a saved key or credential. A version older than the one
// that stands changes nothing, so records may be put twice.
func (r *Roll) Put(typ string, body []byte) error {
	record, err := Decode(typ, body)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.begin()
	switch v := record.(type) {
	case *identity.Key:
		put(r.keys, v.ID, *v, v.Version < r.keys[v.ID].Version)
	case *identity.Credential:
		put(r.credentials, v.Person, *v, v.Version < r.credentials[v.Person].Version)
	}
	r.standing.Store(nil)
	return nil
}

func put[K comparable, V any](m map[K]V, id K, v V, stale bool) {
	if !stale {
		m[id] = v
	}
}

// Enter takes in a saved record of one of the Kinds, with its personal fields; others
// are passed over. It must not be changed afterwards. A person whose fields were
// erased is forgotten.
func (r *Roll) Enter(record *register.Record) {
	if !slices.Contains(Kinds, record.Kind.ID) {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.begin()
	before := r.register.records[record.ID]
	switch {
	case record.Erased && record.Kind.ID == kindPerson:
		r.register.set(record.ID, nil)
	case before == nil || record.Version >= before.Version:
		r.register.set(record.ID, record)
	}
	r.standing.Store(nil)
}

// Forget takes out whatever the id names, after its body was erased. A key goes
// with nothing else: its system and person stay.
func (r *Roll) Forget(id counterfoil.ID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.register.set(id, nil)
	delete(r.keys, identity.KeyID(id))
	maps.DeleteFunc(r.credentials, func(_ identity.PersonID, c identity.Credential) bool { return c.ID == id })
	r.standing.Store(nil)
}

// Reset empties the roll, before it is built again.
func (r *Roll) Reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.register, r.keys, r.credentials = joined{}, nil, nil
	r.standing.Store(nil)
}

// begin makes the maps of an empty roll. r.mu must be held.
func (r *Roll) begin() {
	if r.keys != nil {
		return
	}
	r.keys = make(map[identity.KeyID]identity.Key)
	r.credentials = make(map[identity.PersonID]identity.Credential)
}

// Snapshot implements Directory.
func (r *Roll) Snapshot() *identity.Snapshot {
	if s := r.standing.Load(); s != nil {
		return s
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if s := r.standing.Load(); s != nil {
		return s
	}
	r.register.refresh()
	s := identity.NewSnapshot(r.register.systems.list, r.register.people.list, slices.Collect(maps.Values(r.keys)))
	r.standing.Store(s)
	return s
}

// Credential implements Directory.
func (r *Roll) Credential(person identity.PersonID) (identity.Credential, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c, ok := r.credentials[person]
	return c, ok
}

// Invited implements Directory.
func (r *Roll) Invited(token counterfoil.Hash) (identity.Credential, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.credentials {
		if !token.IsZero() && c.Invite == token {
			return c, true
		}
	}
	return identity.Credential{}, false
}

// Model implements Directory.
func (r *Roll) Model(name string) (counterfoil.ID, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for id, record := range r.register.records {
		if record.Kind.ID == kindModel && modelName(record) == name {
			return id, true
		}
	}
	return counterfoil.ID{}, false
}
