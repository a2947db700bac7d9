// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package verify checks what a Counterfoil node recorded, by the rules of
// docs/ledger-format.md: for auditors, for the nightly self-check, and for
// whoever writes a verifier of their own and wants to compare.
//
// It only reads, and needs no network and no secret. What is wrong stands in the
// [Report], with a class and a place; so does what was checked and what was not.
// An error means that the check could not be made.
package verify
