// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"encoding/hex"
	"fmt"
	"strings"
)

// CheckReport is what "policy check FILE" says: each rule with how many of its
// examples came out as written, every example that did not, and the digest by
// which the ledger will name the set. ok is true when the file may be put in
// force; faults hold what makes the file unreadable as rules, apart from failed
// examples.
func CheckReport(path string, o Options) (report string, ok bool, faults Faults) {
	raw, err := readFile(path)
	if err != nil {
		return "", false, Faults{{File: path, Text: "read rules: " + err.Error()}}
	}
	set, d := parse(raw, o)
	if faults = d.Faults().In(path); faults.Err() != nil {
		return "", false, faults
	}
	report, ok = set.report(path)
	return report, ok, faults
}

func (s *Set) report(path string) (string, bool) {
	var b strings.Builder
	var total, failed int
	results := s.Check()
	for _, r := range s.rules {
		of := results[:len(r.Examples)]
		results = results[len(r.Examples):]
		bad := failures(of)
		state := "ok  "
		if len(bad) > 0 {
			state = "FAIL"
		}
		fmt.Fprintf(&b, "%s %s: %s in %s, %s, %d of %d examples as written\n", state, r.ID, effectName(r.Effect), r.Phase, r.Mode, len(of)-len(bad), len(of))
		for _, e := range bad {
			fmt.Fprintf(&b, "     %s:%d: %s\n", path, e.Line, e.Text())
		}
		total, failed = total+len(of), failed+len(bad)
	}
	fmt.Fprintf(&b, "%d rules, %d examples, %d not as written\n", len(s.rules), total, failed)
	fmt.Fprintf(&b, "digest %s\n", hex.EncodeToString(s.digest[:]))
	return b.String(), failed == 0
}

func failures(results []ExampleResult) []ExampleResult {
	var bad []ExampleResult
	for _, r := range results {
		if !r.OK() {
			bad = append(bad, r)
		}
	}
	return bad
}
