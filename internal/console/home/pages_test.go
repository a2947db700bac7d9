// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package home

import (
	"testing"

	"github.com/counterfoil/counterfoil/internal/console/pagetest"
)

func TestPages(t *testing.T) {
	pagetest.Check(t, templates, map[string]any{
		"home":    new(frontPage),
		"palette": new(palettePage),
		"search":  new(searchPage),
		"asof":    new(asOfPage),
		"style":   new(stylePage),
		"entry":   new(entryPage),
	})
}
