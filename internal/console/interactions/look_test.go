// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package interactions_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/consoletest"
	"github.com/counterfoil/counterfoil/internal/evidence"
)

// TestWhoMayLook: text, names and lists of the live path are for whoever holds a role.
// Others see what is theirs: the systems they own and what they asked themselves.
func TestWhoMayLook(t *testing.T) {
	w := consoletest.New(t)
	w.In("risk_manager")
	ids := w.Sample(w.Admin)
	w.Says("/interactions")
	w.Says("/interactions/" + ids["masked"].String())

	w.In()
	look := func(path string, want int) {
		t.Helper()
		if a := w.Get(path); a.Code != want {
			t.Errorf("%s answered %d, want %d", path, a.Code, want)
		}
	}
	theirs, own := "/interactions/"+ids["masked"].String(), "/interactions/"+ids["allowed"].String()
	system, _ := w.Roll.Snapshot().SystemBySlug("code-assistant")
	w.Views[ids["allowed"]].System.ID = counterfoil.ID(system.ID)
	w.Accesses = nil
	for _, path := range []string{"/interactions", "/interactions.csv", "/interactions?system=claims-letter-assistant", "/interactions.csv?system=claims-letter-assistant", theirs, theirs + "/verify", theirs + "/proof/intent.tlog-proof", theirs + "/entry/intent.cbor"} {
		look(path, http.StatusForbidden)
	}
	if a := w.Post(theirs + "/name"); a.Code != http.StatusForbidden {
		t.Errorf("the name answered %d", a.Code)
	}
	for _, act := range []string{"text_shown", "name_shown", "exported"} {
		if slices.Contains(w.Accesses, act) {
			t.Errorf("%s for somebody who may not look", act)
		}
	}
	for _, path := range []string{"/interactions?system=code-assistant", "/interactions.csv?system=code-assistant", "/interactions?who=" + counterfoil.ID(w.Admin.ID).String(), own} {
		look(path, http.StatusOK)
	}
	w.Views[ids["masked"]].Person = evidence.Ref{ID: counterfoil.ID(w.Admin.ID)}
	look(theirs, http.StatusOK)
}
