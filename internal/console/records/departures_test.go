// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package records_test

import (
	"fmt"
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/consoletest"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

var askLink = regexp.MustCompile(`href="(/kinds/override/new\?[^"]*)"`)

// TestOverrideFromRefusalToList: a refused move leads to the form, filled in; the
// override stands on the record's page and on the list of departures.
func TestOverrideFromRefusalToList(t *testing.T) {
	w := consoletest.New(t)
	me := w.In("aims_manager")
	if _, err := w.Register.Create(t.Context(), me, "override", register.Input{Values: kind.Values{
		"record": "R-001", "move": "accept", "guards": []string{"limit"}, "why": "Tests are late", "measure": "A look", "until": "2026-12-24",
	}}); err != nil {
		t.Fatal(err)
	}
	refused := w.Post("/records/OV-001/moves/approve", "version", "1", "reason", "Fine")
	link := askLink.FindStringSubmatch(refused.Body.String())
	if refused.Code != http.StatusConflict || link == nil {
		t.Fatalf("%d without a way to an override: %s", refused.Code, refused.Body)
	}
	form := w.Get(html.UnescapeString(link[1])).Body.String()
	consoletest.Holds(t, form, `value="OV-001"`, `value="approve"`, "apart_author\napart_did:created")

	if a := w.Post("/kinds/override", "record", "OV-001", "move", "approve", "guards", "apart_author\napart_did:created", "why", "We are two people", "measure", "An outsider looks", "until", "2026-12-01"); a.Code != http.StatusSeeOther {
		t.Fatalf("%d: %s", a.Code, a.Body)
	}
	other := register.Actor{Person: counterfoil.NewID(), Roles: []string{"top_management"}}
	two, err := w.Register.View(t.Context(), me, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	o, err := two.Numbered(t.Context(), "override", 2)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Register.Move(t.Context(), other, o.ID, "approve", register.Input{Version: 1, Reason: "Seen"}); err != nil {
		t.Fatal(err)
	}
	consoletest.Holds(t, w.Get("/records/OV-001").Body.String(), "Of guards of this record", "We are two people")
	consoletest.Holds(t, w.Get("/records/late").Body.String(), "We are two people", "Every move so far was made with all its guards")
	if a := w.Post("/records/OV-001/moves/approve", "version", "1", "reason", "Fine"); a.Code != http.StatusSeeOther {
		t.Fatalf("%d: %s", a.Code, a.Body)
	}
	consoletest.Holds(t, w.Get("/records/OV-001").Body.String(), "By override OV-002")
	page := w.Get("/records/late").Body.String()
	if _, used, _ := strings.Cut(page, `id="used"`); !strings.Contains(used, "OV-002") {
		t.Error("the used override is not among those used")
	}
	w.Clock.Advance(60 * 24 * time.Hour)
	w.Cookies = map[string]string{}
	w.Post("/login", "email", consoletest.AdminEmail, "password", consoletest.AdminPassword)
	if force, _, _ := strings.Cut(w.Get("/records/late").Body.String(), `id="used"`); strings.Contains(force, `href="/records/OV-001"`) {
		t.Error("an expired override is in force")
	}
}

// TestDeparturesCountsAll: the figures count what the tables have no room for.
func TestDeparturesCountsAll(t *testing.T) {
	w := consoletest.New(t)
	w.In("aims_manager")
	for n := range 203 {
		w.Create("exception", kind.Values{"title": fmt.Sprintf("Exception %d", n), "rule": "The dictionary"})
	}
	page := w.Says("/records/late", `href="/kinds/exception">203</a>`)
	if n := strings.Count(page, "Exception "); n >= 203 {
		t.Errorf("%d exceptions on one page", n)
	}
}

// TestListHeading: the heading of a list is what its records say.
func TestListHeading(t *testing.T) {
	w := consoletest.New(t)
	w.In("aims_manager")
	w.Says("/kinds/override", "<h1>No overrides yet</h1>")
	w.Says("/kinds/system", "<h1>No AI systems yet</h1>")
	w.Says("/kinds/system/new", "<h1>New AI system</h1>", "Save the AI system")
	values := func(until string) kind.Values {
		return kind.Values{"record": "R-001", "move": "accept", "guards": []string{"limit"}, "why": "Late", "measure": "A look", "until": until}
	}
	w.Create("override", values("2026-11-20"))
	w.Create("override", values("2027-01-20"))
	w.Says("/kinds/override", "<h1>2 overrides, 1 overdue</h1>")
	w.Says("/kinds/override?q=nothing", "<h1>2 overrides, 1 overdue</h1>", "0 records")
	w.In("hr_lead")
	if a := w.Get("/kinds/system/new"); !strings.Contains(a.Body.String(), "no right to create records of the kind “AI system”") {
		t.Errorf("the refusal says %s", a.Body)
	}
}

func TestLateEntries(t *testing.T) {
	w := consoletest.New(t)
	w.In("aims_manager")
	before := w.Clock.Now()
	w.Clock.Advance(time.Minute)
	consoletest.Holds(t, w.Get("/records/late").Body.String(), "Everything was recorded within five working days")
	if a := w.Post("/kinds/override", consoletest.OverrideForm("fact", "2026-10-01", "late", "Found in the <i>mail</i>")...); a.Code != http.StatusSeeOther {
		t.Fatalf("%d: %s", a.Code, a.Body)
	}
	w.Post("/kinds/override", consoletest.OverrideForm()...)
	page := w.Get("/records/late").Body.String()
	consoletest.Holds(t, page, "Found in the &lt;i&gt;mail&lt;/i&gt;", "1 Oct 2026", "began this record")
	if strings.Count(page, "/records/OV-001/versions/1") != 1 || strings.Contains(page, "/records/OV-002/versions/1") {
		t.Error("the list does not show exactly the late entries")
	}
	if page := w.Get("/records/late?at=" + before.Format(time.RFC3339)).Body.String(); strings.Contains(page, "mail") {
		t.Error("the past shows a later entry")
	}
	if a := w.Get("/records/late?below=x"); a.Code != http.StatusUnprocessableEntity {
		t.Errorf("a wrong place answered %d", a.Code)
	}
	w.In()
	if a := w.Get("/records/late"); a.Code != http.StatusForbidden {
		t.Errorf("without a role: %d", a.Code)
	}
}
