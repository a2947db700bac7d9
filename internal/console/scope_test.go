// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

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
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// scopePaths are the pages of the entry.
var scopePaths = []string{"/scope", "/scope/statement", "/scope/context", "/scope/findings", "/scope/versions"}

// scoped is a scope with one system inside and one outside, and one nobody decided on.
func (w *world) scoped() (in, out, open, scope *register.Record) {
	w.t.Helper()
	me := counterfoil.ID(w.admin.ID).String()
	system := func(name string) *register.Record {
		return w.create("system", kind.Values{"name": name, "owner": me, "data_classes": []string{"personal"}})
	}
	in, out, open = system("Letters"), system("Canteen"), system("Meeting notes")
	scope = w.create("scope", kind.Values{
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
func (w *world) uses(system *register.Record, n int) {
	at := w.clock.Now().Add(-time.Minute)
	for range n {
		w.append(&counterfoil.Entry{
			Kind: counterfoil.KindIntent, Time: at.UnixMicro(), ID: counterfoil.NewTimeID(at), Actor: counterfoil.ID(w.admin.ID),
			Intent:  &counterfoil.Intent{System: system.ID, Provider: "sandbox", Model: "small-1"},
			Outcome: &counterfoil.Outcome{Result: counterfoil.ResultAnswered},
		})
	}
}

// TestScopeIsEmpty: without a scope every page says what an auditor will look for.
func TestScopeIsEmpty(t *testing.T) {
	w := newWorld(t)
	w.in("aims_manager")
	for _, path := range scopePaths {
		w.says(path, "No scope is written yet", "uditor", `href="/scope/versions"`)
	}
	w.says("/scope", "An auditor looks here first", `href="/kinds/scope/new"`, `href="/kinds/party"`)
	for _, path := range []string{"/scope/export?list=boundary", "/scope/compare?a=1&b=1"} {
		if a := w.get(path); a.Code != http.StatusNotFound {
			t.Errorf("%s answered %d", path, a.Code)
		}
	}
}

// TestScopeBoundary: the drawing and its table have everything the scope decides on, what
// nobody decided on, and what was observed.
func TestScopeBoundary(t *testing.T) {
	w := newWorld(t)
	w.in("aims_manager")
	in, out, _, scope := w.scoped()
	w.uses(in, 9)
	w.uses(out, 3)
	page := w.says("/scope", "2 AI uses stand on the line", "75.0 % of 12 interactions", "SC-001 is draft", "Inside: 1 AI system", "Outside, with a reason: 2", "Forbidden: 1",
		"Interfaces: what crosses the line", "Undecided", "31 people, 4 days", "It counts meals", "Network log", "Blocked", "/records/"+scope.Number()+"/edit", "Reject the request")
	for _, name := range []string{"SYS-001 Letters", "SYS-002 Canteen", "Meeting", "A public chat", "Claims", "Facilities", "Leeds", "Northgate Mutual", "Meridian"} {
		drawing, table, _ := strings.Cut(page, "</figure>")
		if !strings.Contains(drawing, name) || !strings.Contains(table, name) {
			t.Errorf("%q stands in the drawing %v, in the table %v", name, strings.Contains(drawing, name), strings.Contains(table, name))
		}
	}
	w.says("/scope/statement", "1 inside, 1 outside or forbidden", "0 inside, 1 outside or forbidden, 1 undecided", "The use of AI in claims in Leeds")
	w.says("/scope/findings", "Of 12 interactions of units inside", "25.0 %", "5 % of their interactions", "Blocks", "SYS-002 shares with SYS-001 the data class personal data", "Not covered", "Nothing found", "Have top management accept it")
	w.says("/scope/context", "No interested party is written down", `href="/kinds/obligation/new"`)
}

// TestScopeVersions: what is in force is shown while a successor is drafted, and versions
// are compared thing by thing.
func TestScopeVersions(t *testing.T) {
	w := newWorld(t)
	w.in("aims_manager", "top_management")
	in, out, _, _ := w.scoped()
	scope, err := w.register.SetUp(t.Context(), register.Program, "scope", "in_force", register.Input{Values: kind.Values{
		"title": "In force", "org_roles": []string{"user"}, "units": []map[string]any{{"unit": "Claims", "decision": "in", "authority": true}},
		"systems": []map[string]any{{"system": in.ID.String(), "decision": "in"}, {"system": out.ID.String(), "decision": "out", "reason": "It counts meals"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	changed, err := w.register.Change(t.Context(), register.For(counterfoil.ID(w.admin.ID)), scope.ID, register.Input{Version: scope.Version, Values: kind.Values{
		"systems": []map[string]any{{"system": in.ID.String(), "decision": "in"}, {"system": out.ID.String(), "decision": "in"}},
		"units":   []map[string]any{{"unit": "Service", "decision": "in", "authority": true}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if changed.State != "draft" || changed.InForce == nil {
		t.Fatalf("the change led to %s", changed.State)
	}
	w.says("/scope", "A new version is drafted", "Inside: 1 AI system", "Show the draft", "It counts meals", `of=SC-002`)
	w.says("/scope?of=SC-002&draft=1", "This is a draft", "Inside: 2 AI systems", "Show what is in force")
	w.says("/scope?of=SC-001", "Inside: 1 AI system", "Facilities")
	page := w.says("/scope/compare?of=SC-002&a=1&b=2", "SYS-002 Canteen", "− Outside; ", "It counts meals", "+ In", "Claims", "+ Not named", "− Not named", "Service")
	if strings.Contains(page, ">SYS-001 Letters<") {
		t.Error("what is the same is listed")
	}
	w.says("/scope/versions?of=SC-002", "2, the newest first", `value="2"`)
	for _, query := range []string{"", "a=1", "a=x&b=1", "a=1&b=99", "a=1&b=2&of=SC-099", "of=R-001&a=1&b=1"} {
		if a := w.get("/scope/compare?" + query); a.Code != http.StatusNotFound {
			t.Errorf("comparing %q answered %d", query, a.Code)
		}
	}
}

func TestScopeExports(t *testing.T) {
	w := newWorld(t)
	w.in("aims_manager")
	in, _, _, _ := w.scoped()
	w.uses(in, 3)
	w.create("party", kind.Values{"title": "Policyholders"})
	for list, want := range map[string]string{
		"boundary": "AI system,SYS-001 Letters,In,,Requested,3,1,", "statement": "units,Claims,in,", "findings": "N1,Do people of units inside use systems outside?",
		"context": "party,IP-001,Policyholders,Draft", "versions": "1,2026-11-24T", "compare&a=1&b=1": "field,what,before,after",
	} {
		before := len(w.accesses)
		csv := w.says("/scope/export?as=csv&list="+list, "scope,SC-001\r\n", "shown,draft\r\n", want)
		if len(w.accesses) != before+1 || strings.Contains(csv, "<") {
			t.Errorf("%s: %d accesses", list, len(w.accesses)-before)
		}
		var file scopeFile
		if err := json.Unmarshal([]byte(w.says("/scope/export?as=json&list="+list)), &file); err != nil || file.Scope != "SC-001" || file.AsOf.IsZero() {
			t.Errorf("%s: %v, %+v", list, err, file)
		}
	}
	w.unable = errDisk
	if a := w.get("/scope/export?list=boundary"); a.Code != http.StatusServiceUnavailable || strings.Contains(a.Body.String(), "Letters") {
		t.Errorf("an export that cannot be recorded answered %d", a.Code)
	}
}

// TestScopeRights: who holds no role sees neither the scope nor a number of it, and is
// not offered what they may not do.
func TestScopeRights(t *testing.T) {
	w := newWorld(t)
	w.in("aims_manager")
	_, _, _, scope := w.scoped()
	// The one who is signed in owns these; somebody else asks.
	other, err := w.register.Create(t.Context(), register.Program, "person", register.Input{Values: kind.Values{"email": "other@example.com"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.register.Change(t.Context(), register.Program, scope.ID, register.Input{Version: scope.Version, Values: kind.Values{"owner": other.ID.String()}}); err != nil {
		t.Fatal(err)
	}
	w.in("hr_lead")
	if page := w.says("/scope", "stand on the line", "SYS-001 Letters"); strings.Contains(page, "/edit") {
		t.Error("a change is offered to who may not make it")
	}
	w.in()
	for _, path := range scopePaths {
		page := w.says(path, "The scope is not for you")
		for _, secret := range []string{"Letters", "Facilities", "SC-001", "SYS-"} {
			if strings.Contains(page, secret) {
				t.Errorf("%s tells somebody without a role of %s", path, secret)
			}
		}
	}
	for _, list := range []string{"boundary", "statement", "findings", "context", "versions"} {
		if a := w.get("/scope/export?list=" + list); a.Code != http.StatusForbidden {
			t.Errorf("the export of %s answered %d", list, a.Code)
		}
	}
}

// TestScopeInThePast: every page of the entry shows the moment asked for, keeps it in
// its addresses, and offers nothing to change.
func TestScopeInThePast(t *testing.T) {
	w := newWorld(t)
	w.in("aims_manager")
	in, _, _, scope := w.scoped()
	w.uses(in, 2)
	w.clock.Advance(5 * time.Minute)
	at := "at=" + w.clock.Now().Format(time.RFC3339)
	w.clock.Advance(5 * time.Minute)
	w.uses(in, 40)
	if _, err := w.register.Change(t.Context(), register.Program, scope.ID, register.Input{Version: scope.Version, Values: kind.Values{"units": []map[string]any{{"unit": "Everything", "decision": "in", "authority": true}}}}); err != nil {
		t.Fatal(err)
	}
	w.says("/scope", "of 42 interactions", "Everything")
	for _, path := range scopePaths {
		page := w.says(path+"?"+at, "You see the records as they were", "of 2 interactions", "at=2026-11-24T14%3A25%3A00Z")
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
	for what, text := range hostile {
		if text == "" || what == "bad" {
			continue // no name, and no text that is stored
		}
		t.Run(what, func(t *testing.T) {
			w := newWorld(t)
			w.in("aims_manager")
			statement := text // the one field that takes 10,000 characters
			text := text[:min(len(text), 280)]
			row := func(column, decision string) map[string]any {
				return map[string]any{column: text, "decision": decision, "reason": text}
			}
			system := w.create("system", kind.Values{"name": text})
			w.create("system", kind.Values{"name": text})
			w.create("party", kind.Values{"title": text})
			w.create("scope", kind.Values{
				"title": text, "certificate": text, "statement": statement,
				"units": []map[string]any{row("unit", "in"), row("unit", "out")}, "sites": []map[string]any{row("site", "in"), row("site", "out")}, "processes": []map[string]any{row("process", "in")},
				"systems":    []map[string]any{{"system": system.ID.String(), "decision": "out", "reason": text}},
				"discovered": []map[string]any{{"what": text, "seen": text, "since": "2026-11-01"}, {"what": text, "since": "2026-11-01", "decision": "forbidden", "reason": text}},
				"interfaces": []map[string]any{{"outside": text, "what": text, "agreement": text}},
			})
			for _, path := range scopePaths {
				page := w.says(path)
				for _, never := range []string{"<script>alert", "<img", ` onmouseover="`, ` onfocus='`, `href="javascript:`, "\u202e"} {
					if strings.Contains(strings.ReplaceAll(page, `<script src="/static/keys.js" defer></script>`, ""), never) && (never != "\u202e" || path == "/scope" && strings.Contains(page[strings.Index(page, `id="boundary-d"`):strings.Index(page, "</figure>")], never)) {
						t.Errorf("%s holds %q", path, never)
					}
				}
			}
			wellFormed(t, w.says("/scope"))
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

// TestDrawnText: what a drawing writes fits.
func TestDrawnText(t *testing.T) {
	for _, text := range []string{"", "Claims", strings.Repeat("unbreakable", 1000), strings.Repeat("漢字", 100), "שלום עולם " + strings.Repeat("א", 80), "a\u202eb", "two\nlines"} {
		got := drawnText(text, 120, 12)
		if w := drawnWidth(got, 12); w > 121 || strings.ContainsAny(got, "\n\u202e") {
			t.Errorf("%.20q became %q, %.0f wide", text, got, w)
		}
		for _, line := range wrapped(text, 120, 12, 2) {
			if drawnWidth(line, 12) > 121 {
				t.Errorf("%.20q has a line %q", text, line)
			}
		}
		if n := len(wrapped(text, 120, 12, 2)); n > 2 {
			t.Errorf("%.20q has %d lines", text, n)
		}
	}
}
