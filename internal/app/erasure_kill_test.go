// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/control"
	"github.com/counterfoil/counterfoil/internal/erasure"
	"github.com/counterfoil/counterfoil/internal/evidence"
)

// How a test tells the process it starts what to do.
const (
	dieIn    = "COUNTERFOIL_TEST_DIE_IN"    // directory of the house
	dieAt    = "COUNTERFOIL_TEST_DIE_AT"    // step at which it kills itself
	dieWhile = "COUNTERFOIL_TEST_DIE_WHILE" // id of the request it approves
)

// killDay is when the killed process and the ones after it run.
var killDay = time.Date(2026, 6, 10, 12, 0, 0, 0, time.UTC)

// TestKilledProcess is no test: it is the process that TestKilledBetweenSteps kills.
func TestKilledProcess(t *testing.T) {
	if os.Getenv(dieIn) == "" {
		t.Skip("only as a process of another test")
	}
	h := &house{t: t, dir: os.Getenv(dieIn), data: os.Getenv(dieIn) + "/data", config: os.Getenv(dieIn) + "/counterfoil.yaml"}
	o := h.options()
	o.Clock = clock.NewSet(killDay)
	o.reached = func(s erasure.Step) {
		if string(s) == os.Getenv(dieAt) {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {} // until the signal arrives
		}
	}
	a, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	_, err = service{a}.ApproveErasure(t.Context(), os.Getenv(dieWhile), noor, nothing)
	t.Fatalf("not killed; approved with %v", err)
}

// TestKilledBetweenSteps ends the process by SIGKILL behind every step of every
// kind of erasure. The next start ends what was begun, once.
func TestKilledBetweenSteps(t *testing.T) {
	all := func(steps ...erasure.Step) []erasure.Step { return steps }
	for name, c := range map[string]struct {
		what  func(ada, hers counterfoil.ID) control.NewErasure
		steps []erasure.Step
		bob   evidence.PayloadState // of his interaction, afterwards
	}{
		"person": {
			func(ada, _ counterfoil.ID) control.NewErasure { return control.NewErasure{Person: ada.String()} },
			all(erasure.StepApproved, erasure.StepRevoked, erasure.StepRecorded, erasure.StepDeleted, erasure.StepForgotten, erasure.StepApplied), readable,
		},
		"interaction": {
			func(_, hers counterfoil.ID) control.NewErasure { return control.NewErasure{Interaction: hers.String()} },
			all(erasure.StepApproved, erasure.StepRecorded, erasure.StepOverwritten, erasure.StepForgotten, erasure.StepApplied), readable,
		},
		"before": {
			func(counterfoil.ID, counterfoil.ID) control.NewErasure { return control.NewErasure{Before: killDay} },
			all(erasure.StepRecorded, erasure.StepDeleted, erasure.StepApplied, erasure.StepEmptied), erased,
		},
	} {
		for _, step := range c.steps {
			t.Run(name+" at "+string(step), func(t *testing.T) {
				t.Parallel()
				h := newHouse(t)
				h.config = h.write("counterfoil.yaml", shortMemory)
				now := clock.NewSet(time.Date(2026, 5, 10, 12, 0, 0, 0, time.UTC))
				a := h.openAt(now)
				administer(t, a)
				ada, _ := keyOf(t, a, "ada@example.com")
				bob, _ := keyOf(t, a, "bob@example.com")
				his, hers := converse(t, a, bob, "his"), converse(t, a, ada, "hers")
				if name == "before" { // segments that can be deleted
					for range 3 {
						converse(t, a, ada, randomText(400_000))
					}
				}
				now.Advance(killDay.Sub(now.Now()))
				asked := request(t, a, c.what(ada, hers))
				h.close(a)

				h.kill(step, asked.ID)
				b := h.openAt(clock.NewSet(killDay))
				if got := states(t, b, hers); got != erased {
					t.Errorf("hers: %+v", got)
				}
				if got := states(t, b, his); got != c.bob {
					t.Errorf("his: %+v", got)
				}
				out, err := service{b}.Erasure(t.Context(), asked.ID, nothing)
				if err != nil || out.State != "done" || out.DecidedBy != noor.As {
					t.Errorf("the request: %+v, %v", out, err)
				}
				named, segments := map[counterfoil.ID]int{}, 0
				for _, e := range erasures(t, b) {
					for _, id := range append(e.Erasure.Keys, e.Erasure.Targets...) {
						named[id]++
					}
					segments += len(e.Erasure.Segments)
				}
				for id, n := range named {
					if n != 1 {
						t.Errorf("%s is named by %d entries", id, n)
					}
				}
				if len(named) == 0 || name == "before" && step == erasure.StepEmptied && segments == 0 {
					t.Errorf("entries name %d keys and %d segments", len(named), segments)
				}
				if at, err := b.vault.Applied(t.Context()); err != nil || uint64(at) == 0 {
					t.Errorf("carried out up to %d, %v", at, err)
				}
				h.close(b)
				h.verify()
			})
		}
	}
}

// kill starts a process that approves a request and dies at a step.
func (h *house) kill(step erasure.Step, id string) {
	h.t.Helper()
	cmd := exec.CommandContext(h.t.Context(), os.Args[0], "-test.run=^TestKilledProcess$")
	cmd.Env = append(os.Environ(), dieIn+"="+h.dir, dieAt+"="+string(step), dieWhile+"="+id)
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(err.Error(), "killed") {
		h.t.Fatalf("the process ended with %v:\n%s", err, out)
	}
}
