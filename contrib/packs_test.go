// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package contrib

import (
	"slices"
	"testing"

	"github.com/counterfoil/counterfoil/internal/corpus"
)

// TestPacks: verify.py says of every pack what package verify says: the same exit code,
// and the same problems at the same places. One in five is given as a folder.
func TestPacks(t *testing.T) {
	t.Parallel()
	j := newJudge(t)
	for n, c := range corpus.PackCases() {
		t.Run(c.Name, func(t *testing.T) {
			m, folder := corpus.MakePack(t, c), n%5 == 0 && c.Zip == nil
			r, err := m.Verify(t.Context(), folder)
			if err != nil {
				t.Fatal(err)
			}
			a := j.ask(question{Args: append([]string{"--json"}, m.Args(folder)...)})
			have, _ := verdict(a.Report)
			want, _ := verdict(r)
			if !m.Met(a.Report) {
				t.Errorf("want %q at %q; not checked: %q", c.Class, m.Place, a.Report.Unchecked)
			}
			if a.Exit != r.ExitCode() || !slices.Equal(have, want) {
				t.Errorf("exit %d where Go exits with %d\nPython %v\nGo     %v %s", a.Exit, r.ExitCode(), have, want, a.Text)
			}
		})
	}
}
