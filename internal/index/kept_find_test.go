// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"fmt"
	"slices"
	"testing"
)

func TestFindKept(t *testing.T) {
	x, _ := open(t)
	items := append(history(),
		keptItem(4, some(3), 1, Kept{Serial: 3, State: "open", Title: "100% wrong", Owner: some(5), Due: 900, Body: fmt.Appendf(nil, `{"values":{},"offer":{"to":%q}}`, some(4))}),
		keptItem(5, some(4), 1, Kept{Serial: 4, State: "open", Title: "Drift", Owner: some(5)}),
	)
	if err := x.Apply(t.Context(), items, 6); err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	for name, c := range map[string]struct {
		find func() ([]Kept, error)
		want []uint64
	}{
		"owned with a deadline": {func() ([]Kept, error) { return x.KeptOwned(ctx, some(5), 900, 9, Moment{}) }, []uint64{2, 3}},
		"owned, due until 77":   {func() ([]Kept, error) { return x.KeptOwned(ctx, some(5), 77, 9, Moment{}) }, []uint64{2}},
		"owned":                 {func() ([]Kept, error) { return x.KeptOwned(ctx, some(5), 0, 9, Moment{}) }, []uint64{4, 2, 3}},
		"owned before":          {func() ([]Kept, error) { return x.KeptOwned(ctx, some(5), 0, 9, Moment{Next: 3}) }, []uint64{2}},
		"waiting":               {func() ([]Kept, error) { return x.KeptWaiting(ctx, "risk", "open", 2) }, []uint64{2, 3}},
		"offered":               {func() ([]Kept, error) { return x.KeptOffered(ctx, some(4), 9) }, []uint64{3}},
		"offered to nobody":     {func() ([]Kept, error) { return x.KeptOffered(ctx, some(5), 9) }, nil},
		"titled":                {func() ([]Kept, error) { return x.KeptTitled(ctx, "risk", "LEAK", 9) }, []uint64{1}},
		"titled with a sign":    {func() ([]Kept, error) { return x.KeptTitled(ctx, "risk", "0%", 9) }, []uint64{3}},
		"recent":                {func() ([]Kept, error) { return x.KeptRecent(ctx, 2, Moment{}) }, []uint64{4, 3}},
		"recent before":         {func() ([]Kept, error) { return x.KeptRecent(ctx, 9, Moment{Next: 3}) }, []uint64{1, 2}},
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
	if newest, err := x.KeptNewest(ctx); err != nil || newest != 5 {
		t.Errorf("the newest version is of entry %d: %v", newest, err)
	}
}
