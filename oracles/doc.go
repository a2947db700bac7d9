// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package oracles lets software of other people judge the ledger: Tessera,
// torchwood and the witness of transparency.dev. Nothing here is shipped. It is
// a module of its own, so that none of their dependencies enters the graph of
// the binary.
//
// The package itself only holds the shortest test of each judge; the packages
// below it hold the long ones and the benchmark of the ledger.
package oracles
