// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package identity

import "github.com/counterfoil/counterfoil"

// SystemID names an AI system. Its text form is that of counterfoil.ID.
type SystemID counterfoil.ID

// PersonID names a person.
type PersonID counterfoil.ID

// KeyID names a virtual key; it is no secret.
type KeyID counterfoil.ID

// IsZero reports whether the id names nothing.
func (id SystemID) IsZero() bool { return id == SystemID{} }

// IsZero reports whether the id names nobody.
func (id PersonID) IsZero() bool { return id == PersonID{} }

// IsZero reports whether the id names nothing.
func (id KeyID) IsZero() bool { return id == KeyID{} }

func (id SystemID) String() string { return counterfoil.ID(id).String() }
func (id PersonID) String() string { return counterfoil.ID(id).String() }
func (id KeyID) String() string    { return counterfoil.ID(id).String() }

// MarshalText writes what String returns; JSON uses it.
func (id SystemID) MarshalText() ([]byte, error) { return counterfoil.ID(id).MarshalText() }

// MarshalText writes what String returns; JSON uses it.
func (id PersonID) MarshalText() ([]byte, error) { return counterfoil.ID(id).MarshalText() }

// MarshalText writes what String returns; JSON uses it.
func (id KeyID) MarshalText() ([]byte, error) { return counterfoil.ID(id).MarshalText() }

// UnmarshalText reads what MarshalText wrote.
func (id *SystemID) UnmarshalText(text []byte) error {
	return (*counterfoil.ID)(id).UnmarshalText(text)
}

// UnmarshalText reads what MarshalText wrote.
func (id *PersonID) UnmarshalText(text []byte) error {
	return (*counterfoil.ID)(id).UnmarshalText(text)
}

// UnmarshalText reads what MarshalText wrote.
func (id *KeyID) UnmarshalText(text []byte) error {
	return (*counterfoil.ID)(id).UnmarshalText(text)
}
