// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package interactions_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/consoletest"
	"github.com/counterfoil/counterfoil/internal/console/filter"
	"github.com/counterfoil/counterfoil/internal/console/pagetest"
	"github.com/counterfoil/counterfoil/internal/console/sheet"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/evidence"
)

func TestEmptyList(t *testing.T) {
	w := consoletest.New(t)
	w.SignIn()
	page := w.Get("/interactions").Body.String()
	consoletest.Holds(t, page, "No interaction yet", "An auditor will look for", "0, of 0")
	if strings.Contains(page, "Export") {
		t.Error("nothing can be exported")
	}
}

func TestList(t *testing.T) {
	w := consoletest.New(t)
	ids := w.Sample(w.SignIn())
	page := w.Get("/interactions").Body.String()
	consoletest.Holds(t, page, "8, of 8", "Export 8 rows", "Stopped midway", "In progress", "2 e-mail addresses, 1 bank account", "1 private key in the answer",
		"Eight interactions: one allowed, two masked", "/interactions/"+ids["masked"].String())
	if strings.Contains(page, "p.raman") || strings.Contains(page, "castellanos") {
		t.Error("the list names people")
	}
	asked, ok := w.Roll.Snapshot().PersonByEmail("p.raman@example.com")
	if !ok {
		t.Fatal("nobody asked")
	}
	who := "who=" + asked.ID.String()
	consoletest.Holds(t, page, `href="/interactions?`+who+`"`)
	for query, want := range map[string]int{
		"system=claims-letter-assistant": 4, "decision=redact": 2, "decision=block": 2, "finding=iban": 2, "finding=private_key": 1, "result=refused": 1,
		"result=open": 1, "from=2026-11-24": 8, "from=2026-11-25": 0, "to=2026-11-23": 0, "to=2026-11-24&decision=redact": 2, "system=code-assistant&result=answered": 0,
		"provider=sandbox": 8, "provider=other": 0, "model=mistral-large-2411": 7, "model=mistral-large-2411&decision=block": 2, "model=not+listed": 1, "who=people": 8, "who=programs": 0,
		"result=left": 6, who: 7, who + "&finding=iban": 2, who + "&finding=iban&system=code-assistant": 0, who + "&result=refused": 0, "system=claims-letter-assistant&who=programs": 0,
	} {
		page := w.Get("/interactions?" + query).Body.String()
		if got := strings.Count(page, `<th scope="row">`); got != want {
			t.Errorf("%s: %d rows, want %d", query, got, want)
		}
		if want == 0 {
			consoletest.Holds(t, page, "No interaction answers this filter")
		}
	}
}

func TestListRefusesWhatItCannotRead(t *testing.T) {
	w := consoletest.New(t)
	w.Sample(w.SignIn())
	for _, query := range []string{"system=none", "who=x", "who=00000000-0000-0000-0000-000000000000", "decision=none", "decision=x", "result=x", "finding=a%20b", "from=today", "to=2026-13-01", "from=2026-11-25&to=2026-11-24", "before=x", "before=01975e5a-0000-7000-8000-000000000000&after=01975e5a-0000-7000-8000-000000000000"} {
		a := w.Get("/interactions?" + query)
		if a.Code != http.StatusUnprocessableEntity || strings.Contains(a.Body.String(), `<th scope="row">`) {
			t.Errorf("%s answered %d", query, a.Code)
		}
		consoletest.Holds(t, a.Body.String(), "Nothing is shown, because the filter cannot be read")
		if a := w.Get("/interactions.csv?" + query); strings.Contains(query, "before") == (a.Code == http.StatusUnprocessableEntity) {
			t.Errorf("export with %s answered %d", query, a.Code)
		}
	}
}

// many writes n plain interactions.
func many(w *consoletest.World, n int) {
	for i := range n {
		at := w.Clock.Now().Add(time.Duration(i) * time.Millisecond)
		w.Append(&counterfoil.Entry{
			Kind: counterfoil.KindIntent, Time: at.UnixMicro(), ID: counterfoil.NewTimeID(at),
			Intent:  &counterfoil.Intent{Provider: "sandbox", Model: "=cmd|' /C calc'!A0"},
			Outcome: &counterfoil.Outcome{Result: counterfoil.ResultAnswered},
		})
	}
}

func TestPagingWalksBothWays(t *testing.T) {
	w := consoletest.New(t)
	w.SignIn()
	many(w, 2*filter.PageRows+7)
	var sizes []int
	path := "/interactions"
	var paths []string
	for range 5 {
		page := w.Get(path).Body.String()
		paths = append(paths, path)
		sizes = append(sizes, strings.Count(page, `<th scope="row">`))
		consoletest.Holds(t, page, fmt.Sprintf("of %d shown", 2*filter.PageRows+7))
		_, after, found := strings.Cut(page, `<a class="btn" href="/interactions?before=`)
		if !found {
			break
		}
		id, _, _ := strings.Cut(after, `"`)
		path = "/interactions?before=" + id
	}
	if !slices.Equal(sizes, []int{50, 50, 7}) {
		t.Fatalf("pages of %v", sizes)
	}
	page := w.Get(paths[2]).Body.String()
	_, after, _ := strings.Cut(page, `href="/interactions?after=`)
	id, _, _ := strings.Cut(after, `"`)
	page = w.Get("/interactions?after=" + id).Body.String()
	if n := strings.Count(page, `<th scope="row">`); n != filter.PageRows {
		t.Errorf("going back shows %d rows", n)
	}
	consoletest.Holds(t, page, "/interactions?before=", "/interactions?after=")
}

func TestExport(t *testing.T) {
	w := consoletest.New(t)
	w.Sample(w.SignIn())
	many(w, sheet.ExportRows+5)
	a := w.Get("/interactions.csv")
	if a.Code != 200 || a.Header().Get("Content-Disposition") != `attachment; filename="interactions-20261124-142000.csv"` {
		t.Fatalf("answered %d %v", a.Code, a.Header())
	}
	if last := w.Accesses[len(w.Accesses)-1]; last != "exported" {
		t.Errorf("recorded %v", w.Accesses)
	}
	rows, err := csv.NewReader(a.Body).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 1+8+sheet.ExportRows+5 {
		t.Errorf("%d rows", len(rows))
	}
	seen := map[string]bool{}
	for _, row := range rows {
		seen[row[0]] = true
		for i, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@", rune(cell[0])) {
				t.Fatalf("column %s runs as a formula: %q", rows[0][i], cell)
			}
		}
	}
	if len(seen) != len(rows) {
		t.Error("rows repeat")
	}
	a = w.Get("/interactions.csv?decision=redact")
	if got := strings.Count(a.Body.String(), "\r\n"); got != 3 {
		t.Errorf("a filtered export has %d lines", got)
	}
}

func TestInteraction(t *testing.T) {
	w := consoletest.New(t)
	ids := w.Sample(w.SignIn())
	for kind, texts := range map[string][]string{
		"masked": {
			"Claims Letter Assistant, 24 November, 14:14:42", "Two e-mail addresses and one bank account were masked, and the answer was delivered in 2.4 seconds.",
			`<span class="ph">EMAIL_1</span>`, "mask-personal-data", "messages[1].content", "Included and unaltered", "tlog-proof@v1", "Left as it was", "Show the name",
		},
		"allowed": {"Nothing was found in the request, and the answer was delivered", "The detectors read all text and found nothing."},
		"blocked": {"One GitHub token was found. Rule “block-secrets” stopped it, and nothing left.", "The client was told", "Nothing left, so nothing came back.", "intent and outcome in one entry"},
		"refused": {"Unknown system, 24 November", "Refused before anything left: unknown key.", "No detector ran, so this says nothing about the text."},
		"failed":  {"The provider failed after 60.0 seconds: upstream stalled."},
		"stopped": {"Rule “block-secrets-back” stopped the answer midway"},
		"open":    {"No outcome has been recorded yet.", "In progress"},
		"erased":  {"The text was erased. The entry stays verifiable.", "2 e-mail addresses in the request, 1 bank account in the request"},
	} {
		t.Run(kind, func(t *testing.T) {
			a := w.Get("/interactions/" + ids[kind].String())
			if a.Code != 200 {
				t.Fatalf("answered %d: %s", a.Code, a.Body)
			}
			consoletest.Holds(t, a.Body.String(), texts...)
			if strings.Contains(a.Body.String(), "p.raman") {
				t.Error("the page names a person unasked")
			}
		})
	}
	for _, path := range []string{"/interactions/x", "/interactions/01975e5a-0000-7000-8000-000000000000"} {
		if a := w.Get(path); a.Code != http.StatusNotFound {
			t.Errorf("%s answered %d", path, a.Code)
		}
	}
}

// Text and names are looked at on the record, or not at all.
func TestLookingIsRecorded(t *testing.T) {
	w := consoletest.New(t)
	ids := w.Sample(w.SignIn())
	path := "/interactions/" + ids["masked"].String()
	last := func() string { return w.Accesses[len(w.Accesses)-1] }

	consoletest.Holds(t, w.Get(path).Body.String(), "You opened this text at 14:20:00")
	if last() != "text_shown" || w.Log[len(w.Log)-1].Entry.Access.Target != ids["masked"] {
		t.Errorf("recorded %v", w.Accesses)
	}
	n := len(w.Accesses)
	w.Get("/interactions/" + ids["erased"].String())
	w.Get(path + "/verify")
	if len(w.Accesses) != n {
		t.Errorf("recorded %v though no text was shown", w.Accesses[n:])
	}
	a := w.Post(path + "/name")
	consoletest.Holds(t, a.Body.String(), "p.raman@example.com", "You saw this name at 14:20:00")
	if !slices.Equal(w.Accesses[n:], []string{"name_shown", "text_shown"}) {
		t.Errorf("recorded %v", w.Accesses[n:])
	}
	if a := w.Get(path + "/name"); a.Code != http.StatusMethodNotAllowed && a.Code != http.StatusNotFound {
		t.Errorf("a link showed the name: %d", a.Code)
	}

	w.Unable = consoletest.ErrDisk
	for _, a := range []int{w.Get(path).Code, w.Post(path + "/name").Code, w.Get("/interactions.csv").Code} {
		if a != http.StatusServiceUnavailable {
			t.Errorf("without a record, answered %d", a)
		}
	}
	page := w.Get(path).Body.String()
	if strings.Contains(page, "claim 88213") || strings.Contains(page, "disk full") {
		t.Error("the page shows what could not be recorded, or why")
	}
}

func TestVerifyAndDownloads(t *testing.T) {
	w := consoletest.New(t)
	ids := w.Sample(w.SignIn())
	path := "/interactions/" + ids["masked"].String()
	view := w.Views[ids["masked"]]

	consoletest.Holds(t, w.Get(path+"/verify").Body.String(), "is included and unaltered", "Recomputed at 14:20:00", "No outside witness")
	view.Proof.Verified, view.Proof.Problems = false, []string{"commitment of entry 22 differs"}
	consoletest.Holds(t, w.Get(path+"/verify").Body.String(), "does not verify", "Commitment of entry 22 differs.", "Does not hold")
	consoletest.Holds(t, w.Get(path).Body.String(), "Does not verify")

	outcome := *view.Indexes.Outcome
	consoletest.Holds(t, w.Get(path).Body.String(), fmt.Sprintf("counterfoil-verify proof entry-%d.tlog-proof --entry entry-%d.cbor --key &#39;%s&#43;", outcome, outcome, w.Origin()))
	a := w.Get(path + "/proof/outcome.tlog-proof")
	want := fmt.Sprintf(`attachment; filename="entry-%d.tlog-proof"`, *view.Indexes.Outcome)
	if a.Body.String() != view.Proof.Outcome || a.Header().Get("Content-Disposition") != want {
		t.Errorf("proof: %v %s", a.Header(), a.Body)
	}
	if a := w.Get(path + "/entry/intent.cbor"); a.Body.String() != fmt.Sprintf("raw entry %d", view.Indexes.Intent) {
		t.Errorf("entry: %s", a.Body)
	}
	for _, file := range []string{"/proof/intent.cbor", "/proof/x.tlog-proof", "/entry/intent.tlog-proof", "/entry/..", "/proof/intent"} {
		if a := w.Get(path + file); a.Code == 200 {
			t.Errorf("%s answered %d", file, a.Code)
		}
	}
	open := w.Views[ids["open"]]
	open.Proof.Intent = ""
	if a := w.Get("/interactions/" + ids["open"].String() + "/proof/intent.tlog-proof"); a.Code != http.StatusNotFound {
		t.Errorf("a proof that is not there yet answered %d", a.Code)
	}
	if a := w.Get("/interactions/" + ids["blocked"].String() + "/proof/outcome.tlog-proof"); a.Code != http.StatusNotFound {
		t.Errorf("one entry has two files: %d", a.Code)
	}
}

// What a provider or client wrote is shown, and never runs.
func TestHostileInteraction(t *testing.T) {
	w := consoletest.New(t)
	ids := w.Sample(w.SignIn())
	v, text := w.Views[ids["masked"]], w.Texts[ids["masked"]]
	for kind, bad := range pagetest.Hostile {
		v.Model, v.Message, v.Reason = bad, bad, bad
		v.Findings = []evidence.Finding{{Phase: evidence.PhaseAnswer, Type: bad, Where: bad, Detector: bad, Action: bad}}
		v.Decision = evidence.Decision{Effect: counterfoil.EffectWarn, Rule: bad, Reasons: []string{bad}, Shadow: []string{bad}}
		v.Guards = []evidence.Guard{{Name: bad, Version: bad, Reason: bad, Status: counterfoil.GuardFailed}}
		v.Proof.Problems = []string{bad}
		text.Request.Body, text.Answer.Body = []byte(bad), []byte("data: "+bad)
		for _, path := range []string{"", "/verify"} {
			a := w.Get("/interactions/" + ids["masked"].String() + path)
			if a.Code != 200 {
				t.Errorf("%s answered %d", kind, a.Code)
			}
			if found := pagetest.Unsafe(a.Body.String()); found != "" {
				t.Errorf("%s: the page contains %q", kind, found)
			}
			if strings.ContainsFunc(a.Body.String(), words.Misleading) {
				t.Errorf("%s: the page holds characters that turn or hide others", kind)
			}
		}
	}
}
