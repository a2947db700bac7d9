// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"encoding/csv"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/registry"
)

// speak appends an entry of each kind in which a ledger speaks of itself.
func (w *world) speak() map[counterfoil.Kind]counterfoil.Index {
	at := make(map[counterfoil.Kind]counterfoil.Index)
	now := w.clock.Now().UnixMicro()
	for _, e := range []*counterfoil.Entry{
		{Boot: &counterfoil.Boot{Version: "<script>alert(1)</script>", NodeKey: "k"}, Kind: counterfoil.KindBoot},
		{Config: &counterfoil.ConfigChange{Reason: "reload", Policy: counterfoil.Hash{7}}, Kind: counterfoil.KindConfig},
		{Signal: &counterfoil.Signal{Name: "ledger_self_check", Verdict: counterfoil.VerdictPassed, Count: 41}, Kind: counterfoil.KindSignal},
		{Key: &counterfoil.KeyEvent{Event: counterfoil.KeyRotated, Key: "new", Former: "old", Signature: make([]byte, 64)}, Kind: counterfoil.KindKey},
		{Erasure: &counterfoil.Erasure{Scope: counterfoil.ErasePerson, Basis: "data_subject_request", Payloads: 12, Keys: []counterfoil.ID{{1}, {2}}}, Kind: counterfoil.KindErasure},
		{Gap: &counterfoil.Gap{Provider: "sandbox", From: 1, To: 2, Requests: 3, Reason: "ledger_full"}, Kind: counterfoil.KindGap},
		{Anchor: &counterfoil.Anchor{Type: counterfoil.AnchorRegistry, Origin: "o", Size: 9, Data: []byte(strings.Repeat("a signed note\n", 9))}, Kind: counterfoil.KindAnchor},
		{Seal: &counterfoil.Seal{Epoch: "2026q3", Intents: 4}, Kind: counterfoil.KindSeal},
	} {
		e.Time, e.ID = now, counterfoil.NewID()
		at[e.Kind] = w.append(e)
	}
	return at
}

func TestLedgerPage(t *testing.T) {
	w := newWorld(t)
	w.signIn()
	if a := w.get("/ledger"); a.Code != 200 || !strings.Contains(a.Body.String(), "No self-check has run yet.") || !strings.Contains(a.Body.String(), "Nothing was erased.") {
		t.Fatalf("empty: %d\n%s", a.Code, a.Body)
	}
	at := w.speak()
	page := w.get("/ledger").Body.String()
	for _, want := range []string{"The last self-check found all before it sound.", "Rotated", "A person", "The disk was full", "2026q3", "&lt;script&gt;", fmt.Sprintf("/ledger/entries/%d", at[counterfoil.KindSeal])} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(page, "<script>") {
		t.Error("a program version is markup")
	}
	w.append(&counterfoil.Entry{Kind: counterfoil.KindSignal, ID: counterfoil.NewID(), Signal: &counterfoil.Signal{Name: "ledger_self_check", Verdict: counterfoil.VerdictFailed, Faults: 1}})
	if page := w.get("/ledger").Body.String(); !strings.Contains(page, "does not verify") {
		t.Error("a failed check does not show")
	}
	w.sick = errors.New("no space left")
	if a := w.get("/ledger"); a.Code != 200 || !strings.Contains(a.Body.String(), "No space left") {
		t.Errorf("a ledger in trouble: %d", a.Code)
	}
}

func TestSignedOutside(t *testing.T) {
	w := newWorld(t)
	w.signIn()
	if page := w.get("/ledger").Body.String(); !strings.Contains(page, "Nobody outside signs along") {
		t.Error("a ledger without witnesses passes for one with them")
	}
	w.outside = registry.Status{
		Origin: "o/registry", Size: 9, Covered: 40, Problem: "disk <full>", Alarm: "a fork",
		Quorum: registry.QuorumStatus{Asked: true, Overdue: true, Missing: []string{"audit.example"}},
		Witnesses: []registry.WitnessStatus{
			{Name: "<b>audit</b>", Size: 8, Time: w.clock.Now()}, {Name: "parent", Problem: "no answer"}, {Name: "fork", Alarm: true}, {Name: "new"},
		},
		Authorities: []registry.AuthorityStatus{
			{Name: "tsa", Size: 7, Time: w.clock.Now()}, {Name: "late", Overdue: true}, {Name: "ending", Size: 1, Ending: true}, {Name: "down", Problem: "refused"},
		},
	}
	page := w.get("/ledger").Body.String()
	for _, want := range []string{"&lt;b&gt;audit", "Signs along", "Does not answer", "Has seen another history", "Not asked yet", "Stamps", "Overdue", "Its certificate ends soon", "Missing: audit.example", "Disk &lt;full&gt;", "A fork", "Never"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	w.outside.Quorum = registry.QuorumStatus{Asked: true, Size: 9, Time: w.clock.Now()}
	if page := w.get("/ledger").Body.String(); !strings.Contains(page, "Enough have signed") {
		t.Error("a met quorum does not show")
	}
}

func TestLedgerEvents(t *testing.T) {
	w := newWorld(t)
	w.signIn()
	for range 7 {
		w.speak()
	}
	first := w.get("/ledger/events").Body.String()
	if n := strings.Count(first, `<th scope="row">`); n != eventsOnPage {
		t.Errorf("%d rows on the first page", n)
	}
	_, older, found := strings.Cut(first, `href="/ledger/events?before=`)
	if !found {
		t.Fatal("no older page")
	}
	before, _, _ := strings.Cut(older, `"`)
	if n := strings.Count(w.get("/ledger/events?before="+before).Body.String(), `<th scope="row">`); n != 6 {
		t.Errorf("%d rows on the second page", n)
	}
	if n := strings.Count(w.get("/ledger/events?kind=gap").Body.String(), `<th scope="row">`); n != 7 {
		t.Errorf("%d gaps", n)
	}
	for _, bad := range []string{"?kind=intent", "?kind=x", "?before=-1", "?before=1%20or%201"} {
		if a := w.get("/ledger/events" + bad); a.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", bad, a.Code)
		}
	}
	rows, err := csv.NewReader(w.get("/ledger/events.csv").Body).ReadAll()
	if err != nil || len(rows) != 57 {
		t.Errorf("%d rows exported, %v", len(rows), err)
	}
	if len(w.accesses) == 0 || w.accesses[len(w.accesses)-1] != "exported" {
		t.Errorf("the export is not recorded: %v", w.accesses)
	}
}

func TestLedgerEntryPage(t *testing.T) {
	w := newWorld(t)
	w.signIn()
	for kind, i := range w.speak() {
		path := "/ledger/entries/" + strconv.FormatUint(uint64(i), 10)
		page := w.get(path).Body.String()
		for _, want := range []string{sentence(kind.String()) + ", recorded", "Leaf hash", "Download the proof", path + "/raw"} {
			if !strings.Contains(page, want) {
				t.Errorf("%s: lacks %q", kind, want)
			}
		}
		raw := w.get(path + "/raw").Body.Bytes()
		if e, err := counterfoil.DecodeEntry(raw); err != nil || e.Kind != kind {
			t.Errorf("%s: raw: %v", kind, err)
		}
		if a := w.get(path + "/proof"); a.Code != 200 || !strings.HasPrefix(a.Body.String(), "c2sp.org/tlog-proof") {
			t.Errorf("%s: proof: %d", kind, a.Code)
		}
	}
	for _, path := range []string{"/ledger/entries/99999", "/ledger/entries/-1", "/ledger/entries/x", "/ledger/entries/x/raw"} {
		if a := w.get(path); a.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, a.Code)
		}
	}
	w.sick = errors.New("gone")
	if page := w.get("/ledger/entries/0").Body.String(); !strings.Contains(page, "Does not verify") || strings.Contains(page, "Download the proof") {
		t.Error("an entry that does not verify passes for one that does")
	}
}
