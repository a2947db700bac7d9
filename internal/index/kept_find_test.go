// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/counterfoil/counterfoil"
)

func TestFindKept(t *testing.T) {
	x, _ := open(t)
	items := append(history(),
		keptItem(4, some(3), 1, Kept{Serial: 3, State: "open", Title: "100% wrong", Owner: some(5), Due: 900, Body: fmt.Appendf(nil, `{"values":{},"offer":{"to":%q}}`, some(4))}),
		keptItem(5, some(4), 1, Kept{Serial: 4, State: "open", Title: "Drift", Owner: some(5), Links: []KeptLink{{"system", some(7)}}}),
	)
	if err := x.Apply(t.Context(), items, 6); err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	placed := func(places []KeptPlace, err error) ([]Kept, error) {
		var list []Kept
		for _, p := range places {
			k, err := x.KeptAt(ctx, p.Entry)
			if err != nil || k.ID != p.ID {
				t.Errorf("at %d: %+v, %v", p.Entry, k, err)
				continue
			}
			list = append(list, *k)
		}
		return list, err
	}
	for name, c := range map[string]struct {
		find func() ([]Kept, error)
		want []uint64
	}{
		"due":          {func() ([]Kept, error) { return placed(x.KeptDue(ctx, some(5), 900, 9, Moment{})) }, []uint64{2, 3}},
		"due until 77": {func() ([]Kept, error) { return placed(x.KeptDue(ctx, some(5), 77, 9, Moment{})) }, []uint64{2}},
		"due before":   {func() ([]Kept, error) { return placed(x.KeptDue(ctx, some(5), 900, 9, Moment{Next: 3})) }, []uint64{2}},
		"waiting":      {func() ([]Kept, error) { return placed(x.KeptWaiting(ctx, KeptWait{Kind: "risk", State: "open"}, 2)) }, []uint64{2, 3}},
		"waiting, owned": {func() ([]Kept, error) {
			return placed(x.KeptWaiting(ctx, KeptWait{Kind: "risk", State: "open", Owner: some(5)}, 9))
		}, []uint64{2, 3, 4}},
		"waiting, linking": {func() ([]Kept, error) {
			return placed(x.KeptWaiting(ctx, KeptWait{Kind: "risk", State: "open", Links: some(7)}, 9))
		}, []uint64{4}},
		"waiting, linked": {func() ([]Kept, error) {
			return placed(x.KeptWaiting(ctx, KeptWait{Kind: "risk", State: "open", Links: some(9)}, 9))
		}, nil},
		"offered":            {func() ([]Kept, error) { return placed(x.KeptOffered(ctx, some(4), 9)) }, []uint64{3}},
		"offered to nobody":  {func() ([]Kept, error) { return placed(x.KeptOffered(ctx, some(5), 9)) }, nil},
		"since":              {func() ([]Kept, error) { return x.KeptSince(ctx, 4, 9) }, []uint64{3, 4}},
		"titled":             {func() ([]Kept, error) { return x.KeptTitled(ctx, "risk", "LEAK", 9) }, []uint64{1}},
		"titled with a sign": {func() ([]Kept, error) { return x.KeptTitled(ctx, "risk", "0%", 9) }, []uint64{3}},
		"recent":             {func() ([]Kept, error) { return x.KeptRecent(ctx, 2, Moment{}) }, []uint64{4, 3}},
		"recent before":      {func() ([]Kept, error) { return x.KeptRecent(ctx, 9, Moment{Next: 3}) }, []uint64{1, 2}},
	} {
		rows, err := c.find()
		var got []uint64
		for _, r := range rows {
			got = append(got, r.Serial)
		}
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v: %v", name, got, c.want, err)
		}
	}
	if next, err := x.KeptNext(ctx); err != nil || next != 6 {
		t.Errorf("the next version is of entry %d or later: %v", next, err)
	}
	before := x.KeptRewritten()
	erasure := Item{Index: 6, Entry: &counterfoil.Entry{Kind: counterfoil.KindErasure, Erasure: &counterfoil.Erasure{}}}
	if err := x.Apply(ctx, []Item{erasure}, 7); err != nil || x.KeptRewritten() == before {
		t.Errorf("an erasure is not told: %v", err)
	}
}

// TestKeptNames: how records were called, and values of theirs, are those that stood at
// the moment; a short name is found while a record has it.
func TestKeptNames(t *testing.T) {
	x, _ := open(t)
	body := func(slug string) []byte {
		return fmt.Appendf(nil, `{"made":{"at":"2026-11-24T10:00:00Z"},"values":{"slug":%q,"unit":%q,"builtin":true}}`, slug, strings.Repeat("é", 80))
	}
	made := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC).UnixMicro()
	items := []Item{
		keptItem(0, some(1), 1, Kept{Serial: 1, State: "open", Title: "Letters", Owner: some(5), Body: body("letters")}),
		keptItem(1, some(2), 1, Kept{Serial: 2, State: "open", Title: "Bias"}),
		keptItem(2, some(1), 2, Kept{Serial: 1, State: "closed", Title: "Mail", Body: body("mail")}),
	}
	if err := x.Apply(t.Context(), items, 3); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		at   Moment
		want []KeptName
	}{
		{Moment{1}, []KeptName{{some(1), 1, "open", some(5), "Letters", "letters", made}}},
		{Moment{2}, []KeptName{{some(1), 1, "open", some(5), "Letters", "letters", made}, {ID: some(2), Serial: 2, State: "open", Title: "Bias"}}},
		{Moment{}, []KeptName{{some(1), 1, "closed", counterfoil.ID{}, "Mail", "mail", made}, {ID: some(2), Serial: 2, State: "open", Title: "Bias"}}},
	} {
		names, err := x.KeptNames(t.Context(), "risk", test.at)
		if diff := cmp.Diff(test.want, names); diff != "" || err != nil {
			t.Errorf("at %d: %v (-want +got):\n%s", test.at.Next, err, diff)
		}
	}
	parts, err := x.KeptParts(t.Context(), "risk", []string{"unit", "builtin"}, Moment{})
	want := []KeptParts{{some(1), 1, "closed", made, []string{strings.Repeat("é", 50), "1"}}, {some(2), 2, "open", 0, []string{"", ""}}}
	if diff := cmp.Diff(want, parts); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	for slug, there := range map[string]bool{"letters": false, "mail": true, "": false} {
		if k, err := x.KeptSlugged(t.Context(), "risk", slug); (err == nil) != there || there && k.ID != some(1) {
			t.Errorf("%q: %+v, %v", slug, k, err)
		}
	}
}
