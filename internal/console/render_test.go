// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"bytes"
	"io/fs"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
)

// pages has one value of each page's type; the test fills them.
func pages() map[string]any {
	return map[string]any{
		"home": new(homePage), "palette": new(palettePage), "search": new(searchPage), "asof": new(asOfPage), "style": new(stylePage),
		"interactions": new(interactionsPage), "interaction": new(interactionPage), "verify": new(verifyPage),
		"systems": new(systemsPage), "system": new(systemPage), "system_new": new(systemNewPage),
		"ledger": new(ledgerPage), "ledger_events": new(eventsPage), "ledger_entry": new(entryPage),
		"erasures": new(erasuresPage), "erasure": new(erasurePage), "erasure_new": new(erasureNewPage), "hold": new(holdPage), "hold_new": new(holdNewPage),
		"records": new(recordsPage), "record": new(recordPage), "record_form": new(recordFormPage), "compare": new(comparePage), "section": new(sectionPage),
		"login": new(loginPage), "setup": new(setupPage), "people": new(peoplePage), "invitation": new(invitationPage), "error": new(errorPage),
		"requirements": new(requirementsPage), "requirement": new(requirementPage), "framework": new(frameworkPage), "departures": new(departuresPage),
		"rights": new(rightsPage), "risk": new(riskPage), "risk_trend": new(trendPage), "risk_sources": new(sourcesPage), "risk_library": new(libraryPage),
		"saved": new(savedPage), "statement": new(statementPage), "statement_compare": new(statementComparePage),
		"scope": new(scopePage), "scope_statement": new(scopeStatementPage), "scope_context": new(scopeContextPage), "scope_findings": new(scopeFindingsPage),
		"scope_versions": new(scopeVersionsPage), "scope_compare": new(scopeComparePage),
	}
}

var hostile = map[string]string{
	"script":     `<script>alert(1)</script>`,
	"attribute":  `" onmouseover="alert(1)`,
	"single":     `' onfocus='alert(1)' autofocus='`,
	"address":    `javascript:alert(1)`,
	"tag":        `</title></textarea></style><img src=x onerror=alert(1)>`,
	"right":      "\u202eevil\u2066 שלום مرحبا",
	"long":       strings.Repeat("unbreakable", 1000),
	"template":   `{{.Me}}`,
	"empty":      "",
	"bad":        "\xff\xfe\x00",
	"references": "&lt;script&gt;",
}

func TestPagesWithHostileContent(t *testing.T) {
	templates, err := parseTemplates()
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range templates.Templates() {
		if name, isPage := strings.CutSuffix(one.Name(), " leaf"); isPage && pages()[name] == nil {
			t.Errorf("page %s has a template and no type here", name)
		}
	}
	for kind, text := range hostile {
		for name, data := range pages() {
			fill(reflect.ValueOf(data).Elem(), text)
			var b bytes.Buffer
			if err := templates.ExecuteTemplate(&b, name, data); err != nil {
				t.Errorf("%s with %s: %v", name, kind, err)
				continue
			}
			if found := unsafeMarkup(b.String()); found != "" {
				t.Errorf("%s with %s: the page contains %q", name, kind, found)
			}
		}
	}
}

// fill sets everything a page can hold: every string to text, every list to two
// items, every pointer to something.
func fill(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int:
		v.SetInt(7)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			fill(v.Index(i), text)
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), text)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Date(2026, 11, 24, 14, 20, 0, 0, time.UTC)))
			return
		}
		for i := range v.NumField() {
			if v.Field(i).CanSet() || v.Type().Field(i).Anonymous {
				fill(settable(v.Field(i)), text)
			}
		}
	}
}

// settable reaches into an embedded struct whose type is not exported.
func settable(v reflect.Value) reflect.Value {
	if v.CanSet() {
		return v
	}
	return reflect.NewAt(v.Type(), v.Addr().UnsafePointer()).Elem()
}

var tag = regexp.MustCompile(`<[^>]*>`)

// unsafeMarkup returns the first tag that a page must never contain.
func unsafeMarkup(page string) string {
	for _, found := range tag.FindAllString(page, -1) {
		if found == `<script src="/static/keys.js" defer>` {
			continue // the one script, which the policy allows by its place
		}
		outside := quoted.ReplaceAllString(found, `""`)
		if strings.HasPrefix(found, "<script") || strings.HasPrefix(found, "<img") || strings.HasPrefix(found, "<style") ||
			inline.MatchString(outside) || scriptLink.MatchString(found) {
			return found
		}
	}
	return ""
}

var (
	scriptLink = regexp.MustCompile(`\s(href|src|action|formaction)="javascript:`)
	quoted     = regexp.MustCompile(`"[^"]*"`)
	inline     = regexp.MustCompile(`\s(on[a-z]+|style|autofocus)\s*=`)
)

// The content security policy allows neither inline script nor inline style, so
// no template may hold any.
func TestTemplatesKeepThePolicy(t *testing.T) {
	inline := regexp.MustCompile(`(?i)\sstyle=|<script|<style|\son[a-z]+=|javascript:|https?://`)
	err := fs.WalkDir(templateFiles, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(templateFiles, path)
		if err != nil {
			return err
		}
		text = bytes.ReplaceAll(text, []byte(`<script src="/static/keys.js" defer>`), nil) // the one script
		if found := inline.Find(text); found != nil {
			t.Errorf("%s contains %q", path, found)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	css, err := fs.ReadFile(staticFiles, "static/counterfoil.css")
	if err != nil {
		t.Fatal(err)
	}
	if found := regexp.MustCompile(`@import|url\(`).Find(css); found != nil {
		t.Errorf("the stylesheet reaches outside: %q", found)
	}
}

// Every class a template uses is one the stylesheet knows.
func TestClassesExist(t *testing.T) {
	css, err := fs.ReadFile(staticFiles, "static/counterfoil.css")
	if err != nil {
		t.Fatal(err)
	}
	files, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		t.Fatal(err)
	}
	attribute := regexp.MustCompile(`class="([^"{]*)`)
	for _, file := range files {
		text, err := fs.ReadFile(templateFiles, file)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range attribute.FindAllSubmatch(text, -1) {
			for class := range strings.FieldsSeq(string(match[1])) {
				known := regexp.MustCompile(`\.` + regexp.QuoteMeta(class) + `\b`)
				if !known.Match(css) && class != "over" {
					t.Errorf("%s uses class %q, which the stylesheet does not know", file, class)
				}
			}
		}
	}
}

func TestWords(t *testing.T) {
	for got, want := range map[string]string{
		number(0):                          "0",
		number(999):                        "999",
		number(3418274):                    "3,418,274",
		number(-12345):                     "-12,345",
		counted(1, "a", "b"):               "1 a",
		spelled(3, "rule", "rules"):        "three rules",
		spelled(13, "rule", "rules"):       "13 rules",
		spelled(0, "rule", "rules"):        "no rules",
		enumerate([]string{"a"}):           "a",
		enumerate([]string{"a", "b", "c"}): "a, b and c",
		sentence("e-mail"):                 "E-mail",
		sentence(""):                       "",
		findingsPhrase("card:1 email:2"):   "1 card number, 2 e-mail addresses",
		findingsPhrase("customer-no:3"):    "3 customer-no",
		duration(0.81):                     "0.8 ms",
		duration(640):                      "640 ms",
		duration(2413):                     "2.4 seconds",
		clip(strings.Repeat("x", 99)):      strings.Repeat("x", 60) + "…",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestLocalPath(t *testing.T) {
	for next, want := range map[string]string{
		"/interactions?system=x": "/interactions?system=x",
		"":                       "/",
		"//evil.example":         "/",
		"/\\evil.example":        "/",
		"https://evil.example/":  "/",
		"javascript:alert(1)":    "/",
		"/\t/evil.example":       "/",
		"interactions":           "/",
		"/%zz":                   "/",
	} {
		if got := localPath(next); got != want {
			t.Errorf("localPath(%q) = %q, want %q", next, got, want)
		}
	}
}
