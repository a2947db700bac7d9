// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package gap

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/ledger"
	"github.com/counterfoil/counterfoil/verify"
)

// The environment of a child: its directory, and how far its clock is off.
const (
	childDir  = "COUNTERFOIL_TEST_GAP_DIR"
	childSkew = "COUNTERFOIL_TEST_GAP_SKEW"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		fmt.Fprintln(os.Stderr, passUntilKilled(context.Background(), dir))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// killBounds last longer than the test.
var killBounds = Bounds{Requests: 40, Within: time.Hour}

// skewed is the machine's clock, set wrong.
type skewed time.Duration

// Now implements clock.Clock.
func (s skewed) Now() time.Time { return clock.System{}.Now().Add(time.Duration(s)) }

func childLedger(dir string, now clock.Clock) ledger.Config {
	return ledger.Config{
		Dir: filepath.Join(dir, "ledger"), PayloadDir: filepath.Join(dir, "payload"), HeadsPath: filepath.Join(dir, "heads.db"), KeyPath: filepath.Join(dir, "keys", "node.key"),
		SegmentBytes: 64 << 10, FillAhead: 16 << 10, HeadEvery: -1, Clock: now, Log: slog.New(slog.DiscardHandler),
	}
}

// passUntilKilled is the child. It lets requests pass for as long as the bounds allow,
// a line for each, and states them by turns.
func passUntilKilled(ctx context.Context, dir string) error {
	skew, err := time.ParseDuration(os.Getenv(childSkew))
	if err != nil {
		return err
	}
	l, err := ledger.Open(ctx, childLedger(dir, skewed(skew)))
	if err != nil {
		return err
	}
	boot := &counterfoil.Entry{Kind: counterfoil.KindBoot, ID: counterfoil.NewID(), Boot: &counterfoil.Boot{Version: "v0.0.0-test"}}
	if _, err := l.Append(ctx, boot, nil); err != nil {
		return err
	}
	c, err := Open(ctx, Config{Path: filepath.Join(dir, "gaps"), Ledger: l, Clock: skewed(skew), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	fmt.Println("begun")
	for n := 0; ; n++ {
		if err := c.Pass("openai", killBounds, "ledger_busy"); err == nil {
			fmt.Println("passed")
		}
		if n%3 == 2 {
			if err := c.Settle(ctx); err != nil {
				return err
			}
		}
	}
}

// TestKillsRenewNoBounds kills a process again and again, each time with another error
// of its clock. All of them together let no more pass than one could, and the ledger
// states every request that left.
func TestKillsRenewNoBounds(t *testing.T) {
	dir := t.TempDir()
	passed, kills := 0, 25
	for n := range kills {
		skew := time.Duration(0)
		if n%2 == 1 {
			skew = time.Duration(rand.Int64N(int64(1000*time.Hour))) - 500*time.Hour
		}
		passed += lifeOfChild(t, dir, skew)
	}
	l, err := ledger.Open(t.Context(), childLedger(dir, clock.System{}))
	if err != nil {
		t.Fatal(err)
	}
	c, err := Open(t.Context(), Config{Path: filepath.Join(dir, "gaps"), Ledger: l, Clock: clock.System{}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := verify.Dir(t.Context(), verify.DirOptions(dir))
	if err != nil || r.Integrity != verify.IntegrityOK {
		t.Fatalf("%+v, %v", r.Problems, err)
	}
	t.Logf("%d kills: %d requests passed, %d are stated", kills, passed, r.Gaps)
	if r.Gaps > killBounds.Requests || uint64(passed) > r.Gaps || passed == 0 {
		t.Errorf("%d requests passed and %d are stated; the bounds allow %d", passed, r.Gaps, killBounds.Requests)
	}
}

// lifeOfChild lets a child pass a few requests, or live for a moment, and kills it. It
// returns how many requests it told of.
func lifeOfChild(t *testing.T, dir string, skew time.Duration) (passed int) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childDir+"="+dir, childSkew+"="+skew.String())
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	kill, enough := func() { child.Process.Kill() }, 1+rand.IntN(4)
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if lines.Text() == "begun" {
			time.AfterFunc(time.Duration(rand.IntN(60_000))*time.Microsecond, kill)
			continue
		}
		if passed++; passed == enough {
			kill()
		}
	}
	if err := child.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
		t.Fatalf("child ended by itself: %v, clock off by %s", err, strconv.Quote(skew.String()))
	}
	return passed
}
