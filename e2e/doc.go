// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Package e2e tests the built binary from outside: real clients on one side, a
// fake provider that keeps the bytes it received on the other, the command line
// and a real browser for what was recorded. It knows the program only by its
// public contract: commands, configuration, URLs and wire formats.
//
// The binary named by COUNTERFOIL_BIN is tested; without it one is built. The
// clients need what `make deps` installs. The flag -long makes the tests that
// need patience as long as they should be before a release.
package e2e
