// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package records

import (
	"testing"

	"github.com/counterfoil/counterfoil/internal/console/pagetest"
)

func TestPages(t *testing.T) {
	pagetest.Check(t, templates, map[string]any{
		"records":     new(listPage),
		"record":      new(onePage),
		"record_form": new(formPage),
		"compare":     new(comparePage),
		"departures":  new(departuresPage),
	})
}
