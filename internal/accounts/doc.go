// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package accounts keeps the first records of the management system: AI
// systems, people, keys and the passwords people sign in with.
//
// Every save is an entry of the ledger with the record's JSON as its payload.
// Accounts read what stands (Directory), decide whether the change is
// right, and hand it to a Journal, which returns when the entry is durable and
// shows in the Directory. Saves are serialised, so what was read is still true
// when it is saved. Roll is the Directory built from saved records.
//
// What a person can correct comes back as a fault.Error with texts that may be
// shown. Who may call what is decided by the surfaces.
package accounts
