// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package ledger_test

import (
	"encoding/csv"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/consoletest"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/registry"
)

func TestLedgerPage(t *testing.T) {
	w := consoletest.New(t)
	w.SignIn()
	if a := w.Get("/ledger"); a.Code != 200 || !strings.Contains(a.Body.String(), "No self-check has run yet.") || !strings.Contains(a.Body.String(), "Nothing was erased.") {
		t.Fatalf("empty: %d\n%s", a.Code, a.Body)
	}
	at := w.Speak()
	page := w.Get("/ledger").Body.String()
	for _, want := range []string{"The last self-check found all before it sound.", "Rotated", "A person", "The disk was full", "2026q3", "&lt;script&gt;", fmt.Sprintf("/ledger/entries/%d", at[counterfoil.KindSeal])} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(page, "<script>") {
		t.Error("a program version is markup")
	}
	w.Append(&counterfoil.Entry{Kind: counterfoil.KindSignal, ID: counterfoil.NewID(), Signal: &counterfoil.Signal{Name: "ledger_self_check", Verdict: counterfoil.VerdictFailed, Faults: 1}})
	if page := w.Get("/ledger").Body.String(); !strings.Contains(page, "does not verify") {
		t.Error("a failed check does not show")
	}
	w.Sick = errors.New("no space left")
	if a := w.Get("/ledger"); a.Code != 200 || !strings.Contains(a.Body.String(), "No space left") {
		t.Errorf("a ledger in trouble: %d", a.Code)
	}
}

func TestSignedOutside(t *testing.T) {
	w := consoletest.New(t)
	w.SignIn()
	if page := w.Get("/ledger").Body.String(); !strings.Contains(page, "Nobody outside signs along") {
		t.Error("a ledger without witnesses passes for one with them")
	}
	w.Outside = registry.Status{
		Origin: "o/registry", Size: 9, Covered: 40, Problem: "disk <full>", Alarm: "a fork",
		Quorum: registry.QuorumStatus{Asked: true, Overdue: true, Missing: []string{"audit.example"}},
		Witnesses: []registry.WitnessStatus{
			{Name: "<b>audit</b>", Size: 8, Time: w.Clock.Now()}, {Name: "parent", Problem: "no answer"}, {Name: "fork", Alarm: true}, {Name: "new"},
		},
		Authorities: []registry.AuthorityStatus{
			{Name: "tsa", Size: 7, Time: w.Clock.Now()}, {Name: "late", Overdue: true}, {Name: "ending", Size: 1, Ending: true}, {Name: "down", Problem: "refused"},
		},
	}
	page := w.Get("/ledger").Body.String()
	for _, want := range []string{"&lt;b&gt;audit", "Signs along", "Does not answer", "Has seen another history", "Not asked yet", "Stamps", "Overdue", "Its certificate ends soon", "Missing: audit.example", "Disk &lt;full&gt;", "A fork", "Never"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	w.Outside.Quorum = registry.QuorumStatus{Asked: true, Size: 9, Time: w.Clock.Now()}
	if page := w.Get("/ledger").Body.String(); !strings.Contains(page, "Enough have signed") {
		t.Error("a met quorum does not show")
	}
}

func TestLedgerEvents(t *testing.T) {
	w := consoletest.New(t)
	w.SignIn()
	for range 7 {
		w.Speak()
	}
	first := w.Get("/ledger/events").Body.String()
	if n := strings.Count(first, `<th scope="row">`); n != 50 {
		t.Errorf("%d rows on the first page", n)
	}
	_, older, found := strings.Cut(first, `href="/ledger/events?before=`)
	if !found {
		t.Fatal("no older page")
	}
	before, _, _ := strings.Cut(older, `"`)
	if n := strings.Count(w.Get("/ledger/events?before="+before).Body.String(), `<th scope="row">`); n != 6 {
		t.Errorf("%d rows on the second page", n)
	}
	if n := strings.Count(w.Get("/ledger/events?kind=gap").Body.String(), `<th scope="row">`); n != 7 {
		t.Errorf("%d gaps", n)
	}
	for _, bad := range []string{"?kind=intent", "?kind=x", "?before=-1", "?before=1%20or%201"} {
		if a := w.Get("/ledger/events" + bad); a.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", bad, a.Code)
		}
	}
	rows, err := csv.NewReader(w.Get("/ledger/events.csv").Body).ReadAll()
	if err != nil || len(rows) != 57 {
		t.Errorf("%d rows exported, %v", len(rows), err)
	}
	if len(w.Accesses) == 0 || w.Accesses[len(w.Accesses)-1] != "exported" {
		t.Errorf("the export is not recorded: %v", w.Accesses)
	}
}

func TestLedgerEntryPage(t *testing.T) {
	w := consoletest.New(t)
	w.SignIn()
	for kind, i := range w.Speak() {
		path := "/ledger/entries/" + strconv.FormatUint(uint64(i), 10)
		page := w.Get(path).Body.String()
		for _, want := range []string{words.Sentence(kind.String()) + ", recorded", "Leaf hash", "Download the proof", path + "/raw"} {
			if !strings.Contains(page, want) {
				t.Errorf("%s: lacks %q", kind, want)
			}
		}
		raw := w.Get(path + "/raw").Body.Bytes()
		if e, err := counterfoil.DecodeEntry(raw); err != nil || e.Kind != kind {
			t.Errorf("%s: raw: %v", kind, err)
		}
		if a := w.Get(path + "/proof"); a.Code != 200 || !strings.HasPrefix(a.Body.String(), "c2sp.org/tlog-proof") {
			t.Errorf("%s: proof: %d", kind, a.Code)
		}
	}
	for _, path := range []string{"/ledger/entries/99999", "/ledger/entries/-1", "/ledger/entries/x", "/ledger/entries/x/raw"} {
		if a := w.Get(path); a.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, a.Code)
		}
	}
	w.Sick = errors.New("gone")
	if page := w.Get("/ledger/entries/0").Body.String(); !strings.Contains(page, "Does not verify") || strings.Contains(page, "Download the proof") {
		t.Error("an entry that does not verify passes for one that does")
	}
}
