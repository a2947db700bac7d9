// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
)

// Snapshot is the register at one moment: every system, person and key. It
// never changes, so any number of goroutines may read it; what it returns must
// not be changed either.
type Snapshot struct {
	systems []System // by number
	people  []Person // by e-mail address
	keys    []Key    // by time of creation

	byHash  map[counterfoil.Hash]holder
	system  map[SystemID]*System
	slug    map[string]*System
	person  map[PersonID]*Person
	address map[string]*Person
	digest  counterfoil.Hash
}

// holder joins a key with its system, so that Resolve looks once.
type holder struct {
	key    *Key
	system *System
	person *Person // nil when nobody is known
}

// NewSnapshot copies the register into a snapshot. A key whose system is not
// among systems resolves to nothing.
func NewSnapshot(systems []System, people []Person, keys []Key) *Snapshot {
	s := &Snapshot{
		systems: slices.Clone(systems),
		people:  slices.Clone(people),
		keys:    slices.Clone(keys),
		byHash:  make(map[counterfoil.Hash]holder, len(keys)),
		system:  make(map[SystemID]*System, len(systems)),
		slug:    make(map[string]*System, len(systems)),
		person:  make(map[PersonID]*Person, len(people)),
		address: make(map[string]*Person, len(people)),
	}
	slices.SortFunc(s.systems, func(a, b System) int { return compareNumbers(a.Number, b.Number) })
	slices.SortFunc(s.people, func(a, b Person) int { return strings.Compare(a.Email, b.Email) })
	slices.SortFunc(s.keys, compareKeys)
	for i := range s.systems {
		system := &s.systems[i]
		system.Models, system.Uses, system.Data = slices.Clone(system.Models), slices.Clone(system.Uses), slices.Clone(system.Data)
		system.Bounds.Units = slices.Clone(system.Bounds.Units)
		s.system[system.ID], s.slug[system.Slug] = system, system
	}
	for i := range s.people {
		person := &s.people[i]
		person.Roles = slices.Clone(person.Roles)
		s.person[person.ID], s.address[person.Email] = person, person
	}
	for i := range s.keys {
		if system := s.system[s.keys[i].System]; system != nil {
			s.byHash[s.keys[i].Hash] = s.holderOf(&s.keys[i], system)
		}
	}
	s.digest = s.sum()
	return s
}

// holderOf finds who uses a key, or answers for the program that does: whom the key
// names, or, when it names nobody, who owns the system and is still there.
func (s *Snapshot) holderOf(k *Key, system *System) holder {
	if !k.ForOwner() {
		return holder{k, system, s.person[k.Person]}
	}
	owner := s.person[system.Owner]
	if owner != nil && owner.Left {
		owner = nil
	}
	return holder{k, system, owner}
}

// compareNumbers puts SYS-2 before SYS-10.
func compareNumbers(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}

func compareKeys(a, b Key) int {
	if c := a.Created.Compare(b.Created); c != 0 {
		return c
	}
	return slices.Compare(a.ID[:], b.ID[:])
}

// Resolve tells who presents secret at the moment now. It does not allocate. The keys
// of somebody who left are as if revoked. A program whose key names nobody follows the
// owner of its system; where there is none the principal has no person, and whoever
// lets requests pass refuses it.
// The error is ErrExpiredKey, ErrRevokedKey, or wraps ErrUnknownKey.
func (s *Snapshot) Resolve(secret string, now time.Time) (Principal, error) {
	found, ok := s.byHash[HashKey(secret)]
	if !ok {
		return Principal{}, unknown(secret)
	}
	if err := found.key.Check(now); err != nil {
		return Principal{}, err
	}
	if found.person != nil && found.person.Left {
		return Principal{}, ErrRevokedKey
	}
	person, forOwner := found.key.Person, found.key.ForOwner()
	if forOwner && found.person != nil {
		person = found.person.ID
	}
	return Principal{
		Key:       found.key.ID,
		Person:    person,
		ForOwner:  forOwner,
		System:    found.system,
		Workload:  found.key.Workload,
		Trained:   found.person != nil && found.person.Trained,
		Assurance: assuranceKey,
	}, nil
}

// System returns the system with the id.
func (s *Snapshot) System(id SystemID) (*System, bool) { v, ok := s.system[id]; return v, ok }

// SystemBySlug returns the system with the slug.
func (s *Snapshot) SystemBySlug(slug string) (*System, bool) { v, ok := s.slug[slug]; return v, ok }

// Person returns the person with the id.
func (s *Snapshot) Person(id PersonID) (*Person, bool) { v, ok := s.person[id]; return v, ok }

// PersonByEmail returns the person with the normalised address.
func (s *Snapshot) PersonByEmail(email string) (*Person, bool) {
	v, ok := s.address[email]
	return v, ok
}

// Systems returns all systems by number.
func (s *Snapshot) Systems() []System { return s.systems }

// People returns everybody by e-mail address.
func (s *Snapshot) People() []Person { return s.people }

// Keys returns all keys, oldest first, also those expired and revoked.
func (s *Snapshot) Keys() []Key { return s.keys }

// Digest is a SHA-256 over the content, whatever order it was given in. It binds
// a decision to the register it was taken with. Of people it takes in id, version,
// roles and what follows from other records only: it stays in the ledger when a person is erased, and must not let
// anybody test a guess of their name or address. The record's own entry binds these.
func (s *Snapshot) Digest() counterfoil.Hash { return s.digest }

func (s *Snapshot) sum() counterfoil.Hash {
	sum := sha256.New()
	d := digest{bufio.NewWriter(sum)}
	d.text("counterfoil snapshot 4")
	d.number(len(s.systems))
	for i := range s.systems {
		d.system(&s.systems[i])
	}
	d.number(len(s.people))
	byID := make([]*Person, len(s.people)) // the order of addresses would tell of them
	for i := range s.people {
		byID[i] = &s.people[i]
	}
	slices.SortFunc(byID, func(a, b *Person) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	for _, p := range byID {
		d.person(p)
	}
	d.number(len(s.keys))
	for i := range s.keys {
		d.key(&s.keys[i])
	}
	d.Flush()
	return counterfoil.Hash(sum.Sum(nil))
}

// digest writes values so that no two contents give the same bytes: fixed
// sizes, or a length first.
type digest struct{ *bufio.Writer }

func (d digest) system(s *System) {
	d.Write(s.ID[:])
	d.number(int(s.Version))
	d.text(s.Slug)
	d.text(s.Number)
	d.text(s.Name)
	d.Write(s.Owner[:])
	d.texts(s.Models)
	d.truth(s.Builtin)
	d.time(s.Created)
	d.text(s.State)
	d.text(s.Tier)
	d.texts(s.Data)
	d.number(len(s.Uses))
	for _, u := range s.Uses {
		d.truth(u.Registered)
		d.truth(u.Supplied)
	}
	d.route(&s.Route)
	d.number(int(s.Bounds.Daily))
	d.number(int(s.Bounds.People))
	d.texts(s.Bounds.Units)
}

func (d digest) route(r *Route) {
	d.truth(r.Open)
	d.text(r.Closed)
	d.truth(r.Pilot != nil)
	if p := r.Pilot; p != nil {
		d.time(p.Until)
		d.number(int(p.Daily))
		d.number(int(p.People))
		d.time(p.Since)
	}
}

func (d digest) person(p *Person) {
	d.Write(p.ID[:])
	d.number(int(p.Version))
	d.texts(p.Roles)
	d.truth(p.Left)
	d.truth(p.Trained)
}

func (d digest) key(k *Key) {
	d.Write(k.ID[:])
	d.number(int(k.Version))
	d.Write(k.System[:])
	d.Write(k.Person[:])
	d.truth(k.Workload)
	d.Write(k.Hash[:])
	d.text(k.Hint)
	d.time(k.Created)
	d.time(k.Expires)
	d.time(k.Revoked)
}

func (d digest) number(n int) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n))
	d.Write(b[:])
}

func (d digest) text(s string) {
	d.number(len(s))
	d.WriteString(s)
}

func (d digest) texts(list []string) {
	d.number(len(list))
	for _, s := range list {
		d.text(s)
	}
}

func (d digest) truth(b bool) {
	if b {
		d.number(1)
		return
	}
	d.number(0)
}

// time writes microseconds since the Unix epoch, and 0 for the zero time.
func (d digest) time(t time.Time) {
	if t.IsZero() {
		d.number(0)
		return
	}
	d.number(int(t.UnixMicro()))
}
