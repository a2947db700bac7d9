// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/counterfoil/counterfoil"
)

func TestEvents(t *testing.T) {
	l := &log{}
	entry := func(k counterfoil.Kind, change func(*counterfoil.Entry)) {
		e := &counterfoil.Entry{Kind: k, Time: start.UnixMicro()}
		change(e)
		l.append(e)
	}
	entry(counterfoil.KindBoot, func(e *counterfoil.Entry) { e.Boot = &counterfoil.Boot{Version: "1.2", PrevSize: 9} })
	l.intent(start, nil)
	entry(counterfoil.KindConfig, func(e *counterfoil.Entry) { e.Config = &counterfoil.ConfigChange{Reason: "reload"} })
	entry(counterfoil.KindKey, func(e *counterfoil.Entry) { e.Key = &counterfoil.KeyEvent{Event: counterfoil.KeyRotated, Size: 3} })
	entry(counterfoil.KindErasure, func(e *counterfoil.Entry) {
		e.Erasure = &counterfoil.Erasure{Scope: counterfoil.ErasePerson, Payloads: 4}
	})
	entry(counterfoil.KindGap, func(e *counterfoil.Entry) { e.Gap = &counterfoil.Gap{Reason: "ledger_full", Requests: 5} })
	entry(counterfoil.KindAnchor, func(e *counterfoil.Entry) { e.Anchor = &counterfoil.Anchor{Type: counterfoil.AnchorRegistry, Size: 6} })
	entry(counterfoil.KindSeal, func(e *counterfoil.Entry) { e.Seal = &counterfoil.Seal{Epoch: "2026q3", Size: 7} })
	entry(counterfoil.KindSignal, func(e *counterfoil.Entry) {
		e.Signal = &counterfoil.Signal{Name: "ledger_self_check", Verdict: counterfoil.VerdictFailed, Count: 8}
	})
	x, _ := open(t)
	apply(t, x, l.items)

	brief := func(f EventFilter) []string {
		events, err := x.Events(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, e := range events {
			if e.Leaf != leaf(e.Entry) || e.Time != start.UnixMicro() {
				t.Errorf("event %d: leaf %s, time %d", e.Entry, e.Leaf, e.Time)
			}
			line := e.Kind.String() + " " + e.Code
			if e.Bad {
				line += " bad"
			}
			out = append(out, line)
		}
		return out
	}
	all := []string{
		"signal ledger_self_check bad", "seal 2026q3", "anchor registry", "gap ledger_full", "erasure person", "key rotated", "config reload", "boot 1.2",
	}
	tests := []struct {
		name string
		f    EventFilter
		want []string
	}{
		{"all, newest first, no interaction", EventFilter{}, all},
		{"two kinds", EventFilter{Kinds: []counterfoil.Kind{counterfoil.KindSeal, counterfoil.KindGap}}, []string{"seal 2026q3", "gap ledger_full"}},
		{"a code", EventFilter{Kinds: []counterfoil.Kind{counterfoil.KindKey}, Code: "rotated"}, []string{"key rotated"}},
		{"a page", EventFilter{Before: 7, Limit: 2}, all[2:4]},
		{"none", EventFilter{Kinds: []counterfoil.Kind{counterfoil.KindDrill}}, nil},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, brief(tt.f)); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", tt.name, diff)
		}
	}
	events, err := x.Events(t.Context(), EventFilter{Limit: 1, Kinds: []counterfoil.Kind{counterfoil.KindErasure}})
	if err != nil || len(events) != 1 || events[0].Count != 4 {
		t.Errorf("erasure: %+v, %v", events, err)
	}
}
