// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package views is the section of saved views: lists that somebody gave a name, what
// each asks for, who sees it, and their export. The row of views above every list is the
// shell's.
package views
