// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console_test

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/console/consoletest"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

var (
	measureRecords      = flag.Int("records", 0, "measure the console with so many records a kind")
	measureInteractions = flag.Int("interactions", 5_000_000, "with -records: so many interactions, over 90 days")
	measureRuns         = flag.Int("asked", 100, "with -records: how often each page is asked for")
	measureDir          = flag.String("dir", "", "with -records: an existing directory that keeps the filled index for the next run; a run interrupted while it fills goes on there")
	measureOnly         = flag.String("pages", "", "with -records: measure pages only, and only those whose line matches a regular expression")
	measureFill         = flag.Bool("fill", false, "with -records and -dir: fill the index and measure nothing")
)

// Limits at the 95th percentile, on two cores.
const (
	listLimit = 100 * time.Millisecond
	pageLimit = 150 * time.Millisecond
	pastLimit = 300 * time.Millisecond
	saveLimit = 50 * time.Millisecond
)

// TestMeasure prints how fast the console answers over HTTP handlers, with the index
// of a large organisation: make bench-console. What it leaves out is the network, and
// of a save the append to the ledger, which docs/performance.md measures. Before each
// page an interaction is recorded, as while people work.
func TestMeasure(t *testing.T) {
	if *measureRecords == 0 {
		t.Skip("no -records")
	}
	dir := *measureDir
	if dir == "" {
		dir = t.TempDir()
	}
	likeWorld := consoletest.New(t)
	log := largeLog{organisation: organisation{*measureRecords, *measureInteractions}, now: likeWorld.Clock.Now(), kinds: likeWorld.Register.Kinds}
	path := filled(t, dir, log)
	if *measureFill {
		return
	}
	t.Logf("load %s", load())
	path = copied(t, path)
	only := regexp.MustCompile(*measureOnly)
	if *measureOnly == "" {
		measureStarts(t, path)
	}
	w := started(t, path)
	for _, m := range measuredPages(w.Clock) {
		for _, path := range m.paths {
			if !only.MatchString(m.what + " " + path(0)) {
				continue
			}
			measure(w, m.what+" "+path(0), m.limit, func(i int) int { return w.Get(path(i)).Code }, http.StatusOK)
		}
	}
	if *measureOnly == "" {
		measureSaves(w)
	}
	t.Logf("load %s", load())
}

// load is what else the machine does.
func load() string {
	raw, _ := os.ReadFile("/proc/loadavg") // where there is none, the figures stand without
	return strings.TrimSpace(string(raw))
}

// measureStarts asks for the first list after a start, and for the first scope.
func measureStarts(t *testing.T, run string) {
	const starts = 5
	for _, path := range []string{"/kinds/risk", "/scope"} {
		var took []time.Duration
		for range starts {
			t.Run("start", func(t *testing.T) {
				w := started(t, run)
				begun := time.Now()
				if code := w.Get(path).Code; code != http.StatusOK {
					t.Fatalf("%s answered %d", path, code)
				}
				took = append(took, time.Since(begun))
			})
		}
		t.Logf("the first page after a start %-31s of %d: %s to %s", path, starts, tenths(slices.Min(took)), tenths(slices.Max(took)))
	}
}

func tenths(d time.Duration) time.Duration { return d.Round(100 * time.Microsecond) }

// asked is pages with a limit in common.
type asked struct {
	what  string
	limit time.Duration
	paths []func(i int) string // of the i-th time
}

// measuredPages are the pages that are measured. Of the past, each time another moment
// is asked for.
func measuredPages(c clock.Clock) []asked {
	same := func(paths ...string) (list []func(int) string) {
		for _, path := range paths {
			list = append(list, func(int) string { return path })
		}
		return list
	}
	now := c.Now()
	then := func(paths ...string) (list []func(int) string) {
		for _, path := range paths {
			list = append(list, func(i int) string {
				return path + map[bool]string{true: "&", false: "?"}[strings.Contains(path, "?")] + "at=" + now.Add(-time.Duration(37*i%(24*(usedDays-1))+11)*time.Hour).Format(time.RFC3339)
			})
		}
		return list
	}
	half := fmt.Sprint(*measureRecords / 2)
	day := now.AddDate(0, 0, -20).Format(time.DateOnly)
	middle := counterfoil.NewTimeID(now.AddDate(0, 0, -usedDays/2)).String()
	system := slugOf(1) // the one used most
	return []asked{
		{"lists", listLimit, same("/kinds/risk", "/kinds/system?state=operating", "/kinds/risk?sort=level&down=1", "/kinds/risk?sort=due", "/kinds/system?sort=time&down=1", "/kinds/risk?f.band=high&sort=residual_band", "/kinds/system?sort=title", "/kinds/incident?q="+half, "/kinds/person")},
		{"lists", listLimit, same("/systems", "/people", "/interactions", "/interactions?before="+middle, "/interactions?decision=redact", "/interactions?result=refused", "/interactions?result=open", "/interactions?finding=email&before="+middle, "/interactions?system="+system, "/interactions?system="+system+"&decision=block&from="+day, "/interactions?from="+day+"&to="+day)},
		{"Home", pageLimit, same("/", "/?view=lead")},
		{"maps", pageLimit, same("/risk", "/risk/trend", "/scope", "/scope/findings")},
		{"record pages", pageLimit, same("/records/R-100", "/records/SYS-200", "/records/TR-300", "/records/OV-040", "/records/P-050", "/systems/"+system, "/systems/"+slugOf(400))},
		{"as-of views", pastLimit, then("/", "/kinds/risk", "/records/R-100", "/risk", "/records/late", "/scope", "/scope/findings", "/systems", "/systems/"+system, "/interactions", "/interactions?system="+system+"&decision=redact")},
		{"forms", pastLimit, same("/kinds/risk/new", "/records/R-100/edit")},
	}
}

// measureSaves measures saves, and pages that follow one.
func measureSaves(w *consoletest.World) {
	for _, after := range []struct {
		what  string
		limit time.Duration
		path  string
	}{
		{"lists after a save", listLimit, "/kinds/risk"},
		{"record pages after a save", pageLimit, "/records/SYS-200"},
		{"Home after a save", pageLimit, "/"},
	} {
		measureAfter(w, after.what+" "+after.path, after.limit, func(i int) { saveOne(w, i) }, func(int) int { return w.Get(after.path).Code }, http.StatusOK)
	}
	measure(w, "saves", saveLimit, func(int) int { return w.Post("/kinds/override", consoletest.OverrideForm()...).Code }, http.StatusSeeOther)
	measure(w, "saves of a system", saveLimit, func(i int) int {
		return w.Post("/kinds/system", "name", fmt.Sprintf("Letters %d", i)).Code
	}, http.StatusSeeOther)
	measure(w, "comments", saveLimit, func(int) int { return w.Post("/records/R-100/comments", "text", "Seen").Code }, http.StatusSeeOther)
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
	measureAfter(w, what, limit, func(i int) { pass(w, i) }, ask, want)
}

// pass records an interaction of now.
func pass(w *consoletest.World, i int) {
	now := w.Clock.Now()
	w.Append(&counterfoil.Entry{
		Kind: counterfoil.KindIntent, Time: now.UnixMicro(), ID: counterfoil.NewTimeID(now), Actor: idOf("person", 1+i),
		Intent: &counterfoil.Intent{System: idOf("system", 1+i%usedSystems), Provider: "sandbox", Model: "model-1"}, Outcome: &counterfoil.Outcome{Result: counterfoil.ResultAnswered},
	})
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
	w.T.Logf("%-60s p50 %8s  p95 %8s  processor p95 %8s  %s %s", what, tenths(took[len(took)/2]), tenths(p95), tenths(worked[at]), verdict, limit)
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
