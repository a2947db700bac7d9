// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package consoletest is the world of the console's tests: a whole console over a real
// index, vault and register, with stand-ins for the ledger, the evidence and what
// erases. It is both sides of a test: it serves, and it asks as a browser does.
//
// A section's tests are external (package records_test), make a world with New, sign
// in with SignIn or In, and look at what Get and Post answer.
package consoletest
