// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package scope is the section of what the management system covers: the boundary
// drawn with what is declared and what is seen, the statement, its context, what does
// not fit, and its versions compared. Nothing is decided here; decisions are records.
package scope
