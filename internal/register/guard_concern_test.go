// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// TestConcernReachesContacts: a concern that came before anybody was an ethics contact
// reaches whoever becomes one, nobody else sees it, and its reporter does not handle it.
func TestConcernReachesContacts(t *testing.T) {
	w := newWorld(t)
	ann, manager := w.person("ann"), w.person("mia", "aims_manager", "top_management")
	concern, err := w.Create(t.Context(), ann, "concern", register.Input{Values: kind.Values{"title": "Ranking of applicants", "says": "It ranks us.", "reporter": ann.Person.String()}})
	if err != nil || concern.Values.List("handlers") != nil {
		t.Fatalf("%+v, %v", concern, err)
	}
	appoint := func(a register.Actor) {
		values := kind.Values{"role": "ethics_contact", "person": a.Person.String()}
		if _, err := w.SetUp(t.Context(), register.Program, "appointment", "active", register.Input{Values: values}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	appoint(ann)
	contact := w.person("eve", "ethics_contact")
	if _, err := w.view(contact, w.clock.Now().AddDate(0, 0, -1)).Record(t.Context(), concern.ID); err == nil {
		t.Error("seen before it came")
	}
	appoint(contact)
	seen, err := w.view(contact, time.Time{}).Record(t.Context(), concern.ID)
	if err != nil || !slices.Equal(seen.Values.List("handlers"), []string{contact.Person.String()}) {
		t.Errorf("%+v, %v", seen, err)
	}
	if _, err := w.view(manager, time.Time{}).Record(t.Context(), concern.ID); err == nil {
		t.Error("somebody who is not named sees it")
	}
	figures, err := register.ConcernFigures(t.Context(), w.Reader())
	if err != nil || len(figures) != 1 || figures[0].State != "received" || figures[0].N != 1 {
		t.Errorf("%+v, %v", figures, err)
	}
}

// TestConcernUnnamed: of a concern whose reporter stays unnamed nothing says who they are.
func TestConcernUnnamed(t *testing.T) {
	w := newWorld(t)
	ann := w.person("ann")
	concern, err := w.Create(t.Context(), ann, "concern", register.Input{Values: kind.Values{"title": "Ranking of applicants", "says": "It ranks us."}})
	if err != nil || !concern.Made.By.IsZero() || !concern.Author.By.IsZero() {
		t.Fatalf("%+v, %v", concern, err)
	}
	last := w.entries[len(w.entries)-1]
	if last.ID != concern.ID || !last.Actor.IsZero() || bytes.Contains(w.bodies[len(w.bodies)-1], []byte(ann.Person.String())) {
		t.Errorf("%+v", last)
	}
	if _, err := w.view(ann, time.Time{}).Record(t.Context(), concern.ID); err == nil {
		t.Error("somebody sees a concern that does not name them")
	}
}
