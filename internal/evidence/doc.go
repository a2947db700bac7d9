// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package evidence shows one interaction as the ledger proves it. A Reader takes
// from the index only where the entries are; everything it shows comes from the
// entries and their payloads, and it recomputes what binds them: leaf hashes,
// inclusion under a fresh checkpoint, commitments, the redaction root.
//
// A View never holds an original value that was masked. Text holds what left and
// what came back, with placeholders in place of what was masked.
package evidence
