// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package home_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil/internal/console/consoletest"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

func TestHome(t *testing.T) {
	w := consoletest.New(t)
	actor := w.In("top_management")
	w.Sample(w.Admin)
	before := w.Clock.Now()
	w.Clock.Advance(time.Hour)
	other := register.For(actor.Person)
	other.Person[0] ^= 1
	_, err := w.Register.Create(t.Context(), other, "override", register.Input{Values: kind.Values{
		"record": "R-001", "move": "accept", "guards": []string{"limit"}, "why": "Late", "measure": "A look", "until": "2026-11-20",
	}})
	if err != nil {
		t.Fatal(err)
	}
	answer := w.Get("/")
	if answer.Code != http.StatusOK {
		t.Fatalf("%d: %s", answer.Code, answer.Body)
	}
	page := answer.Body.String()
	consoletest.Holds(t, page, "waits for you, one overdue", "Approve the override: OV-001", `href="/records/OV-001/moves/approve"`, "You are top management",
		"What needs you", "The way to the certificate", "A scope in force", "since 00:00, all systems", `href="/interactions?decision=block&amp;from=2026-11-24&amp;to=2026-11-24"`,
		"Claims Letter Assistant", "not approved", "interactions recorded")
	if needs, strip := strings.Index(page, `id="needs"`), strings.Index(page, `id="live"`); needs > strip {
		t.Error("what needs the person does not come first")
	}
	if lead := w.Get("/?view=lead").Body.String(); strings.Contains(lead, `id="live"`) || !strings.Contains(lead, `id="journey"`) {
		t.Error("the view for leaders shows the live path, or not the steps")
	}
	past := w.Get("/?at=" + before.Format(time.RFC3339)).Body.String()
	consoletest.Holds(t, past, "What stood then", "You see the records as they were on")
	if strings.Contains(past, "OV-001") {
		t.Error("the past shows what came later")
	}
}

func TestHomeOfSomebodyWithoutARole(t *testing.T) {
	w := consoletest.New(t)
	w.In()
	page := w.Get("/").Body.String()
	consoletest.Holds(t, page, "Nothing waits for you", "for whoever holds a role")
	// What this person may not read is not said to be missing, or to be nothing.
	for _, text := range []string{"OV-", "The way to the certificate", "A scope in force", "0 programmes", "No records contradict", "AI systems</dt>", `id="live"`} {
		if strings.Contains(page, text) {
			t.Errorf("Home says %q to somebody who may not read the records", text)
		}
	}
}
