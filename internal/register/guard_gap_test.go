// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register_test

import (
	"strings"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
	"github.com/counterfoil/counterfoil/internal/standard"
)

// item finds the item of a requirement.
func (w *world) item(requirement string) *register.Record {
	w.Helper()
	items, err := w.Reader().All(w.Context(), "gap_item")
	if err != nil {
		w.Fatal(err)
	}
	for _, i := range items {
		if i.Values.Text("requirement") == requirement {
			return i
		}
	}
	w.Fatalf("no item for %s", requirement)
	return nil
}

func TestGapAssessment(t *testing.T) {
	w := newWorld(t)
	ann, bob := w.person("ann", "aims_manager"), w.person("bob", "risk_manager")
	a := w.create(ann, "gap_assessment", kind.Values{"title": "First", "owner": ann.Person.String(), "method": "Owners answer, Bob confirms"})
	a = w.move(ann, a, "start", nil)
	items, err := w.Reader().All(t.Context(), "gap_item")
	if err != nil || len(items) != 70 || len(items) != len(standard.ISO42001().IDs()) {
		t.Fatalf("%d items, %v", len(items), err)
	}
	for i, id := range standard.ISO42001().IDs() {
		v := items[i].Values
		if v.Text("requirement") != id || !strings.HasPrefix(v.Text("title"), id+" ") || v.Text("weight") == "" || items[i].Made.By != ann.Person {
			t.Errorf("item %d: %v by %s", i, v, items[i].Made.By)
		}
	}
	a = w.move(ann, a, "complete", nil)
	if n, err := w.Reader().Count(t.Context(), "gap_item"); n != 70 || err != nil {
		t.Errorf("%d items after the missing ones were made, %v", n, err)
	}
	if says := w.refused(ann, a, "check", nil); !strings.Contains(says, "not answered") {
		t.Errorf("%s", says)
	}

	clause := w.item("4.1")
	if says := w.refused(ann, clause, "answer", kind.Values{"answer": "not_applicable", "why": "Not us"}); !strings.Contains(says, "apply to everybody") {
		t.Errorf("a clause that does not apply: %s", says)
	}
	if says := w.refused(ann, w.item("A.9.2"), "answer", kind.Values{"answer": "not_applicable", "why": "Not us"}); !strings.Contains(says, "does not exclude") {
		t.Errorf("a control nobody excluded: %s", says)
	}
	stale := []map[string]any{{"what": "Minutes", "day": "2025-01-10"}}
	clause = w.move(ann, clause, "answer", kind.Values{"answer": "yes", "why": "In the minutes", "evidence": stale})
	if clause.Values.Text("result") != "partly" {
		t.Errorf("a yes with stale evidence is %q", clause.Values.Text("result"))
	}
	clause = w.move(bob, clause, "confirm", nil)
	gaps, _, err := w.Reader().LinksTo(t.Context(), clause.ID, "gap")
	if err != nil || clause.State != "gap" || len(gaps) != 1 || gaps[0].Values.Text("weight") != clause.Values.Text("weight") {
		t.Fatalf("%s with %d gaps, %v", clause.State, len(gaps), err)
	}

	fresh := []map[string]any{{"what": "Minutes", "day": "2026-02-20", "fresh": int64(30)}}
	other := w.move(ann, w.item("4.2"), "answer", kind.Values{"answer": "yes", "why": "In the minutes", "evidence": fresh})
	if other = w.move(bob, other, "confirm", nil); other.State != "met" {
		t.Errorf("a yes with fresh evidence is %s", other.State)
	}
}

// TestMajorItemsHaveTwoPeople: where a major gap could hide, the owner of an item does
// not confirm it; elsewhere whoever did not answer may.
func TestMajorItemsHaveTwoPeople(t *testing.T) {
	w := newWorld(t)
	ann, bob := w.person("ann", "aims_manager"), w.person("bob", "risk_manager")
	a := w.create(ann, "gap_assessment", kind.Values{"title": "First", "owner": ann.Person.String(), "method": "Owners answer"})
	for weight, refused := range map[string]bool{"major": true, "minor": false} {
		item, err := w.Create(t.Context(), register.Program, "gap_item", register.Input{
			Values: kind.Values{"assessment": a.ID.String(), "owner": bob.Person.String()}, Fixed: kind.Values{"requirement": "4.1", "weight": weight},
		})
		if err != nil {
			t.Fatal(err)
		}
		item = w.move(ann, item, "answer", kind.Values{"answer": "no", "why": "Nothing yet"})
		_, err = w.Move(t.Context(), bob, item.ID, "confirm", register.Input{Version: item.Version})
		if refusedFor(err, "second") != refused {
			t.Errorf("%s confirmed by the item's owner: %v", weight, err)
		}
	}
}

// TestMovedDates of gaps stay visible.
func TestMovedDates(t *testing.T) {
	w := newWorld(t)
	ann := w.person("ann", "aims_manager")
	g := w.create(ann, "gap", kind.Values{"title": "No log of changes", "owner": ann.Person.String()})
	g = w.move(ann, g, "plan", kind.Values{"due": "2026-04-01", "action": "Keep one"})
	w.clock.Advance(24 * time.Hour)
	g = w.move(ann, g, "redate", kind.Values{"due": "2026-05-01"})
	if v := g.Values; v.Integer("redated") != 1 || v.Text("first_due") != "2026-04-01" || v.Text("due") != "2026-05-01" {
		t.Errorf("%v", v)
	}
}
