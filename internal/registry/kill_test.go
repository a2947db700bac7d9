// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/config"
	"github.com/counterfoil/counterfoil/internal/ledger"
)

const childDir = "COUNTERFOIL_TEST_REGISTRY_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		if err := roundsUntilKilled(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// roundsUntilKilled makes one round after the other and prints a line for each.
func roundsUntilKilled(dir string) error {
	in := func(name string) string { return filepath.Join(dir, name) }
	quiet := slog.New(slog.DiscardHandler)
	node, err := ledger.Open(context.Background(), ledger.Config{
		Dir: in("ledger"), PayloadDir: in("payload"), HeadsPath: in("heads.db"), KeyPath: in("keys/node.key"),
		SegmentBytes: 1 << 20, FillAhead: 256 << 10, Clock: clock.System{}, Log: quiet,
	})
	if err != nil {
		return err
	}
	if err := grow(node); err != nil {
		return err
	}
	c := Config{
		Dir: in("registry"), HeadsPath: in("registry-heads.db"), KeyPath: in("keys/registry.key"), Node: node, Interval: time.Minute, Clock: clock.System{}, Log: quiet,
	}
	cfg, faults := config.Load(in("counterfoil.yaml"), os.LookupEnv, config.Overrides{})
	if err := faults.Err(); err != nil {
		return err
	}
	if c.Policy, _, err = cfg.TrustPolicy(); err != nil {
		return err
	}
	for _, t := range cfg.Registry.Timestamps {
		roots, err := cfg.RootsOf(t)
		if err != nil {
			return err
		}
		c.Authorities = append(c.Authorities, Authority{Name: t.Name, URL: t.URL, Roots: roots, Interval: time.Millisecond})
	}
	r, err := Open(context.Background(), c)
	if err != nil {
		return err
	}
	for n := 0; ; n++ {
		if err := grow(node); err != nil {
			return err
		}
		if n == 3 {
			_, err := node.RotateKey(context.Background())
			if err == nil {
				_, err = node.RetireKey(context.Background())
			}
			if err != nil {
				return err
			}
		}
		if err := r.Round(context.Background()); err != nil {
			return err
		}
		fmt.Println(r.Log().Size())
	}
}

func grow(node *ledger.Ledger) error {
	_, err := node.Append(context.Background(), &counterfoil.Entry{
		Kind: counterfoil.KindAccess, ID: counterfoil.NewID(), Access: &counterfoil.Access{Action: "viewed"},
	}, nil)
	return err
}

// TestKilledRounds kills a process that makes rounds, again and again, at any moment.
// The witness never sees another history, and what the registry holds is right.
func TestKilledRounds(t *testing.T) {
	w := newWorld(t)
	w.clock.Advance(time.Since(w.clock.Now()))
	w.watch("w1.example")
	w.policy += "quorum w1.example\n"
	a := newTSA(t, clock.System{}, time.Now().AddDate(1, 0, 0))
	w.authorities = []Authority{a.authority("one", time.Hour)}
	for name, text := range map[string]string{
		"counterfoil.yaml": "registry: {policy: policy, timestamps: [{name: one, url: \"" + a.URL + "\", roots: roots.pem}]}\n",
		"policy":           w.policy,
		"roots.pem":        string(a.issuer.RootPEM),
	} {
		if err := os.WriteFile(w.in(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.node.Close(); err != nil {
		t.Fatal(err)
	}
	for range 6 {
		w.killAfter(time.Duration(rand.IntN(40)) * time.Millisecond)
		w.openNode()
		w.open()
		w.clock.Advance(time.Since(w.clock.Now()))
		w.round()
		w.check()
		if s := w.status(); s.Overdue() || s.Quorum.Size != s.Size {
			t.Errorf("%+v", s)
		}
		if err := w.registry.Close(); err != nil {
			t.Fatal(err)
		}
		if err := w.node.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// killAfter lets a child make a few rounds and kills it some time later.
func (w *world) killAfter(later time.Duration) {
	w.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childDir+"="+w.dir)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		w.Fatal(err)
	}
	if err := child.Start(); err != nil {
		w.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for range 5 {
		if !lines.Scan() {
			w.Fatal("the child ended early")
		}
	}
	time.Sleep(later) // anywhere in a round: the moment is the test's point
	if err := child.Process.Kill(); err != nil {
		w.Fatal(err)
	}
	for lines.Scan() {
	}
	_ = child.Wait() // reports the kill
}
