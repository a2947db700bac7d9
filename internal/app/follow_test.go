// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/counterfoil/counterfoil/internal/control"
	"github.com/counterfoil/counterfoil/internal/fault"
)

// shown is everything the command line can list.
type shown struct {
	Systems      []control.System
	Keys         []control.Key
	Interactions []control.Interaction
}

func show(t *testing.T, a *App) shown {
	t.Helper()
	systems, err := service{a}.Systems(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	keys, err := service{a}.Keys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return shown{systems, keys, list(t, a)}
}

// furnish makes some of everything.
func furnish(t *testing.T, a *App, name string) {
	t.Helper()
	s := addSystem(t, a, name)
	for range 2 {
		if _, err := (service{a}).CreateKey(t.Context(), control.NewKey{System: s.Slug, Person: "ada@example.com"}); err != nil {
			t.Fatal(err)
		}
		intend(t, a)
	}
	if _, err := (service{a}).ChangeModels(t.Context(), s.Slug, []string{"small-1"}); err != nil {
		t.Fatal(err)
	}
	keys, err := service{a}.Keys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (service{a}).RevokeKey(t.Context(), keys[0].ID); err != nil {
		t.Fatal(err)
	}
}

// halfMade leaves the index as one of another ledger is left, which was emptied and
// could not be filled, on a full disk say: empty, and nobody at it.
func halfMade(t *testing.T, a *App) {
	t.Helper()
	a.stop()
	a.following.Wait()
	if err := a.emptyIndex(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestAMissingIndexIsMadeAgain(t *testing.T) {
	h := newHouse(t)
	a := h.open()
	furnish(t, a, "Helpdesk")
	h.close(a)
	a = h.open() // closes the open interactions
	before := show(t, a)
	h.close(a)
	if err := os.Remove(filepath.Join(h.data, "index.db")); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, show(t, h.open())); diff != "" {
		t.Errorf("made again (-before +after):\n%s", diff)
	}
}

// TestAnIndexOfAnotherLedger: an index that a restored backup or a mistaken copy
// brought along is recognised by the leaf it stopped at, longer or shorter.
func TestAnIndexOfAnotherLedger(t *testing.T) {
	for name, more := range map[string]bool{"of a shorter one": false, "of a longer one": true} {
		t.Run(name, func(t *testing.T) {
			here, other := newHouse(t), newHouse(t)
			a, b := here.open(), other.open()
			furnish(t, a, "Helpdesk")
			furnish(t, b, "Contract Review")
			long := a
			if more {
				long = b
			}
			for range 4 {
				intend(t, long)
			}
			list(t, b) // the other index is at its ledger's end
			here.close(a)
			other.close(b)
			a = here.open()
			want := show(t, a)
			here.close(a)
			copyFile(t, filepath.Join(other.data, "index.db"), filepath.Join(here.data, "index.db"))
			if diff := cmp.Diff(want, show(t, here.open())); diff != "" {
				t.Errorf("with the other's index (-want +got):\n%s", diff)
			}
			if !strings.Contains(here.log.String(), "another ledger") {
				t.Error("the log does not tell")
			}
		})
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	raw, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, raw, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestASaveThatTheIndexLags: what is durable is not called lost.
func TestASaveThatTheIndexLags(t *testing.T) {
	h := newHouse(t)
	a := h.open()
	a.projected.exclusive.Lock() // the projection stands still
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := service{a}.AddSystem(ctx, control.NewSystem{Name: "Helpdesk", Owner: "ada@example.com"})
	a.projected.exclusive.Unlock()
	if fault.KindOf(err) != fault.KindUnavailable || !strings.Contains(public(err), "saved in the ledger") {
		t.Errorf("%v", err)
	}
}

// public is what a person is told of err.
func public(err error) string {
	if f, ok := fault.As(err); ok {
		return f.Public
	}
	return ""
}

func TestProjectedWaits(t *testing.T) {
	p := newProjected()
	p.reached(3)
	if err := p.wait(t.Context(), 3); err != nil {
		t.Fatal(err)
	}
	woken := make(chan error)
	go func() { woken <- p.wait(t.Context(), 5) }()
	p.pause(t.Context(), time.Hour) // the waiter is in a hurry
	p.reached(4)
	p.reached(5)
	if err := <-woken; err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.wait(ctx, 6); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
