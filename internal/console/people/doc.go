// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package people is the section of access: who signs in, who is invited, and the table
// of who may do what with which records.
package people
