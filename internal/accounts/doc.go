// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package accounts keeps the keys of AI systems and the passwords people sign in
// with, and joins them with the records of the register (package register) into what
// the live path decides by: an identity.Snapshot.
//
// Systems, people and roles are records of the register; accounts begin them where a
// key, a first administrator or a command needs one. Keys and credentials are
// records of their own: every save is an entry of the ledger with the record's JSON
// as its payload, handed to a Journal that returns when the entry is durable and
// shows in the Directory. Saves are serialised, so what was read is still true when
// it is saved.
//
// Roll is the Directory built from saved records, of both sorts. What it takes from
// a system is what was approved, while something is: see route.go.
//
// What a person can correct comes back as a fault.Error with texts that may be
// shown. Who may call what is decided by the surfaces.
package accounts
