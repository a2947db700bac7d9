// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package scope

import (
	"testing"

	"github.com/counterfoil/counterfoil/internal/console/pagetest"
)

func TestPages(t *testing.T) {
	pagetest.Check(t, templates, map[string]any{
		"scope":           new(frontPage),
		"scope_statement": new(statementPage),
		"scope_context":   new(contextPage),
		"scope_findings":  new(findingsPage),
		"scope_versions":  new(versionsPage),
		"scope_compare":   new(comparePage),
	})
}
