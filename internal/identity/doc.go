// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package identity says who may use which AI system: systems, people and keys
// as plain values, the immutable Snapshot the live path resolves keys against,
// and the making and checking of secrets (keys, passwords, session tokens).
//
// It does no input or output. The register writes these values to the ledger,
// the index projects them and builds snapshots from them.
//
// Secrets are never kept: a key or token is stored as its SHA-256 (256 random
// bits need no slow hash), a password as argon2id.
package identity
