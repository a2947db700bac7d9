// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package views_test

import (
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/consoletest"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// viewed are the pages of which views can be saved, with a query each.
var viewed = map[string]string{
	"/kinds/risk": "f.band=high&sort=level&down=1", "/kinds/override": "q=late&state=requested", "/kinds/concern": "q=x",
	"/interactions": "decision=block&from=2026-10-01", "/ledger/events": "kind=key", "/requirements": "show=open", "/risk/library": "role=uses",
	"/systems": "q=claims", "/people": "q=osei",
}

// A view saved on any list opens that list with the same filters, without the page and the moment.
func TestSaveAView(t *testing.T) {
	w := consoletest.New(t)
	w.In("aims_manager")
	w.Sample(w.Admin)
	for path, query := range viewed {
		asked, _ := url.ParseQuery(query)
		address := path + "?" + asked.Encode()
		page := w.Get(address).Body.String()
		consoletest.Holds(t, page, "Save this view", `name="list" value="`+path+`"`, `name="query" value="`+html.EscapeString(asked.Encode())+`"`)
		a := w.Post("/views", "list", path, "query", query+"&after=xyz&before=9&at=2026-10-01&view=SV-009", "name", "About "+path)
		if a.Code != http.StatusSeeOther || a.Header().Get("Location") != address {
			t.Errorf("%s: saved with %d, sent to %q: %s", path, a.Code, a.Header().Get("Location"), a.Body)
		}
		consoletest.Holds(t, w.Get(address).Body.String(), `<a href="`+html.EscapeString(address)+`" aria-current="page" dir="auto">About `+path+"</a>")
		if body := w.Get(path + "?at=2099-01-01").Body.String(); strings.Contains(body, "Save this view") && strings.Contains(body, "You see the records as they were") {
			t.Errorf("%s: a view of the past can be saved", path)
		}
	}
	consoletest.Holds(t, w.Get("/views").Body.String(), "9 views", "Yours alone", "About /kinds/risk", "SV-001")
	consoletest.Holds(t, w.Get("/palette").Body.String(), "Saved views", "Risks: About /kinds/risk")
	consoletest.Holds(t, w.Get("/go?q=about+/kinds/risk").Body.String(), "Saved views", "About /kinds/risk")
	if a := w.Get("/go?q=sv-001"); a.Header().Get("Location") != "/views/SV-001" {
		t.Errorf("SV-001 leads to %q", a.Header().Get("Location"))
	}
	for as, want := range map[string]string{"csv": "number,name,list,query,state,made_by", "json": `"list": "/kinds/risk"`} {
		consoletest.Holds(t, w.Get("/views/export?as="+as).Body.String(), want, "f.band=high")
	}
	if a := w.Post("/views", "list", "/settings", "query", "", "name", "x"); a.Code != http.StatusNotFound {
		t.Errorf("saved a page that is no list: %d", a.Code)
	}
	a := w.Post("/views", "list", "/kinds/risk", "query", "q=kept", "name", strings.Repeat("x", 81))
	if a.Code != http.StatusUnprocessableEntity {
		t.Errorf("a long name: %d", a.Code)
	}
	consoletest.Holds(t, a.Body.String(), "Use at most 80 characters", `aria-invalid="true"`, `value="q=kept"`)
	w.In()
	if a := w.Post("/views", "list", "/kinds/risk", "query", "", "name", "x"); a.Code != http.StatusNotFound {
		t.Errorf("saved a list out of reach: %d", a.Code)
	}
}

// A view whose filter no longer exists says so and opens without it.
func TestViewOfWhatIsGone(t *testing.T) {
	w := consoletest.New(t)
	actor := w.In("aims_manager")
	for _, s := range []register.Saved{
		{Name: "Old <b>field</b>", List: "/kinds/risk", Records: "risk", Query: "f.gone=1&f.band=high&state=melted"},
		{Name: "Old answer", List: "/kinds/risk", Records: "risk", Query: "f.band=purple"},
		{Name: "Old order", List: "/kinds/risk", Records: "risk", Query: "sort=gone&down=1"},
		{Name: "Old system", List: "/interactions", Query: "system=gone&decision=block"},
		{Name: "Old list", List: "/nowhere", Query: "x=1"},
	} {
		if _, err := w.Register.SaveView(t.Context(), actor, s); err != nil {
			t.Fatal(err)
		}
	}
	for number, want := range map[string]struct{ address, says string }{
		"SV-001": {"/kinds/risk?f.band=high&view=SV-001", "The view “Old &lt;b&gt;field&lt;/b&gt;” also asks for the field “gone” and the state “melted”."},
		"SV-002": {"/kinds/risk?view=SV-002", "the answer “purple”"},
		"SV-003": {"/kinds/risk?view=SV-003", "the order by “gone”"},
		"SV-004": {"/interactions?decision=block&view=SV-004", "the AI system “gone”"},
	} {
		a := w.Get("/views/" + number)
		if a.Code != http.StatusSeeOther || a.Header().Get("Location") != want.address {
			t.Errorf("%s leads to %d %q", number, a.Code, a.Header().Get("Location"))
			continue
		}
		list := w.Get(want.address)
		if list.Code != http.StatusOK {
			t.Errorf("%s: %d", want.address, list.Code)
		}
		consoletest.Holds(t, list.Body.String(), "Shown without what no longer exists", want.says, `href="/views/`+number+`"`)
	}
	if a := w.Get("/views/SV-005"); a.Code != http.StatusNotFound {
		t.Errorf("a view of no list answered %d", a.Code)
	}
	consoletest.Holds(t, w.Get("/views").Body.String(), "a list that no longer exists", "No longer there")
}

// Who sees and changes a view: its maker, and of a shared one whoever may see the list.
func TestViewsOfOthers(t *testing.T) {
	w := consoletest.New(t)
	me := w.In("risk_manager")
	other, err := w.Register.Create(t.Context(), register.Program, "person", register.Input{Values: kind.Values{"email": "other@example.com"}})
	if err != nil {
		t.Fatal(err)
	}
	theirs := register.Actor{Person: other.ID, Roles: []string{"risk_manager"}}
	var made []*register.Record
	for _, name := range []string{"Private to them", "Shared by them"} {
		s, err := w.Register.SaveView(t.Context(), theirs, register.Saved{Name: name, List: "/kinds/risk", Records: "risk", Query: "q=" + name[:1]})
		if err != nil {
			t.Fatal(err)
		}
		made = append(made, s)
	}
	if made[1], err = w.Register.ShareView(t.Context(), theirs, made[1].ID, made[1].Version); err != nil {
		t.Fatal(err)
	}
	w.Clock.Advance(time.Minute)
	page := w.Get("/kinds/risk").Body.String()
	consoletest.Holds(t, page, "Shared by them", `<span class="tag">shared</span>`)
	if strings.Contains(page, "Private to them") {
		t.Error("somebody else's view is shown")
	}
	for act, want := range map[string]int{"rename": 403, "remove": 403, "share": 403, "withdraw": 403, "nonsense": 404} {
		if a := w.Post("/views/SV-002/"+act, "version", "2", "name-SV-002", "Mine"); a.Code != want {
			t.Errorf("%s of a shared view answered %d, want %d", act, a.Code, want)
		}
		if a := w.Post("/views/SV-001/"+act, "version", "1", "name-SV-001", "Mine"); a.Code != 404 {
			t.Errorf("%s of a private view answered %d", act, a.Code)
		}
	}
	consoletest.Holds(t, w.Get("/views").Body.String(), "Not available: this view belongs to whoever shared it, AIMS manager.")
	for _, path := range []string{"/views/SV-001", "/views/SV-999", "/views/R-001", "/views/SV", "/records/SV-002", "/kinds/saved_view", "/kinds/saved_view/new"} {
		if a := w.Get(path); a.Code != http.StatusNotFound {
			t.Errorf("%s answered %d", path, a.Code)
		}
	}
	w.In("aims_manager")
	if a := w.Post("/views/SV-002/rename", "version", "2", "name-SV-002", " "); a.Code != http.StatusUnprocessableEntity || !strings.Contains(a.Body.String(), `href="#name-SV-002"`) {
		t.Errorf("an empty name answered %d", a.Code)
	}
	for _, step := range []struct {
		act, version string
		want         int
	}{{"rename", "2", 303}, {"rename", "2", 409}, {"remove", "x", 422}, {"remove", "3", 303}, {"remove", "4", 404}} {
		if a := w.Post("/views/SV-002/"+step.act, "version", step.version, "name-SV-002", "High risks"); a.Code != step.want {
			t.Errorf("%s by the AIMS manager from %s answered %d", step.act, step.version, a.Code)
		}
	}
	w.In() // who may see no risk sees no view of risks
	if _, err := w.Register.View(t.Context(), me, time.Time{}); err != nil || strings.Contains(w.Get("/views").Body.String(), "High risks") {
		t.Error("a view is shown to who may not see its list")
	}
	if _, err := w.Register.RemoveView(t.Context(), register.Actor{Person: counterfoil.ID{1}}, made[0].ID, 1); fault.KindOf(err) != fault.KindNotFound {
		t.Errorf("removed by a stranger: %v", err)
	}
}
