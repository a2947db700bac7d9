// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
)

const childDir = "COUNTERFOIL_TEST_LEDGER_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		writeUntilKilled(dir)
	}
	os.Exit(m.Run())
}

func killConfig(dir string) Config {
	cfg := testConfig(dir)
	cfg.SegmentBytes, cfg.FillAhead, cfg.HeadEvery = 512<<10, 512<<10, 20*time.Millisecond
	return cfg
}

// writeUntilKilled prints a line for every receipt.
func writeUntilKilled(dir string) {
	l, err := Open(context.Background(), killConfig(dir))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for range 8 {
		go func() {
			for {
				id, payload := counterfoil.NewID(), randomPayload(1+rand.IntN(4000))
				printReceipt(l.Append(context.Background(), committed(intent(id), payload), payload))
				printReceipt(l.Append(context.Background(), outcome(id), nil))
			}
		}()
	}
	select {}
}

func printReceipt(r Receipt, err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Fprintf(os.Stdout, "%d %s\n", r.Index, r.Leaf)
}

// TestKilledProcessLosesNothing kills a writing process again and again. Every
// receipt it gave must be found, and the verifier be content, while it runs
// and after.
func TestKilledProcessLosesNothing(t *testing.T) {
	dir := t.TempDir()
	receipts := make(map[counterfoil.Index]string)
	for round := range 6 {
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), childDir+"="+dir)
		child.Stderr = os.Stderr
		lines, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		collect(t, child, bufio.NewScanner(lines), receipts, 100+rand.IntN(600), func() {
			if round%2 == 1 {
				verified(t, killConfig(dir)) // beside the running writer
			}
		})
		checkAfterKill(t, dir, receipts)
	}
	t.Logf("%d receipts", len(receipts))
}

// collect reads n receipts, looks, kills the child and reads the rest.
func collect(t *testing.T, child *exec.Cmd, lines *bufio.Scanner, receipts map[counterfoil.Index]string, n int, look func()) {
	t.Helper()
	for got := 0; lines.Scan(); got++ {
		var i counterfoil.Index
		var leaf string
		if _, err := fmt.Sscanf(lines.Text(), "%d %s", &i, &leaf); err != nil || len(leaf) != 64 {
			break // the last line may be cut
		}
		if old, found := receipts[i]; found {
			t.Fatalf("entry %d was given twice: %s and %s", i, old, leaf)
		}
		receipts[i] = leaf
		if got == n {
			look()
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	child.Wait() // reports the kill
}

func checkAfterKill(t *testing.T, dir string, receipts map[counterfoil.Index]string) {
	t.Helper()
	cfg := killConfig(dir)
	verified(t, cfg)
	l := mustOpen(t, cfg)
	for i, leaf := range receipts {
		s, err := l.Read(i)
		if err != nil || s.Leaf.String() != leaf {
			t.Fatalf("entry %d of %d was acknowledged as %s and is %s: %v", i, l.Size(), leaf, s.Leaf, err)
		}
	}
	for _, o := range l.OpenIntents() {
		e := outcome(o.ID)
		e.Outcome.Result, e.Outcome.Reason = counterfoil.ResultAbandoned, "crash"
		mustAppend(t, l, e, nil)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if r := verified(t, cfg); r.Open != 0 || r.Intents != r.Outcomes {
		t.Fatalf("report %+v", r)
	}
}
