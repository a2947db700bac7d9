// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package ledger is the section of the ledger itself: how it stands, which head is
// published, what outsiders signed, what it says of itself, and every entry with its
// proof.
package ledger
