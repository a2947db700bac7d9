// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package conventions holds the habits of this tree as tests: licence headers,
// package comments, and which package may import which. It has no code.
package conventions
