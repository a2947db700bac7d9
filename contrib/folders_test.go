// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package contrib

import (
	"slices"
	"testing"

	"github.com/counterfoil/counterfoil/internal/corpus"
)

// TestFolders: verify.py says of every published log what package verify says.
func TestFolders(t *testing.T) {
	t.Parallel()
	j := newJudge(t)
	for _, c := range corpus.FolderCases() {
		t.Run(c.Name, func(t *testing.T) {
			m := corpus.MakeFolder(t, c)
			dir := m.Write()
			r, err := m.Verify(t.Context(), dir)
			if err != nil {
				t.Fatal(err)
			}
			a := j.ask(question{Args: append([]string{"--json"}, m.Args(dir)...)})
			have, _ := verdict(a.Report)
			want, _ := verdict(r)
			if a.Exit != r.ExitCode() || !slices.Equal(have, want) {
				t.Errorf("exit %d where Go exits with %d\nPython %v\nGo     %v %s", a.Exit, r.ExitCode(), have, want, a.Text)
			}
		})
	}
}
