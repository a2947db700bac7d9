// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/consoletest"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
	"github.com/counterfoil/counterfoil/internal/standard"
)

// What a route about records asks of the table; "" for routes that are not about
// records and answer whoever is signed in, or check by themselves.
const (
	asksList   = "list"   // read, of a kind
	asksCreate = "create" // of a kind
	asksTable  = "table"  // any role
	asksRead   = "read"   // and from here on, of one record
	asksChange = "change"
	asksSay    = "comment"
	asksAttach = "attach"
	asksMove   = "move"
	asksOffer  = "offer"
	asksAnswer = "answer" // an offer to this person: here there is none
)

// asked says of every route about records what it asks.
var askedBy = map[string]string{
	"GET /kinds/{kind}": asksList, "GET /kinds/{kind}/export": asksList, "GET /kinds/{kind}/new": asksCreate, "POST /kinds/{kind}": asksCreate,
	"GET /settings/rights": asksTable, "GET /records/late": asksTable, "GET /records/late.csv": asksTable,
	"GET /records/{number}": asksRead, "GET /records/{number}/compare": asksRead, "GET /records/{number}/versions/{version}": asksRead,
	"GET /records/{number}/attachments/{attachment}": asksRead, "GET /records/{number}/moves/{move}": asksRead,
	"GET /records/{number}/edit": asksChange, "POST /records/{number}": asksChange,
	"POST /records/{number}/comments": asksSay, "POST /records/{number}/attachments": asksAttach, "POST /records/{number}/moves/{move}": asksMove,
	"POST /records/{number}/offer": asksOffer, "POST /records/{number}/offer/{answer}": asksAnswer,
}

// TestEveryRouteIsClassified: a new route about records cannot be left out here.
func TestEveryRouteIsClassified(t *testing.T) {
	w := consoletest.New(t)
	about := 0
	for _, r := range w.Console.Routes() {
		if _, ok := askedBy[r.Pattern]; ok {
			about++
		} else if strings.Contains(r.Pattern, "/records/") || strings.Contains(r.Pattern, "/kinds/") {
			t.Errorf("%s is about records, and the test does not say what it asks", r.Pattern)
		}
		if r.Open {
			continue
		}
		method, path, _ := strings.Cut(r.Pattern, " ")
		path = strings.TrimSuffix(path, "{$}")
		request := httptest.NewRequest(method, path, nil)
		request.Header.Set("Sec-Fetch-Site", "same-origin")
		if a := w.Ask(request); a.Code != http.StatusSeeOther || !strings.HasPrefix(a.Header().Get("Location"), "/login") {
			t.Errorf("%s answers %d without a session", r.Pattern, a.Code)
		}
	}
	if about != len(askedBy) {
		t.Errorf("%d of %d routes are there", about, len(askedBy))
	}
}

// foreign is a record and what the person who asks is towards it.
type foreign struct {
	kind   string
	mine   bool // the person owns it, or is named in it
	values func(me, other counterfoil.ID) kind.Values
}

var foreigners = map[string]foreign{
	"my system":         {"system", true, func(me, _ counterfoil.ID) kind.Values { return kind.Values{"name": "Mine", "owner": me.String()} }},
	"somebody's system": {"system", false, func(_, o counterfoil.ID) kind.Values { return kind.Values{"name": "Theirs", "owner": o.String()} }},
	"an override":       {"override", false, func(_, _ counterfoil.ID) kind.Values { return override() }},
	"somebody": {"person", false, func(_, _ counterfoil.ID) kind.Values {
		return kind.Values{"email": "x" + counterfoil.NewID().String() + "@example.com"}
	}},
	"a concern":           {"concern", false, func(_, o counterfoil.ID) kind.Values { return concern(o) }},
	"a concern naming me": {"concern", true, func(me, _ counterfoil.ID) kind.Values { return concern(me) }},
}

func override() kind.Values {
	return kind.Values{"record": "R-001", "move": "accept", "guards": []string{"limit"}, "why": "Late", "measure": "A look", "until": "2099-12-24"}
}

func concern(handler counterfoil.ID) kind.Values {
	return kind.Values{"title": "It guesses", "says": "It guesses ages.", "handlers": []string{handler.String()}}
}

// TestRights asks every route about records, as every role and as somebody with
// none, for records of one's own, of somebody else and of kinds with named people,
// and compares the answer with the table of rights and the roles of the moves.
func TestRights(t *testing.T) {
	w := consoletest.New(t)
	me := w.In("aims_manager")
	other, err := w.Register.Create(t.Context(), register.Program, "person", register.Input{Values: kind.Values{"email": "other@example.com"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, role := range append([]string{""}, standard.ISO42001().RoleIDs()...) {
		var held []string
		if role != "" {
			held = []string{role}
		}
		w.In(held...)
		if a := w.Get("/settings/rights"); (a.Code == http.StatusOK) != (role != "") {
			t.Errorf("%q: the table answered %d", role, a.Code)
		}
		for name, f := range foreigners {
			compareRights(w, role+"/"+name, held, f, me.Person, other.ID)
		}
	}
}

// compareRights asks every route for a new record.
func compareRights(w *consoletest.World, name string, held []string, f foreign, me, other counterfoil.ID) {
	w.T.Helper()
	k, err := w.Register.Kinds.Kind(f.kind)
	if err != nil {
		w.T.Fatal(err)
	}
	r, err := w.Register.Create(w.T.Context(), register.For(other), f.kind, register.Input{Values: f.values(me, other)})
	if err != nil {
		w.T.Fatal(err)
	}
	file, err := w.Register.Attach(w.T.Context(), register.For(other), r.ID, register.File{Name: "a.txt", Bytes: []byte("just text")})
	if err != nil {
		w.T.Fatal(err)
	}
	w.Clock.Advance(time.Millisecond)
	roles := slices.Concat([]string{kind.RoleAny}, held)
	if len(held) > 0 {
		roles = append(roles, register.RoleStaff)
	}
	ofKind := slices.Clone(roles)
	if f.mine && k.Named == nil {
		roles = append(roles, kind.RoleOwner)
	}
	grants := func(a register.Action) bool { return w.Register.Rights.Grants(roles, k, a) }
	reads := grants(register.Read)
	if k.Named != nil {
		reads = f.mine
	}
	var move *kind.Move
	for _, m := range k.From(r.State) {
		if !m.Auto {
			move = m
			break
		}
	}
	may := func(asks string) bool {
		switch asks {
		case asksChange:
			return grants(register.ChangeRight)
		case asksSay, asksAttach:
			return k.Named != nil || grants(register.Action(asks))
		case asksMove:
			return slices.ContainsFunc(move.Roles, func(role string) bool { return slices.Contains(roles, role) })
		case asksOffer:
			return f.mine || slices.Contains(held, "aims_manager")
		case asksAnswer:
			return false
		default:
			return true
		}
	}
	_, owned := k.Field("owner")
	patterns := slices.Sorted(maps.Keys(askedBy))
	slices.SortStableFunc(patterns, func(a, b string) int { // a move that is made changes what comes after
		return strings.Index(askedBy[a], asksMove) - strings.Index(askedBy[b], asksMove)
	})
	for _, pattern := range patterns {
		asks := askedBy[pattern]
		method, path, _ := strings.Cut(pattern, " ")
		path = strings.NewReplacer("{number}", r.Number(), "{kind}", k.ID, "{version}", "1", "{attachment}", file.Number(), "{move}", move.ID, "{answer}", "accept").Replace(path)
		if strings.Contains(pattern, "compare") {
			path += "?a=1&b=1"
		}
		want := http.StatusOK // or anything that says what is wrong with an empty form
		switch asks {
		case asksTable:
			continue
		case asksList:
			action := register.Read
			if strings.HasSuffix(path, "/export") {
				action = register.Export
			}
			if k.Named == nil && !w.Register.Rights.Grants(ofKind, k, action) {
				want = http.StatusForbidden
			}
		case asksCreate:
			if !w.Register.Rights.Grants(ofKind, k, register.Create) {
				want = http.StatusForbidden
			}
		default:
			switch {
			case !reads:
				want = http.StatusNotFound
			case asks == asksOffer && !owned:
				want = http.StatusConflict
			case !may(asks):
				want = http.StatusForbidden
			}
		}
		var got int
		if method == "GET" {
			got = w.Get(path).Code
		} else if pattern == "POST /records/{number}/attachments" {
			got = w.Upload(path, "a.txt", nil).Code
		} else {
			version := uint64(0) // of no record: what may be changed is a lost update
			if asks == asksMove {
				version = r.Version
			}
			got = w.Post(path, "version", strconv.FormatUint(version, 10)).Code
		}
		refused := got == http.StatusForbidden || got == http.StatusNotFound
		if want == http.StatusOK && (refused || got >= 500) || want != http.StatusOK && got != want {
			w.T.Errorf("%s: %s answered %d, want %d", name, method+" "+path, got, want)
		}
	}
}
