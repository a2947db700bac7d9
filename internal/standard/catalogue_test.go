// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package standard

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The numbers of ISO/IEC 42001:2023. Public catalogues that differ are wrong.
const (
	clauses = "4.1 4.2 4.3 4.4 5.1 5.2 5.3 6.1.1 6.1.2 6.1.3 6.1.4 6.2 6.3 7.1 7.2 7.3 7.4 7.5.1 7.5.2 7.5.3 8.1 8.2 8.3 8.4 9.1 9.2.1 9.2.2 9.3.1 9.3.2 9.3.3 10.1 10.2"
	control = "A.2.2 A.2.3 A.2.4 A.3.2 A.3.3 A.4.2 A.4.3 A.4.4 A.4.5 A.4.6 A.5.2 A.5.3 A.5.4 A.5.5 A.6.1.2 A.6.1.3 A.6.2.2 A.6.2.3 A.6.2.4 A.6.2.5 A.6.2.6 A.6.2.7 A.6.2.8 A.7.2 A.7.3 A.7.4 A.7.5 A.7.6 A.8.2 A.8.3 A.8.4 A.8.5 A.9.2 A.9.3 A.9.4 A.10.2 A.10.3 A.10.4"
)

func TestExactNumbers(t *testing.T) {
	var got [2][]string
	for _, r := range ISO42001().Requirements {
		switch r.Kind {
		case "clause":
			got[0] = append(got[0], r.ID)
		case "control":
			got[1] = append(got[1], r.ID)
		default:
			t.Errorf("%s is a %q", r.ID, r.Kind)
		}
	}
	for i, want := range []string{clauses, control} {
		if diff := cmp.Diff(strings.Fields(want), got[i]); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	if len(got[0]) != 32 || len(got[1]) != 38 {
		t.Errorf("%d clause requirements and %d controls", len(got[0]), len(got[1]))
	}
}

func TestRoleNames(t *testing.T) {
	for id, want := range map[string][2]string{
		"aims_manager":      {"AIMS manager", "AIMS manager"},
		"risk_manager":      {"Risk manager", "risk manager"},
		"system_owner":      {"AI system owner", "AI system owner"},
		"hr_lead":           {"Human resources lead", "human resources lead"},
		RoleAdministrator:   {"Administrator", "administrator"},
		"works_council_rep": {"Works council rep", "works council rep"},
		"":                  {"", ""},
	} {
		if got := [2]string{RoleName(id), RoleInSentence(id)}; got != want {
			t.Errorf("%q reads as %q, want %q", id, got, want)
		}
	}
}
