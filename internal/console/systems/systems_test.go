// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package systems_test

import (
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console"
	"github.com/counterfoil/counterfoil/internal/console/consoletest"
	"github.com/counterfoil/counterfoil/internal/console/pagetest"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/register"
)

func TestSystemsList(t *testing.T) {
	w := consoletest.New(t)
	admin := w.SignIn()
	consoletest.Holds(t, w.Get("/systems").Body.String(), "No AI system yet", "An auditor will look for")
	w.Sample(admin)
	page := w.Get("/systems").Body.String()
	consoletest.Holds(t, page, "SYS-001 Playground", "SYS-002 Claims Letter Assistant", "1 in force, of 2", "No owner", "and 1 more", "one has no owner")
	if strings.Contains(page, "castellanos") {
		t.Error("the list names people")
	}
}

func TestRegisterSystem(t *testing.T) {
	w := consoletest.New(t)
	w.SignIn()
	a := w.Post("/systems", "name", "", "owner", "nobody", "models", "a b\n<b>")
	if a.Code != http.StatusUnprocessableEntity {
		t.Fatalf("answered %d", a.Code)
	}
	consoletest.Holds(t, a.Body.String(), "Not saved: 3 answers need a change", `href="#owner"`, `value="nobody"`, "a b\n&lt;b&gt;", `aria-invalid="true"`)
	a = w.Post("/systems", "name", "Letters & <i>more</i>", "owner", "owner@example.com", "models", "m-1\r\n\r\nm-2\r\nm-1\r\n")
	if a.Code != http.StatusSeeOther || a.Header().Get("Location") != "/systems/letters-i-more-i" {
		t.Fatalf("answered %d %s", a.Code, a.Header().Get("Location"))
	}
	page := w.Get(a.Header().Get("Location")).Body.String()
	consoletest.Holds(t, page, "Letters &amp; &lt;i&gt;more&lt;/i&gt;", "m-1, m-2", "No key yet", "Version 1 of the record")
	if a := w.Get("/systems/none"); a.Code != http.StatusNotFound {
		t.Errorf("an unknown system answered %d", a.Code)
	}
}

var secretForm = regexp.MustCompile(`cfk_[0-9A-Za-z]{49}`)

func TestKeyIsShownOnce(t *testing.T) {
	w := consoletest.New(t)
	w.Sample(w.SignIn())
	path := "/systems/code-assistant"
	a := w.Post(path+"/keys", "kind", "person", "person", "dev@example.com", "expires", "30")
	if a.Code != 200 {
		t.Fatalf("answered %d", a.Code)
	}
	secret := secretForm.FindString(a.Body.String())
	consoletest.Holds(t, a.Body.String(), "Copy the new key now", "http://127.0.0.1:8400/sandbox/v1", "http://127.0.0.1:8400/anthropic<", "1 in force, of 1")
	if got := a.Header().Get("Cache-Control"); got != "no-store" {
		t.Errorf("the page with the key may be kept: %s", got)
	}
	who, err := w.Roll.Snapshot().Resolve(secret, w.Clock.Now())
	if err != nil || who.System.Slug != "code-assistant" || who.Workload {
		t.Errorf("the key resolves to %+v, %v", who, err)
	}
	if _, err := w.Roll.Snapshot().Resolve(secret, w.Clock.Now().Add(31*24*time.Hour)); err == nil {
		t.Error("the key outlives its days")
	}
	page := w.Get(path).Body.String()
	if secretForm.MatchString(page) {
		t.Error("the key is shown a second time")
	}
	consoletest.Holds(t, page, "cfk_…"+secret[len(secret)-4:])

	consoletest.Holds(t, w.Post(path+"/keys", "kind", "workload", "person", "", "expires", "365").Body.String(), "A program,")
	bad := w.Post(path+"/keys", "kind", "person", "person", "nobody", "expires", "90")
	if bad.Code != http.StatusUnprocessableEntity || secretForm.MatchString(bad.Body.String()) {
		t.Errorf("a wrong form answered %d", bad.Code)
	}
	consoletest.Holds(t, bad.Body.String(), "Not saved: 1 answer needs a change", `value="nobody"`)
	if a := w.Post(path+"/keys", "kind", "person", "person", "dev@example.com", "expires", "9999"); a.Code != http.StatusUnprocessableEntity {
		t.Errorf("a life that is not offered answered %d", a.Code)
	}
}

// The system in the address is the scope: a key of another system is not found.
func TestRevokeStaysInItsSystem(t *testing.T) {
	w := consoletest.New(t)
	w.Sample(w.SignIn())
	key := keyOf(t, w, "claims-letter-assistant")
	if a := w.Post("/systems/code-assistant/keys/" + key.ID.String() + "/revoke"); a.Code != http.StatusNotFound {
		t.Errorf("revoked through another system: %d", a.Code)
	}
	if k := keyOf(t, w, "claims-letter-assistant"); k.Check(w.Clock.Now()) != nil {
		t.Fatal("the key is not in force any more")
	}
	a := w.Post("/systems/claims-letter-assistant/keys/" + key.ID.String() + "/revoke")
	if a.Code != http.StatusSeeOther {
		t.Fatalf("answered %d", a.Code)
	}
	consoletest.Holds(t, w.Get("/systems/claims-letter-assistant").Body.String(), "0 in force, of 2", "Revoked 24 Nov 2026")
}

// keyOf returns the first key of a system that is in force.
func keyOf(t *testing.T, w *consoletest.World, slug string) identity.Key {
	t.Helper()
	s, _ := w.Roll.Snapshot().SystemBySlug(slug)
	for _, k := range w.Roll.Snapshot().Keys() {
		if k.System == s.ID && k.Check(w.Clock.Now()) == nil {
			return k
		}
	}
	t.Fatal("no key in force")
	return identity.Key{}
}

func TestChangeModels(t *testing.T) {
	w := consoletest.New(t)
	admin := w.SignIn()
	w.Sample(admin)
	path := "/systems/claims-letter-assistant"
	if a := w.Post(path+"/models", "version", "1", "models", "one\ntwo"); a.Code != http.StatusSeeOther {
		t.Fatalf("answered %d", a.Code)
	}
	consoletest.Holds(t, w.Get(path).Body.String(), "one, two", "Version 2 of the record", `name="version" value="2"`)

	// Two people edit: the second learns of it and keeps what they wrote.
	a := w.Post(path+"/models", "version", "1", "models", "three")
	if a.Code != http.StatusUnprocessableEntity {
		t.Errorf("a stale version answered %d", a.Code)
	}
	consoletest.Holds(t, a.Body.String(), "somebody else changed this record meanwhile", ">three</textarea>", `name="version" value="2"`)
	if a := w.Post(path+"/models", "version", "2", "models", "a b"); a.Code != http.StatusUnprocessableEntity {
		t.Errorf("a wrong name answered %d", a.Code)
	}
	if a := w.Post(path+"/models", "models", "x"); a.Code != http.StatusUnprocessableEntity {
		t.Errorf("no version answered %d", a.Code)
	}
	s, _ := w.Roll.Snapshot().SystemBySlug("claims-letter-assistant")
	if len(s.Models) != 2 || s.Version != 2 {
		t.Errorf("system = %+v", s)
	}
}

func TestNothingIsSavedWithoutARecord(t *testing.T) {
	w := consoletest.New(t)
	w.Sample(w.SignIn())
	w.Unable = consoletest.ErrDisk
	before := w.Roll.Snapshot().Digest()
	for _, path := range []string{"/systems", "/systems/code-assistant/keys", "/systems/code-assistant/models"} {
		a := w.Post(path, "name", "New", "owner", "o@example.com", "person", "o@example.com", "kind", "person", "expires", "90", "version", "1", "models", "m")
		if a.Code != http.StatusServiceUnavailable || strings.Contains(a.Body.String(), "disk full") {
			t.Errorf("%s answered %d", path, a.Code)
		}
	}
	if w.Roll.Snapshot().Digest() != before {
		t.Error("the register changed")
	}
}

// TestDeclaredAndObserved: what passed the gateway stands beside what the record says,
// and a difference is counted in the heading's lead.
func TestDeclaredAndObserved(t *testing.T) {
	w := consoletest.New(t, func(c *console.Config) { c.Providers[0].Region = "eu-central" })
	w.In("aims_manager")
	w.Sample(w.Admin)
	rows := func() map[string]string {
		page := w.Get("/systems/claims-letter-assistant").Body.String()
		found := map[string]string{}
		for _, m := range useLine.FindAllStringSubmatch(page, -1) {
			found[m[1]] = strings.Join(strings.Fields(pagetest.Tag.ReplaceAllString(m[2], " ")), " ")
		}
		return found
	}
	compare := func(want map[string]string) {
		t.Helper()
		got := rows()
		for what, line := range want {
			if got[what] != line {
				t.Errorf("%s: %q, want %q", what, got[what], line)
			}
		}
	}
	compare(map[string]string{
		"Models":              "mistral-large-2411, mistral-small-2506 mistral-large-2411 in 3 As declared",
		"Providers":           "None, by the records of its models sandbox in 3 1 not declared",
		"People and programs": "No limit 1 person in 3 Nothing to compare with",
		"Regions":             "Nothing said eu-central: sandbox in 3 Nothing to compare with",
		"Hours of use, UTC":   "At any hour 14:00 to 15:00 in 3 Nothing to compare with",
		"Volume":              "No limit Most in a day: 4, on 24 Nov 2026 Nothing to compare with",
		"Personal data":       "Not to be given E-mail address in 1 Bank account (IBAN) in 1 2 not declared",
		"Passwords and keys":  "Not to be given GitHub token in 1 1 not declared",
		"Identifiers":         "No class of data says Nothing Not seen",
	})
	w.Says("/systems/claims-letter-assistant", "Observed use differs from the record in three places.", "finding=github_token", "No risk names this system")

	view, err := w.Register.View(t.Context(), register.For(counterfoil.ID(w.Admin.ID)), time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	system, err := view.Numbered(t.Context(), "system", 2)
	if err != nil {
		t.Fatal(err)
	}
	changed := system.Values.Clone()
	changed["data_classes"], changed["limit_requests_per_day"], changed["models"] = []string{"personal"}, int64(3), changed.List("models")[1:]
	changed["regions"], changed["use_from"], changed["use_until"] = []string{"EU-Central"}, int64(22), int64(6)
	if _, err := w.Register.Change(t.Context(), register.For(counterfoil.ID(w.Admin.ID)), system.ID, register.Input{Version: system.Version, Values: changed}); err != nil {
		t.Fatal(err)
	}
	compare(map[string]string{
		"Models":        "mistral-small-2506 mistral-large-2411 in 3 1 not declared",
		"Volume":        "At most 3 requests a day Most in a day: 4, on 24 Nov 2026 More was asked than may pass now",
		"Personal data": "May be given E-mail address in 1 Bank account (IBAN) in 1 As declared",
		"Regions":       "EU-Central eu-central: sandbox in 3 As declared",

		"Hours of use, UTC": "22:00 to 06:00 14:00 to 15:00 in 3 Not declared: 14:00 to 15:00",
	})
	at := "?at=" + w.Clock.Now().Add(time.Minute).Format(time.RFC3339)
	w.Clock.Advance(time.Hour)
	w.Says("/systems/claims-letter-assistant"+at, "Not known from traffic: sandbox")
}

// TestObservedOpensItsRows: each number of the table is that of the list behind it.
func TestObservedOpensItsRows(t *testing.T) {
	w := consoletest.New(t)
	w.In("aims_manager")
	w.Sample(w.Admin)
	opened := 0
	for _, slug := range []string{"claims-letter-assistant", "code-assistant"} {
		_, table, _ := strings.Cut(w.Get("/systems/"+slug).Body.String(), `id="use"`)
		table, _, _ = strings.Cut(table, "</section>")
		if strings.Contains(table, "<bdi>") {
			t.Errorf("%s: something observed opens nothing: %s", slug, table)
		}
		for _, m := range observedLink.FindAllStringSubmatch(table, -1) {
			w.Says(html.UnescapeString(m[1]), m[2]+", of "+m[2])
			opened++
		}
	}
	if opened < 8 {
		t.Errorf("%d numbers open rows", opened)
	}
}

var observedLink = regexp.MustCompile(`<a href="(/interactions[^"]*)" dir="auto">[^<]* in (\d+)</a>`)

var useLine = regexp.MustCompile(`(?s)<tr><th scope="row">([^<]*)</th>(<td data-l="Declared".*?)</tr>`)

func TestSystemBesideItsRecord(t *testing.T) {
	w := consoletest.New(t)
	w.In("aims_manager")
	w.Sample(w.Admin)
	page := w.Get("/systems/claims-letter-assistant").Body.String()
	consoletest.Holds(t, page, `id="position"`, `href="/records/SYS-002"`, "What the system is made of", "Interactions a day", "mistral-large-2411", `id="keys"`)
	// The sample asks for nobody's approval, and its interactions went out all the same.
	consoletest.Holds(t, page, "First interaction", ", and it was never approved")
	if owner := strings.Index(page, "<dt>Owner</dt>"); owner < 0 || strings.HasPrefix(page[owner+len("<dt>Owner</dt><dd>"):], "P-") {
		t.Error("the owner is shown by id to somebody who may see the record")
	}
	w.In()
	if page := w.Get("/systems/claims-letter-assistant").Body.String(); strings.Contains(page, `id="relations"`) {
		t.Error("the relations are shown to somebody who may not see the record")
	}
}

// TestWhoMayChangeASystem: registering a system, its models and its keys are for whoever
// may do that with its record, and for nobody else who is signed in.
func TestWhoMayChangeASystem(t *testing.T) {
	w := consoletest.New(t)
	w.In("aims_manager")
	w.Sample(w.Admin)
	theirs, mine := "/systems/claims-letter-assistant", "/systems/code-assistant"
	revoke := theirs + "/keys/" + keyOf(t, w, "claims-letter-assistant").ID.String() + "/revoke"
	acts := func(path string) map[string]int {
		before := w.Roll.Snapshot().Digest()
		got := map[string]int{
			"models": w.Post(path+"/models", "version", "1", "models", "m-1").Code,
			"keys":   w.Post(path+"/keys", "kind", "person", "person", "x@example.com", "expires", "30").Code,
		}
		if path == theirs {
			got["revoke"] = w.Post(revoke).Code
		}
		if got["keys"] == http.StatusForbidden && w.Roll.Snapshot().Digest() != before {
			t.Error("who is refused changed something")
		}
		return got
	}
	for _, roles := range [][]string{nil, {"risk_manager"}} {
		w.In(roles...)
		for act, code := range acts(theirs) {
			if code != http.StatusForbidden {
				t.Errorf("%v: %s of somebody's system answered %d", roles, act, code)
			}
		}
		for method, code := range map[string]int{"GET": w.Get("/systems/new").Code, "POST": w.Post("/systems", "name", "New", "owner", "x@example.com").Code} {
			if code != http.StatusForbidden {
				t.Errorf("%v: %s of a new system answered %d", roles, method, code)
			}
		}
		page := w.Says(theirs, "Keys and models: Not available")
		for _, form := range []string{`action="` + theirs + `/`, "Revoke<", `id="newkey"`} {
			if strings.Contains(page, form) {
				t.Errorf("%v: the page offers %s", roles, form)
			}
		}
		if strings.Contains(w.Says("/systems", "Not available"), `href="/systems/new"`) {
			t.Errorf("%v: registering is offered", roles)
		}
	}
	w.In()
	for act, code := range acts(mine) {
		if code != http.StatusOK && code != http.StatusSeeOther {
			t.Errorf("the owner: %s answered %d", act, code)
		}
	}
	w.In("administrator")
	for act, code := range acts(theirs) {
		if code != http.StatusOK && code != http.StatusSeeOther {
			t.Errorf("the administrator: %s answered %d", act, code)
		}
	}
}
