// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"net/http"
	"strings"
	"testing"

	"github.com/counterfoil/counterfoil/internal/identity"
)

// TestDataClasses: personal data reach the provider of no system that was approved for
// others only, not even masked.
func TestDataClasses(t *testing.T) {
	for name, test := range map[string]struct {
		data   []string
		status int
	}{
		"declares nothing":      {nil, http.StatusOK},
		"approved for personal": {[]string{"internal", "personal"}, http.StatusOK},
		"approved for special":  {[]string{"special"}, http.StatusOK},
		"approved for others":   {[]string{"public", "internal"}, http.StatusForbidden},
	} {
		s := newStage(t, "")
		s.system(func(system *identity.System) { system.Data = test.data })
		got := s.post("/openai/v1/chat/completions", prompt("echo", "Write to "+anEmail, false))
		if got.status != test.status || (got.status == http.StatusForbidden) != strings.Contains(got.body, "data-declared") {
			t.Errorf("%s: %d, %s", name, got.status, got.body)
		}
	}
}

// system changes the system of the stage.
func (s *stage) system(change func(*identity.System)) {
	system := s.state.Snapshot.Systems()[0]
	change(&system)
	s.state.Snapshot = identity.NewSnapshot([]identity.System{system}, s.state.Snapshot.People(), s.state.Snapshot.Keys())
}

// TestRulesSeeTheRegister: each fact reaches the rules, of the model that was asked for.
func TestRulesSeeTheRegister(t *testing.T) {
	rule := func(when string) string {
		return "version: 1\nrules:\n  - id: register\n    title: T\n    owner: O\n    controls: [A.4.2]\n    when: 'request.stream || (" + when +
			")'\n    effect: block\n    message: M\n    examples:\n      - {name: none, hit: false, given: {}}\n      - {name: streamed, hit: true, given: {request: {stream: true}}}\n"
	}
	for when, blocked := range map[string]bool{
		`system.state == "piloting"`:                      true,
		`system.tier == "high"`:                           true,
		`"secret" in system.data_classes`:                 true,
		`model.registered && supplier.approved`:           true,
		`supplier.approved && !model.registered`:          false,
		`person.trained`:                                  true,
		`system.state == "operating" && model.registered`: false,
	} {
		s := newStage(t, rule(when))
		person := identity.Person{ID: s.state.Snapshot.Keys()[0].Person, Trained: true}
		s.state.Snapshot = identity.NewSnapshot(s.state.Snapshot.Systems(), []identity.Person{person}, s.state.Snapshot.Keys())
		s.system(func(system *identity.System) {
			system.State, system.Tier, system.Data = "piloting", "high", []string{"secret"}
			system.Models, system.Uses = []string{"other", "echo*"}, []identity.Use{{}, {Registered: true, Supplied: true}}
		})
		got := s.post("/openai/v1/chat/completions", prompt("echo-1", "hello", false))
		if (got.status == http.StatusForbidden) != blocked {
			t.Errorf("%s: %d, %s", when, got.status, got.body)
		}
	}
}
