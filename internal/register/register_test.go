// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

func override(reason string) kind.Values {
	return kind.Values{"record": "R-001", "move": "accept", "guards": []string{"limit"}, "why": reason, "measure": "Weekly look", "until": "2026-06-01"}
}

func TestHistoryOfARecord(t *testing.T) {
	w := newWorld(t)
	ann, bob := w.person("ann", "aims_manager"), w.person("bob", "top_management")
	made, err := w.Create(t.Context(), ann, "override", register.Input{Values: override("Tests are late")})
	if err != nil {
		t.Fatal(err)
	}
	if made.Number() != "OV-001" || made.State != "requested" || made.Version != 1 || len(made.Dues) != 1 || made.Dues[0].At.Format(time.DateOnly) != "2026-06-01" {
		t.Errorf("made %+v", made)
	}
	early := w.clock.Now()
	w.clock.Advance(time.Hour)
	changed, err := w.Change(t.Context(), ann, made.ID, register.Input{Version: 1, Values: kind.Values{"why": "Tests are later still"}, Reason: "New date"})
	if err != nil || changed.Version != 2 {
		t.Fatalf("%+v, %v", changed, err)
	}
	if same, err := w.Change(t.Context(), ann, made.ID, register.Input{Version: 2, Values: kind.Values{"why": "Tests are later still"}}); err != nil || same.Version != 2 {
		t.Errorf("a change that changes nothing: version %d, %v", same.Version, err)
	}

	var lost *register.Lost
	_, err = w.Change(t.Context(), ann, made.ID, register.Input{Version: 1, Values: kind.Values{"why": "Meanwhile"}})
	if !errors.As(err, &lost) || lost.Stands.Values.Text("why") != "Tests are later still" || lost.Entered.Values.Text("why") != "Meanwhile" {
		t.Errorf("a lost update: %v", err)
	}

	var refused *register.Refused
	_, err = w.Move(t.Context(), ann, made.ID, "approve", register.Input{Version: 2, Reason: "Fine"})
	if !errors.As(err, &refused) || len(refused.Reasons) != 2 || !strings.Contains(err.Error(), "You wrote this version") {
		t.Errorf("approved by its author: %v", err)
	}
	approved, err := w.Move(t.Context(), bob, made.ID, "approve", register.Input{Version: 2, Reason: "Fine"})
	if err != nil || approved.State != "approved" || approved.Approval.By != bob.Person || approved.InForce == nil {
		t.Fatalf("%+v, %v", approved, err)
	}

	draft, err := w.Change(t.Context(), ann, made.ID, register.Input{Version: 3, Values: kind.Values{"until": "2026-07-01"}})
	if err != nil || draft.State != "requested" || draft.Approval != nil || draft.InForce == nil || draft.InForce.Values.Text("until") != "2026-06-01" {
		t.Errorf("a changed approved record: %+v, %v", draft, err)
	}

	past, err := w.view(bob, early).Record(t.Context(), made.ID)
	if err != nil || past.Version != 1 || past.Values.Text("why") != "Tests are late" {
		t.Errorf("as of %s: %+v, %v", early, past, err)
	}
	history, err := w.view(bob, time.Time{}).History(t.Context(), made.ID)
	if err != nil || len(history) != 4 || history[1].Reason != "Fine" || history[2].Actor != ann.Person {
		t.Errorf("history of %d versions: %v", len(history), err)
	}
}

func TestRefusedInput(t *testing.T) {
	w := newWorld(t)
	ann := w.person("ann", "aims_manager")
	nobody := w.person("nobody")
	for name, test := range map[string]struct {
		change func(kind.Values)
		input  register.Input
		field  string
	}{
		"missing":         {change: func(v kind.Values) { delete(v, "why") }, field: "why"},
		"blank":           {change: func(v kind.Values) { v["why"] = " \n" }, field: "why"},
		"no date":         {change: func(v kind.Values) { v["until"] = "tomorrow" }, field: "until"},
		"too long":        {change: func(v kind.Values) { v["move"] = strings.Repeat("x", 301) }, field: "move"},
		"a control":       {change: func(v kind.Values) { v["move"] = "a\x00b" }, field: "move"},
		"twice":           {change: func(v kind.Values) { v["guards"] = []string{"a", "a"} }, field: "guards"},
		"unknown":         {change: func(v kind.Values) { v["colour"] = "red" }, field: "colour"},
		"late, no reason": {input: register.Input{Fact: "2026-02-01"}, field: "late"},
		"in the future":   {input: register.Input{Fact: "2027-02-01"}, field: "fact"},
	} {
		test.input.Values = override("Because")
		if test.change != nil {
			test.change(test.input.Values)
		}
		_, err := w.Create(t.Context(), ann, "override", test.input)
		if f, ok := fault.As(err); !ok || f.Fields[test.field] == "" || len(f.Fields) != 1 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n, err := w.index.HighestSerial(t.Context(), "override"); err != nil || n != 0 {
		t.Errorf("refused input was saved: %d, %v", n, err)
	}
	late, err := w.Create(t.Context(), ann, "override", register.Input{Values: override("Because"), Fact: "2026-02-01", Late: "Found in the mail"})
	if err != nil || late.Late == "" {
		t.Errorf("a late entry: %+v, %v", late, err)
	}
	if _, err := w.Create(t.Context(), nobody, "override", register.Input{Values: override("Because")}); fault.KindOf(err) != fault.KindForbidden || !strings.Contains(err.Error(), "whoever holds a role") {
		t.Errorf("without a role: %v", err)
	}
	if _, err := w.view(nobody, time.Time{}).Record(t.Context(), late.ID); fault.KindOf(err) != fault.KindNotFound {
		t.Errorf("read without a role: %v", err)
	}
}

func TestErasedPerson(t *testing.T) {
	w := newWorld(t)
	ann := w.person("ann", "aims_manager")
	v := w.view(ann, time.Time{})
	r, err := v.Record(t.Context(), ann.Person)
	if err != nil || r.Values.Text("email") != "ann@northgate.example" || r.Title() != "P-001" {
		t.Fatalf("%+v, %v", r, err)
	}
	for _, body := range w.bodies {
		if bytes.Contains(body, []byte("northgate")) {
			t.Errorf("a body holds personal text: %s", body)
		}
	}
	w.erase(ann.Person)
	if r, err = v.Record(t.Context(), ann.Person); err != nil || !r.Erased || r.Values.Text("email") != "" {
		t.Errorf("after the erasure: %+v, %v", r, err)
	}
	if r, err = w.Change(t.Context(), register.Program, ann.Person, register.Input{Version: 1, Values: kind.Values{"unit": "Claims"}}); err != nil || r.Version != 2 {
		t.Errorf("a change after the erasure: %+v, %v", r, err)
	}
}

func TestTwoSaveAtOnce(t *testing.T) {
	w := newWorld(t)
	ann := w.person("ann", "aims_manager")
	made, err := w.Create(t.Context(), ann, "override", register.Input{Values: override("Because")})
	if err != nil {
		t.Fatal(err)
	}
	errs := make(chan error, 8)
	for i := range cap(errs) {
		go func() {
			_, err := w.Change(t.Context(), ann, made.ID, register.Input{Version: 1, Values: kind.Values{"why": strings.Repeat("x", i+1)}})
			errs <- err
		}()
	}
	saved := 0
	for range cap(errs) {
		switch err := <-errs; {
		case err == nil:
			saved++
		case !errors.As(err, new(*register.Lost)):
			t.Error(err)
		}
	}
	if saved != 1 {
		t.Errorf("%d of %d were saved from version 1", saved, cap(errs))
	}
}
