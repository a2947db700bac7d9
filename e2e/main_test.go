// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

var (
	long = flag.Bool("long", false, "run the tests that need patience at full length")

	binary string // the program under test, absolute path
)

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m))
}

func run(m *testing.M) int {
	if binary = os.Getenv("COUNTERFOIL_BIN"); binary == "" {
		dir, err := os.MkdirTemp("", "counterfoil-bin-")
		if err != nil {
			fmt.Fprintln(os.Stderr, "make a folder for the binary:", err)
			return 1
		}
		defer os.RemoveAll(dir)
		binary = filepath.Join(dir, "counterfoil")
		build := exec.Command("go", "build", "-o", binary, "./cmd/counterfoil")
		build.Dir, build.Stdout, build.Stderr = "..", os.Stderr, os.Stderr
		if err := build.Run(); err != nil {
			fmt.Fprintln(os.Stderr, "build the binary:", err)
			return 1
		}
	}
	return m.Run()
}
