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
)

// ErrUnknownType means that records of a type are not the register's.
var ErrUnknownType = errors.New("not a type of the register")

// Decode reads the body of a record: *identity.System, *identity.Person,
// *identity.Key or *identity.Credential. Fields of later versions are ignored.
func Decode(typ string, body []byte) (any, error) {
	var record any
	switch typ {
	case typeSystem:
		record = new(identity.System)
	case typePerson:
		record = new(identity.Person)
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

// Roll is a Directory in memory, built from record bodies in the order they
// were saved. Reading a snapshot that stands costs one atomic load, so the live
// path may ask for each request. The zero value is empty and ready.
type Roll struct {
	standing atomic.Pointer[identity.Snapshot] // nil when a record came in since

	mu          sync.Mutex
	systems     map[identity.SystemID]identity.System
	people      map[identity.PersonID]identity.Person
	keys        map[identity.KeyID]identity.Key
	credentials map[identity.PersonID]identity.Credential
}

// Put takes in the body of a saved record. A version older than the one that
// stands changes nothing, so records may be put twice.
func (r *Roll) Put(typ string, body []byte) error {
	record, err := Decode(typ, body)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.systems == nil {
		r.clear()
	}
	switch v := record.(type) {
	case *identity.System:
		put(r.systems, v.ID, *v, v.Version < r.systems[v.ID].Version)
	case *identity.Person:
		put(r.people, v.ID, *v, v.Version < r.people[v.ID].Version)
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

// Forget takes out whatever the id names, after its body was erased. A key goes
// with nothing else: its system and person stay.
func (r *Roll) Forget(id counterfoil.ID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.systems, identity.SystemID(id))
	delete(r.people, identity.PersonID(id))
	delete(r.keys, identity.KeyID(id))
	maps.DeleteFunc(r.credentials, func(_ identity.PersonID, c identity.Credential) bool { return c.ID == id })
	r.standing.Store(nil)
}

// Reset empties the roll, before it is built again.
func (r *Roll) Reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.clear()
	r.standing.Store(nil)
}

func (r *Roll) clear() {
	r.systems = make(map[identity.SystemID]identity.System)
	r.people = make(map[identity.PersonID]identity.Person)
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
	s := identity.NewSnapshot(values(r.systems), values(r.people), values(r.keys))
	r.standing.Store(s)
	return s
}

func values[K comparable, V any](m map[K]V) []V { return slices.Collect(maps.Values(m)) }

// Credential implements Directory.
func (r *Roll) Credential(person identity.PersonID) (identity.Credential, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c, ok := r.credentials[person]
	return c, ok
}
