// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package verify_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/counterfoil/counterfoil/internal/corpus"
	"github.com/counterfoil/counterfoil/verify"
)

// TestEveryWay puts each case of the corpus to all the ways a directory is checked in.
func TestEveryWay(t *testing.T) {
	for _, c := range corpus.Cases() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			w := corpus.Write(t, c)
			whole := workersAgree(t, w)
			hashesOnly(t, w, whole)
		})
	}
}

// workersAgree: however many look at the entries, and however the log falls into
// stretches, the report is the same to the byte.
func workersAgree(t *testing.T, w corpus.Written) verify.Report {
	t.Helper()
	var first verify.Report
	for k, run := range []struct{ workers, stretch int }{{1, 0}, {2, 1 << 10}, {8, 3 << 10}} {
		r := report(t, w, func(o *verify.Options) {
			o.Workers = run.workers
			o.SetStretch(run.stretch)
		})
		if k == 0 {
			first = r
		}
		if got, want := text(t, r), text(t, first); got != want {
			t.Fatalf("%d workers, stretches of %d bytes: %s\n1 worker: %s", run.workers, run.stretch, got, want)
		}
	}
	return first
}

// hashClasses are found without looking at what entries say, but for keys.
var hashClasses = []string{verify.ProblemSegment, verify.ProblemRoot, verify.ProblemHead, verify.ProblemMissing, verify.ProblemBoot, verify.ProblemKey}

// hashesOnly: a check of hashes alone finds nothing that the whole check does not, all
// of the classes that are its own, and never gives the verdict of the whole check.
func hashesOnly(t *testing.T, w corpus.Written, whole verify.Report) {
	t.Helper()
	r := report(t, w, func(o *verify.Options) { o.HashesOnly = true })
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
}

func report(t *testing.T, w corpus.Written, change func(*verify.Options)) verify.Report {
	t.Helper()
	r, err := w.Verify(t.Context(), change)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func text(t *testing.T, r verify.Report) string {
	t.Helper()
	b, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
