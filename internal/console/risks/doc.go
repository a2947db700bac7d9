// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package risks is the section of risks: the map, its trend, which systems nobody has
// looked at, and the library of risks to begin with.
package risks
