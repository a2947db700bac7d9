// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// TestAuthors: whoever entered something that an approval binds is one of the version's
// authors, by a change or in the form of a move, until what they entered is approved.
func TestAuthors(t *testing.T) {
	w := newWorld(t)
	ann, bob, cid := w.person("ann", "aims_manager"), w.person("bob", "aims_manager", "legal_lead"), w.person("cid", "aims_manager", "legal_lead")
	r, err := w.Create(t.Context(), ann, "obligation", register.Input{Values: kind.Values{
		"title": "Tell people", "owner": ann.Person.String(), "source": "law", "reference": "Article 50", "demand": "People are told.",
		"begins": "2026-08-02", "how": "A line above the answer", "competent": cid.Person.String(),
	}})
	if err != nil {
		t.Fatal(err)
	}
	move := func(who register.Actor, id string, v kind.Values) error {
		t.Helper()
		next, err := w.Move(t.Context(), who, r.ID, id, register.Input{Version: r.Version, Values: v, Reason: "As agreed"})
		if err == nil {
			r = next
		}
		return err
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	apart := func(who register.Actor, id, why string) {
		t.Helper()
		var refused *register.Refused
		err := move(who, id, nil)
		if !errors.As(err, &refused) || !slices.ContainsFunc(refused.Reasons, func(r register.Reason) bool { return r.Guard == "apart_author" }) {
			t.Errorf("%s: %v", why, err)
		}
	}

	must(move(bob, "assess", kind.Values{"judgement": "We deploy it ourselves."}))
	apart(bob, "apply", "who entered the judgement confirms it")
	apart(ann, "apply", "who wrote all the rest confirms it")
	must(move(cid, "apply", nil))

	must(move(ann, "renew", nil)) // enters nothing
	must(move(ann, "assess", kind.Values{"judgement": "We deploy it ourselves."}))
	apart(ann, "apply", "who wrote what stands confirms it again")
	must(move(cid, "apply", nil))
	next, err := w.Change(t.Context(), bob, r.ID, register.Input{Version: r.Version, Values: kind.Values{"demand": "People are told before."}})
	must(err)
	r = next
	must(move(cid, "assess", kind.Values{"judgement": "We deploy it ourselves."})) // the same words
	apart(bob, "apply", "who changed it confirms it")
	ann.Roles = append(ann.Roles, "legal_lead")
	must(move(ann, "apply", nil)) // the rest of it was approved
}
