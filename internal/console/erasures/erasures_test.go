// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package erasures_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/consoletest"
	"github.com/counterfoil/counterfoil/internal/erasure"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/index"
)

func TestErasuresPage(t *testing.T) {
	w := consoletest.New(t)
	w.SignIn()
	body := w.Get("/erasures").Body.String()
	for _, want := range []string{"Nothing was asked for", "No hold", "An auditor will look for"} {
		if !strings.Contains(body, want) {
			t.Errorf("the empty page lacks %q", want)
		}
	}
	for _, state := range []string{erasure.StateWaiting, erasure.StateApproved, erasure.StateDone, erasure.StateRejected, erasure.StateVoid} {
		c := w.Eraser.Put(state)
		if state == erasure.StateDone {
			c.Erased, c.Reason = []index.Erasure{{Entry: 41, Payloads: 1204}}, ""
		}
	}
	w.Eraser.Held = []erasure.Hold{
		{ID: counterfoil.NewID(), Reason: "a <b>matter</b>", Placed: time.Unix(1790000000, 0)},
		{ID: counterfoil.NewID(), Person: counterfoil.ID{7}, Reason: "r", Placed: time.Unix(1790000000, 0), Until: time.Unix(1790000001, 0)},
	}
	body = w.Get("/erasures").Body.String()
	for _, want := range []string{"Waits for a second person", "1,204", "Erased", "Void", "Everything", "a &lt;b&gt;matter", "In force", "Over", "One request waits", "One hold stops"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if csv := w.Get("/erasures.csv").Body.String(); !strings.Contains(csv, ",1204\r\n") {
		t.Errorf("the export writes numbers for people: %s", csv)
	}
	for _, c := range w.Eraser.Kept {
		a := w.Get("/erasures/" + c.ID.String())
		if a.Code != 200 || strings.Contains(a.Body.String(), "<em>") {
			t.Errorf("%s: %d", c.State, a.Code)
		}
		if form := strings.Contains(a.Body.String(), "/approve"); form != (c.State == erasure.StateWaiting) {
			t.Errorf("%s: the form to approve is there: %t", c.State, form)
		}
	}
	if body := w.Get("/erasures/" + w.Eraser.Kept[0].ID.String() + "?count=1").Body.String(); !strings.Contains(body, "1 of them is used by a program") || !strings.Contains(body, "1,204") {
		t.Error("the count is not shown")
	}
	for _, path := range []string{"/erasures/" + counterfoil.NewID().String(), "/erasures/x"} {
		if code := w.Get(path).Code; code != http.StatusNotFound {
			t.Errorf("%s: %d", path, code)
		}
	}
}

func TestAskForAnErasure(t *testing.T) {
	w := consoletest.New(t)
	w.SignIn()
	me, _ := w.Roll.Snapshot().PersonByEmail(consoletest.AdminEmail)
	other := counterfoil.NewID()
	post := func(target, which, password string) (int, string) {
		a := w.Post("/erasures", "target", target, "which", which, "basis", "court_order", "reason", "case 7", "password", password)
		return a.Code, a.Body.String()
	}
	for name, c := range map[string]struct{ target, which, password, text string }{
		"no such scope":      {"all", "x", consoletest.AdminPassword, "Choose what is to be erased"},
		"unknown address":    {"person", "nobody@example.com", consoletest.AdminPassword, "No person with this address"},
		"neither id nor one": {"person", "nobody", consoletest.AdminPassword, "Enter an e-mail address or an id"},
		"no id":              {"interaction", "17", consoletest.AdminPassword, "Enter the id of an interaction"},
		"no date":            {"before", "yesterday", consoletest.AdminPassword, "Enter a date"},
		"wrong password":     {"before", "2026-01-01", "wrong", "This is not your password"},
		"without a password": {"before", "2026-01-01", "", "This is not your password"},
	} {
		if code, body := post(c.target, c.which, c.password); code != http.StatusUnprocessableEntity || !strings.Contains(body, c.text) {
			t.Errorf("%s: %d", name, code)
		}
	}
	if len(w.Eraser.Asked) != 0 {
		t.Fatalf("asked for %+v", w.Eraser.Asked)
	}
	w.Eraser.Refusal = fault.Invalid("Correct this.", map[string]string{"reason": "Say why."})
	if code, body := post("person", other.String(), consoletest.AdminPassword); code != http.StatusUnprocessableEntity || !strings.Contains(body, "Say why") {
		t.Errorf("what does not fit: %d", code)
	}
	w.Eraser.Refusal = fault.Conflict("Nothing is erased, because hold 17 is on it.", nil)
	if code, body := post("person", other.String(), consoletest.AdminPassword); code != http.StatusUnprocessableEntity || !strings.Contains(body, "hold 17") {
		t.Errorf("a hold: %d", code)
	}
	w.Eraser.Refusal = nil
	for _, c := range []struct {
		target, which string
		want          erasure.Target
	}{
		{"person", " Ruth.Osei@example.com ", erasure.Target{Person: counterfoil.ID(me.ID)}},
		{"person", other.String(), erasure.Target{Person: other}},
		{"interaction", other.String(), erasure.Target{Interaction: other}},
		{"before", "2026-01-01", erasure.Target{Before: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}},
	} {
		if code, _ := post(c.target, c.which, consoletest.AdminPassword); code != http.StatusSeeOther {
			t.Errorf("%s %s: %d", c.target, c.which, code)
			continue
		}
		if got := w.Eraser.Asked[len(w.Eraser.Asked)-1]; got.Target != c.want || got.Basis != "court_order" || got.Reason != "case 7" {
			t.Errorf("%s %s: asked for %+v", c.target, c.which, got)
		}
	}
	if n := len(slices.DeleteFunc(slices.Clone(w.Accesses), func(s string) bool { return s != "erasure_request" })); n != 6 {
		t.Errorf("recorded %v", w.Accesses)
	}
}

func TestDecideOnAnErasure(t *testing.T) {
	w := consoletest.New(t)
	w.SignIn()
	c := w.Eraser.Put(erasure.StateWaiting)
	path := "/erasures/" + c.ID.String()
	if a := w.Post(path+"/approve", "password", "wrong"); a.Code != http.StatusUnprocessableEntity || !strings.Contains(a.Body.String(), "This is not your password") {
		t.Errorf("a wrong password: %d", a.Code)
	}
	w.Eraser.Refusal = fault.Forbidden("Whoever asked for an erasure cannot approve it.", nil)
	if a := w.Post(path+"/approve", "password", consoletest.AdminPassword); a.Code != http.StatusConflict || !strings.Contains(a.Body.String(), "cannot approve it") {
		t.Errorf("refused: %d", a.Code)
	}
	w.Eraser.Refusal = nil
	for _, act := range []string{"approve", "reject"} {
		if a := w.Post(path+"/"+act, "password", consoletest.AdminPassword); a.Code != http.StatusSeeOther || a.Header().Get("Location") != path {
			t.Errorf("%s: %d", act, a.Code)
		}
	}
	if !slices.Equal(w.Eraser.Decided, []string{"approved", "rejected"}) {
		t.Errorf("decided %v", w.Eraser.Decided)
	}
	if got := w.Accesses[1:]; !slices.Equal(got, []string{"erasure_approve_refused", "erasure_approve", "erasure_approve", "erasure_reject"}) {
		t.Errorf("recorded %v", got)
	}
	if code := w.Post(path + "/name").Code; code != http.StatusNotFound {
		t.Errorf("the name of nobody: %d", code)
	}
	me, _ := w.Roll.Snapshot().PersonByEmail(consoletest.AdminEmail)
	w.Eraser.Kept[0].By, w.Eraser.Kept[0].Target.Person = me.ID, counterfoil.ID(me.ID)
	if strings.Contains(w.Get(path).Body.String(), consoletest.AdminEmail) {
		t.Error("the person is named unasked")
	}
	if body := w.Post(path + "/name").Body.String(); !strings.Contains(body, "Ruth Osei, "+consoletest.AdminEmail) || w.Accesses[len(w.Accesses)-1] != "name_shown" {
		t.Errorf("the name is not shown, or that is not recorded: %v", w.Accesses)
	}
	if body := w.Get(path).Body.String(); !strings.Contains(body, "You asked for this") || strings.Contains(body, "Approve and erase") || !strings.Contains(body, "Withdraw the request") {
		t.Error("the page offers to approve one's own request")
	}
}
