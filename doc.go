// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package counterfoil holds the public formats of a Counterfoil ledger: the
// entry and its encoding, the hash tree over all entries, signed checkpoints,
// inclusion proofs, the segment files, and a verifier that checks a whole data
// directory without the server's code.
//
// docs/ledger-format.md is the normative text. Everything here reads foreign
// bytes: a decoder accepts exactly one encoding of a value and refuses the
// rest, so that equal entries have equal leaf hashes and nothing can hide
// beside them.
//
// The hash tree is that of RFC 6962. Checkpoints and proofs are those of C2SP
// (signed-note, tlog-checkpoint, tlog-proof), so other tools can check them.
package counterfoil
