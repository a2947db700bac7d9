// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package corpus holds ways to tamper with a record, each with what a verifier
// must say about it, and honest variants it must let pass. It is support for
// tests: every verifier, in whatever language, is driven over the same cases.
//
// New makes a small honest data directory in memory, a node's log and its
// registry with every kind of entry. A case changes it as somebody would who has
// the files, or the signing key too; Write puts it on disk.
package corpus
