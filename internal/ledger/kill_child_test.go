// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger

import (
	"context"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
)

const childDir = "COUNTERFOIL_TEST_LEDGER_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		writeUntilKilled(dir)
	}
	if dir := os.Getenv(childSucceeds); dir != "" {
		succeedUntilKilled(dir)
	}
	os.Exit(m.Run())
}

// killConfig has segments so small that every few batches cross a border.
func killConfig(dir string) Config {
	cfg := testConfig(dir)
	cfg.SegmentBytes, cfg.FillAhead, cfg.HeadEvery = 128<<10, 96<<10, 3*time.Millisecond
	return cfg
}

// writeUntilKilled is the child. It closes what its predecessor left open, then
// appends from eight goroutines, and prints a line for everything the ledger
// promised: "e" with index and leaf for an entry, "h" with the note of a head.
func writeUntilKilled(dir string) {
	l, err := Open(context.Background(), killConfig(dir))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	tellAppend(l, boot(), nil)
	for _, o := range l.OpenIntents() {
		e := outcome(o.ID)
		e.Outcome.Result, e.Outcome.Reason = counterfoil.ResultAbandoned, "crash"
		tellAppend(l, e, nil)
	}
	for range 8 {
		go tellWork(l)
	}
	for {
		tellHead(l)
	}
}

func tellWork(l *Ledger) {
	r := rand.New(rand.NewPCG(rand.Uint64(), 0))
	for n := 0; ; n++ {
		switch r.IntN(5) {
		case 0:
			tellAppend(l, record(uint64(n+1)), somePayload(r))
		case 1:
			tellAppend(l, otherKind(r.IntN(5)), nil)
		default:
			id := counterfoil.NewID()
			tellAppend(l, intent(id), somePayload(r))
			tellAppend(l, outcome(id), somePayload(r))
		}
	}
}

// tellAppend prints a receipt in one write, which a pipe takes whole.
func tellAppend(l *Ledger, e *counterfoil.Entry, payload []byte) {
	r, err := l.Append(context.Background(), committed(e, payload), payload)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Fprintf(os.Stdout, "e %d %s\n", r.Index, r.Leaf)
}

// tellHead prints the head of a log that has grown by an entry.
func tellHead(l *Ledger) {
	err := l.Wait(context.Background(), l.Size())
	if err == nil {
		var signed []byte
		if signed, err = l.Checkpoint(context.Background()); err == nil {
			fmt.Fprintf(os.Stdout, "h %s\n", base64.StdEncoding.EncodeToString(signed))
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
