// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package verify_test

import (
	"slices"
	"testing"

	"github.com/counterfoil/counterfoil/internal/corpus"
	"github.com/counterfoil/counterfoil/verify"
)

// hashClasses are found without looking at what entries say, but for keys.
var hashClasses = []string{verify.ProblemSegment, verify.ProblemRoot, verify.ProblemHead, verify.ProblemMissing, verify.ProblemBoot, verify.ProblemKey}

// TestHashesOnly finds nothing that the whole check does not, all of the classes that
// are its own, and never gives the verdict of the whole check.
func TestHashesOnly(t *testing.T) {
	for _, c := range corpus.Cases() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			w := corpus.Write(t, c)
			whole, err := w.Verify(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			r, err := w.Verify(t.Context(), func(o *verify.Options) { o.HashesOnly = true })
			if err != nil {
				t.Fatal(err)
			}
			want := verify.IntegrityHashes
			if len(r.Problems) > 0 {
				want = verify.IntegrityBroken
			}
			if r.Integrity != want || len(r.Unchecked) < 2 {
				t.Errorf("integrity %q with %d problems; not checked: %q", r.Integrity, len(r.Problems), r.Unchecked)
			}
			for _, p := range r.Problems {
				if !slices.ContainsFunc(whole.Problems, func(q verify.Problem) bool { return p.String() == q.String() }) {
					t.Errorf("only without looking at entries: %s", p)
				}
			}
			for _, p := range whole.Problems {
				if slices.Contains(hashClasses, p.Class) && r.Integrity != verify.IntegrityBroken {
					t.Errorf("missed: %s", p)
				}
			}
			if r.Entries != whole.Entries || r.Root != whole.Root || r.Intents != 0 || r.Payloads != 0 {
				t.Errorf("%d entries with root %s, the whole check has %d with %s", r.Entries, r.Root, whole.Entries, whole.Root)
			}
		})
	}
}
