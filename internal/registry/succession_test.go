// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/ledger"
	"github.com/counterfoil/counterfoil/verify"
)

// succeed lets logs go on under another name, as a command does between two processes.
func (w *world) succeed(logs ...ledger.Config) *Registry {
	w.Helper()
	if err := errors.Join(w.registry.Close(), w.node.Close()); err != nil {
		w.Fatal(err)
	}
	for _, cfg := range logs {
		s, err := ledger.BeginSuccession(w.Context(), cfg, ledger.SuccessionOptions{})
		if err != nil {
			w.Fatal(err)
		}
		if _, err := s.Finish(w.Context()); err != nil {
			w.Fatal(err)
		}
	}
	w.openNode()
	return w.open()
}

func (w *world) nodeConfig() ledger.Config {
	return ledger.Config{Dir: w.in("ledger"), PayloadDir: w.in("payload"), HeadsPath: w.in("heads.db"), KeyPath: w.in("keys/node.key")}
}

func (w *world) ownConfig() ledger.Config { c := w.config(); return c.LedgerConfig() }

// verified checks the directory as an auditor with the node's newest key does.
func (w *world) verified() verify.Report {
	w.Helper()
	o := verify.DirOptions(w.dir)
	o.VerifierKey = w.node.VerifierKey()
	r, err := verify.Dir(w.Context(), o)
	if err != nil {
		w.Fatal(err)
	}
	return r
}

func (w *world) wantSound(successions int) {
	w.Helper()
	if r := w.verified(); r.Integrity != verify.IntegrityOK || len(r.Successions) != successions {
		w.Errorf("%v, successions %v", r.Problems, r.Successions)
	}
}

// TestNodeGoesOn: the node's log goes on under another name and the registry keeps
// its own; it takes in how one follows on the other, once.
func TestNodeGoesOn(t *testing.T) {
	w := newWorld(t)
	before := w.open().Log().Origin()
	w.round()
	r := w.succeed(w.nodeConfig())
	w.round()
	w.grow()
	w.round()
	w.wantStory(r.Log(), "boot\nenrolled 1\nhead 1\nboot\nenrolled 3\nsucceeded 1\nhead 3\nhead 4\n")
	if r.Log().Origin() != before {
		t.Errorf("the registry is %s now", r.Log().Origin())
	}
	w.check()
	w.wantSound(1)
	r = w.reopen()
	w.round()
	w.wantStory(r.Log(), "boot\nenrolled 1\nhead 1\nboot\nenrolled 3\nsucceeded 1\nhead 3\nhead 4\nboot\nhead 5\n")
}

// TestBothGoOn: with witnesses, who are told of the registry's new key, both logs go
// on; and both their former keys are found stolen.
func TestBothGoOn(t *testing.T) {
	w := newWorld(t)
	w.watch("w1.example")
	w.policy += "quorum w1.example\n"
	w.open()
	w.round()
	w.grow()
	w.round()
	r := w.succeed(w.nodeConfig(), w.ownConfig())
	w.round() // the witness does not know the key yet, and nothing stops
	if s := w.status(); s.Witnesses[0].Problem == "" {
		t.Errorf("%+v", s)
	}
	w.wantStory(r.Log(), "boot\nenrolled 1\nhead 1\nhead 2\ncosigned 3\nsucceeded 5\nboot\nenrolled 4\nsucceeded 2\nhead 4\n")
	w.wantSound(1)

	own, node := r.Log().FormerKeys()[0], w.node.FormerKeys()[0]
	seen, err := r.CosignedUnder(t.Context(), own, false)
	if err != nil || seen != (Cosigned{Registry: 5, Under: 5}) {
		t.Fatalf("%+v, %v", seen, err)
	}
	if seen, err = r.CosignedUnder(t.Context(), node, true); err != nil || seen != (Cosigned{Registry: 5, Under: 2}) {
		t.Fatalf("%+v, %v", seen, err)
	}
	stolen := func(l *ledger.Ledger, key ledger.FormerKey, size uint64) counterfoil.KeyEvent {
		root, err := l.Root(size)
		if err != nil {
			t.Fatal(err)
		}
		return counterfoil.KeyEvent{Event: counterfoil.KeyCompromised, Origin: key.Origin(), Key: l.VerifierKey(), Former: key.Key, Size: size, Root: root}
	}
	if _, err := w.node.AppendKeyEvent(t.Context(), stolen(w.node, node, 2)); err != nil {
		t.Fatal(err)
	}
	if _, err := r.AppendKeyEvent(t.Context(), stolen(r.Log(), own, 5)); err != nil {
		t.Fatal(err)
	}
	w.round()
	w.round()
	if story := w.story(r.Log()); !strings.HasSuffix(story, "head 4\ncompromised 5\ncompromised 2\nhead 5\n") {
		t.Errorf("%s", story)
	}
	w.wantSound(1)
	r = w.reopen()
	w.round()
	if story := w.story(r.Log()); strings.Count(story, "compromised 2") != 1 {
		t.Errorf("%s", story)
	}

	// Below what witnesses have seen it would reach back over a head taken in.
	if _, err := r.AppendKeyEvent(t.Context(), stolen(r.Log(), own, 2)); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Log().Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	problems := w.verified().Problems
	if !slices.ContainsFunc(problems, func(p verify.Problem) bool { return p.Class == verify.ProblemAnchor && *p.Index == 4 }) {
		t.Errorf("%v", problems)
	}
}
