// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/erasure"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/index"
)

// eraser stands for what erases; the app's tests have the real one.
type eraser struct {
	cases   []erasure.Case
	holds   []erasure.Hold
	asked   []erasure.NewRequest
	decided []string
	refusal error
}

func (e *eraser) Cases(context.Context) ([]erasure.Case, error) { return e.cases, nil }
func (e *eraser) Holds(context.Context) ([]erasure.Hold, error) { return e.holds, nil }

func (e *eraser) Case(_ context.Context, id counterfoil.ID) (*erasure.Case, error) {
	for i := range e.cases {
		if e.cases[i].ID == id {
			return &e.cases[i], nil
		}
	}
	return nil, fault.NotFound("No request for an erasure has this id.", nil)
}

func (e *eraser) Preview(context.Context, counterfoil.ID, erasure.Progress) (erasure.Preview, error) {
	return erasure.Preview{Payloads: 1204, WrappingKeys: 3, VirtualKeys: 2, Workloads: 1, Systems: 1}, nil
}

func (e *eraser) Request(_ context.Context, by identity.PersonID, n erasure.NewRequest, _ erasure.Progress) (*erasure.Case, erasure.Preview, error) {
	if e.refusal != nil {
		return nil, erasure.Preview{}, e.refusal
	}
	e.asked = append(e.asked, n)
	e.cases = append(e.cases, erasure.Case{Request: erasure.Request{ID: counterfoil.NewID(), Target: n.Target, Basis: n.Basis, Reason: n.Reason, By: by, State: erasure.StateWaiting, Requested: time.Unix(1790000000, 0)}})
	return &e.cases[len(e.cases)-1], erasure.Preview{}, nil
}

func (e *eraser) Reject(ctx context.Context, _ identity.PersonID, id counterfoil.ID) (*erasure.Case, error) {
	e.decided = append(e.decided, "rejected")
	return e.Case(ctx, id)
}

func (e *eraser) ApproveAndErase(ctx context.Context, _ identity.PersonID, id counterfoil.ID, _ erasure.Progress) (*erasure.Case, error) {
	if e.refusal != nil {
		return nil, e.refusal
	}
	e.decided = append(e.decided, "approved")
	return e.Case(ctx, id)
}

func (e *eraser) PlaceHold(_ context.Context, by identity.PersonID, n erasure.NewHold) (*erasure.Hold, error) {
	if e.refusal != nil {
		return nil, e.refusal
	}
	e.holds = append(e.holds, erasure.Hold{ID: counterfoil.NewID(), Person: n.Person, Interaction: n.Interaction, Reason: n.Reason, Until: n.Until, By: by, Placed: time.Unix(1790000000, 0)})
	return &e.holds[len(e.holds)-1], nil
}

func (e *eraser) ReleaseHold(_ context.Context, by identity.PersonID, id counterfoil.ID) (*erasure.Hold, error) {
	at := slices.IndexFunc(e.holds, func(h erasure.Hold) bool { return h.ID == id })
	e.holds[at].Released, e.holds[at].ReleasedBy = time.Unix(1790000200, 0), by
	return &e.holds[at], nil
}

// request puts a case there; by nobody in particular.
func (e *eraser) request(state string) *erasure.Case {
	id := counterfoil.NewID()
	e.cases = append(e.cases, erasure.Case{Request: erasure.Request{
		ID: id, Target: erasure.Target{Person: counterfoil.ID{7}}, Basis: "court_order", Reason: "case <em>7</em>", By: identity.PersonID{8},
		State: state, Requested: time.Unix(1790000000, 0), DecidedBy: identity.PersonID{9}, Decided: time.Unix(1790000100, 0),
	}})
	return &e.cases[len(e.cases)-1]
}

func TestErasuresPage(t *testing.T) {
	w := newWorld(t)
	w.signIn()
	body := w.get("/erasures").Body.String()
	for _, want := range []string{"Nothing was asked for", "No hold", "An auditor will look for"} {
		if !strings.Contains(body, want) {
			t.Errorf("the empty page lacks %q", want)
		}
	}
	for _, state := range []string{erasure.StateWaiting, erasure.StateApproved, erasure.StateDone, erasure.StateRejected, erasure.StateVoid} {
		c := w.eraser.request(state)
		if state == erasure.StateDone {
			c.Erased, c.Reason = []index.Erasure{{Entry: 41, Payloads: 1204}}, ""
		}
	}
	w.eraser.holds = []erasure.Hold{
		{ID: counterfoil.NewID(), Reason: "a <b>matter</b>", Placed: time.Unix(1790000000, 0)},
		{ID: counterfoil.NewID(), Person: counterfoil.ID{7}, Reason: "r", Placed: time.Unix(1790000000, 0), Until: time.Unix(1790000001, 0)},
	}
	body = w.get("/erasures").Body.String()
	for _, want := range []string{"Waits for a second person", "1,204", "Erased", "Void", "Everything", "a &lt;b&gt;matter", "In force", "Over", "One request waits", "One hold stops"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, c := range w.eraser.cases {
		a := w.get("/erasures/" + c.ID.String())
		if a.Code != 200 || strings.Contains(a.Body.String(), "<em>") {
			t.Errorf("%s: %d", c.State, a.Code)
		}
		if form := strings.Contains(a.Body.String(), "/approve"); form != (c.State == erasure.StateWaiting) {
			t.Errorf("%s: the form to approve is there: %t", c.State, form)
		}
	}
	if body := w.get("/erasures/" + w.eraser.cases[0].ID.String() + "?count=1").Body.String(); !strings.Contains(body, "1 of them is used by a program") || !strings.Contains(body, "1,204") {
		t.Error("the count is not shown")
	}
	for _, path := range []string{"/erasures/" + counterfoil.NewID().String(), "/erasures/x"} {
		if code := w.get(path).Code; code != http.StatusNotFound {
			t.Errorf("%s: %d", path, code)
		}
	}
}

func TestAskForAnErasure(t *testing.T) {
	w := newWorld(t)
	w.signIn()
	me, _ := w.roll.Snapshot().PersonByEmail(adminEmail)
	other := counterfoil.NewID()
	post := func(target, which, password string) (int, string) {
		a := w.post("/erasures", "target", target, "which", which, "basis", "court_order", "reason", "case 7", "password", password)
		return a.Code, a.Body.String()
	}
	for name, c := range map[string]struct{ target, which, password, text string }{
		"no such scope":      {"all", "x", adminPassword, "Choose what is to be erased"},
		"unknown address":    {"person", "nobody@example.com", adminPassword, "No person with this address"},
		"neither id nor one": {"person", "nobody", adminPassword, "Enter an e-mail address or an id"},
		"no id":              {"interaction", "17", adminPassword, "Enter the id of an interaction"},
		"no date":            {"before", "yesterday", adminPassword, "Enter a date"},
		"wrong password":     {"before", "2026-01-01", "wrong", "This is not your password"},
		"without a password": {"before", "2026-01-01", "", "This is not your password"},
	} {
		if code, body := post(c.target, c.which, c.password); code != http.StatusUnprocessableEntity || !strings.Contains(body, c.text) {
			t.Errorf("%s: %d", name, code)
		}
	}
	if len(w.eraser.asked) != 0 {
		t.Fatalf("asked for %+v", w.eraser.asked)
	}
	w.eraser.refusal = fault.Invalid("Correct this.", map[string]string{"reason": "Say why."})
	if code, body := post("person", other.String(), adminPassword); code != http.StatusUnprocessableEntity || !strings.Contains(body, "Say why") {
		t.Errorf("what does not fit: %d", code)
	}
	w.eraser.refusal = fault.Conflict("Nothing is erased, because hold 17 is on it.", nil)
	if code, body := post("person", other.String(), adminPassword); code != http.StatusUnprocessableEntity || !strings.Contains(body, "hold 17") {
		t.Errorf("a hold: %d", code)
	}
	w.eraser.refusal = nil
	for _, c := range []struct {
		target, which string
		want          erasure.Target
	}{
		{"person", " Ruth.Osei@example.com ", erasure.Target{Person: counterfoil.ID(me.ID)}},
		{"person", other.String(), erasure.Target{Person: other}},
		{"interaction", other.String(), erasure.Target{Interaction: other}},
		{"before", "2026-01-01", erasure.Target{Before: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}},
	} {
		if code, _ := post(c.target, c.which, adminPassword); code != http.StatusSeeOther {
			t.Errorf("%s %s: %d", c.target, c.which, code)
			continue
		}
		if got := w.eraser.asked[len(w.eraser.asked)-1]; got.Target != c.want || got.Basis != "court_order" || got.Reason != "case 7" {
			t.Errorf("%s %s: asked for %+v", c.target, c.which, got)
		}
	}
	if n := len(slices.DeleteFunc(slices.Clone(w.accesses), func(s string) bool { return s != "erasure_request" })); n != 6 {
		t.Errorf("recorded %v", w.accesses)
	}
}

func TestDecideOnAnErasure(t *testing.T) {
	w := newWorld(t)
	w.signIn()
	c := w.eraser.request(erasure.StateWaiting)
	path := "/erasures/" + c.ID.String()
	if a := w.post(path+"/approve", "password", "wrong"); a.Code != http.StatusUnprocessableEntity || !strings.Contains(a.Body.String(), "This is not your password") {
		t.Errorf("a wrong password: %d", a.Code)
	}
	w.eraser.refusal = fault.Forbidden("Whoever asked for an erasure cannot approve it.", nil)
	if a := w.post(path+"/approve", "password", adminPassword); a.Code != http.StatusConflict || !strings.Contains(a.Body.String(), "cannot approve it") {
		t.Errorf("refused: %d", a.Code)
	}
	w.eraser.refusal = nil
	for _, act := range []string{"approve", "reject"} {
		if a := w.post(path+"/"+act, "password", adminPassword); a.Code != http.StatusSeeOther || a.Header().Get("Location") != path {
			t.Errorf("%s: %d", act, a.Code)
		}
	}
	if !slices.Equal(w.eraser.decided, []string{"approved", "rejected"}) {
		t.Errorf("decided %v", w.eraser.decided)
	}
	if got := w.accesses[1:]; !slices.Equal(got, []string{"erasure_approve_refused", "erasure_approve", "erasure_approve", "erasure_reject"}) {
		t.Errorf("recorded %v", got)
	}
	if code := w.post(path + "/name").Code; code != http.StatusNotFound {
		t.Errorf("the name of nobody: %d", code)
	}
	me, _ := w.roll.Snapshot().PersonByEmail(adminEmail)
	w.eraser.cases[0].By, w.eraser.cases[0].Target.Person = me.ID, counterfoil.ID(me.ID)
	if strings.Contains(w.get(path).Body.String(), adminEmail) {
		t.Error("the person is named unasked")
	}
	if body := w.post(path + "/name").Body.String(); !strings.Contains(body, "Ruth Osei, "+adminEmail) || w.accesses[len(w.accesses)-1] != "name_shown" {
		t.Errorf("the name is not shown, or that is not recorded: %v", w.accesses)
	}
	if body := w.get(path).Body.String(); !strings.Contains(body, "You asked for this") || strings.Contains(body, "Approve and erase") || !strings.Contains(body, "Withdraw the request") {
		t.Error("the page offers to approve one's own request")
	}
}
