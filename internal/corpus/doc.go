// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package corpus holds ways to tamper with a record, each with what a verifier
// must say about it and where, and honest variants it must let pass. It is support for
// tests: every verifier, in whatever language, is driven over the same cases.
// docs/design/2026-11-24-tamper-corpus.md says which class of tampering is where, and
// who judges it.
//
// There are three families. Cases are about data directories: New makes a small honest
// one in memory, a node's log and its registry with every kind of entry; a case changes it
// as somebody would who has the files, or the signing key too; Write puts it on disk.
// PackCases are about evidence packs and FolderCases about published logs, both made once
// a process from a real ledger by the code that makes them for people.
package corpus
