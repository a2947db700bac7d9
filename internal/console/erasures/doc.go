// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package erasures is the section where an erasure is asked for, decided by a second
// person and seen to be done, and where holds stand. Each act asks for the password
// again.
package erasures
