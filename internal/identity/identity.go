// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
)

// System is a registered AI system: what a key is for. It says what the live path
// enforces, which is the approved version of its record while there is one.
type System struct {
	ID      SystemID
	Version uint64   // of the record, from 1
	Slug    string   // lower-case ASCII, unique, never changed
	Number  string   // "SYS-001", never reused
	Name    string   //
	Owner   PersonID // who answers for it; zero for a built-in one nobody took over
	State   string   // of the record
	Route   Route
	Bounds  Bounds
	Models  []string // exactly as clients name them
	Uses    []Use    // of each model, in the order of Models
	Data    []string // classes of data it may be given; empty when none are declared
	Tier    string   // how much is at stake: "high", "medium", "low"; "" before it is known
	Builtin bool     // made by the program
	Created time.Time
}

// Use is a model as the register knows it.
type Use struct {
	Registered bool // a model record is in force
	Supplied   bool // by an approved supplier
}

// Lists reports whether the system may use the model of this name.
func (s *System) Lists(model string) bool { return slices.Contains(s.Models, model) }

// Use is what the register knows of the model a client names, by its name or by a
// prefix that ends in *; the zero Use when the system lists none such.
func (s *System) Use(model string) Use {
	if model == "" {
		return Use{}
	}
	for i, name := range s.Models {
		if i >= len(s.Uses) {
			break
		}
		if prefix, open := strings.CutSuffix(name, "*"); name == model || open && strings.HasPrefix(model, prefix) {
			return s.Uses[i]
		}
	}
	return Use{}
}

// Counted tells whether requests or people of the system have to be counted.
func (s *System) Counted() bool { return s.Route.Pilot != nil || s.Bounds.Counted() }

// RoleAdministrator may do everything in the console.
const RoleAdministrator = "administrator"

// Person is somebody who owns systems, holds keys or signs in.
type Person struct {
	ID      PersonID
	Version uint64 // of the record, from 1
	Number  string // "P-001", never reused
	Email   string // as NormaliseEmail returns it, unique
	Name    string
	Roles   []string // of appointments in force
	Unit    string   // where in the organisation they work; "" when nobody said
	Left    bool     // no longer there: signs in no more, and keys open nothing
	Trained bool     // has a training record in force
	Created time.Time
}

// Has reports whether the person holds the role.
func (p *Person) Has(role string) bool { return slices.Contains(p.Roles, role) }

// Key is a virtual key: what a client presents instead of the provider's. The JSON
// of it, and of Credential, is the body of their records in the ledger.
type Key struct {
	ID       KeyID            `json:"id"`
	Version  uint64           `json:"version"`
	System   SystemID         `json:"system"`
	Person   PersonID         `json:"person"`            // who uses it, or answers for the workload that does; zero for a workload the system's owner answers for
	Workload bool             `json:"workload,omitzero"` // used by a program, not by a person
	Hash     counterfoil.Hash `json:"hash"`              // HashKey of the secret
	Hint     string           `json:"hint"`              // the secret's last 4 characters
	Created  time.Time        `json:"created"`
	Expires  time.Time        `json:"expires,omitzero"` // not valid from here on; zero never
	Revoked  time.Time        `json:"revoked,omitzero"` // zero while in force
}

// ForOwner tells that a program uses the key and nobody is named in it: whoever owns the
// system answers for what it does.
func (k *Key) ForOwner() bool { return k.Workload && k.Person.IsZero() }

// Check returns ErrRevokedKey, ErrExpiredKey or nil.
func (k *Key) Check(now time.Time) error {
	switch {
	case !k.Revoked.IsZero():
		return ErrRevokedKey
	case !k.Expires.IsZero() && !now.Before(k.Expires):
		return ErrExpiredKey
	default:
		return nil
	}
}

// At is the key as it was at the end of a moment, and whether it had been issued. A
// key changes once, when it is revoked.
func (k *Key) At(moment time.Time) (then Key, issued bool) {
	then = *k
	if k.Revoked.After(moment) {
		then.Revoked, then.Version = time.Time{}, k.Version-1
	}
	return then, !k.Created.After(moment)
}

// Credential is what a person signs in with. It is a record of its own, so that
// it can change, and be forgotten, without the person.
type Credential struct {
	ID      counterfoil.ID `json:"id"`
	Version uint64         `json:"version"`
	Person  PersonID       `json:"person"`
	PHC     string         `json:"phc"` // argon2id, as HashPassword returns it; "" until an invited person chose a password
	Created time.Time      `json:"created"`

	Invite      counterfoil.Hash `json:"invite,omitzero"` // HashToken of the link the person is invited by; zero without one
	InviteUntil time.Time        `json:"invite_until,omitzero"`
}

// SignsIn tells whether there is a password to sign in with.
func (c *Credential) SignsIn() bool { return c.PHC != "" }

// Why a key is refused. ErrMistypedKey and ErrForeignKey are unknown keys whose
// form tells more.
var (
	ErrUnknownKey  = errors.New("unknown key")
	ErrMistypedKey = fmt.Errorf("%w: its check characters do not match, so a part was mistyped or lost", ErrUnknownKey)
	ErrForeignKey  = fmt.Errorf("%w: it is not a Counterfoil key, which begins with %s", ErrUnknownKey, keyPrefix)
	ErrExpiredKey  = errors.New("expired key")
	ErrRevokedKey  = errors.New("revoked key")
)

// assuranceKey is the identity assurance level of whoever presents a virtual
// key: I3, a secret issued to one registered person or workload.
const assuranceKey = 3

// Principal is who stands behind a request.
type Principal struct {
	Key       KeyID
	Person    PersonID // who uses the key, or answers for the program that does; zero for nobody
	ForOwner  bool     // Person owns the system, and is not named in the key
	System    *System  // of the snapshot; never nil, not to be changed
	Workload  bool
	Trained   bool  // the person has a training record in force
	Assurance uint8 // identity assurance level, 0 to 5
}
