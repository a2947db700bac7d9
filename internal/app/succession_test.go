// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/control"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/ledger"
)

func (h *house) succeed(q Succession) []Continued {
	h.t.Helper()
	done, err := Succeed(h.t.Context(), h.options(), q)
	if err != nil {
		h.t.Fatal(err)
	}
	return done
}

// enter has the registry take in the node's log, as a server does.
func enter(t *testing.T, a *App) {
	t.Helper()
	if err := a.rounds.Enter(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestSuccessionBetweenTheLogs: a crash came when the node's log went on and the
// registry's did not yet. Nothing opens; the next call finishes the one and leaves the
// other; and texts from before open, and can be erased.
func TestSuccessionBetweenTheLogs(t *testing.T) {
	h := newHouse(t)
	a := h.open()
	administer(t, a)
	ada, _ := keyOf(t, a, "ada@example.com")
	said := converse(t, a, ada, "from before")
	enter(t, a)
	h.close(a)

	o := h.options()
	o.Clock = clock.System{}
	cfg, err := loadConfig(o)
	if err != nil {
		t.Fatal(err)
	}
	r := o.registryConfig()
	s := succeeding{node: o.nodeConfig(cfg), registry: r.LedgerConfig(), keys: filepath.Join(h.data, "keys"), q: Succession{Node: true, Registry: true}}
	if err := s.begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.begun[0].Finish(t.Context()); err != nil {
		t.Fatal(err)
	}
	if a, err := Open(t.Context(), h.options()); !errors.Is(err, ledger.ErrUnfinished) {
		t.Fatalf("opened %v with %v", a != nil, err)
	}
	done := h.succeed(Succession{Node: true, Registry: true})
	if len(done) != 1 || done[0].Log != "registry" || !strings.HasSuffix(done[0].Origin, "/registry") {
		t.Fatalf("%+v", done)
	}

	a = h.open()
	if got := states(t, a, said); got != readable {
		t.Errorf("%+v", got)
	}
	if name := done[0].Origin; name != a.ledger.Origin()+"/registry" {
		t.Errorf("the registry is %s", name)
	}
	erase(t, a, control.NewErasure{Person: ada.String()})
	if got := states(t, a, said); got != erased {
		t.Errorf("%+v", got)
	}
	h.close(a)
	if r := h.verify(); len(r.Successions) != 1 {
		t.Errorf("%+v", r.Successions)
	}
}

// TestSuccessionOfABrokenRegistry: the ledger is marked before it shows that the registry
// is damaged. It says so, and once the registry is put right the same call finishes both.
func TestSuccessionOfABrokenRegistry(t *testing.T) {
	h := newHouse(t)
	a := h.open()
	administer(t, a)
	enter(t, a)
	h.close(a)
	segment := filepath.Join(h.data, "registry", counterfoil.SegmentName(0))
	sound, err := os.ReadFile(segment)
	if err != nil {
		t.Fatal(err)
	}
	broken := slices.Clone(sound)
	broken[counterfoil.SegmentHeaderBytes+20] ^= 1
	if err := os.WriteFile(segment, broken, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = Succeed(t.Context(), h.options(), Succession{Node: true, Registry: true})
	if fault.KindOf(err) != fault.KindConflict || !errors.Is(err, ledger.ErrDamaged) || !strings.Contains(err.Error(), "does not start before this is finished") {
		t.Fatalf("with a broken registry: %v", err)
	}
	if err := os.WriteFile(segment, sound, 0o600); err != nil {
		t.Fatal(err)
	}
	if a, err := Open(t.Context(), h.options()); !errors.Is(err, ledger.ErrUnfinished) {
		t.Fatalf("opened %v with %v", a != nil, err)
	}
	if done := h.succeed(Succession{Node: true, Registry: true}); len(done) != 2 {
		t.Errorf("%+v", done)
	}
	h.close(h.open())
	h.verify()
}

// TestRegistryIsTheNewer: only the ledger's disk was lost. The registry keeps its name,
// and what it knows of the former log stays in sight and is no fault.
func TestRegistryIsTheNewer(t *testing.T) {
	h := newHouse(t)
	a := h.open()
	administer(t, a)
	enter(t, a)
	h.close(a)
	copied := filepath.Join(h.dir, "copied")
	for _, part := range []string{"ledger", "payload"} {
		if err := os.CopyFS(filepath.Join(copied, part), os.DirFS(filepath.Join(h.data, part))); err != nil {
			t.Fatal(err)
		}
	}
	a = h.open()
	addSystem(t, a, "Lost")
	enter(t, a)
	registry := a.registry.Origin()
	h.close(a)
	for _, part := range []string{"ledger", "payload"} {
		if err := errors.Join(os.RemoveAll(filepath.Join(h.data, part)), os.Rename(filepath.Join(copied, part), filepath.Join(h.data, part))); err != nil {
			t.Fatal(err)
		}
	}

	done := h.succeed(Succession{Node: true, Origin: "node.example"})
	a = h.open()
	addSystem(t, a, "Again")
	enter(t, a)
	if a.ledger.Origin() != "node.example" || a.registry.Origin() != registry {
		t.Errorf("%s, %s", a.ledger.Origin(), a.registry.Origin())
	}
	h.close(a)
	r := h.verify()
	if len(r.Successions) != 1 || r.Successions[0].Signed != done[0].Entry+done[0].Lost || r.Registry.Heads < 2 {
		t.Errorf("%+v, lost %d: %+v", r.Successions, done[0].Lost, r.Registry)
	}
	if !strings.Contains(strings.Join(r.Unchecked, "\n"), "are lost") {
		t.Errorf("%q", r.Unchecked)
	}
}

// TestCompromiseRefused: what would say nothing, or the wrong thing, is not recorded.
func TestCompromiseRefused(t *testing.T) {
	h := newHouse(t)
	a := h.open()
	administer(t, a)
	enter(t, a)
	first, size := a.ledger.VerifierKey(), a.ledger.Size()
	compromised := func(q control.Compromise) error { _, err := service{a}.Compromised(t.Context(), q); return err }
	if err := compromised(control.Compromise{Size: 1}); fault.KindOf(err) != fault.KindConflict || !strings.Contains(err.Error(), "succeed --reason compromised --log node") {
		t.Errorf("of the key in force: %v", err)
	}
	h.close(a)
	h.succeed(Succession{Node: true, Registry: true})
	a = h.open()
	for _, c := range []struct {
		name string
		q    control.Compromise
		kind fault.Kind
		text string
	}{
		{"the key in force", control.Compromise{Key: a.ledger.VerifierKey(), Size: 1}, fault.KindConflict, "signs this log"},
		{"a key that never was", control.Compromise{Key: "nobody+1+A", Size: 1}, fault.KindInvalid, "never had this key"},
		{"above its end", control.Compromise{Size: size + 50}, fault.KindInvalid, "says nothing"},
		{"no witness", control.Compromise{AtLastCosigned: true}, fault.KindConflict, "No witness"},
		{"no witness of the registry", control.Compromise{WhichLog: control.WhichLog{Registry: true}, AtLastCosigned: true}, fault.KindConflict, "No witness"},
	} {
		if err := compromised(c.q); fault.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if err := compromised(control.Compromise{Key: first, Size: size}); err != nil {
		t.Fatal(err)
	}
	h.close(a)
	h.verify()
}
