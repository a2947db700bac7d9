// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/consoletest"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

var (
	measureRecords      = flag.Int("records", 0, "measure the console with so many records a kind")
	measureInteractions = flag.Int("interactions", 5_000_000, "with -records: so many interactions (made plain, all alike)")
	measureRuns         = flag.Int("asked", 100, "with -records: how often each page is asked for")
)

// fillStep is how many entries are projected at once.
const fillStep = 5000

// filling projects entries at speed: the index as a ledger of this size leaves it,
// without the ledger.
type filling struct {
	*consoletest.World
	items []index.Item
	next  counterfoil.Index
}

func (f *filling) add(e *counterfoil.Entry, body []byte) {
	leaf := counterfoil.Hash{byte(f.next), byte(f.next >> 8), byte(f.next >> 16), byte(f.next >> 24)}
	item := index.Item{Index: f.next, Entry: e, Leaf: leaf}
	if e.Record != nil {
		var err error
		if item.Kept, err = register.Project(f.Register.Kinds, f.next, leaf, counterfoil.ID{}, e, body); err != nil {
			f.T.Fatal(err)
		}
	}
	f.items = append(f.items, item)
	if f.next++; len(f.items) == fillStep {
		f.flush()
	}
}

func (f *filling) flush() {
	if err := f.Index.Apply(f.T.Context(), f.items, f.next); err != nil {
		f.T.Fatal(err)
	}
	f.items = f.items[:0]
}

// body is a record of a kind with a value in each field that takes a simple one.
func (f *filling) body(k *kind.Kind, serial int, person counterfoil.ID) []byte {
	values := map[string]any{}
	for i := range k.Fields {
		field := &k.Fields[i]
		switch {
		case field.Personal:
		case field.Type == kind.Text || field.Type == kind.LongText:
			values[field.ID] = fmt.Sprintf("%s %d of %s", field.Label, serial, k.Plural)
		case field.Type == kind.Integer && len(field.Range) == 2:
			values[field.ID] = int(field.Range[0]) + serial%int(field.Range[1]-field.Range[0]+1)
		case field.Type == kind.Choice:
			values[field.ID] = field.Options[serial%len(field.Options)].ID
		case field.Type == kind.Date:
			values[field.ID] = f.Clock.Now().AddDate(0, 0, serial%700-350).Format(time.DateOnly)
		case field.Type == kind.Link && slices.Contains(field.To, "person"):
			values[field.ID] = person.String()
		}
	}
	state := &k.States[serial%len(k.States)]
	act := map[string]any{"by": person, "at": f.Clock.Now(), "version": 1}
	body := map[string]any{
		"serial": serial, "state": state.ID, "values": values, "made": act, "author": act, "since": f.Clock.Now(), "done": map[string]any{"created": act},
	}
	if state.InForce {
		body["in_force"] = map[string]any{"by": person, "at": f.Clock.Now(), "version": 1, "move": register.Created, "values": values}
	}
	raw, err := json.Marshal(body)
	if err != nil {
		f.T.Fatal(err)
	}
	return append([]byte(`{"kind":"`+k.ID+`",`), raw[1:]...)
}

// TestMeasure prints how fast the console answers over HTTP handlers, with the index
// of a large organisation: make bench-console. What it leaves out is the network, and
// of a save the append to the ledger, which docs/performance.md measures.
func TestMeasure(t *testing.T) {
	if *measureRecords == 0 {
		t.Skip("no -records")
	}
	w := consoletest.New(t)
	me := w.In("aims_manager", "administrator")
	f := &filling{World: w, next: counterfoil.Index(len(w.Log))}
	begun := time.Now()
	past := w.Clock.Now().Add(-30 * 24 * time.Hour)
	for _, k := range w.Register.Kinds.Kinds() {
		for serial := 1; serial <= *measureRecords && !k.Inner; serial++ {
			e := &counterfoil.Entry{Kind: counterfoil.KindRecord, Time: past.UnixMicro(), ID: counterfoil.NewID(), Actor: me.Person, Record: &counterfoil.Record{Type: k.ID, Version: 1, Transition: register.Created}}
			number := serial
			if k.ID == "person" {
				number += 10 // those who are there
			}
			f.add(e, f.body(k, number, me.Person))
			if len(f.items) > 0 && f.items[len(f.items)-1].Kept == nil {
				t.Fatalf("%s %d is no record", k.ID, serial)
			}
		}
	}
	for i := range *measureInteractions {
		at := past.Add(time.Duration(i) * time.Millisecond)
		f.add(&counterfoil.Entry{
			Kind: counterfoil.KindIntent, Time: at.UnixMicro(), ID: counterfoil.NewTimeID(at),
			Intent: &counterfoil.Intent{Provider: "sandbox", Model: "small-1"}, Outcome: &counterfoil.Outcome{Result: counterfoil.ResultAnswered},
		}, nil)
	}
	f.flush()
	w.Log = make([]index.Item, f.next)
	load, _ := os.ReadFile("/proc/loadavg")
	t.Logf("%d records a kind and %d interactions, projected in %s; load %s", *measureRecords, *measureInteractions, time.Since(begun).Round(time.Second), strings.TrimSpace(string(load)))

	asOf := "at=" + past.Add(24*time.Hour).Format(time.RFC3339)
	for _, m := range []struct {
		what  string
		limit time.Duration
		paths []string
	}{
		{"lists", 100 * time.Millisecond, []string{"/kinds/risk", "/kinds/system?state=operating", "/kinds/risk?sort=level&down=1", "/kinds/risk?sort=due", "/kinds/system?sort=time&down=1", "/kinds/risk?f.band=high&sort=residual_band", "/kinds/system?sort=title", "/kinds/incident?q=" + fmt.Sprint(*measureRecords/2), "/kinds/person", "/interactions"}},
		{"maps", 150 * time.Millisecond, []string{"/risk", "/risk/trend", "/scope", "/scope/findings"}},
		{"record pages", 150 * time.Millisecond, []string{"/records/R-100", "/records/SYS-200", "/records/TR-300", "/records/OV-040", "/records/P-050"}},
		{"as-of views", 300 * time.Millisecond, []string{"/kinds/risk?" + asOf, "/records/R-100?" + asOf, "/risk?" + asOf, "/records/late?" + asOf, "/scope?" + asOf}},
		{"forms", 300 * time.Millisecond, []string{"/kinds/risk/new", "/records/R-100/edit"}},
	} {
		for _, path := range m.paths {
			measure(w, m.what+" "+path, m.limit, func(int) int { return w.Get(path).Code }, http.StatusOK)
		}
	}
	for _, after := range []struct {
		what  string
		limit time.Duration
		path  string
	}{
		{"lists after a save", 100 * time.Millisecond, "/kinds/risk"},
		{"record pages after a save", 150 * time.Millisecond, "/records/SYS-200"},
		{"Home after a save", 150 * time.Millisecond, "/"},
	} {
		measureAfter(w, after.what+" "+after.path, after.limit, func(i int) { saveOne(w, i) }, func(int) int { return w.Get(after.path).Code }, http.StatusOK)
	}
	measure(w, "saves", 50*time.Millisecond, func(int) int { return w.Post("/kinds/override", consoletest.OverrideForm()...).Code }, http.StatusSeeOther)
	measure(w, "saves of a system", 50*time.Millisecond, func(i int) int {
		return w.Post("/kinds/system", "name", fmt.Sprintf("Letters %d", i)).Code
	}, http.StatusSeeOther)
	measure(w, "comments", 50*time.Millisecond, func(int) int { return w.Post("/records/R-100/comments", "text", "Seen").Code }, http.StatusSeeOther)
}

// saveOne saves a record: one that begins, or one of several kinds that changes.
func saveOne(w *consoletest.World, i int) {
	w.T.Helper()
	kinds := []string{"", "system", "incident", "appointment", "obligation", "statement_row", "competence"}
	kindID := kinds[i%len(kinds)]
	if kindID == "" {
		if code := w.Post("/kinds/override", consoletest.OverrideForm()...).Code; code != http.StatusSeeOther {
			w.T.Fatalf("a save answered %d", code)
		}
		return
	}
	row, err := w.Index.KeptByNumber(w.T.Context(), kindID, uint64(100+i), index.Moment{})
	if err != nil {
		w.T.Fatal(err)
	}
	record, err := w.Register.Load(row)
	if err != nil {
		w.T.Fatal(err)
	}
	for j := range record.Kind.Fields {
		f := &record.Kind.Fields[j]
		if f.Type != kind.LongText || f.Fixed || f.Personal {
			continue
		}
		values := kind.Values{f.ID: fmt.Sprintf("Written anew, %d", i)}
		if _, err := w.Register.Change(w.T.Context(), register.Program, record.ID, register.Input{Version: record.Version, Values: values}); err != nil {
			w.T.Fatalf("change %s: %v", record.Number(), err)
		}
		return
	}
	w.T.Fatalf("%s has no text to change", record.Number())
}

// measure prints the 95th percentile beside what it is to be.
func measure(w *consoletest.World, what string, limit time.Duration, ask func(int) int, want int) {
	w.T.Helper()
	measureAfter(w, what, limit, func(int) {}, ask, want)
}

// measureAfter measures what follows something that is not measured itself.
func measureAfter(w *consoletest.World, what string, limit time.Duration, before func(int), ask func(int) int, want int) {
	w.T.Helper()
	took, worked := make([]time.Duration, *measureRuns), make([]time.Duration, *measureRuns)
	for i := range took {
		before(i)
		begun, used := time.Now(), processorTime(w.T)
		if code := ask(i); code != want {
			w.T.Fatalf("%s answered %d", what, code)
		}
		took[i], worked[i] = time.Since(begun), processorTime(w.T)-used
	}
	slices.Sort(took)
	slices.Sort(worked)
	at := len(took) * 95 / 100
	p95, verdict := took[at], "within"
	if p95 > limit {
		verdict = "above"
	}
	w.T.Logf("%-60s p50 %8s  p95 %8s  processor p95 %8s  %s %s", what, took[len(took)/2].Round(100*time.Microsecond), p95.Round(100*time.Microsecond), worked[at].Round(100*time.Microsecond), verdict, limit)
}

// processorTime is what this process has used: beside other work, the clock says little.
func processorTime(t testing.TB) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
