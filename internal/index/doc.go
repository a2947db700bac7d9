// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package index is the queryable side of the ledger: one SQLite file with a row
// an interaction, the current management records, and the console's sessions.
//
// Everything but sessions and sign-in attempts is a projection. [Index.Apply]
// takes ledger entries in order and moves a cursor in the same transaction, so
// that after a crash the projection continues exactly where its rows end; a
// batch applied twice changes nothing. What is projected is a list of subjects,
// each with its tables and what a batch does to them (projection.go). Every row
// names the entry it rests on and that entry's leaf hash, by itself or through its
// interaction; only sums rest on many.
//
// The projection is never evidence and may be thrown away at any time:
// [Index.Reset] empties it and the ledger is read again from the start. A program
// whose projection has another shape than the file's does that by itself when it
// opens it.
//
// No page waits for a walk through a table. Counts are sums over a rollup by hour
// and by day; pages are read from indexes in which their rows stand in order.
//
// The index holds ids, counts and codes, and no text: names, addresses and bodies
// of records are read from the ledger, where deleting a key erases them.
//
// One connection writes, a small pool reads (WAL), so that a page never waits
// for the projection. All methods are safe for concurrent use.
package index
