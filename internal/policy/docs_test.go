// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const rulesDoc = "../../docs/rules.md"

// TestFactTable holds the table of facts in the documentation to the one in
// the code; go test -update rewrites it.
func TestFactTable(t *testing.T) {
	raw, err := os.ReadFile(rulesDoc)
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "<!-- facts: from the code -->\n", "<!-- end of facts -->\n"
	before, rest, _ := strings.Cut(string(raw), begin)
	table, after, ok := strings.Cut(rest, end)
	if !ok {
		t.Fatalf("%s has no place for the table of facts", rulesDoc)
	}
	want := factTable()
	if *update {
		if err := os.WriteFile(rulesDoc, []byte(before+begin+want+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, table); diff != "" {
		t.Errorf("table of facts in %s (-want +got):\n%s", rulesDoc, diff)
	}
}

func factTable() string {
	var b strings.Builder
	b.WriteString("| fact | type | known | meaning | as in |\n|---|---|---|---|---|\n")
	for _, f := range Facts() {
		when := "always"
		if f.Phase == PhaseResponse {
			when = "response"
		}
		if f.Computed() {
			when += ", computed"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | `%s` |\n", f.Name, f.Type, when, f.Meaning, strings.ReplaceAll(f.Example, "|", `\|`))
	}
	return b.String()
}

// TestFactExamples compiles the example of every fact.
func TestFactExamples(t *testing.T) {
	if len(facts) != factCount {
		t.Fatalf("factCount must be %d", len(facts))
	}
	for _, f := range Facts() {
		c, err := newCompiler(f.Phase)
		if err != nil {
			t.Fatal(err)
		}
		program, problems := c.compile(f.Example)
		if problems != nil {
			t.Errorf("%s: %s: %+v", f.Name, f.Example, problems)
			continue
		}
		rule := Rule{program: program}
		if _, err := rule.matches(newView(&ResponseFacts{})); err != nil {
			t.Errorf("%s: %s: %v", f.Name, f.Example, err)
		}
		if !strings.Contains(f.Example, f.Name) {
			t.Errorf("%s: its example %s does not use it", f.Name, f.Example)
		}
	}
}

// TestRulesInDocs loads every whole rule set shown in the documentation.
func TestRulesInDocs(t *testing.T) {
	raw, err := os.ReadFile(rulesDoc)
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```yaml\n(version: 1\n.*?)```").FindAllStringSubmatch(string(raw), -1)
	if len(blocks) == 0 {
		t.Fatal("no rule sets are shown")
	}
	for _, block := range blocks {
		if _, faults := Parse([]byte(block[1]), Options{}); len(faults) > 0 {
			t.Errorf("%s\n%v", block[1], faults)
		}
	}
}
