// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// peakMemory is the largest resident size of a process so far, in bytes.
func peakMemory(t *testing.T, pid int) uint64 {
	t.Helper()
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatalf("read the size of the program: %v", err)
	}
	var kilobytes uint64
	_, after, _ := strings.Cut(string(raw), "VmHWM:")
	if _, err := fmt.Sscan(after, &kilobytes); err != nil {
		t.Fatalf("read the size of the program: %v", err)
	}
	return kilobytes << 10
}
