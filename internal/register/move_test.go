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

// leases is a world in which leases are agreed on, by title.
func leases(t *testing.T, values kind.Values, titles ...string) (*world, register.Actor, []*register.Record) {
	t.Helper()
	rules, faults := rulesWith("testdata/kinds")
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	w := newWorldOf(t, rules)
	ann := w.person("ann", "aims_manager")
	var list []*register.Record
	for _, title := range titles {
		v := values.Clone()
		v["title"] = title
		made, err := w.Create(t.Context(), ann, "lease", register.Input{Values: v})
		if err != nil {
			t.Fatal(err)
		}
		if made, err = w.Move(t.Context(), ann, made.ID, "agree", register.Input{Version: 1}); err != nil {
			t.Fatal(err)
		}
		list = append(list, made)
	}
	return w, ann, list
}

// TestMoveSetsWhatItAsksFor: a move is no way around the right to change a record, nor
// around its approval. One that asks for nothing sets nothing.
func TestMoveSetsWhatItAsksFor(t *testing.T) {
	w, _, list := leases(t, kind.Values{"rent": int64(100)}, "House")
	guest := w.person("guest", "overseer")
	for _, move := range []string{"renew", "prove"} {
		_, err := w.Move(t.Context(), guest, list[0].ID, move, register.Input{Version: 2, Values: kind.Values{"rent": int64(1)}})
		if f, ok := fault.As(err); !ok || f.Fields["rent"] == "" {
			t.Errorf("%s set a field it does not ask for: %v", move, err)
		}
	}
	if _, err := w.Move(t.Context(), guest, list[0].ID, "prove", register.Input{Version: 2, Values: kind.Values{"proof": "Photo"}}); err != nil {
		t.Error(err)
	}
}

// TestMinorChangeAfterAMove: what a move asked for after the approval makes a draft of
// the record neither then nor at the next change of a minor field or of the owner.
func TestMinorChangeAfterAMove(t *testing.T) {
	w, ann, list := leases(t, kind.Values{"rent": int64(100)}, "House")
	r, err := w.Move(t.Context(), ann, list[0].ID, "prove", register.Input{Version: 2, Values: kind.Values{"proof": "Photo"}})
	if err != nil {
		t.Fatal(err)
	}
	for field, value := range map[string]any{"note": "Seen", "owner": ann.Person.String()} {
		if r, err = w.Change(t.Context(), ann, r.ID, register.Input{Version: r.Version, Values: kind.Values{field: value}}); err != nil || r.State != "proven" || r.Approval == nil {
			t.Fatalf("%s changed: %+v, %v", field, r, err)
		}
	}
	if r, err = w.Change(t.Context(), ann, r.ID, register.Input{Version: r.Version, Values: kind.Values{"rent": int64(1)}}); err != nil || r.State != "drafted" || r.Approval != nil {
		t.Errorf("the rent changed: %+v, %v", r, err)
	}
}

// TestChangeAfterACheck: what is checked and then changed is checked again, although
// nobody approved it yet.
func TestChangeAfterACheck(t *testing.T) {
	w, ann, _ := leases(t, nil)
	r, err := w.Create(t.Context(), ann, "lease", register.Input{Values: kind.Values{"title": "House", "rent": int64(100)}})
	if err != nil {
		t.Fatal(err)
	}
	if r, err = w.Move(t.Context(), ann, r.ID, "check", register.Input{Version: 1}); err != nil {
		t.Fatal(err)
	}
	if r, err = w.Change(t.Context(), ann, r.ID, register.Input{Version: 2, Values: kind.Values{"note": "Seen"}}); err != nil || r.State != "checked" {
		t.Fatalf("a minor change: %+v, %v", r, err)
	}
	if r, err = w.Change(t.Context(), ann, r.ID, register.Input{Version: 3, Values: kind.Values{"rent": int64(1)}}); err != nil || r.State != "drafted" {
		t.Errorf("the rent changed: %+v, %v", r, err)
	}
}

// TestSweepGoesOn: a record that cannot be moved keeps no other from ending.
func TestSweepGoesOn(t *testing.T) {
	w, ann, list := leases(t, kind.Values{"until": "2026-04-01"}, "Stuck", "House")
	w.clock.Advance(60 * 24 * time.Hour)
	w.Admit = func(r *register.Record) fault.Fields {
		if r.Values.Text("title") == "Stuck" {
			return fault.Fields{"title": "Not this one."}
		}
		return nil
	}
	if made, err := w.Sweep(t.Context()); made != 1 || err == nil {
		t.Errorf("%d moves, %v", made, err)
	}
	for i, state := range []string{"agreed", "over"} {
		if r, err := w.view(ann, time.Time{}).Record(t.Context(), list[i].ID); err != nil || r.State != state {
			t.Errorf("%+v, %v", r, err)
		}
	}
}

// TestInForceIsWhatWasApproved: what a move enters after an approval is not in force by
// it; what approvals do not bind is.
func TestInForceIsWhatWasApproved(t *testing.T) {
	w, ann, list := leases(t, kind.Values{"proof": "Contract", "note": "Old"}, "House")
	noted, err := w.Change(t.Context(), ann, list[0].ID, register.Input{Version: 2, Values: kind.Values{"note": "New"}})
	if err != nil {
		t.Fatal(err)
	}
	r, err := w.Move(t.Context(), ann, noted.ID, "prove", register.Input{Version: 3, Values: kind.Values{"proof": "Photo"}})
	if err != nil {
		t.Fatal(err)
	}
	if now, in := r.Values, r.InForce.Values; now.Text("proof") != "Photo" || in.Text("proof") != "Contract" || in.Text("note") != "New" {
		t.Errorf("entered %v, in force %v", now, in)
	}
	if digest, err := r.Kind.Digest(r.InForce.Values); err != nil || digest != r.InForce.Digest {
		t.Errorf("what is in force is not what the approval binds: %v", err)
	}
}
