// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package backup copies a data directory while a server writes it, and puts a copy
// back in a way that cannot fork the log.
//
// # What a backup is
//
// Two folders. The record (ledger, payloads, registry, stores of heads) has the layout
// of a data directory, so that any verifier can read it where it lies. The keys go to
// another folder: whoever holds both reads the text, and erasure reaches only as far as
// copies of the keys do. What is derived (index, tree nodes, positions) is left out.
//
// # One moment
//
// A backup reaches to a stored head, and everything in it is of the moment of that head:
//
//  1. how far erasures are carried out is read, and which requests left unrecorded; behind
//     these the registry, then the node's log. So the registry enters no head of the node
//     that is not copied, and a store of heads is ahead of the published head, never behind;
//  2. segments are copied up to the stored head. What lies before it does not change,
//     except by erasure;
//  3. the keys are copied last: a wrapping key is durable before anything is sealed
//     under it, so they open whatever was copied;
//  4. the live log is read on behind the head. If it tells of an erasure or of another
//     signing key, steps 2 and 3 may have met it half done, and a later head is taken.
//     The same holds for an erasure before the head that was not carried out at step 1.
//
// # Incremental
//
// The next run copies what lies behind the former head. It takes from the log what was
// erased in between: payload segments with overwritten payloads are copied anew, deleted
// ones are deleted. So erasure reaches the backup with the next run. What was damaged in
// the data directory meanwhile does not reach it, since nothing is copied twice without
// an entry that says why.
//
// # Interrupted
//
// A manifest lists every file with its size and digest. Files that only grow are written
// behind the size the manifest states; whatever else is new has a name of its own until
// the next manifest is durable (folder.go). So a run that was cut off leaves the former
// backup, and the next one tidies up. Of the two folders the record decides: the keys
// follow to its moment, or stay at the former one.
//
// # Restore
//
// Restore copies into an empty directory, verifies digests and ledger, and leaves a mark
// with which no ledger opens ([ledger.Restored]). The mark goes only if the store of heads
// that survived says that nothing newer was signed.
package backup
