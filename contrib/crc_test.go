// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package contrib

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"
)

// checksums prints the checksum of each beginning of its input, in steps that leave no
// length modulo 64 bits out.
const checksums = `
import sys, verify
data = sys.stdin.buffer.read()
for n in range(0, len(data), 1 if len(data) < 2000 else 977):
    print("%08x" % verify.crc32c(data[:n]))
`

// TestChecksums: verify.py folds long numbers before it looks anything up.
func TestChecksums(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is missing")
	}
	chacha := rand.NewChaCha8([32]byte{})
	for name, data := range map[string][]byte{
		"zeros": make([]byte, 700), "ones": bytes.Repeat([]byte{0xff}, 700), "random": make([]byte, 1500), "long": make([]byte, 300_000),
	} {
		if name == "random" || name == "long" {
			if _, err := chacha.Read(data); err != nil {
				t.Fatal(err)
			}
		}
		cmd := exec.CommandContext(t.Context(), python, "-B", "-c", checksums)
		cmd.Stdin = bytes.NewReader(data)
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		step := 1
		if len(data) >= 2000 {
			step = 977
		}
		for i, got := range strings.Fields(string(out)) {
			if want := fmt.Sprintf("%08x", crc32.Checksum(data[:i*step], crc32.MakeTable(crc32.Castagnoli))); got != want {
				t.Fatalf("%s, %d bytes: %s, want %s", name, i*step, got, want)
			}
		}
	}
}
