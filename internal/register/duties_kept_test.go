// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
	"github.com/counterfoil/counterfoil/internal/standard"
)

// TestKeptDutiesAreThoseFromScratch walks every built-in kind along its ways. After
// every step, now and by a clock that runs ahead, what is kept of the duties of each
// person is what a register finds that has kept nothing.
func TestKeptDutiesAreThoseFromScratch(t *testing.T) {
	t.Parallel()
	var found atomic.Int64
	t.Run("walk", func(t *testing.T) {
		for _, k := range newWorld(t).Kinds.Kinds() {
			t.Run(k.ID, func(t *testing.T) {
				t.Parallel()
				if k.Inner {
					t.Skip("belongs to another record, and waits for nobody")
				}
				h, been := readHints(t, k), map[string]bool{}
				for _, state := range waysEnd(newWalker(t, k, h)) {
					found.Add(int64(walkComparing(newWalker(t, k, h), state, been)))
				}
			})
		}
	})
	if found.Load() == 0 {
		t.Error("nobody ever had a duty, so nothing was compared")
	}
}

// waysEnd are states at the end of ways that no longer way passes through, apart from
// those that are left at once.
func waysEnd(w *walker) (ends []string) {
	ways := map[string][]*kind.Move{}
	for i := range w.kind.Moves {
		if m := &w.kind.Moves[i]; !w.hints.Moves[m.ID].AtOnce && w.hints.Moves[m.ID].Engine == "" {
			for _, from := range m.From {
				ways[from] = w.way(from, "")
			}
		}
	}
	for state, way := range ways {
		longer := false
		for _, other := range ways {
			longer = longer || len(other) > len(way) && slices.Equal(other[:len(way)], way)
		}
		if !longer {
			ends = append(ends, state)
		}
	}
	slices.Sort(ends)
	return ends
}

// walkComparing compares after each step that leads where nobody has been, and returns
// in how many of them anybody had a duty.
func walkComparing(w *walker, state string, been map[string]bool) (found int) {
	w.Helper()
	later := clock.NewSet(w.clock.Now())
	config := w.Config
	config.Clock = later
	ahead := register.New(config)
	trail := ""
	w.each = func(by string) {
		later.Advance(17 * 24 * time.Hour)
		trail += " " + by
		if !been[trail] && w.dutiesAgree(ahead) {
			found++
		}
		been[trail] = true
	}
	w.reach(state)
	return found
}

// dutiesAgree compares for everybody who was named so far, once with every role that
// there is and once with none, now and by the clock ahead, and tells whether any duty was
// found.
func (w *walker) dutiesAgree(ahead *register.Register) (found bool) {
	w.Helper()
	for _, r := range []*register.Register{w.Register, ahead} {
		for _, id := range w.names {
			for _, roles := range [][]string{standard.ISO42001().RoleIDs(), nil} {
				found = dutiesAgreeOf(w.T, r, register.Actor{Person: id, Roles: roles}) || found
			}
		}
	}
	return found
}

// dutiesAgreeOf compares for one person.
func dutiesAgreeOf(t *testing.T, r *register.Register, a register.Actor) (found bool) {
	t.Helper()
	got, want := duties(t, r, a), duties(t, register.New(r.Config), a)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("the duties of %s that are kept (-want +got):\n%s", a.Person, diff)
	}
	return len(want) > 0
}

// duties are those of a person as a register says, in words.
func duties(t *testing.T, r *register.Register, a register.Actor) []string {
	t.Helper()
	view, err := r.View(t.Context(), a, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	list, more, err := view.Duties(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	for _, d := range list {
		word := fmt.Sprintf("%s version %d as %s since %s", d.Record.Number(), d.Record.Version, d.Role, d.Since)
		if d.Move != nil {
			word += ", " + d.Move.ID
		}
		if d.Due != nil {
			word += fmt.Sprintf(", due %+v", *d.Due)
		}
		words = append(words, word)
	}
	if more {
		words = append(words, "more")
	}
	return words
}

// waiting tells whether somebody may make a move of a record now.
func (w *world) waiting(a register.Actor, id counterfoil.ID, move string) bool {
	w.Helper()
	dutiesAgreeOf(w.T, w.Register, a)
	list, _, err := w.view(a, time.Time{}).Duties(w.Context())
	if err != nil {
		w.Fatal(err)
	}
	return slices.ContainsFunc(list, func(d register.Duty) bool { return d.Record.ID == id && d.Move != nil && d.Move.ID == move })
}

// A duty that rests on another record comes and goes with that: here an approval on
// whether a treatment is approved, and an appointment on another of the same person.
func TestDutiesFollowOtherRecords(t *testing.T) {
	w := newWorld(t)
	person, manager := w.person("ann"), w.person("mia", "aims_manager")
	appoint := func(role, state string) *register.Record {
		r, err := w.SetUp(t.Context(), register.Program, "appointment", state, register.Input{
			Values: kind.Values{"role": role, "person": person.Person.String(), "duty": "To audit", "confirmed": true, "plan": "A course"},
		})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	audit := appoint("audit_lead", "proposed")
	if !w.waiting(person, audit.ID, "accept") {
		t.Fatal("an appointment does not wait for the person")
	}
	other := appoint("risk_manager", "active")
	if w.waiting(person, audit.ID, "accept") {
		t.Error("it waits though another appointment of the person refuses it")
	}
	if _, err := w.Move(t.Context(), manager, other.ID, "end", register.Input{Version: other.Version, Reason: "Over"}); err != nil {
		t.Fatal(err)
	}
	if !w.waiting(person, audit.ID, "accept") {
		t.Error("it does not wait again after the other ended")
	}
	if _, err := w.Change(t.Context(), register.Program, audit.ID, register.Input{Version: audit.Version, Values: kind.Values{"person": manager.Person.String()}}); err != nil {
		t.Fatal(err)
	}
	if w.waiting(person, audit.ID, "accept") || !w.waiting(manager, audit.ID, "accept") {
		t.Error("it did not go from one person to the other with the record")
	}
}

// What is erased waits for nobody.
func TestDutiesForgetWhatIsErased(t *testing.T) {
	w := newWorld(t)
	asks, decides := w.person("asks", "aims_manager"), w.person("decides", "top_management")
	values := kind.Values{"record": "R-001", "move": "accept", "guards": []string{"limit"}, "why": "Late", "measure": "A weekly look", "until": "2026-03-20"}
	override, err := w.Create(t.Context(), asks, "override", register.Input{Values: values})
	if err != nil {
		t.Fatal(err)
	}
	if !w.waiting(decides, override.ID, "approve") {
		t.Fatal("nothing waits")
	}
	w.mu.Lock()
	at := counterfoil.Index(len(w.entries))
	e := counterfoil.Entry{Kind: counterfoil.KindErasure, Erasure: &counterfoil.Erasure{Keys: []counterfoil.ID{override.ID}}}
	w.entries, w.bodies = append(w.entries, e), append(w.bodies, nil)
	w.mu.Unlock()
	if err := w.index.Apply(t.Context(), []index.Item{{Index: at, Entry: &e}}, at+1); err != nil {
		t.Fatal(err)
	}
	if w.waiting(decides, override.ID, "approve") {
		t.Error("it waits after its body was erased")
	}
}

// Of more duties than are listed, those listed come first and have their records, also
// when others make room for them.
func TestManyDuties(t *testing.T) {
	w := newWorld(t)
	asks, decides := w.person("asks", "aims_manager"), w.person("decides", "top_management")
	var first *register.Record
	for i := range 60 {
		row := kind.Values{"title": "A row", "control": fmt.Sprintf("O.%d", i), "due": "2026-03-20", "owner": decides.Person.String()}
		if _, err := w.Create(t.Context(), register.Program, "statement_row", register.Input{Values: row}); err != nil {
			t.Fatal(err)
		}
		values := kind.Values{"record": "R-001", "move": "accept", "guards": []string{"limit"}, "why": "Late", "measure": "A weekly look", "until": "2026-03-20"}
		override, err := w.Create(t.Context(), asks, "override", register.Input{Values: values})
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = override
		}
	}
	for range 3 {
		list, more, err := w.view(decides, time.Time{}).Duties(t.Context())
		if err != nil || len(list) != 50 || !more {
			t.Fatalf("%d duties, more %v, %v", len(list), more, err)
		}
		for _, d := range list {
			if d.Record == nil {
				t.Fatal("a duty without its record")
			}
		}
		if !dutiesAgreeOf(t, w.Register, decides) {
			t.Fatal("no duties")
		}
		for _, d := range list[:20] { // the first give way to those that were cut
			if d.Move == nil {
				continue
			}
			if _, err := w.Move(t.Context(), decides, d.Record.ID, d.Move.ID, register.Input{Version: d.Record.Version, Reason: "Agreed"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if r, err := w.Reader().Record(t.Context(), first.ID); err != nil || r.State != "approved" {
		t.Errorf("the first override is %+v, %v", r, err)
	}
}

// A record of which a rule fails is told of, and keeps no other from the list.
func TestDutiesPastARuleThatFails(t *testing.T) {
	rules, faults := rulesWith("testdata/kinds")
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	w := newWorldOf(t, rules)
	owner := w.person("ann")
	made := map[int64]*register.Record{}
	for _, parts := range []int64{0, 5} {
		values := kind.Values{"title": "Kitchen", "owner": owner.Person.String(), "parts": parts}
		r, err := w.Create(t.Context(), register.Program, "scale", register.Input{Values: values})
		if err != nil {
			t.Fatal(err)
		}
		made[parts] = r
	}
	for range 2 {
		list, more, err := w.view(owner, time.Time{}).Duties(t.Context())
		var unanswered register.Unanswered
		if !errors.As(err, &unanswered) || len(unanswered) != 1 || !strings.Contains(err.Error(), made[0].Number()) || !more {
			t.Errorf("more %t, %v", more, err)
		}
		if len(list) != 1 || list[0].Record.ID != made[5].ID || list[0].Move.ID != "use" {
			t.Errorf("waiting: %+v", list)
		}
	}
	if _, err := w.Change(t.Context(), register.Program, made[0].ID, register.Input{Version: made[0].Version, Values: kind.Values{"parts": int64(4)}}); err != nil {
		t.Fatal(err)
	}
	if !w.waiting(owner, made[0].ID, "use") {
		t.Error("it does not wait when the rule can be answered")
	}
}
