// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package contrib

import (
	"testing"

	"github.com/counterfoil/counterfoil/internal/corpus"
	"github.com/counterfoil/counterfoil/verify"
)

// bulk are the classes with hundreds of cases alike: one in seven is enough for a
// second verifier.
var bulk = map[string]bool{"segment": true, "root": true, "missing": true, "encoding": true}

// TestCorpus: verify.py finds the cases of the tamper corpus under the same class
// as package verify, and passes the honest variants.
func TestCorpus(t *testing.T) {
	j := newJudge(t)
	for n, c := range corpus.Cases() {
		if bulk[c.Class] && n%7 != 0 {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			a := j.ask(question{Args: append([]string{"--json"}, corpus.Write(t, c).Args()...)})
			if c.Class == "" {
				if a.Exit != 0 {
					t.Errorf("exit %d, problems %v %s", a.Exit, a.Report.Problems, a.Text)
				}
				return
			}
			if !reported(a.Report, c.Class) {
				t.Errorf("exit %d, want %s, problems %v %s", a.Exit, c.Class, a.Report.Problems, a.Text)
			}
		})
	}
}

func reported(r verify.Report, class string) bool {
	for _, p := range r.Problems {
		if p.Class == class {
			return r.Integrity == verify.IntegrityBroken
		}
	}
	return false
}
