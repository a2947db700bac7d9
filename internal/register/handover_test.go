// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register_test

import (
	"testing"
	"time"

	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

func TestHandOver(t *testing.T) {
	w := newWorld(t)
	ann, bob, eve := w.person("ann", "aims_manager"), w.person("bob", "system_owner"), w.person("eve")
	r, err := w.Create(t.Context(), ann, "system", register.Input{Values: kind.Values{"name": "Letters", "owner": ann.Person.String()}})
	if err != nil {
		t.Fatal(err)
	}
	if r, err = w.Offer(t.Context(), ann, r.ID, bob.Person, register.Input{Version: 1}); err != nil || r.Move != register.Offered || r.About.Offer.To != bob.Person {
		t.Fatalf("%+v, %v", r, err)
	}
	if _, err := w.Accept(t.Context(), ann, r.ID, register.Input{Version: r.Version}); fault.KindOf(err) != fault.KindForbidden {
		t.Errorf("accepted by somebody else: %v", err)
	}
	if r, err = w.Decline(t.Context(), bob, r.ID, register.Input{Version: r.Version, Reason: "Not my system"}); err != nil || r.About.Offer != nil || r.Owner() != ann.Person {
		t.Fatalf("%+v, %v", r, err)
	}
	if _, err = w.Accept(t.Context(), bob, r.ID, register.Input{Version: r.Version}); fault.KindOf(err) != fault.KindForbidden {
		t.Errorf("accepted after it was declined: %v", err)
	}
	if r, err = w.Offer(t.Context(), ann, r.ID, eve.Person, register.Input{Version: r.Version}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.view(eve, time.Time{}).Record(t.Context(), r.ID); err != nil {
		t.Errorf("whom it is offered to cannot read it: %v", err)
	}
	if r, err = w.Accept(t.Context(), eve, r.ID, register.Input{Version: r.Version}); err != nil || r.Owner() != eve.Person || r.Actor != eve.Person {
		t.Fatalf("%+v, %v", r, err)
	}
	if _, err := w.Offer(t.Context(), bob, r.ID, bob.Person, register.Input{Version: r.Version}); fault.KindOf(err) != fault.KindForbidden {
		t.Errorf("offered by a stranger: %v", err)
	}

	change := register.Input{Version: r.Version, Values: kind.Values{"owner": bob.Person.String()}}
	_, err = w.Change(t.Context(), eve, r.ID, change)
	if f, ok := fault.As(err); !ok || f.Fields["owner"] == "" {
		t.Errorf("its owner gave it away without an offer: %v", err)
	}
	_, err = w.Change(t.Context(), ann, r.ID, change)
	if f, ok := fault.As(err); !ok || f.Fields["reason"] == "" {
		t.Errorf("the manager changed the owner without a reason: %v", err)
	}
	change.Reason = "Eve left"
	if r, err = w.Change(t.Context(), ann, r.ID, change); err != nil || r.Owner() != bob.Person {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestHandOverKeepsApproval: whose a record is was no part of what was approved.
func TestHandOverKeepsApproval(t *testing.T) {
	w := newWorld(t)
	ann, bob := w.person("ann", "aims_manager"), w.person("bob")
	values := kind.Values{"name": "Letters", "owner": ann.Person.String()}
	r, err := w.SetUp(t.Context(), register.Program, "system", "operating", register.Input{Values: values})
	if err != nil || r.InForce == nil {
		t.Fatalf("%+v, %v", r, err)
	}
	if r, err = w.Offer(t.Context(), ann, r.ID, bob.Person, register.Input{Version: r.Version, Reason: "Ann moves on"}); err != nil {
		t.Fatal(err)
	}
	r, err = w.Accept(t.Context(), bob, r.ID, register.Input{Version: r.Version})
	if err != nil || r.Approval == nil || r.State != "operating" || r.InForce.Values.ID("owner") != bob.Person {
		t.Errorf("%+v, %v", r, err)
	}
}
