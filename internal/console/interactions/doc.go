// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package interactions is the live path's section: the list of interactions with its
// filter and export, the page of one of them (its texts, what was found, what was
// decided, its proof) and the downloads that an auditor checks it with.
//
// Names and texts are shown one at a time, and that they were is recorded first.
package interactions
