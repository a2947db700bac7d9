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
	"github.com/counterfoil/counterfoil/internal/fault"
)

// TestSetAHold: every kind of target, what does not fit, and the password.
func TestSetAHold(t *testing.T) {
	w := consoletest.New(t)
	w.SignIn()
	me, _ := w.Roll.Snapshot().PersonByEmail(consoletest.AdminEmail)
	one := counterfoil.NewID().String()
	set := func(target, which, until, password string) (int, string, string) {
		a := w.Post("/holds", "target", target, "which", which, "reason", "audit 7", "until", until, "password", password)
		return a.Code, a.Header().Get("Location"), a.Body.String()
	}
	for name, tt := range map[string]struct{ target, which, until, password, want string }{
		"nothing chosen":            {"", one, "", consoletest.AdminPassword, "Choose what is to be kept"},
		"a date is no person":       {"person", "2026", "", consoletest.AdminPassword, "Enter an e-mail address or an id"},
		"nobody of that name":       {"person", "nobody@example.org", "", consoletest.AdminPassword, "No person with this address"},
		"no interaction":            {"interaction", "x", "", consoletest.AdminPassword, "Enter the id of an interaction"},
		"everything, and one of it": {"everything", one, "", consoletest.AdminPassword, "Leave this empty for everything"},
		"no day":                    {"everything", "", "soon", consoletest.AdminPassword, "Enter a date such as"},
		"another password":          {"everything", "", "", "not the password 5", "This is not your password"},
	} {
		if code, _, body := set(tt.target, tt.which, tt.until, tt.password); code != http.StatusUnprocessableEntity || !strings.Contains(body, tt.want) {
			t.Errorf("%s: %d, lacks %q", name, code, tt.want)
		}
	}
	if len(w.Eraser.Held) != 0 {
		t.Fatalf("set: %+v", w.Eraser.Held)
	}
	for _, target := range [][2]string{{"person", consoletest.AdminEmail}, {"interaction", one}, {"everything", ""}} {
		code, to, body := set(target[0], target[1], "2031-01-02", consoletest.AdminPassword)
		if code != http.StatusSeeOther {
			t.Fatalf("%v: %d %s", target, code, body)
		}
		h := w.Eraser.Held[len(w.Eraser.Held)-1]
		if to != "/holds/"+h.ID.String() || h.Reason != "audit 7" || !h.Until.Equal(time.Date(2031, 1, 2, 0, 0, 0, 0, time.UTC)) || h.By != me.ID {
			t.Errorf("%v: %s, %+v", target, to, h)
		}
	}
	holds := w.Eraser.Held
	if holds[0].Person != counterfoil.ID(me.ID) || holds[1].Interaction.String() != one || !holds[2].Person.IsZero() || !holds[2].Interaction.IsZero() {
		t.Errorf("%+v", holds)
	}
	w.Eraser.Refusal = fault.Forbidden("Only administrators may set a hold.", nil)
	if code, _, body := set("everything", "", "", consoletest.AdminPassword); code != http.StatusUnprocessableEntity || !strings.Contains(body, "Only administrators may set a hold") {
		t.Errorf("refused: %d", code)
	}
	if n := len(slices.DeleteFunc(slices.Clone(w.Accesses), func(s string) bool { return s != "hold_place" })); n != 4 {
		t.Errorf("%d uses of the right are recorded, 4 were proved", n)
	}
}

// TestReleaseAHold shows it, wants the password, and shows who released it.
func TestReleaseAHold(t *testing.T) {
	w := consoletest.New(t)
	w.SignIn()
	if a := w.Post("/holds", "target", "everything", "reason", "a <b>matter</b>", "password", consoletest.AdminPassword); a.Code != http.StatusSeeOther {
		t.Fatal(a.Code)
	}
	path := "/holds/" + w.Eraser.Held[0].ID.String()
	if body := w.Get("/erasures").Body.String(); !strings.Contains(body, path) || !strings.Contains(body, "/holds/new") {
		t.Error("the list does not lead to the hold, or to the form")
	}
	body := w.Get(path).Body.String()
	for _, want := range []string{"In force", "Everything", "a &lt;b&gt;matter", "Release the hold", "You"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if a := w.Post(path+"/release", "password", "not the password 5"); a.Code != http.StatusUnprocessableEntity || !strings.Contains(a.Body.String(), "This is not your password") {
		t.Errorf("another password: %d", a.Code)
	}
	if a := w.Post(path+"/release", "password", consoletest.AdminPassword); a.Code != http.StatusSeeOther || a.Header().Get("Location") != path {
		t.Errorf("released: %d", a.Code)
	}
	if body := w.Get(path).Body.String(); !strings.Contains(body, "Released") || strings.Contains(body, "Release the hold") {
		t.Error("the page does not show that it is released")
	}
	for _, path := range []string{"/holds/x", "/holds/" + counterfoil.NewID().String()} {
		if code := w.Get(path).Code; code != http.StatusNotFound {
			t.Errorf("%s: %d", path, code)
		}
	}
}
