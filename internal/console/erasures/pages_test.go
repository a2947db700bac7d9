// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package erasures

import (
	"testing"

	"github.com/counterfoil/counterfoil/internal/console/pagetest"
)

func TestPages(t *testing.T) {
	pagetest.Check(t, templates, map[string]any{
		"erasures":    new(listPage),
		"erasure":     new(onePage),
		"erasure_new": new(askPage),
		"hold":        new(holdPage),
		"hold_new":    new(holdNewPage),
	})
}
