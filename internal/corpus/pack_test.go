// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package corpus

import (
	"reflect"
	"testing"
)

// TestPacks: every case about packs is found, under its class and at its place, in the zip
// file and in the folder; every honest variant passes.
func TestPacks(t *testing.T) {
	names := map[string]bool{}
	for _, c := range PackCases() {
		if names[c.Name] {
			t.Errorf("%q is there twice", c.Name)
		}
		names[c.Name] = true
		t.Run(c.Name, func(t *testing.T) {
			w := MakePack(t, c)
			r, err := w.Verify(t.Context(), false)
			if err != nil {
				t.Fatal(err)
			}
			if (c.Class == "") != (w.Place == "") {
				t.Errorf("the case says it is %q at %q", c.Class, w.Place)
			}
			if !w.Met(r) {
				t.Errorf("want %q at %q, problems %v", c.Class, w.Place, r.Problems)
			}
			if c.Zip != nil {
				return
			}
			folder, err := w.Verify(t.Context(), true)
			if err != nil || !reflect.DeepEqual(folder.Problems, r.Problems) {
				t.Errorf("the zip file %v, the folder %v, %v", r.Problems, folder.Problems, err)
			}
		})
	}
	t.Logf("%d cases", len(names))
}
