// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package verify

import (
	"fmt"
	"os"
	"regexp"
	"testing"
)

func TestExitCode(t *testing.T) {
	report := func(classes ...string) Report {
		r := Report{Integrity: IntegrityOK}
		for _, c := range classes {
			r.problem(c, "entry 1", "text")
		}
		return r
	}
	for _, tt := range []struct {
		r    Report
		want int
	}{
		{report(), 0}, {report(ProblemSegment), 10}, {report(ProblemPack, ProblemPack), 26}, {report(ProblemPack, ProblemHead), 3}, {report("unknown"), 3},
	} {
		if got := tt.r.ExitCode(); got != tt.want {
			t.Errorf("%v: %d, want %d", tt.r.Problems, got, tt.want)
		}
	}
}

// TestExitCodesAreDocumented compares the table of docs/verify.md with the code.
func TestExitCodesAreDocumented(t *testing.T) {
	doc, err := os.ReadFile("../docs/verify.md")
	if err != nil {
		t.Fatal(err)
	}
	for class, code := range exitCodes {
		row := regexp.MustCompile(fmt.Sprintf("(?m)^\\| %d \\| `%s` \\|", code, class))
		if !row.Match(doc) {
			t.Errorf("docs/verify.md has no row for %d %s", code, class)
		}
	}
}
