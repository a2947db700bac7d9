// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package filter is what the list of interactions is asked for, as its address says it.
// Other sections build addresses of that list with it; the list reads them back and
// names what it cannot understand, rather than showing something else.
package filter
