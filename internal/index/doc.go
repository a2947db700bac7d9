// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package index is the queryable side of the ledger: one SQLite file with a row
// an interaction, the current management records, and the console's sessions.
//
// Everything but sessions and sign-in attempts is a projection. [Index.Apply]
// takes ledger entries in order and moves a cursor in the same transaction, so
// that after a crash the projection continues exactly where its rows end; a
// batch applied twice changes nothing. The projection is never evidence and may
// be thrown away at any time: [Index.Reset] empties it and the ledger is read
// again from the start. A program whose projection has another shape than the
// file's does that by itself when it opens it.
//
// The index holds ids, counts and codes, and no text: names, addresses and bodies
// of records are read from the ledger, where deleting a key erases them.
//
// One connection writes, a small pool reads (WAL), so that a page never waits
// for the projection. All methods are safe for concurrent use.
package index
