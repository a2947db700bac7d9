// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package requirements is the section of the standard: the tree of its requirements
// with what is there for each, other frameworks they serve, and the statement of
// applicability with its comparison and exports.
package requirements
