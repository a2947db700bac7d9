// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package erasure

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/vault"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// TestSplit: however many keys go, each entry stays within its bound, names its
// keys in order, and counts what it erases itself.
func TestSplit(t *testing.T) {
	for _, n := range []int{1, mostIDs, mostIDs + 1, 5 * mostIDs} {
		p, s := &plan{}, &survey{payloads: map[counterfoil.ID]uint64{}}
		for range n {
			id := counterfoil.NewID()
			p.keys = append(p.keys, vault.WrappingKey{ID: id})
			s.payloads[id] = 3
		}
		bodies := split(counterfoil.Erasure{Scope: counterfoil.EraseRetention, Basis: strings.Repeat("b", 40), Class: strings.Repeat("c", 40), Before: 1 << 62}, p, nil, s)
		if want := (n + mostIDs - 1) / mostIDs; len(bodies) != want {
			t.Errorf("%d keys: %d entries, want %d", n, len(bodies), want)
		}
		var payloads uint64
		var keys []counterfoil.ID
		for i := range bodies {
			payloads += bodies[i].Payloads
			keys = append(keys, bodies[i].Keys...)
			bodies[i].Subject, bodies[i].Request, bodies[i].Approver = counterfoil.NewID(), counterfoil.NewID(), counterfoil.NewID()
			e := &counterfoil.Entry{Kind: counterfoil.KindErasure, Time: 1 << 62, ID: counterfoil.NewID(), Actor: counterfoil.NewID(), Erasure: &bodies[i]}
			if _, err := counterfoil.AppendEntry(nil, e); err != nil {
				t.Errorf("%d keys, entry %d: %v", n, i, err)
			}
		}
		if payloads != 3*uint64(n) || len(keys) != n {
			t.Errorf("%d keys: the entries name %d and count %d payloads", n, len(keys), payloads)
		}
	}
}

func TestDeadSegments(t *testing.T) {
	a, b, c, target := counterfoil.ID{1}, counterfoil.ID{2}, counterfoil.ID{3}, counterfoil.ID{4}
	of := func(keys ...counterfoil.ID) map[counterfoil.ID]bool {
		m := map[counterfoil.ID]bool{}
		for _, k := range keys {
			m[k] = true
		}
		return m
	}
	s := &survey{
		erasedKeys: of(a), erasedTargets: of(), written: 6,
		segments: map[uint32]*contents{
			0: {keys: of(a)},
			1: {keys: of(a, b)},
			2: {keys: of(a, c)},
			3: {keys: of(a), blank: []counterfoil.ID{target}},
			4: {keys: of(a), unknown: true},
			5: {keys: of(), blank: []counterfoil.ID{c}},
			6: {keys: of(a)}, // being written
		},
	}
	if got := s.dead([]counterfoil.ID{b}, []counterfoil.ID{target}); !slices.Equal(got, []uint64{0, 1, 3}) {
		t.Errorf("dead segments: %v", got)
	}
	// The next class of the same retention run: what was named is not named again.
	if got := s.dead([]counterfoil.ID{c}, nil); !slices.Equal(got, []uint64{2}) {
		t.Errorf("dead segments of the next class: %v", got)
	}
}

func TestRequestsAreChecked(t *testing.T) {
	person, date := Target{Person: counterfoil.ID{1}}, Target{Before: noon}
	for name, c := range map[string]struct {
		n     NewRequest
		field string // that must be corrected; "" for none
	}{
		"a person":         {NewRequest{person, "data_subject_request", "case 7"}, ""},
		"a code of theirs": {NewRequest{person, "works_council_2026", "case 7"}, ""},
		"up to now":        {NewRequest{date, "contract_end", "case 7"}, ""},
		"nothing":          {NewRequest{Target{}, "contract_end", "case 7"}, "target"},
		"two":              {NewRequest{Target{Person: counterfoil.ID{1}, Before: noon}, "contract_end", "case 7"}, "target"},
		"the future":       {NewRequest{Target{Before: noon.Add(1)}, "contract_end", "case 7"}, "target"},
		"no basis":         {NewRequest{person, "", "case 7"}, "basis"},
		"no code":          {NewRequest{person, "Because", "case 7"}, "basis"},
		"a long code":      {NewRequest{person, strings.Repeat("x", 41), "case 7"}, "basis"},
		"no reason":        {NewRequest{person, "contract_end", " \n"}, "reason"},
		"a long reason":    {NewRequest{person, "contract_end", strings.Repeat("ä", maxReason+1)}, "reason"},
		"no text":          {NewRequest{person, "contract_end", "\xff"}, "reason"},
	} {
		err := c.n.check(noon)
		f, _ := fault.As(err)
		if (err == nil) != (c.field == "") || f != nil && (len(f.Fields) != 1 || f.Fields[c.field] == "") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestHoldsInForce(t *testing.T) {
	for name, c := range map[string]struct {
		h    Hold
		want bool
	}{
		"without an end":  {Hold{}, true},
		"until later":     {Hold{Until: noon.Add(1)}, true},
		"until now":       {Hold{Until: noon}, false},
		"released":        {Hold{Released: noon.Add(-1)}, false},
		"released, later": {Hold{Until: noon.Add(time.Hour), Released: noon}, false},
	} {
		if got := c.h.InForce(noon); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
