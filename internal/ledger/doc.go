// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package ledger writes and reads the log of one node: an append-only sequence
// of entries in segment files, their sealed payloads beside them, one hash tree
// over all of them, and signed heads kept apart.
//
// # Promise
//
// When Append returns without an error, entry and payload are on the disk and
// have their final index. Entries of one batch become durable together. After
// any crash Open finds every entry whose Append returned, or refuses to start
// and says why. A ledger that is older than its last signed head, or another
// one, is refused. Once the disk reported a failed sync nothing is written any
// more: the process must end and start again from what is on the disk.
//
// # Parts
//
// commit.go tells how a batch is made, written, synced and published; append.go
// how entries come to it. A track (track.go) is one sequence of segment files,
// zero-filled ahead by a filler, so that a full disk is met before an entry is.
// keyhistory.go tells which key counts for which heads, keyring.go holds those
// at hand, rotate.go changes them. heads.go keeps the signed heads, recover.go
// brings a directory back to its last whole batch, derived.go keeps tree nodes
// and positions, which can be rebuilt from the segments at any time. succession.go
// lets a log go on under another name, prefix.go reads what that takes over.
package ledger
