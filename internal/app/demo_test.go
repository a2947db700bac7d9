// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/demo"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/index"
)

// demoUntil is the day after which the demonstrations of tests end.
var demoUntil = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)

// demonstrated fills a house with the demonstration.
func (h *house) demonstrated(seed uint64) demo.Report {
	h.t.Helper()
	report, err := Demonstrate(h.t.Context(), h.options(), demoUntil, seed)
	if err != nil {
		h.t.Fatal(err)
	}
	return report
}

// TestDemonstration plays it twice: the record is sound, says what it is, and is the
// same both times but for ids and keys.
func TestDemonstration(t *testing.T) {
	one, two := newHouse(t), newHouse(t)
	if err := os.Mkdir(two.data, 0o700); err != nil { // an empty one, named as a shell completes it
		t.Fatal(err)
	}
	two.data += string(filepath.Separator)
	report, again := one.demonstrated(1), two.demonstrated(1)
	if diff := cmp.Diff(report, again); diff != "" {
		t.Errorf("two plays differ:\n%s", diff)
	}
	if report.From.Format(time.DateOnly) != "2026-02-23" || report.To.Format(time.DateOnly) != "2026-11-22" {
		t.Errorf("it lasts from %s to %s", report.From, report.To)
	}
	if r := one.verify(); r.Entries == 0 {
		t.Errorf("%+v", r)
	}
	a, b := one.open(), two.open()
	if invented, err := a.isDemonstration(t.Context()); err != nil || !invented {
		t.Errorf("the ledger does not say that it is a demonstration: %v", err)
	}
	if diff := cmp.Diff(account(t, a), account(t, b)); diff != "" {
		t.Errorf("two plays differ:\n%s", diff)
	}
	holdsHistory(t, a)
	sayInvented(t, a)
}

// holdsHistory counts what makes the demonstration worth looking at: good and bad.
func holdsHistory(t *testing.T, a *App) {
	t.Helper()
	reader := a.register.Reader()
	for _, want := range []struct {
		kind, state string
		n           int64
	}{
		{"person", "", 60},
		{"system", "", 14},
		{"system", "operating", 9},
		{"system", "piloting", 1},
		{"system", "discovered", 1},
		{"system", "retired", 1},
		{"statement", "drifting", 1},
		{"statement_row", "decided", 38},
		{"supplier", "restricted", 1},
		{"override", "used", 1},
		{"scope", "in_force", 1},
		{"dataset", "approved", 3},
		{"tool", "proposed", 1},
		{"measure", "in_force", 3},
		{"obligation", "identified", 1},
		{"concern", "received", 1},
		{"incident", "triaged", 1},
	} {
		states := []string{want.state}
		if want.state == "" {
			states = nil
		}
		if n, err := reader.Count(t.Context(), want.kind, states...); err != nil || n != want.n {
			t.Errorf("%d records of %s %s, want %d: %v", n, want.kind, want.state, want.n, err)
		}
	}
	for what, f := range map[string]index.Filter{
		"masked":  {Effect: counterfoil.EffectRedact},
		"blocked": {Effect: counterfoil.EffectBlock},
		"refused": {Result: counterfoil.ResultRefused},
		"any":     {},
	} {
		if n, err := a.index.Count(t.Context(), f); err != nil || n < 5 {
			t.Errorf("%d interactions, %s: %v", n, what, err)
		}
	}
}

// sayInvented looks at a page that everybody can see.
func sayInvented(t *testing.T, a *App) {
	t.Helper()
	pages, err := a.pages(t.Context(), "http://127.0.0.1:1", "http://127.0.0.1:2")
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	pages.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/login", http.NoBody))
	if !strings.Contains(w.Body.String(), "Demonstration.") {
		t.Errorf("the page does not say that it is a demonstration:\n%s", w.Body)
	}
	if _, err := a.accounts.Authenticate(t.Context(), demo.SignIn, demo.Password); err != nil {
		t.Errorf("nobody can sign in: %v", err)
	}
}

var (
	uuid   = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	digest = regexp.MustCompile(`"digest":"[0-9a-f]{64}"`) // of fields with ids in them
)

// account tells everything that is to be the same each time: the records as they
// stand, with numbers in the place of ids, and what became of the interactions.
func account(t *testing.T, a *App) []string {
	t.Helper()
	numbers := map[string]string{}
	var lines []string
	reader := a.register.Reader()
	for _, k := range a.kinds.Kinds() {
		records, err := reader.All(t.Context(), k.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range records {
			numbers[r.ID.String()] = r.Number()
			raw, err := json.Marshal(struct{ Values, About any }{r.Values, r.About})
			if err != nil {
				t.Fatal(err)
			}
			lines = append(lines, fmt.Sprintf("%s version %d, %s, at %s: %s", r.Number(), r.Version, r.State, r.Time, raw))
		}
	}
	for i, line := range lines {
		lines[i] = digest.ReplaceAllString(uuid.ReplaceAllStringFunc(line, func(id string) string { return numbers[id] }), "")
	}
	tally, err := a.index.Tally(t.Context(), index.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	return append(lines, fmt.Sprintf("%+v", tally))
}

// TestDemonstrationNeedsAnEmptyDirectory: what is there already stays as it is.
func TestDemonstrationNeedsAnEmptyDirectory(t *testing.T) {
	h := newHouse(t)
	if err := os.Mkdir(h.data, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(h.data, "notes"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Demonstrate(t.Context(), h.options(), demoUntil, 1); fault.KindOf(err) != fault.KindConflict {
		t.Errorf("%v", err)
	}
	if list, err := os.ReadDir(h.data); err != nil || len(list) != 1 {
		t.Errorf("the directory holds %v, %v", list, err)
	}
}
