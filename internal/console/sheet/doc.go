// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package sheet writes exports as CSV, so that no cell can be read as a formula by the
// program that opens it.
package sheet
