// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package requirements_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/consoletest"
)

// TestBeginDecisions: one act makes the 38 decisions, and asking again makes none.
func TestBeginDecisions(t *testing.T) {
	w := consoletest.New(t)
	w.SignIn()
	w.Roles = func(counterfoil.ID) []string { return []string{"aims_manager"} }
	if a := w.Get("/kinds/statement_row"); !strings.Contains(a.Body.String(), `action="/decisions"`) {
		t.Fatal(a.Body)
	}
	for range 2 {
		if a := w.Post("/decisions"); a.Code != http.StatusSeeOther {
			t.Fatalf("%d %s", a.Code, a.Body)
		}
	}
	a := w.Get("/kinds/statement_row").Body.String()
	if !strings.Contains(a, "38 records") || strings.Contains(a, `action="/decisions"`) {
		t.Error(a)
	}
}
