// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package interactions

import (
	"testing"

	"github.com/counterfoil/counterfoil/internal/console/pagetest"
)

func TestPages(t *testing.T) {
	pagetest.Check(t, templates, map[string]any{
		"interactions": new(listPage),
		"interaction":  new(onePage),
		"verify":       new(verifyPage),
	})
}
