// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package requirements

import (
	"testing"

	"github.com/counterfoil/counterfoil/internal/console/pagetest"
)

func TestPages(t *testing.T) {
	pagetest.Check(t, templates, map[string]any{
		"requirements":      new(listPage),
		"requirement":       new(onePage),
		"framework":         new(frameworkPage),
		"statement":         new(statementPage),
		"statement_compare": new(statementComparePage),
	})
}
