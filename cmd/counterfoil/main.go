// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

// Command counterfoil is the gateway, the console and the command line in one
// binary; see internal/cli for its commands.
package main

import (
	"os"

	"github.com/counterfoil/counterfoil/internal/cli"
)

// version is set by the linker.
var version = "development"

func main() {
	os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr, version))
}
