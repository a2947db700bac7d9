// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package witness speaks C2SP tlog-witness, on both sides.
//
// A witness keeps, for every log it is told to watch, the largest head it has
// seen, and cosigns a head only if that one grew from it. Whoever sees the
// cosignature knows that the log showed the witness no other history. [Client]
// asks a witness; [Server] is one.
//
// The server promises:
//   - it never cosigns a head that is smaller than, or does not contain, one it
//     cosigned before, also after a crash: the head is on the disk before the
//     cosignature is made;
//   - it cosigns for the logs it was given the keys of, and for no others;
//   - what it reads is bounded in size and time, before and after it knows who
//     asks, and a head it refuses is written to its log once.
//
// The promise ends with the directory: a witness whose directory was lost or
// put back from a copy does not know what it signed. It needs a new key.
package witness
