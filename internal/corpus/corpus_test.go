// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package corpus

import "testing"

// TestCorpus: every case is found, under its class and at its place; every honest
// variant passes.
func TestCorpus(t *testing.T) {
	names := map[string]bool{}
	for _, c := range Cases() {
		if names[c.Name] {
			t.Errorf("%q is there twice", c.Name)
		}
		names[c.Name] = true
		t.Run(c.Name, func(t *testing.T) {
			w := Write(t, c)
			r, err := w.Verify(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if c.Class != "" && w.Place == "" && c.Index < 0 {
				t.Error("the case does not say where")
			}
			if !w.Met(r) {
				t.Errorf("want %q at entry %d of %q, %q; problems %v", c.Class, c.Index, c.Log, w.Place, r.Problems)
			}
		})
	}
	if len(names) < 200 {
		t.Errorf("%d cases", len(names))
	}
	t.Logf("%d cases", len(names))
}
