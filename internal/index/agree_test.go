// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/counterfoil/counterfoil"
)

// TestCheck holds rows against the entries they were made from, before and after
// somebody edited them.
func TestCheck(t *testing.T) {
	l := sample()
	l.append(&counterfoil.Entry{Kind: counterfoil.KindSeal, Time: 1, Seal: &counterfoil.Seal{Epoch: "2026q3", Size: 8}})
	x, _ := open(t)
	apply(t, x, l.items)
	tests := []struct {
		name        string
		item, later int // entries; later 0: none
		edit        string
		want        []string
	}{
		{"of two entries", 1, 3, "UPDATE interactions SET status = 500, rule = 'x' WHERE intent_index = 1", []string{"rule", "status"}},
		{"of one entry", 2, 0, "UPDATE interactions SET outcome_leaf = zeroblob(32) WHERE intent_index = 2", []string{"outcome_leaf"}},
		{"while it is open", 7, 0, "UPDATE interactions SET model = 'other' WHERE intent_index = 7", []string{"model"}},
		{"that is gone", 6, 0, "DELETE FROM interactions WHERE intent_index = 6", []string{"row"}},
		{"of an event", 8, 0, "UPDATE events SET count = 9", []string{"count"}},
	}
	for _, tt := range tests {
		var later *Item
		if tt.later > 0 {
			later = &l.items[tt.later]
		}
		if columns, err := x.Check(t.Context(), l.items[tt.item], later); err != nil || len(columns) > 0 {
			t.Errorf("%s, as made: %v, %v", tt.name, columns, err)
		}
		if _, err := x.file.write.Exec(tt.edit); err != nil {
			t.Fatal(err)
		}
		columns, err := x.Check(t.Context(), l.items[tt.item], later)
		slices.Sort(columns)
		if err != nil || cmp.Diff(tt.want, columns) != "" {
			t.Errorf("%s, edited: %v, %v; want %v", tt.name, columns, err, tt.want)
		}
	}
	ahead := Item{Index: counterfoil.Index(len(l.items)), Entry: l.items[8].Entry}
	if columns, err := x.Check(t.Context(), ahead, nil); err != nil || len(columns) > 0 {
		t.Errorf("an entry not projected yet: %v, %v", columns, err)
	}
}
