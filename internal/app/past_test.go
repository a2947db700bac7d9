// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/accounts"
	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/control"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// onePDF is a file that may be attached.
var onePDF = []byte("%PDF-1.7\ntrailer\n<<>>\n%%EOF\n")

// keeper makes records through the register as somebody does.
type keeper struct {
	*testing.T
	*App
	who register.Actor
}

func (k *keeper) make(kindID string, values kind.Values) *register.Record {
	k.Helper()
	r, err := k.register.Create(k.Context(), k.who, kindID, register.Input{Values: values, Reason: "Begun"})
	return k.sure(r, err)
}

func (k *keeper) sure(r *register.Record, err error) *register.Record {
	k.Helper()
	if err != nil {
		k.Fatal(err)
	}
	return r
}

// uses records interactions of a system: what the gateway leaves of two that were answered.
func (k *keeper) uses(system *register.Record) {
	k.Helper()
	for range 2 {
		now := k.clock.Now()
		e := &counterfoil.Entry{
			Kind: counterfoil.KindIntent, Time: now.UnixMicro(), ID: counterfoil.NewTimeID(now), Actor: k.who.Person,
			Intent:  &counterfoil.Intent{System: system.ID, Provider: "sandbox", Dialect: "openai", Operation: "chat", Model: "small-1", Decision: counterfoil.Decision{Effect: counterfoil.EffectAllow}},
			Outcome: &counterfoil.Outcome{Result: counterfoil.ResultAnswered, Decision: counterfoil.Decision{Effect: counterfoil.EffectAllow}},
		}
		at, err := interactions{k.App}.Record(k.Context(), e, k.who.Person, []byte("{}"))
		if err == nil {
			err = k.awaitProjection(k.Context(), at)
		}
		if err != nil {
			k.Fatal(err)
		}
	}
}

// keep makes a history: systems, what passed, a scope, overrides in several states, a comment, an
// attachment, an offer and a late entry.
func keep(t *testing.T, a *App, about string) (system *register.Record) {
	t.Helper()
	p, ok := a.roll.Snapshot().PersonByEmail(ruth.As)
	other, ok2 := a.roll.Snapshot().PersonByEmail(noor.As)
	if !ok || !ok2 {
		t.Fatal("nobody is there")
	}
	k := &keeper{t, a, register.Actor{Person: counterfoil.ID(p.ID), Roles: []string{"aims_manager"}}}
	system = k.make("system", kind.Values{"name": "Letters " + about, "owner": counterfoil.ID(p.ID).String()})
	k.uses(system)
	k.make("party", kind.Values{"title": "Party " + about})
	k.make("scope", kind.Values{
		"title": "Scope " + about, "systems": []map[string]any{{"system": system.ID.String(), "decision": "in"}},
		"units": []map[string]any{{"unit": "Unit " + about, "decision": "in", "authority": true}},
	})
	o := k.make("override", kind.Values{"record": system.Number(), "move": "approve", "guards": []string{"x"}, "why": "Why " + about, "measure": "Watch", "until": "2099-01-01"})
	k.sure(a.register.Move(t.Context(), register.Actor{Person: counterfoil.ID(other.ID), Roles: []string{"top_management"}}, o.ID, "approve", register.Input{Version: o.Version, Reason: "Seen"}))
	o = k.make("override", kind.Values{"record": system.Number(), "move": "pilot", "guards": []string{"y"}, "why": "Second " + about, "measure": "Watch", "until": "2099-01-01"})
	k.sure(a.register.Change(t.Context(), k.who, o.ID, register.Input{Version: o.Version, Values: kind.Values{"why": "Third " + about}, Fact: "2020-01-02", Late: "Found " + about}))
	k.sure(a.register.Comment(t.Context(), k.who, system.ID, "Seen "+about))
	k.sure(a.register.Attach(t.Context(), k.who, system.ID, register.File{Name: "report.pdf", Bytes: onePDF}))
	return k.sure(a.register.Offer(t.Context(), k.who, system.ID, counterfoil.ID(other.ID), register.Input{Version: system.Version}))
}

// recordPages are the addresses of every page and export of the register at a
// moment; "" for now.
func recordPages(t *testing.T, a *App, at string) (paths []string) {
	t.Helper()
	q := ""
	if at != "" {
		q = "?" + url.Values{"at": {at}}.Encode()
	}
	for _, tab := range []string{"", "/statement", "/context", "/findings", "/versions"} {
		paths = append(paths, "/scope"+tab+q)
	}
	for _, list := range []string{"boundary", "statement", "findings", "context", "versions"} {
		paths = append(paths, strings.TrimSuffix("/scope/export?as=csv&list="+list+"&"+strings.TrimPrefix(q, "?"), "&"))
	}
	paths = append(paths, "/risk"+q, "/controls"+q, "/documents"+q, "/audits"+q, "/settings"+q, "/records/late"+q, "/requirements"+q, "/requirements/6.1.2"+q)
	for _, k := range a.kinds.Kinds() {
		if k.Inner {
			continue
		}
		paths = append(paths, "/kinds/"+k.ID+q)
		for _, as := range []string{"csv", "json"} {
			paths = append(paths, strings.TrimSuffix("/kinds/"+k.ID+"/export?as="+as+"&"+strings.TrimPrefix(q, "?"), "&"))
		}
		page, err := a.index.KeptList(t.Context(), index.KeptFilter{Kind: k.ID, Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		for i := range page.Rows {
			paths = append(paths, "/records/"+page.Rows[i].Number+q)
		}
	}
	return paths
}

// footOfPage is what tells which ledger answered, and how far it has come: the foot of
// a page, lines at the top of a file.
var footOfPage = regexp.MustCompile(`(?s)<footer.*?</footer>|(?m:^(?:exported|entries),[^\r\n]*)`)

// read asks for pages and returns their text without the foot.
func read(t *testing.T, a *App, paths []string) map[string]string {
	t.Helper()
	return readAs(t, a, ruth, paths)
}

// readAs is read by somebody.
func readAs(t *testing.T, a *App, who control.Proof, paths []string) map[string]string {
	t.Helper()
	pages, err := a.pages(t.Context(), "http://127.0.0.1:1", "http://127.0.0.1:2")
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(pages)
	defer server.Close()
	v := visit(t, server.URL, who)
	texts := make(map[string]string, len(paths))
	for _, path := range paths {
		texts[path] = footOfPage.ReplaceAllString(v.body(path), "")
	}
	return texts
}

// pass makes traffic of a system on trial: answered, refused, refused after a stop.
func pass(t *testing.T, a *App, name string) *route {
	t.Helper()
	r := newRoute(t, a, name)
	r.want(http.StatusForbidden, "not approved")
	r.try(10, 5)
	r.want(http.StatusOK, "")
	r.want(http.StatusOK, "")
	r.stop()
	r.want(http.StatusForbidden, "")
	if err := a.awaitAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	return r
}

// passAfter changes everything that pages about traffic draw on.
func passAfter(r *route, under counterfoil.ID) {
	r.Helper()
	if row, err := r.app.index.Interaction(r.Context(), under); err != nil || row.Open() {
		r.Fatalf("what was under way is %+v, %v; want it ended", row, err)
	}
	r.want(http.StatusForbidden, "")
	k, err := service{r.app}.CreateKey(r.Context(), control.NewKey{System: r.slug, Person: "nadia@example.com"})
	if err != nil {
		r.Fatal(err)
	}
	if _, err := (service{r.app}).RevokeKey(r.Context(), r.app.roll.Snapshot().Keys()[0].ID.String()); err != nil {
		r.Fatal(err)
	}
	r.secret = k.Secret
	r.try(20, 6)
	r.want(http.StatusOK, "")
	pass(r.T, r.app, "Letters after")
	models := []string{"sandbox-echo", "other"}
	if _, err := r.app.accounts.ChangeSystem(r.Context(), identity.PersonID{}, r.system().ID, accounts.SystemChange{Models: &models}); err != nil {
		r.Fatal(err)
	}
}

// trafficPages are those that draw on live traffic.
func trafficPages(slug, at string) (paths []string) {
	q := "?" + url.Values{"at": {at}}.Encode()
	for _, path := range []string{"/", "/systems", "/systems.csv", "/systems/" + slug, "/interactions", "/interactions.csv"} {
		paths = append(paths, path+q)
	}
	for _, of := range []string{"system=" + slug + "&result=refused", "result=open", "decision=allow&result=left", "who=people&model=sandbox-echo", "provider=sandbox&finding=email", "who=programs"} {
		paths = append(paths, "/interactions"+q+"&"+of, "/interactions.csv"+q+"&"+of)
	}
	return append(paths, "/?view=lead&"+q[1:])
}

// TestPastIsHistory: what a full directory shows as of a moment is what a directory
// shows whose ledger ends there and whose index is new, to the byte.
func TestPastIsHistory(t *testing.T) {
	h := newHouse(t)
	a := h.open()
	administer(t, a)
	system := keep(t, a, "before")
	traffic := pass(t, a, "Replies before")
	under := intend(t, a) // under way at the moment, and closed as abandoned when it is opened again
	at := time.Now().UTC().Format(time.RFC3339Nano)
	paths := append(recordPages(t, a, at), trafficPages(traffic.slug, at)...)
	h.close(a)

	cut := &house{t: t, dir: t.TempDir()}
	cut.data = filepath.Join(cut.dir, "data")
	if err := os.CopyFS(cut.data, os.DirFS(h.data)); err != nil {
		t.Fatal(err)
	}
	keys, err := filepath.Glob(filepath.Join(cut.data, "keys", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range keys { // a copy is open to others
		if err := os.Chmod(file, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	old, err := filepath.Glob(filepath.Join(cut.data, "index.db*"))
	if err != nil || len(old) == 0 {
		t.Fatalf("no index to throw away: %v", err)
	}
	for _, file := range old {
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}

	a = h.open()
	keep(t, a, "after")
	traffic.app = a
	traffic.serve()
	passAfter(traffic, under)
	who := register.Actor{Person: system.Offer.By, Roles: []string{"aims_manager"}}
	if _, err := a.register.Decline(t.Context(), who, system.ID, register.Input{Version: system.Version}); err != nil {
		t.Fatal(err)
	}
	full := read(t, a, paths)
	h.close(a)

	b := cut.open()
	if err := (service{b}).Reindex(t.Context(), func(uint64, uint64) {}); err != nil {
		t.Fatal(err)
	}
	told := 0
	for path, want := range read(t, b, paths) {
		if strings.HasPrefix(path, "/scope?") && !strings.Contains(want, "of 5 interactions since") {
			t.Errorf("the scope does not say what passed before: %s", want)
		}
		if diff := cmp.Diff(want, full[path]); diff != "" {
			t.Errorf("%s (-replayed +asked of the past):\n%s", path, diff)
		}
		if strings.Contains(want, "Letters after") {
			t.Errorf("%s: the directory that was cut knows what came after", path)
		}
		told += strings.Count(want, "before")
	}
	for _, of := range []string{"", "&result=open"} { // it is abandoned now
		if n := strings.Count(full["/interactions?"+url.Values{"at": {at}}.Encode()+of], "In progress</span>"); n != 1 {
			t.Errorf("%d interactions are in progress as of the moment%s, want the one that was", n, of)
		}
	}
	if told < 20 {
		t.Errorf("the pages say %d times what was there before: too little to compare", told)
	}
}

// TestReindexGivesTheSameRecords: lists, records and exports of the register are the
// same to the byte after the index was built anew, and attachments still open.
func TestReindexGivesTheSameRecords(t *testing.T) {
	h := newHouse(t)
	a := h.openAt(clock.NewSet(time.Now())) // pages say what time it is
	administer(t, a)
	system := keep(t, a, "before")
	paths := append(recordPages(t, a, ""), "/records/"+system.Number()+"/attachments/AT-001")
	before := read(t, a, paths)
	if !strings.Contains(before["/records/"+system.Number()+"/attachments/AT-001"], string(bytes.TrimSpace(onePDF))) {
		t.Errorf("the attachment: %q", before["/records/"+system.Number()+"/attachments/AT-001"])
	}
	if err := (service{a}).Reindex(t.Context(), func(uint64, uint64) {}); err != nil {
		t.Fatal(err)
	}
	for path, text := range read(t, a, paths) {
		if diff := cmp.Diff(before[path], text); diff != "" {
			t.Errorf("%s (-before +after):\n%s", path, diff)
		}
	}
}
