// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package contrib

import (
	"slices"
	"testing"

	"github.com/counterfoil/counterfoil/internal/corpus"
)

// TestCorpus: verify.py says of every case what package verify says: the same exit
// code, and the same problems at the same places.
func TestCorpus(t *testing.T) {
	t.Parallel()
	j := newJudge(t)
	for _, c := range corpus.Cases() {
		t.Run(c.Name, func(t *testing.T) {
			w := corpus.Write(t, c)
			r, err := w.Verify(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			a := j.ask(question{Args: append([]string{"--json"}, w.Args()...)})
			have, _ := verdict(a.Report)
			want, _ := verdict(r)
			if a.Exit != r.ExitCode() || !slices.Equal(have, want) {
				t.Errorf("exit %d where Go exits with %d\nPython %v\nGo     %v %s", a.Exit, r.ExitCode(), have, want, a.Text)
			}
		})
	}
}
