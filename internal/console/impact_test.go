// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"strings"
	"testing"

	"github.com/counterfoil/counterfoil/internal/register/kind"
)

func TestImpactShowsWhatIsMissingAndWhereConditionsWent(t *testing.T) {
	w := newWorld(t)
	w.in("impact_lead", "risk_manager")
	system := w.create("system", kind.Values{"name": "Letters", "slug": "letters"})
	risk := w.create("risk", kind.Values{"title": "Names leave"})
	r := w.create("impact", kind.Values{
		"title": "Letters", "system": system.ID.String(),
		"dimensions": []map[string]any{{"dimension": "fairness", "conclusion": "with_measures", "who": "Claimants"}, {"dimension": "privacy", "conclusion": "not_acceptable"}},
		"conditions": []map[string]any{{"condition": "Watch names", "became": "risk", "record": risk.ID.String()}, {"condition": "Ask people"}, {"condition": "A rule", "became": "rule"}},
	})
	page := w.says("/records/"+r.Number(), "How complete it is", "2 of 10 dimensions", "Claimants", "Acceptable with the measure", "Not acceptable", "R-001 Names leave", "Became nothing yet", "but none is named")
	if n := strings.Count(page, "No conclusion yet"); n < 8 {
		t.Errorf("%d dimensions are missing", n)
	}
	if page := w.says("/records/R-001"); strings.Contains(page, "How complete it is") {
		t.Error("a risk shows dimensions")
	}
}
