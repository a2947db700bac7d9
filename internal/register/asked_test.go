// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// quietKind may be closed once nobody has asked its system for a week, though it was stopped.
const quietKind = `kind: handback
title: Handback
plural: Handbacks
number: HB
place: systems
help: What is left to do when a system stops.
requirements: ["A.6.2.6"]
fields:
  - {id: title, type: text, label: Title, required: true}
  - {id: systems, type: links, to: [system], label: Systems, back: Handbacks}
states:
  - {id: open, label: Open, mark: now, draft: true}
  - {id: done, label: Done, mark: ok}
moves:
  - id: finish
    from: [open]
    to: done
    label: Finish the handback
    roles: [any]
    guards:
      - {id: quiet, cel: "traffic.refused() == 0 || traffic.last_refused() < now - duration('168h')", says: Somebody still asks it., tag: product}
sections:
  - {title: Handback, fields: [title, systems]}
`

// refuse is a request of a system that was refused at once.
func (w *world) refuse(system counterfoil.ID, reason string) {
	w.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.clock.Now()
	e := counterfoil.Entry{
		Kind: counterfoil.KindIntent, ID: counterfoil.NewTimeID(now), Time: now.UnixMicro(), Intent: &counterfoil.Intent{System: system, Provider: "sandbox"},
		Outcome: &counterfoil.Outcome{Result: counterfoil.ResultRefused, Reason: reason},
	}
	at := counterfoil.Index(len(w.entries))
	w.entries, w.bodies = append(w.entries, e), append(w.bodies, nil)
	if err := w.index.Apply(w.Context(), []index.Item{{Index: at, Entry: &e}}, at+1); err != nil {
		w.Fatal(err)
	}
}

// TestConditionsSeeTraffic: a condition can ask whether a stopped system is still asked. It
// counts from when the system was let run last, and forgets by itself only then.
func TestConditionsSeeTraffic(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "handback.yaml"), []byte(quietKind), 0o600); err != nil {
		t.Fatal(err)
	}
	rules, faults := rulesWith(dir)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	w := newWorldOf(t, rules)
	owner := w.person("owner", "aims_manager")
	system, err := w.SetUp(t.Context(), register.Program, "system", "operating", register.Input{Values: kind.Values{"name": "Search", "owner": owner.Person.String()}})
	if err != nil {
		t.Fatal(err)
	}
	handback := func() *register.Record {
		return w.create(owner, "handback", kind.Values{"title": "Search ends", "systems": []string{system.ID.String()}})
	}
	back := handback()
	finishes := func(back *register.Record, want bool) {
		t.Helper()
		_, err := w.Move(t.Context(), owner, back.ID, "finish", register.Input{Version: back.Version})
		refused, ok := errors.AsType[*register.Refused](err)
		switch {
		case want && err != nil, !want && (!ok || refused.Reasons[0].Guard != "quiet"):
			t.Fatalf("finished: want %v, got %v", want, err)
		}
	}
	w.Observed = nil
	if _, err := w.Move(t.Context(), owner, back.ID, "finish", register.Input{Version: back.Version}); err == nil {
		t.Fatal("what nobody observes is taken for quiet")
	}
	w.Observed = w.index
	stop := func() {
		t.Helper()
		if system, err = w.Move(t.Context(), owner, system.ID, "suspend", register.Input{Version: system.Version, Reason: "It errs"}); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	w.refuse(system.ID, identity.ClosedDaily) // for another reason
	w.clock.Advance(time.Minute)
	w.refuse(system.ID, identity.ClosedSuspended)
	finishes(back, false)
	w.clock.Advance(6 * 24 * time.Hour)
	finishes(back, false)
	if system, err = w.Move(t.Context(), owner, system.ID, "resume", register.Input{Version: system.Version, Reason: "Mended"}); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(time.Minute)
	stop()
	w.refuse(counterfoil.NewID(), identity.ClosedSuspended) // another system
	finishes(handback(), true)                              // what was refused before it was let run again is over
	w.refuse(system.ID, identity.ClosedSuspended)
	finishes(back, false)
	w.clock.Advance(8 * 24 * time.Hour)
	finishes(back, true)
}
