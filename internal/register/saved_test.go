// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/register"
)

// highRisks is a view of the risks that are high.
func highRisks(name string) register.Saved {
	return register.Saved{Name: name, List: "/kinds/risk", Records: "risk", Query: "sort=level&f.band=high"}
}

func (w *world) saves(a register.Actor, s register.Saved) *register.Record {
	w.Helper()
	record, err := w.SaveView(w.Context(), a, s)
	if err != nil {
		w.Fatal(err)
	}
	return record
}

// names are the views of a list that somebody sees, as of a moment.
func (w *world) viewNames(a register.Actor, list string, asOf time.Time) []string {
	w.Helper()
	saved, err := w.view(a, asOf).SavedViews(w.Context(), list)
	if err != nil {
		w.Fatal(err)
	}
	names := []string{}
	for _, s := range saved {
		names = append(names, s.State+" "+s.Values.Text("name"))
	}
	return names
}

func (w *world) wantViews(what string, a register.Actor, list string, want ...string) {
	w.Helper()
	if got := w.viewNames(a, list, time.Time{}); !slices.Equal(got, want) {
		w.Errorf("%s: %q, want %q", what, got, want)
	}
}

// TestSavedViews: a view is its maker's until they share it; then everybody who may see
// the list has it, and its maker and the AIMS manager may change it.
func TestSavedViews(t *testing.T) {
	w := newWorld(t)
	ann, ben := w.person("ann", "risk_manager"), w.person("ben", "system_owner")
	manager, eve := w.person("cem", "aims_manager"), w.person("eve")
	list := "/kinds/risk"

	saved := w.saves(ann, highRisks(" High ones "))
	if saved.Values.Text("name") != "High ones" || saved.Values.Text("query") != "f.band=high&sort=level" || saved.Number() != "SV-001" {
		t.Errorf("saved as %v", saved.Values)
	}
	before := w.clock.Now()
	w.clock.Advance(time.Hour)
	w.wantViews("its maker", ann, list, "own High ones")
	w.wantViews("another list", ann, "/kinds/risk/other")
	w.wantViews("somebody else", manager, list)
	for name, do := range map[string]func() (*register.Record, error){
		"rename": func() (*register.Record, error) {
			return w.RenameView(t.Context(), manager, saved.ID, saved.Version, "Mine")
		},
		"share":  func() (*register.Record, error) { return w.ShareView(t.Context(), manager, saved.ID, saved.Version) },
		"remove": func() (*register.Record, error) { return w.RemoveView(t.Context(), manager, saved.ID, saved.Version) },
		"read":   func() (*register.Record, error) { return w.view(manager, time.Time{}).SavedView(t.Context(), 1) },
	} {
		if _, err := do(); fault.KindOf(err) != fault.KindNotFound {
			t.Errorf("%s of somebody else's own view: %v", name, err)
		}
	}

	shared, err := w.ShareView(t.Context(), ann, saved.ID, saved.Version)
	if err != nil {
		t.Fatal(err)
	}
	w.wantViews("its maker", ann, list, "shared High ones")
	w.wantViews("a colleague", ben, list, "shared High ones")
	w.wantViews("on all lists", ben, "", "shared High ones")
	w.wantViews("who may not see risks", eve, list)
	if got := w.viewNames(ben, list, before); len(got) != 0 {
		t.Errorf("shared before it was: %q", got)
	}
	if _, err := w.RenameView(t.Context(), ben, shared.ID, shared.Version, "Ben's"); fault.KindOf(err) != fault.KindForbidden || !strings.Contains(err.Error(), "whoever shared it, AIMS manager") {
		t.Errorf("renamed by a colleague: %v", err)
	}
	if _, err := w.RenameView(t.Context(), eve, shared.ID, shared.Version, "Eve's"); fault.KindOf(err) != fault.KindNotFound {
		t.Errorf("renamed by somebody who may not see the list: %v", err)
	}
	if _, err := w.WithdrawView(t.Context(), manager, shared.ID, shared.Version); fault.KindOf(err) != fault.KindForbidden {
		t.Errorf("withdrawn by somebody else: %v", err)
	}
	renamed, err := w.RenameView(t.Context(), manager, shared.ID, shared.Version, "High and very high")
	if err != nil || renamed.Author.By != manager.Person {
		t.Fatalf("%+v, %v", renamed, err)
	}
	var lost *register.Lost
	if _, err := w.RemoveView(t.Context(), ann, shared.ID, shared.Version); !errors.As(err, &lost) {
		t.Errorf("removed from a version that no longer stands: %v", err)
	}
	withdrawn, err := w.WithdrawView(t.Context(), ann, renamed.ID, renamed.Version)
	if err != nil {
		t.Fatal(err)
	}
	w.wantViews("a colleague after it was withdrawn", ben, list)
	if _, err := w.RemoveView(t.Context(), ann, withdrawn.ID, withdrawn.Version); err != nil {
		t.Fatal(err)
	}
	w.wantViews("its maker after it was removed", ann, list)
	if got := w.viewNames(ann, list, before); !slices.Equal(got, []string{"own High ones"}) {
		t.Errorf("the past holds %q", got)
	}
	for _, body := range w.bodies {
		if bytes.Contains(body, []byte("High")) || bytes.Contains(body, []byte("f.band")) {
			t.Errorf("a body says what is erasable: %s", body)
		}
	}
}

// TestSavedViewsAreBounded: what does not fit is refused, the field named.
func TestSavedViewsAreBounded(t *testing.T) {
	w := newWorld(t)
	ann, eve := w.person("ann", "risk_manager"), w.person("eve")
	for name, c := range map[string]struct {
		change func(*register.Saved)
		field  string // "" for a fault of the whole
	}{
		"no name":       {func(s *register.Saved) { s.Name = " \t" }, "name"},
		"a long name":   {func(s *register.Saved) { s.Name = strings.Repeat("é", 81) }, "name"},
		"two lines":     {func(s *register.Saved) { s.Name = "a\nb" }, "name"},
		"long filters":  {func(s *register.Saved) { s.Query = "q=" + strings.Repeat("x", 2000) }, "query"},
		"half a filter": {func(s *register.Saved) { s.Query = "q=%zz" }, "query"},
		"elsewhere":     {func(s *register.Saved) { s.List = "//evil.example/kinds" }, ""},
		"a script":      {func(s *register.Saved) { s.List = "javascript:alert(1)" }, ""},
		"a query":       {func(s *register.Saved) { s.List = "/kinds/risk?x=1" }, ""},
		"no such kind":  {func(s *register.Saved) { s.Records = "nonsense" }, ""},
		"an inner kind": {func(s *register.Saved) { s.Records = "comment" }, ""},
	} {
		s := highRisks("High ones")
		c.change(&s)
		_, err := w.SaveView(t.Context(), ann, s)
		f, ok := fault.As(err)
		if !ok || c.field != "" && f.Fields[c.field] == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := w.SaveView(t.Context(), eve, highRisks("High ones")); fault.KindOf(err) != fault.KindNotFound {
		t.Errorf("saved a list that is not theirs to see: %v", err)
	}
	if _, err := w.SaveView(t.Context(), register.Actor{Roles: []string{"aims_manager"}}, highRisks("High ones")); fault.KindOf(err) != fault.KindForbidden {
		t.Errorf("saved by nobody: %v", err)
	}
	if _, err := w.Create(t.Context(), ann, register.KindSavedView, register.Input{}); fault.KindOf(err) != fault.KindNotFound {
		t.Errorf("begun as a record of its own: %v", err)
	}
	hostile := "<script>alert(1)</script>\u202e' onload=x"
	first := w.saves(ann, highRisks(hostile))
	other := highRisks(hostile)
	other.Query = ""
	if again := w.saves(ann, other); again.ID != first.ID || again.Version != 2 || again.Values.Text("query") != "" {
		t.Errorf("the same name gave %+v", again)
	}
	for n := range 99 {
		w.saves(ann, highRisks(fmt.Sprint("View ", n)))
	}
	if _, err := w.SaveView(t.Context(), ann, highRisks("One more")); fault.KindOf(err) != fault.KindConflict {
		t.Errorf("a view too many: %v", err)
	}
	for n := range 51 {
		s, err := w.view(ann, time.Time{}).SavedView(t.Context(), uint64(n+1))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.ShareView(t.Context(), ann, s.ID, s.Version); (n == 50) != (fault.KindOf(err) == fault.KindConflict && err != nil) {
			t.Errorf("sharing the %dth: %v", n+1, err)
		}
	}
}

// TestSavedViewsGoWithThePerson: what is one's own is erased; what was shared is the
// organisation's.
func TestSavedViewsGoWithThePerson(t *testing.T) {
	w := newWorld(t)
	ann, ben := w.person("ann", "risk_manager"), w.person("ben", "risk_manager")
	w.saves(ann, highRisks("For me"))
	shared := w.saves(ann, highRisks("For all"))
	if _, err := w.ShareView(t.Context(), ann, shared.ID, shared.Version); err != nil {
		t.Fatal(err)
	}
	w.wantViews("before", ann, "/kinds/risk", "own For me", "shared For all")
	w.erase(ann.Person)
	w.wantViews("of the person", ann, "", "shared For all")
	w.wantViews("of the others", ben, "", "shared For all")
	w.erase(shared.ID)
	w.wantViews("after the view itself was erased", ben, "")
}
