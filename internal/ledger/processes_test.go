// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestTwoProcesses: while a process has the ledger another one is refused and
// told which one has it, and the first goes on unharmed. The lock of a dead
// process is none, although its file is there.
func TestTwoProcesses(t *testing.T) {
	t.Parallel()
	cfg := killConfig(t.TempDir())
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childDir+"="+filepath.Dir(cfg.Dir))
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	defer child.Process.Kill()
	lines, told := bufio.NewScanner(out), 0
	listen := func(n int) {
		for ; told < n && lines.Scan(); told++ {
		}
	}
	for listen(50); told < 250; listen(told + 50) {
		before := told
		_, err := Open(t.Context(), cfg)
		if !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), "process "+strconv.Itoa(child.Process.Pid)) {
			t.Fatalf("second process: %v", err)
		}
		verified(t, cfg) // a verifier only reads, and may come at any time
		if listen(before + 10); told < before+10 {
			t.Fatal("the first process stopped")
		}
	}
	child.Process.Kill()
	for lines.Scan() {
	}
	child.Wait()
	left, err := os.ReadFile(filepath.Join(filepath.Dir(cfg.Dir), "lock"))
	if err != nil || strings.TrimSpace(string(left)) != strconv.Itoa(child.Process.Pid) {
		t.Fatalf("lock file holds %q: %v", left, err)
	}
	l := mustOpen(t, cfg)
	mustAppend(t, l, record(1), nil)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	verified(t, cfg)
}
