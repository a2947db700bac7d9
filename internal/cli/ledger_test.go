// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/control"
	"github.com/counterfoil/counterfoil/internal/registry"
)

// TestShowLedger: everything that needs a person is said, each where it belongs.
func TestShowLedger(t *testing.T) {
	on := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	s := control.LedgerStatus{
		Origin: "node.example", VerifierKeys: []string{"node.example+2+B", "node.example+1+A"}, Size: 12, Head: 11, Root: counterfoil.Hash{1},
		Problem: "no space", Overdue: true,
		Registry: registry.Status{
			Origin: "node.example/registry", VerifierKeys: []string{"node.example/registry+3+C"}, Size: 7, Covered: 10, LastRound: on,
			Problem: "a round failed", Alarm: "it was set back",
			Quorum: registry.QuorumStatus{Asked: true, Size: 5, Time: on, Overdue: true},
			Witnesses: []registry.WitnessStatus{
				{Name: "w1", Size: 7, Time: on}, {Name: "w2", Problem: "connection refused"}, {Name: "w3", Size: 3, Time: on, Problem: "size 9", Alarm: true},
			},
			Authorities: []registry.AuthorityStatus{
				{Name: "one", Size: 6, Time: on, Expires: on.AddDate(0, 0, 9), Ending: true}, {Name: "two", Problem: "status 502", Overdue: true},
			},
		},
	}
	var out strings.Builder
	showLedger(&out, &s)
	want := `Log node.example: 12 entries, 11 under the newest signed head.
Root of that head: 0100000000000000000000000000000000000000000000000000000000000000
Verifier key: node.example+2+B
Verifier key: node.example+1+A (the former key, until it is retired)
Problem: no space

Registry node.example/registry: 7 entries, 10 entries of the log are entered, looked at last 2026-11-24T09:00:00Z.
Verifier key: node.example/registry+3+C
ALARM: it was set back
Problem: a round failed

Witness w1: cosigned 7 entries on 2026-11-24T09:00:00Z.
Witness w2: nothing yet.
  Last request: connection refused
Witness w3: cosigned 3 entries on 2026-11-24T09:00:00Z. ALARM
  Last request: size 9
Quorum: reached at 5 entries on 2026-11-24T09:00:00Z. OVERDUE

Time-stamps of one: over 6 entries on 2026-11-24T09:00:00Z. Its certificate ends on 2026-12-03; add another authority, or its new roots.
Time-stamps of two: nothing yet. OVERDUE
  Last request: status 502
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
