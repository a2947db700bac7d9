// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register_test

import (
	"slices"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// TestIncidentClocks: the shortest clock of a duty that is not done counts.
func TestIncidentClocks(t *testing.T) {
	w := newWorld(t)
	duty := func(id, told string) map[string]any {
		row := map[string]any{"duty": id, "basis": "Act"}
		if told != "" {
			row["told"] = told
		}
		return row
	}
	for name, c := range map[string]struct {
		duties []map[string]any
		days   int
	}{
		"not known yet":          {nil, 2},
		"nobody":                 {[]map[string]any{duty("none", "")}, 15},
		"in general":             {[]map[string]any{duty("authority_15", "")}, 15},
		"after a death":          {[]map[string]any{duty("authority_15", ""), duty("authority_10", "")}, 10},
		"by contract":            {[]map[string]any{duty("authority_10", ""), duty("contract", "")}, 3},
		"widespread":             {[]map[string]any{duty("contract", ""), duty("authority_2", "")}, 2},
		"widespread, and told":   {[]map[string]any{duty("authority_2", "2026-03-02"), duty("authority_10", "")}, 10},
		"contract, and told":     {[]map[string]any{duty("contract", "2026-03-02"), duty("authority_15", "")}, 15},
		"people have to be told": {[]map[string]any{duty("people", "")}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			values := kind.Values{"title": "Wrong letters", "known": "2026-03-02"}
			if c.duties != nil {
				values["duties"] = c.duties
			}
			r, err := w.Create(t.Context(), register.Program, "incident", register.Input{Values: values})
			if err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(r.Dues, func(d kind.Due) bool { return d.ID == "tell" })
			want := time.Date(2026, 3, 2+c.days, 0, 0, 0, 0, time.UTC)
			if i < 0 || !r.Dues[i].At.Equal(want) {
				t.Errorf("%+v, want %s", r.Dues, want)
			}
		})
	}
}
