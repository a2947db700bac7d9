// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/counterfoil/counterfoil"
)

var everyMoment = []Moment{{}, {Next: 3}}

// everyKeptFilter has each condition with each order, in the present and the past.
func everyKeptFilter() []KeptFilter {
	var list []KeptFilter
	for _, at := range everyMoment {
		for _, sort := range []string{"", "due", "time", "state", "title", "number", "level"} {
			for _, after := range []KeptCursor{{}, {"x", 1}} {
				list = append(list,
					KeptFilter{Kind: "risk", At: at, Sort: sort, After: after, Limit: 2},
					KeptFilter{
						Kind: "risk", At: at, Sort: sort, After: after, Limit: 2, Down: true, States: []string{"open"}, Owner: some(1), Due: 9, Text: `50%_\`,
						Fields: []KeptCondition{{"tags", []string{"a", "b"}}}, Links: some(2),
					})
			}
		}
	}
	return list
}

// keptItem is a saved version of a record, for entry at.
func keptItem(at int, id counterfoil.ID, version uint64, k Kept) Item {
	k.Entry, k.ID, k.Version, k.Time = counterfoil.Index(at), id, version, int64(1000*at)
	k.Kind, k.Number = "risk", fmt.Sprintf("R-%03d", k.Serial)
	if k.Body == nil {
		k.Body = []byte(`{"values":{}}`)
	}
	return Item{
		Index: k.Entry, Leaf: leaf(counterfoil.Index(at)), Wrap: k.Wrap, Kept: &k,
		Entry: &counterfoil.Entry{Kind: counterfoil.KindRecord, ID: id, Time: k.Time, Record: &counterfoil.Record{Type: "risk", Version: version, Transition: k.Move}},
	}
}

// history is two records: one saved thrice, with a link and a field that change.
func history() []Item {
	return []Item{
		keptItem(0, some(1), 1, Kept{Serial: 1, State: "open", Title: "Leak", Body: []byte(`{"values":{"level":3,"tags":["a","b"],"note":"says 50%"}}`), Links: []KeptLink{{"system", some(9)}}}),
		keptItem(1, some(2), 1, Kept{Serial: 2, State: "open", Title: "Bias", Owner: some(5), Due: 77, Body: []byte(`{"values":{"level":12}}`)}),
		keptItem(2, some(1), 2, Kept{Serial: 1, State: "treated", Title: "Leak", Body: []byte(`{"values":{"level":20,"tags":["c"]}}`), Links: []KeptLink{{"system", some(8)}}}),
		keptItem(3, some(1), 3, Kept{Serial: 1, State: "closed", Title: "Leak of names", Wrap: some(6), Body: []byte(`{"values":{"level":1}}`)}),
	}
}

func TestKeptMoments(t *testing.T) {
	x, _ := open(t)
	if err := x.Apply(t.Context(), history(), 4); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		at    Moment
		state string
		links []counterfoil.ID // targets of which record 1 is a source
		open  uint64
	}{
		{Moment{1}, "open", []counterfoil.ID{some(9)}, 1},
		{Moment{2}, "open", []counterfoil.ID{some(9)}, 2},
		{Moment{3}, "treated", []counterfoil.ID{some(8)}, 1},
		{Moment{4}, "closed", nil, 1},
		{Moment{}, "closed", nil, 1},
	} {
		k, err := x.KeptRecord(t.Context(), some(1), test.at)
		if err != nil || k.State != test.state {
			t.Errorf("at %d: %+v, %v; want %s", test.at.Next, k, err, test.state)
		}
		var links []counterfoil.ID
		for _, target := range []counterfoil.ID{some(8), some(9)} {
			if other, err := x.KeptLinksTo(t.Context(), target, "system", test.at); err != nil || len(other) > 0 {
				t.Errorf("at %d, links of another kind: %v, %v", test.at.Next, other, err)
			}
			list, err := x.KeptLinksTo(t.Context(), target, "risk", test.at)
			if err != nil {
				t.Fatal(err)
			}
			for range list {
				links = append(links, target)
			}
		}
		if diff := cmp.Diff(test.links, links); diff != "" {
			t.Errorf("at %d, links (-want +got):\n%s", test.at.Next, diff)
		}
		counts, err := x.KeptCounts(t.Context(), "risk", test.at)
		if err != nil {
			t.Fatal(err)
		}
		got := uint64(0)
		for _, c := range counts {
			if c.State == "open" {
				got = c.N
			}
		}
		if got != test.open {
			t.Errorf("at %d: %d open, want %d", test.at.Next, got, test.open)
		}
	}
	if m, err := x.MomentAt(t.Context(), 2500); err != nil || m != (Moment{3}) {
		t.Errorf("moment %v, %v", m, err)
	}
	if k, err := x.KeptRecord(t.Context(), some(2), Moment{1}); !errors.Is(err, ErrNotFound) {
		t.Errorf("a record before it was made: %+v, %v", k, err)
	}
}

func TestKeptFilters(t *testing.T) {
	x, _ := open(t)
	if err := x.Apply(t.Context(), history(), 4); err != nil {
		t.Fatal(err)
	}
	early := Moment{2}
	for name, test := range map[string]struct {
		filter KeptFilter
		want   []uint64 // serials
	}{
		"all":                 {KeptFilter{}, []uint64{1, 2}},
		"down":                {KeptFilter{Down: true}, []uint64{2, 1}},
		"state":               {KeptFilter{States: []string{"open"}}, []uint64{2}},
		"state, early":        {KeptFilter{States: []string{"open"}, At: early}, []uint64{1, 2}},
		"owner":               {KeptFilter{Owner: some(5)}, []uint64{2}},
		"due":                 {KeptFilter{Due: 77}, []uint64{2}},
		"not yet due":         {KeptFilter{Due: 76}, nil},
		"title":               {KeptFilter{Text: "leak of"}, []uint64{1}},
		"number":              {KeptFilter{Text: "r-002"}, []uint64{2}},
		"text, early":         {KeptFilter{Text: "50%", At: early}, []uint64{1}},
		"text is no pattern":  {KeptFilter{Text: "5_%", At: early}, nil},
		"member":              {KeptFilter{Fields: []KeptCondition{{"tags", []string{"x", "b"}}}, At: early}, []uint64{1}},
		"member, now":         {KeptFilter{Fields: []KeptCondition{{"tags", []string{"b"}}}}, nil},
		"a number":            {KeptFilter{Fields: []KeptCondition{{"level", []string{"12"}}}}, []uint64{2}},
		"links":               {KeptFilter{Links: some(9), At: early}, []uint64{1}},
		"by a number":         {KeptFilter{Sort: "level"}, []uint64{1, 2}},
		"by a number, early":  {KeptFilter{Sort: "level", Down: true, At: early}, []uint64{2, 1}},
		"by a missing number": {KeptFilter{Sort: "nothing"}, []uint64{1, 2}},
	} {
		test.filter.Kind = "risk"
		for _, limit := range []int{1, 10} { // page by page and at once
			test.filter.Limit, test.filter.After = limit, KeptCursor{}
			var got []uint64
			for {
				page, err := x.KeptList(t.Context(), test.filter)
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				for _, k := range page.Rows {
					got = append(got, k.Serial)
				}
				if test.filter.After = page.Next; test.filter.After.Zero() {
					break
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("%s, %d a page (-want +got):\n%s", name, limit, diff)
			}
		}
		if n, err := x.KeptCount(t.Context(), test.filter); err != nil || n != uint64(len(test.want)) {
			t.Errorf("%s: counted %d, %v", name, n, err)
		}
	}
}

// TestLinksAreNoWords: what a record links to is not found by a part of its id. An id
// that somebody wrote down is.
func TestLinksAreNoWords(t *testing.T) {
	x, _ := open(t)
	linked, noted := some(0xbe), some(0xda).String()
	body := fmt.Appendf(nil, `{"values":{"owner":%q,"systems":[%[1]q],"rows":[{"by":%[1]q,"what":"A bed"}],"note":%q}}`, linked.String(), noted)
	item := keptItem(0, some(1), 1, Kept{Serial: 1, State: "open", Body: body, Links: []KeptLink{{"owner", linked}, {"systems", linked}, {"rows.by", linked}}})
	if err := x.Apply(t.Context(), []Item{item}, 1); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]uint64{"bed": 1, "r-001": 1, noted: 1, linked.String()[:3]: 0} {
		if n, err := x.KeptCount(t.Context(), KeptFilter{Kind: "risk", Text: text}); err != nil || n != want {
			t.Errorf("%q is found %d times, %v", text, n, err)
		}
	}
	if n, err := x.KeptCount(t.Context(), KeptFilter{Kind: "risk", Fields: []KeptCondition{{"systems", []string{linked.String()}}}}); err != nil || n != 1 {
		t.Errorf("by the field: %d, %v", n, err)
	}
}

// TestKeptInOrder: a list sorted by numbers with and without a fraction, or by what is
// yes or no, has every record once and in order, page by page.
func TestKeptInOrder(t *testing.T) {
	x, _ := open(t)
	var items []Item
	for i, values := range []string{`{"share":3.5,"done":true}`, `{"share":3,"done":false}`, `{"share":12,"done":true}`, `{"share":2.25}`, `{"done":true}`} {
		items = append(items, keptItem(i, some(byte(i+1)), 1, Kept{Serial: uint64(i + 1), State: "open", Body: []byte(`{"values":` + values + `}`)}))
	}
	if err := x.Apply(t.Context(), items, counterfoil.Index(len(items))); err != nil {
		t.Fatal(err)
	}
	for field, want := range map[string][]uint64{"share": {5, 4, 2, 1, 3}, "done": {4, 2, 1, 3, 5}} {
		for _, down := range []bool{false, true} {
			f := KeptFilter{Kind: "risk", Sort: field, Down: down, Limit: 1}
			var got []uint64
			for len(got) <= len(items) {
				page, err := x.KeptList(t.Context(), f)
				if err != nil {
					t.Fatal(err)
				}
				for _, k := range page.Rows {
					got = append(got, k.Serial)
				}
				if f.After = page.Next; f.After.Zero() {
					break
				}
			}
			if down {
				slices.Reverse(got)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("by %s, down %t (-want +got):\n%s", field, down, diff)
			}
		}
	}
}

func TestForgetKept(t *testing.T) {
	x, _ := open(t)
	items := append(history(), Item{Index: 4, Leaf: leaf(4), Entry: &counterfoil.Entry{Kind: counterfoil.KindErasure, Erasure: &counterfoil.Erasure{Scope: counterfoil.EraseSegments, Keys: []counterfoil.ID{some(6)}}}})
	if err := x.Apply(t.Context(), items, 5); err != nil {
		t.Fatal(err)
	}
	if k, err := x.KeptRecord(t.Context(), some(1), Moment{4}); !errors.Is(err, ErrNotFound) {
		t.Errorf("the erased version is there: %+v, %v", k, err)
	}
	if k, err := x.KeptRecord(t.Context(), some(1), Moment{3}); err != nil || k.State != "treated" {
		t.Errorf("the version before it: %+v, %v", k, err)
	}
}
