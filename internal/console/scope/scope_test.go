// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package scope_test

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/consoletest"
	"github.com/counterfoil/counterfoil/internal/console/pagetest"
	"github.com/counterfoil/counterfoil/internal/console/scope"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// scopePaths are the pages of the entry.
var scopePaths = []string{"/scope", "/scope/statement", "/scope/context", "/scope/findings", "/scope/versions"}

// scoped is a scope with one system inside and one outside, and one nobody decided on.
func scoped(w *consoletest.World) (in, out, open, scope *register.Record) {
	w.T.Helper()
	me := counterfoil.ID(w.Admin.ID).String()
	system := func(name string) *register.Record {
		return w.Create("system", kind.Values{"name": name, "owner": me, "data_classes": []string{"personal"}})
	}
	in, out, open = system("Letters"), system("Canteen"), system("Meeting notes")
	scope = w.Create("scope", kind.Values{
		"title": "Claims", "owner": me, "statement": "The use of AI in claims in Leeds", "org_roles": []string{"user"}, "certificate": "Use of AI in claims, Leeds, without the canteen",
		"units":     []map[string]any{{"unit": "Claims", "people": int64(12), "decision": "in", "authority": true}, {"unit": "Facilities", "decision": "out", "reason": "No AI"}},
		"sites":     []map[string]any{{"site": "Leeds", "decision": "in"}},
		"entities":  []map[string]any{{"entity": "Northgate Mutual", "decision": "in", "authority": true}},
		"processes": []map[string]any{{"process": "Claims", "decision": "in"}},
		"systems":   []map[string]any{{"system": in.ID.String(), "decision": "in"}, {"system": out.ID.String(), "decision": "out", "reason": "It counts meals"}},
		"discovered": []map[string]any{
			{"what": "A public chat", "since": "2026-11-20", "seen": "Network log", "people": int64(31)},
			{"what": "An old chat", "since": "2026-01-20", "decision": "forbidden", "reason": "Blocked"},
		},
		"interfaces": []map[string]any{{"outside": "Meridian", "what": "Requests go out", "agreement": "FW-1"}},
	})
	return in, out, open, scope
}

// uses lets a system be used so many times, a minute ago.
func uses(w *consoletest.World, system *register.Record, n int) {
	at := w.Clock.Now().Add(-time.Minute)
	for range n {
		w.Append(&counterfoil.Entry{
			Kind: counterfoil.KindIntent, Time: at.UnixMicro(), ID: counterfoil.NewTimeID(at), Actor: counterfoil.ID(w.Admin.ID),
			Intent:  &counterfoil.Intent{System: system.ID, Provider: "sandbox", Model: "small-1"},
			Outcome: &counterfoil.Outcome{Result: counterfoil.ResultAnswered},
		})
	}
}

// TestScopeIsEmpty: without a scope every page says what an auditor will look for.
func TestScopeIsEmpty(t *testing.T) {
	w := consoletest.New(t)
	w.In("aims_manager")
	for _, path := range scopePaths {
		w.Says(path, "No scope is written yet", "uditor", `href="/scope/versions"`)
	}
	w.Says("/scope", "An auditor looks here first", `href="/kinds/scope/new"`, `href="/kinds/party"`)
	for _, path := range []string{"/scope/export?list=boundary", "/scope/compare?a=1&b=1"} {
		if a := w.Get(path); a.Code != http.StatusNotFound {
			t.Errorf("%s answered %d", path, a.Code)
		}
	}
}

// TestScopeBoundary: the drawing and its table have everything the scope decides on, what
// nobody decided on, and what was observed.
func TestScopeBoundary(t *testing.T) {
	w := consoletest.New(t)
	w.In("aims_manager")
	in, out, _, scope := scoped(w)
	uses(w, in, 9)
	uses(w, out, 3)
	page := w.Says("/scope", "2 AI uses stand on the line", "75.0 % of 12 interactions", "SC-001 is draft", "Inside: 1 AI system", "Outside, with a reason: 2", "Forbidden: 1",
		"Interfaces: what crosses the line", "Undecided", "31 people, 4 days", "It counts meals", "Network log", "Blocked", "/records/"+scope.Number()+"/edit", "Reject the request")
	for _, name := range []string{"SYS-001 Letters", "SYS-002 Canteen", "Meeting", "A public chat", "Claims", "Facilities", "Leeds", "Northgate Mutual", "Meridian"} {
		drawing, table, _ := strings.Cut(page, "</figure>")
		if !strings.Contains(drawing, name) || !strings.Contains(table, name) {
			t.Errorf("%q stands in the drawing %v, in the table %v", name, strings.Contains(drawing, name), strings.Contains(table, name))
		}
	}
	w.Says("/scope/statement", "1 inside, 1 outside or forbidden", "0 inside, 1 outside or forbidden, 1 undecided", "The use of AI in claims in Leeds")
	w.Says("/scope/findings", "Of 12 interactions of units inside", "25.0 %", "5 % of their interactions", "Blocks", "SYS-002 shares with SYS-001 the data class personal data", "Not covered", "Nothing found", "Have top management accept it")
	w.Says("/scope/context", "No interested party is written down", `href="/kinds/obligation/new"`)
}

// TestScopeVersions: what is in force is shown while a successor is drafted, and versions
// are compared thing by thing.
func TestScopeVersions(t *testing.T) {
	w := consoletest.New(t)
	w.In("aims_manager", "top_management")
	in, out, _, _ := scoped(w)
	scope, err := w.Register.SetUp(t.Context(), register.Program, "scope", "in_force", register.Input{Values: kind.Values{
		"title": "In force", "org_roles": []string{"user"}, "units": []map[string]any{{"unit": "Claims", "decision": "in", "authority": true}},
		"systems": []map[string]any{{"system": in.ID.String(), "decision": "in"}, {"system": out.ID.String(), "decision": "out", "reason": "It counts meals"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	changed, err := w.Register.Change(t.Context(), register.For(counterfoil.ID(w.Admin.ID)), scope.ID, register.Input{Version: scope.Version, Values: kind.Values{
		"systems": []map[string]any{{"system": in.ID.String(), "decision": "in"}, {"system": out.ID.String(), "decision": "in"}},
		"units":   []map[string]any{{"unit": "Service", "decision": "in", "authority": true}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if changed.State != "draft" || changed.InForce == nil {
		t.Fatalf("the change led to %s", changed.State)
	}
	w.Says("/scope", "A new version is drafted", "Inside: 1 AI system", "Show the draft", "It counts meals", `of=SC-002`)
	w.Says("/scope?of=SC-002&draft=1", "This is a draft", "Inside: 2 AI systems", "Show what is in force")
	w.Says("/scope?of=SC-001", "Inside: 1 AI system", "Facilities")
	page := w.Says("/scope/compare?of=SC-002&a=1&b=2", "SYS-002 Canteen", "− Outside; ", "It counts meals", "+ In", "Claims", "+ Not named", "− Not named", "Service")
	if strings.Contains(page, ">SYS-001 Letters<") {
		t.Error("what is the same is listed")
	}
	w.Says("/scope/versions?of=SC-002", "2, the newest first", `value="2"`)
	for _, query := range []string{"", "a=1", "a=x&b=1", "a=1&b=99", "a=1&b=2&of=SC-099", "of=R-001&a=1&b=1"} {
		if a := w.Get("/scope/compare?" + query); a.Code != http.StatusNotFound {
			t.Errorf("comparing %q answered %d", query, a.Code)
		}
	}
}

func TestScopeExports(t *testing.T) {
	w := consoletest.New(t)
	w.In("aims_manager")
	in, _, _, _ := scoped(w)
	uses(w, in, 3)
	w.Create("party", kind.Values{"title": "Policyholders"})
	for list, want := range map[string]string{
		"boundary": "AI system,SYS-001 Letters,In,,Requested,3,1,", "statement": "units,Claims,in,", "findings": "N1,Do people of units inside use systems outside?",
		"context": "party,IP-001,Policyholders,Draft", "versions": "1,2026-11-24T", "compare&a=1&b=1": "field,what,before,after",
	} {
		before := len(w.Accesses)
		csv := w.Says("/scope/export?as=csv&list="+list, "scope,SC-001\r\n", "shown,draft\r\n", want)
		if len(w.Accesses) != before+1 || strings.Contains(csv, "<") {
			t.Errorf("%s: %d accesses", list, len(w.Accesses)-before)
		}
		var file scope.File
		if err := json.Unmarshal([]byte(w.Says("/scope/export?as=json&list="+list)), &file); err != nil || file.Scope != "SC-001" || file.AsOf.IsZero() {
			t.Errorf("%s: %v, %+v", list, err, file)
		}
	}
	w.Unable = consoletest.ErrDisk
	if a := w.Get("/scope/export?list=boundary"); a.Code != http.StatusServiceUnavailable || strings.Contains(a.Body.String(), "Letters") {
		t.Errorf("an export that cannot be recorded answered %d", a.Code)
	}
}

// TestScopeRights: who holds no role sees neither the scope nor a number of it, and is
// not offered what they may not do.
func TestScopeRights(t *testing.T) {
	w := consoletest.New(t)
	w.In("aims_manager")
	_, _, _, scope := scoped(w)
	// The one who is signed in owns these; somebody else asks.
	other, err := w.Register.Create(t.Context(), register.Program, "person", register.Input{Values: kind.Values{"email": "other@example.com"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Register.Change(t.Context(), register.Program, scope.ID, register.Input{Version: scope.Version, Values: kind.Values{"owner": other.ID.String()}}); err != nil {
		t.Fatal(err)
	}
	w.In("hr_lead")
	if page := w.Says("/scope", "stand on the line", "SYS-001 Letters"); strings.Contains(page, "/edit") {
		t.Error("a change is offered to who may not make it")
	}
	w.In()
	for _, path := range scopePaths {
		page := w.Says(path, "The scope is not for you")
		for _, secret := range []string{"Letters", "Facilities", "SC-001", "SYS-"} {
			if strings.Contains(page, secret) {
				t.Errorf("%s tells somebody without a role of %s", path, secret)
			}
		}
	}
	for _, list := range []string{"boundary", "statement", "findings", "context", "versions"} {
		if a := w.Get("/scope/export?list=" + list); a.Code != http.StatusForbidden {
			t.Errorf("the export of %s answered %d", list, a.Code)
		}
	}
}

// TestScopeInThePast: every page of the entry shows the moment asked for, keeps it in
// its addresses, and offers nothing to change.
func TestScopeInThePast(t *testing.T) {
	w := consoletest.New(t)
	w.In("aims_manager")
	in, _, _, scope := scoped(w)
	uses(w, in, 2)
	w.Clock.Advance(5 * time.Minute)
	at := "at=" + w.Clock.Now().Format(time.RFC3339)
	w.Clock.Advance(5 * time.Minute)
	uses(w, in, 40)
	if _, err := w.Register.Change(t.Context(), register.Program, scope.ID, register.Input{Version: scope.Version, Values: kind.Values{"units": []map[string]any{{"unit": "Everything", "decision": "in", "authority": true}}}}); err != nil {
		t.Fatal(err)
	}
	w.Says("/scope", "of 42 interactions", "Everything")
	for _, path := range scopePaths {
		page := w.Says(path+"?"+at, "You see the records as they were", "of 2 interactions", "at=2026-11-24T14%3A25%3A00Z")
		if strings.Contains(page, ">Everything<") || strings.Contains(page, `/edit"`) || strings.Contains(page, `/new"`) {
			t.Errorf("%s shows what came later, or offers a change", path)
		}
		for _, href := range regexp.MustCompile(`href="(/scope[^"]*)"`).FindAllStringSubmatch(page[strings.Index(page, "<main"):], -1) {
			if !strings.Contains(href[1], "at=") {
				t.Errorf("%s leads out of the past by %s", path, href[1])
			}
		}
	}
}

// TestScopeHostileNames: whatever names say, the drawing stays well-formed, runs nothing, and
// no text is longer than its place.
func TestScopeHostileNames(t *testing.T) {
	for what, text := range pagetest.Hostile {
		if text == "" || what == "bad" {
			continue // no name, and no text that is stored
		}
		t.Run(what, func(t *testing.T) {
			w := consoletest.New(t)
			w.In("aims_manager")
			statement := text // the one field that takes 10,000 characters
			text := text[:min(len(text), 280)]
			row := func(column, decision string) map[string]any {
				return map[string]any{column: text, "decision": decision, "reason": text}
			}
			system := w.Create("system", kind.Values{"name": text})
			w.Create("system", kind.Values{"name": text})
			w.Create("party", kind.Values{"title": text})
			w.Create("scope", kind.Values{
				"title": text, "certificate": text, "statement": statement,
				"units": []map[string]any{row("unit", "in"), row("unit", "out")}, "sites": []map[string]any{row("site", "in"), row("site", "out")}, "processes": []map[string]any{row("process", "in")},
				"systems":    []map[string]any{{"system": system.ID.String(), "decision": "out", "reason": text}},
				"discovered": []map[string]any{{"what": text, "seen": text, "since": "2026-11-01"}, {"what": text, "since": "2026-11-01", "decision": "forbidden", "reason": text}},
				"interfaces": []map[string]any{{"outside": text, "what": text, "agreement": text}},
			})
			for _, path := range scopePaths {
				page := w.Says(path)
				for _, never := range []string{"<script>alert", "<img", ` onmouseover="`, ` onfocus='`, `href="javascript:`, "\u202e"} {
					if strings.Contains(strings.ReplaceAll(page, `<script src="/static/keys.js" defer></script>`, ""), never) && (never != "\u202e" || path == "/scope" && strings.Contains(page[strings.Index(page, `id="boundary-d"`):strings.Index(page, "</figure>")], never)) {
						t.Errorf("%s holds %q", path, never)
					}
				}
			}
			wellFormed(t, w.Says("/scope"))
		})
	}
}

// wellFormed reads the drawing of a page as XML and measures its texts.
func wellFormed(t *testing.T, page string) {
	t.Helper()
	from := strings.Index(page, `<svg viewBox="0 0 1060`)
	to := strings.Index(page[from:], "</figure>")
	drawing := page[from : from+to]
	drawing = drawing[:strings.Index(drawing, "</svg>")+len("</svg>")]
	d := xml.NewDecoder(strings.NewReader(drawing))
	texts, inText := 0, false
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("the drawing is not well-formed: %v", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			inText = token.Name.Local == "text"
			if n := token.Name.Local; n != "svg" && n != "title" && n != "desc" && n != "a" && n != "path" && n != "text" {
				t.Errorf("the drawing has an element %s", n)
			}
		case xml.CharData:
			if n := len([]rune(string(token))); inText && n > 110 {
				t.Errorf("a text of %d letters: %.60s", n, token)
			} else if inText && n > 0 {
				texts++
			}
		case xml.EndElement:
			inText = false
		}
	}
	if texts < 8 {
		t.Errorf("only %d texts are drawn", texts)
	}
}
