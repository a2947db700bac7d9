// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package shell

import "io/fs"

// OwnPages are the shell's own, for the tests that fill them.
func OwnPages() fs.FS { return ownPages }

// Base are layout and parts.
func Base() fs.FS { return base }

// NewErrorPage is the page of an error, empty.
func NewErrorPage() any { return new(errorPage) }
