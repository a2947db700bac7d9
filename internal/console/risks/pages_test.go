// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package risks

import (
	"testing"

	"github.com/counterfoil/counterfoil/internal/console/pagetest"
)

func TestPages(t *testing.T) {
	pagetest.Check(t, templates, map[string]any{
		"risk":         new(frontPage),
		"risk_trend":   new(trendPage),
		"risk_sources": new(sourcesPage),
		"risk_library": new(libraryPage),
	})
}
