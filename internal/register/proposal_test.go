// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"testing"

	"github.com/counterfoil/counterfoil/internal/standard"
)

// TestProposal: yes only when a signal of every question passes, and nothing where none
// shows anything.
func TestProposal(t *testing.T) {
	pass, fail, none := Reading{Verdict: standard.VerdictPass}, Reading{Verdict: standard.VerdictFail}, Reading{Verdict: standard.VerdictNoData}
	warn := Reading{Verdict: standard.VerdictWarn}
	two := []standard.Question{{ID: "Q1", Auto: "a"}, {ID: "Q2", Auto: "b"}}
	for name, c := range map[string]struct {
		questions []standard.Question
		readings  map[string]Reading
		want      string
	}{
		"all pass":         {two, map[string]Reading{"a": pass, "b": pass}, "yes"},
		"one warns":        {two, map[string]Reading{"a": pass, "b": warn}, "partly"},
		"one fails":        {two, map[string]Reading{"a": pass, "b": fail}, "partly"},
		"all fail":         {two, map[string]Reading{"a": fail, "b": fail}, "no"},
		"one unknown":      {two, map[string]Reading{"a": pass}, "partly"},
		"one without data": {two, map[string]Reading{"a": pass, "b": none}, "partly"},
		"none with data":   {two, map[string]Reading{"a": none, "b": none}, ""},
		"no signal at all": {[]standard.Question{{ID: "Q1"}, {ID: "Q2"}}, nil, ""},
		"one for a person": {[]standard.Question{{ID: "Q1", Auto: "a"}, {ID: "Q2"}}, map[string]Reading{"a": pass}, "partly"},
	} {
		if got, why := proposal(c.questions, c.readings); got != c.want || (got == "") != (why == "") {
			t.Errorf("%s: %q, %s", name, got, why)
		}
	}
}
