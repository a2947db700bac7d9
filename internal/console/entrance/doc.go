// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package entrance is before the guard: signing in and out, setting up the first
// administrator, and accepting an invitation. It tells a stranger nothing about who
// is known here.
package entrance
