// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package home is the way into everything: the start with what waits and what does not
// agree, the first page of each entry of the navigation, going to a place by number or
// word, looking at another moment, and all parts by name.
package home
