// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

func TestHome(t *testing.T) {
	w := newWorld(t)
	actor := w.in("top_management")
	w.sample(w.admin)
	before := w.clock.Now()
	w.clock.Advance(time.Hour)
	other := register.For(actor.Person)
	other.Person[0] ^= 1
	_, err := w.register.Create(t.Context(), other, "override", register.Input{Values: kind.Values{
		"record": "R-001", "move": "accept", "guards": []string{"limit"}, "why": "Late", "measure": "A look", "until": "2026-11-20",
	}})
	if err != nil {
		t.Fatal(err)
	}
	answer := w.get("/")
	if answer.Code != http.StatusOK {
		t.Fatalf("%d: %s", answer.Code, answer.Body)
	}
	page := answer.Body.String()
	holds(t, page, "waits for you, one overdue", "Approve the override: OV-001", `href="/records/OV-001/moves/approve"`, "You are top management",
		"What needs you", "The way to the certificate", "A scope in force", "since 00:00, all systems", `href="/interactions?decision=block&amp;from=2026-11-24&amp;to=2026-11-24"`,
		"Claims Letter Assistant", "not approved", "interactions recorded")
	if needs, strip := strings.Index(page, `id="needs"`), strings.Index(page, `id="live"`); needs > strip {
		t.Error("what needs the person does not come first")
	}
	if lead := w.get("/?view=lead").Body.String(); strings.Contains(lead, `id="live"`) || !strings.Contains(lead, `id="journey"`) {
		t.Error("the view for leaders shows the live path, or not the steps")
	}
	past := w.get("/?at=" + before.Format(time.RFC3339)).Body.String()
	holds(t, past, "What stood then", "You see the records as they were on")
	if strings.Contains(past, "OV-001") {
		t.Error("the past shows what came later")
	}
}

func TestHomeOfSomebodyWithoutARole(t *testing.T) {
	w := newWorld(t)
	w.in()
	page := w.get("/").Body.String()
	holds(t, page, "Nothing waits for you", "The way to the certificate")
	if strings.Contains(page, "OV-") {
		t.Error("Home shows records that the person may not see")
	}
}

func TestSystemBesideItsRecord(t *testing.T) {
	w := newWorld(t)
	w.in("aims_manager")
	w.sample(w.admin)
	page := w.get("/systems/claims-letter-assistant").Body.String()
	holds(t, page, `id="position"`, `href="/records/SYS-002"`, "What the system is made of", "Interactions a day", "mistral-large-2411", `id="keys"`)
	// The sample asks for nobody's approval, and its interactions went out all the same.
	holds(t, page, "First interaction", ", and it was never approved")
	if owner := strings.Index(page, "<dt>Owner</dt>"); owner < 0 || strings.HasPrefix(page[owner+len("<dt>Owner</dt><dd>"):], "P-") {
		t.Error("the owner is shown by id to somebody who may see the record")
	}
	w.in()
	if page := w.get("/systems/claims-letter-assistant").Body.String(); strings.Contains(page, `id="relations"`) {
		t.Error("the relations are shown to somebody who may not see the record")
	}
}
