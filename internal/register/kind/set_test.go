// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package kind

import "testing"

// roles are enough for the built-in kinds.
var testKnown = Known{
	Roles: []string{"administrator", "top_management", "aims_manager", "risk_manager", "impact_lead", "system_owner", "overseer", "data_owner", "engineering_lead", "evaluation_lead", "product_owner", "procurement_lead", "legal_lead", "hr_lead", "document_controller", "incident_manager", "ethics_contact", "contact_lead", "audit_lead"},
}

func TestBuiltinKinds(t *testing.T) {
	set, faults := Load("", testKnown)
	if set == nil {
		t.Fatal(faults)
	}
	if len(faults) > 0 {
		t.Error(faults)
	}
}
