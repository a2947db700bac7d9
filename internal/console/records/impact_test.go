// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package records_test

import (
	"strings"
	"testing"

	"github.com/counterfoil/counterfoil/internal/console/consoletest"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

func TestImpactShowsWhatIsMissingAndWhereConditionsWent(t *testing.T) {
	w := consoletest.New(t)
	w.In("impact_lead", "risk_manager")
	system := w.Create("system", kind.Values{"name": "Letters", "slug": "letters"})
	risk := w.Create("risk", kind.Values{"title": "Names leave"})
	r := w.Create("impact", kind.Values{
		"title": "Letters", "system": system.ID.String(),
		"dimensions": []map[string]any{{"dimension": "fairness", "conclusion": "with_measures", "who": "Claimants"}, {"dimension": "privacy", "conclusion": "not_acceptable"}},
		"conditions": []map[string]any{{"condition": "Watch names", "became": "risk", "record": risk.ID.String()}, {"condition": "Ask people"}, {"condition": "A rule", "became": "rule"}},
	})
	page := w.Says("/records/"+r.Number(), "How complete it is", "2 of 10 dimensions", "Claimants", "Acceptable with the measure", "Not acceptable", "R-001 Names leave", "Became nothing yet", "but none is named")
	if n := strings.Count(page, "No conclusion yet"); n < 8 {
		t.Errorf("%d dimensions are missing", n)
	}
	if page := w.Says("/records/R-001"); strings.Contains(page, "How complete it is") {
		t.Error("a risk shows dimensions")
	}
}
