// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package corpus

import "testing"

// TestFolders: every case about published logs is found, under its class and at its
// place; every honest variant passes.
func TestFolders(t *testing.T) {
	names := map[string]bool{}
	for _, c := range FolderCases() {
		if names[c.Name] {
			t.Errorf("%q is there twice", c.Name)
		}
		names[c.Name] = true
		t.Run(c.Name, func(t *testing.T) {
			m := MakeFolder(t, c)
			r, err := m.Verify(t.Context(), m.Write())
			if err != nil {
				t.Fatal(err)
			}
			if (c.Class == "") != (m.Place == "") || !m.Met(r) {
				t.Errorf("want %q at %q, problems %v", c.Class, m.Place, r.Problems)
			}
		})
	}
	t.Logf("%d cases", len(names))
}
