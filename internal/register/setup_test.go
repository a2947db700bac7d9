// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register_test

import (
	"testing"

	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// TestSetUp: what the program begins in a state in force binds from there, and says
// who began it.
func TestSetUp(t *testing.T) {
	w := newWorld(t)
	r, err := w.SetUp(t.Context(), register.Program, "override", "approved", register.Input{Values: override("Made to begin with"), Reason: "Set-up"})
	if err != nil {
		t.Fatal(err)
	}
	if r.State != "approved" || r.Approval == nil || r.InForce == nil || !r.Actor.IsZero() || !r.Approval.By.IsZero() || r.Version != 1 || r.Reason != "Set-up" {
		t.Errorf("%+v", r)
	}
	for kindID, state := range map[string]string{"override": "nowhere", "nothing": "approved"} {
		if _, err := w.SetUp(t.Context(), register.Program, kindID, state, register.Input{Values: override("x")}); err == nil {
			t.Errorf("%s was set up in state %s", kindID, state)
		}
	}
}

func TestPeopleSetNothingUp(t *testing.T) {
	w := newWorld(t)
	_, err := w.SetUp(t.Context(), w.person("ann", "administrator"), "override", "approved", register.Input{Values: override("x")})
	if fault.KindOf(err) != fault.KindForbidden {
		t.Errorf("%v", err)
	}
}

// TestFixedFields are the program's, also when it acts for somebody.
func TestFixedFields(t *testing.T) {
	w := newWorld(t)
	ann := w.person("ann", "aims_manager")
	values := kind.Values{"name": "Letters", "slug": "chosen"}
	_, err := w.Create(t.Context(), ann, "system", register.Input{Values: values})
	if f, ok := fault.As(err); !ok || f.Fields["slug"] == "" {
		t.Errorf("a person set a fixed field: %v", err)
	}
	r, err := w.Create(t.Context(), register.For(ann.Person), "system", register.Input{Values: values})
	if err != nil || r.Values.Text("slug") != "chosen" || r.Made.By != ann.Person {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestSlugs: each system has its own short name, and keeps it.
func TestSlugs(t *testing.T) {
	w := newWorld(t)
	for _, want := range []string{"claims-letters", "claims-letters-2"} {
		r, err := w.Create(t.Context(), register.Program, "system", register.Input{Values: kind.Values{"name": "Claims letters"}})
		if err != nil || r.Values.Text("slug") != want {
			t.Fatalf("%+v, %v", r, err)
		}
		changed, err := w.Change(t.Context(), register.Program, r.ID, register.Input{Version: 1, Values: kind.Values{"name": "Letters"}})
		if err != nil || changed.Values.Text("slug") != want {
			t.Errorf("%+v, %v", changed, err)
		}
	}
}

func TestAdmit(t *testing.T) {
	w := newWorld(t)
	w.Admit = func(r *register.Record) fault.Fields {
		if r.Kind.ID == "person" && r.Values.Text("email") == "taken@example.com" {
			return fault.Fields{"email": "Somebody has this address."}
		}
		return nil
	}
	_, err := w.Create(t.Context(), register.Program, "person", register.Input{Values: kind.Values{"email": " Taken@Example.com"}})
	if f, ok := fault.As(err); !ok || f.Fields["email"] == "" {
		t.Errorf("%v", err)
	}
	r, err := w.Create(t.Context(), register.Program, "person", register.Input{Values: kind.Values{"email": "Free@Example.com"}})
	if err != nil || r.Values.Text("email") != "free@example.com" {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestApprovalTellsNothingPersonal: its digest stays when personal fields are erased.
func TestApprovalTellsNothingPersonal(t *testing.T) {
	w := newWorld(t)
	k, err := w.Kinds.Kind("person")
	if err != nil {
		t.Fatal(err)
	}
	one, err := k.Digest(kind.Values{"email": "ann@example.com", "unit": "Claims"})
	other, err2 := k.Digest(kind.Values{"email": "bob@example.com", "unit": "Claims"})
	if err != nil || err2 != nil || one != other {
		t.Errorf("the digest depends on an address: %v, %v", err, err2)
	}
}
