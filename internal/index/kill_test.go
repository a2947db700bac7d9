// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/counterfoil/counterfoil"
)

// killLog is the same in every process.
func killLog() *log { return variedLog(rand.New(rand.NewPCG(6, 6)), 3*loadBatch) }

const killVariable = "COUNTERFOIL_TEST_BUILD"

// TestBuildChild is the process that is killed: it builds beside an index, tells how
// far it is, and never ends by itself.
func TestBuildChild(t *testing.T) {
	path := os.Getenv(killVariable)
	if path == "" {
		t.Skip("it is run by TestBuildSurvivesAKill")
	}
	x, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	b, err := x.Build(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println("begins at", b.Position().Next)
	err = b.Load(t.Context(), killLog().source, toTheEnd, func(next counterfoil.Index) { fmt.Println("reached", next) })
	t.Log(err)
	select {}
}

// TestBuildSurvivesAKill kills a build after its first batches with no chance to
// tidy up. What it had told stands, and the rest follows.
func TestBuildSurvivesAKill(t *testing.T) {
	l := killLog()
	x, path := open(t)
	apply(t, x, l.items)
	for _, batches := range []int{1, 1} {
		from, told := killedBuild(t, path, batches)
		b, err := x.Build(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if at := b.Position(); at.Next < told || at.Leaf != leaf(at.Next-1) || told <= from {
			t.Fatalf("stands at %+v, told %d, began at %d", at, told, from)
		}
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
	}
	b, err := x.Build(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	source := func(ctx context.Context, from counterfoil.Index, each func(Item) error) error {
		if from < loadBatch {
			t.Errorf("read again from %d", from)
		}
		return l.source(ctx, from, each)
	}
	if err := b.Load(t.Context(), source, toTheEnd, quietly); err != nil {
		t.Fatal(err)
	}
	if lines := compare(t, x, b, l); len(lines) > 0 {
		t.Errorf("%d differences, such as %s", len(lines), lines[0])
	}
}

// killedBuild runs a build until it told of so many batches, and kills it.
func killedBuild(t *testing.T, path string, batches int) (from, told counterfoil.Index) {
	t.Helper()
	c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestBuildChild$", "-test.v")
	c.Env = append(os.Environ(), killVariable+"="+path)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Wait() }() // it was killed
	defer func() { _ = c.Process.Kill() }()
	for s := bufio.NewScanner(out); batches > 0 && s.Scan(); {
		if n, ok := strings.CutPrefix(s.Text(), "begins at "); ok {
			from = number(t, n)
		}
		if n, ok := strings.CutPrefix(s.Text(), "reached "); ok {
			told, batches = number(t, n), batches-1
		}
	}
	if batches > 0 {
		t.Fatal("the build ended before it was killed")
	}
	return from, told
}

func number(t *testing.T, text string) counterfoil.Index {
	t.Helper()
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return counterfoil.Index(n)
}
