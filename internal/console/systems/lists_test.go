// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package systems_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/counterfoil/counterfoil/internal/accounts"
	"github.com/counterfoil/counterfoil/internal/console/consoletest"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

var nextPage = regexp.MustCompile(`href="([^"]+)">Next page`)

// walked collects what a pattern finds on all pages of a list.
func walked(w *consoletest.World, path, pattern string) (found []string, pages int) {
	w.T.Helper()
	for path != "" {
		a := w.Get(strings.ReplaceAll(path, "&amp;", "&"))
		if a.Code != http.StatusOK {
			w.T.Fatalf("%s answered %d", path, a.Code)
		}
		for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(a.Body.String(), -1) {
			found = append(found, m[1])
		}
		path = ""
		if m := nextPage.FindStringSubmatch(a.Body.String()); m != nil {
			path = m[1]
		}
		pages++
	}
	return found, pages
}

// The lists of systems and people have filters, keyset paging and an export: over all
// pages each row comes once, and the export holds the same.
func TestListsOfSystemsAndPeople(t *testing.T) {
	w := consoletest.New(t)
	w.In("aims_manager")
	for n := range 120 {
		if _, err := w.Reg.AddSystem(t.Context(), w.Admin.ID, accounts.NewSystem{Name: fmt.Sprintf("System %03d", n), OwnerEmail: consoletest.AdminEmail}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Register.Create(t.Context(), register.Program, "person", register.Input{Values: kind.Values{"name": fmt.Sprintf("Worker %03d", n), "email": fmt.Sprintf("w%03d@example.com", n)}}); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		path, pattern string
		rows, pages   int
		export        string
	}{
		{"/systems", `href="/systems/(system-\d+)"`, 120, 3, "/systems.csv"},
		{"/systems?q=system+11", `href="/systems/(system-\d+)"`, 10, 1, "/systems.csv?q=system+11"},
		{"/systems?keys=valid", `href="/systems/(system-\d+)"`, 0, 1, "/systems.csv?keys=valid"},
		{"/systems?keys=none", `href="/systems/(system-\d+)"`, 120, 3, "/systems.csv?keys=none"},
		{"/people", `<span class="sub">(P-\d+)</span>`, 121, 3, "/people.csv"},
		{"/people?q=worker+01", `<span class="sub">(P-\d+)</span>`, 10, 1, "/people.csv?q=worker+01"},
		{"/people?access=none", `<span class="sub">(P-\d+)</span>`, 120, 3, "/people.csv?access=none"},
		{"/people?access=signs_in", `<span class="sub">(P-\d+)</span>`, 1, 1, "/people.csv?access=signs_in"},
	} {
		found, pages := walked(w, c.path, c.pattern)
		once := slices.Compact(slices.Sorted(slices.Values(found)))
		if len(found) != c.rows || len(once) != c.rows || pages != c.pages {
			t.Errorf("%s: %d rows, %d of them different, on %d pages; want %d on %d", c.path, len(found), len(once), pages, c.rows, c.pages)
		}
		before := len(w.Accesses)
		if lines := strings.Count(w.Get(c.export).Body.String(), "\r\n"); lines != c.rows+1 || len(w.Accesses) != before+1 {
			t.Errorf("%s: %d lines, %d accesses recorded", c.export, lines, len(w.Accesses)-before)
		}
	}
	for _, path := range []string{"/systems?keys=all", "/people?access=all", "/people?after=x"} {
		if a := w.Get(path); a.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s answered %d", path, a.Code)
		}
	}
	for path, head := range map[string]string{"/erasures.csv": "id,asked_for,scope", "/records/late.csv": "record,version,step"} {
		if body := w.Get(path).Body.String(); !strings.HasPrefix(body, head) {
			t.Errorf("%s begins with %q", path, body)
		}
	}
	w.In()
	if a := w.Get("/people.csv"); a.Code != http.StatusForbidden {
		t.Errorf("who may not export people is answered %d", a.Code)
	}
	if found, _ := walked(w, "/people?q=worker", `(Worker \d+)`); len(found) != 0 {
		t.Errorf("who may see nobody finds %d", len(found))
	}
}
