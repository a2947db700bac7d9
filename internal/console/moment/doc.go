// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package moment reads the moment that an address asks to see. All moments are UTC; a
// day is its end.
package moment
