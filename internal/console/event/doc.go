// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package event puts entries in which the ledger speaks of itself (starts, checks,
// anchors, keys, erasures) into words. The ledger's pages and the start show them.
package event
