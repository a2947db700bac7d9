// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package words writes numbers, moments, ids and sentences as the console's pages read,
// and makes foreign text safe to look at. It knows nothing of HTTP or HTML: what it
// returns is plain text, and the templates escape it.
package words
