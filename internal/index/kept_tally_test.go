// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestKeptFigures(t *testing.T) {
	x, _ := open(t)
	if err := x.Apply(t.Context(), history(), 4); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		at      Moment
		tallies []KeptTally
		naming  []KeptNamed
		spans   int
	}{
		{Moment{}, []KeptTally{{"closed", []string{"1", ""}, 1}, {"open", []string{"12", ""}, 1}}, nil, 4},
		{Moment{3}, []KeptTally{{"open", []string{"12", ""}, 1}, {"treated", []string{"20", ""}, 1}}, []KeptNamed{{"c", "treated", 1}}, 3},
		{Moment{1}, []KeptTally{{"open", []string{"3", "says 50%"}, 1}}, []KeptNamed{{"a", "open", 1}, {"b", "open", 1}}, 1},
	} {
		tallies, err := x.KeptTally(t.Context(), "risk", []string{"level", "note"}, test.at)
		if diff := cmp.Diff(test.tallies, tallies); diff != "" || err != nil {
			t.Errorf("at %d: %v (-want +got):\n%s", test.at.Next, err, diff)
		}
		naming, err := x.KeptNaming(t.Context(), "risk", "tags", test.at)
		if diff := cmp.Diff(test.naming, naming); diff != "" || err != nil {
			t.Errorf("at %d: %v (-want +got):\n%s", test.at.Next, err, diff)
		}
		spans, err := x.KeptSpans(t.Context(), "risk", []string{"level"}, test.at)
		if err != nil || len(spans) != test.spans {
			t.Errorf("at %d: %d versions, %v", test.at.Next, len(spans), err)
		}
	}
	spans, err := x.KeptSpans(t.Context(), "risk", []string{"level"}, Moment{})
	if want := (KeptSpan{0, 2, 0, "open", []string{"3"}}); err != nil || !cmp.Equal(spans[0], want) {
		t.Errorf("the first version is %+v, %v; want %+v", spans[0], err, want)
	}
}
