// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package witnesses puts our witness, its client and our trust policies beside
// those of others: litewitness of torchwood, the witness of transparency.dev,
// and Tessera, which asks witnesses for its own log. Every pair runs for real
// over HTTP.
package witnesses
