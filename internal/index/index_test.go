// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/counterfoil/counterfoil"
)

var start = time.Date(2026, 11, 24, 14, 0, 0, 0, time.UTC)

// log is a ledger of made-up entries, in order.
type log struct {
	items []Item
	n     uint64
}

func (l *log) append(e *counterfoil.Entry) counterfoil.Index { return l.record(e, counterfoil.ID{}) }

// record appends a record whose body is sealed under a wrapping key.
func (l *log) record(e *counterfoil.Entry, wrap counterfoil.ID) counterfoil.Index {
	i := counterfoil.Index(len(l.items))
	l.items = append(l.items, Item{Index: i, Entry: e, Leaf: leaf(i), Wrap: wrap})
	return i
}

func leaf(i counterfoil.Index) (h counterfoil.Hash) {
	binary.BigEndian.PutUint64(h[:], uint64(i)+1)
	return h
}

// timeID is a UUIDv7-like id that sorts by time.
func (l *log) timeID(t time.Time) counterfoil.ID {
	l.n++
	id := idFloor(t.UnixMilli())
	binary.BigEndian.PutUint64(id[8:], l.n)
	return id
}

func some(b byte) (id counterfoil.ID) {
	id[0], id[15] = b, b
	return id
}

func (l *log) intent(t time.Time, change func(*counterfoil.Entry)) counterfoil.ID {
	e := &counterfoil.Entry{
		Kind: counterfoil.KindIntent, Time: t.UnixMicro(), ID: l.timeID(t), Actor: some(7),
		Intent: &counterfoil.Intent{
			Key: some(8), System: some(9), Provider: "sandbox", Dialect: "openai", Operation: "chat", Model: "sandbox-1", Stream: true,
			RequestBytes: 2048, ForwardedBytes: 2000, Redactions: 2,
			Decision: counterfoil.Decision{Effect: counterfoil.EffectRedact, Rule: "mask-personal"},
			Findings: []counterfoil.FindingCount{{Type: "email", Count: 2}, {Type: "card", Count: 1}},
		},
	}
	if change != nil {
		change(e)
	}
	l.append(e)
	return e.ID
}

func (l *log) outcome(id counterfoil.ID, t time.Time, change func(*counterfoil.Outcome)) {
	out := &counterfoil.Outcome{Result: counterfoil.ResultAnswered, Status: 200, UpstreamStatus: 200, AnswerBytes: 1024, InputTokens: 30, OutputTokens: 40, Duration: 2_400_000}
	if change != nil {
		change(out)
	}
	l.append(&counterfoil.Entry{Kind: counterfoil.KindOutcome, Time: t.UnixMicro(), ID: id, Outcome: out})
}

func open(t testing.TB) (*Index, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "in dex?.db") // a name that a DSN could misread
	x, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	return x, path
}

func apply(t testing.TB, x *Index, items []Item) {
	t.Helper()
	if err := x.Apply(t.Context(), items, items[len(items)-1].Index+1); err != nil {
		t.Fatal(err)
	}
}

func list(t testing.TB, x *Index, f Filter) []Row {
	t.Helper()
	rows, _, err := x.Interactions(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	n, err := x.Count(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	if f.Before == (counterfoil.ID{}) && f.After == (counterfoil.ID{}) && f.Limit == 0 && min(int(n), 50) != len(rows) {
		t.Errorf("Count(%+v) = %d, listed %d", f, n, len(rows))
	}
	return rows
}

// sample has every way an interaction can stand in the ledger.
func sample() *log {
	l := &log{}
	l.append(&counterfoil.Entry{Kind: counterfoil.KindBoot, Time: start.UnixMicro(), Boot: &counterfoil.Boot{Version: "test"}})
	a := l.intent(start.Add(time.Minute), nil)
	b := l.intent(start.Add(2*time.Minute), func(e *counterfoil.Entry) { // blocked: one entry
		e.Intent.Decision = counterfoil.Decision{Effect: counterfoil.EffectBlock, Rule: "block-secrets"}
		e.Intent.Findings = []counterfoil.FindingCount{{Type: "aws_secret_access_key", Count: 1}}
		e.Intent.ForwardedBytes, e.Intent.Redactions = 0, 0
		e.Outcome = &counterfoil.Outcome{Intent: counterfoil.Index(len(l.items)), Result: counterfoil.ResultBlocked, Reason: "rule", Status: 403, Duration: 900}
	})
	l.outcome(a, start.Add(time.Minute+2*time.Second), nil)
	c := l.intent(start.Add(61*time.Minute), func(e *counterfoil.Entry) { // stopped midway
		e.Intent.System, e.Intent.Provider, e.Intent.Dialect, e.Intent.Model = some(10), "anthropic", "anthropic", ""
		e.Intent.Decision = counterfoil.Decision{Effect: counterfoil.EffectAllow}
		e.Intent.Findings, e.Intent.Redactions = nil, 0
	})
	l.outcome(c, start.Add(62*time.Minute), func(o *counterfoil.Outcome) {
		o.Result, o.Reason = counterfoil.ResultStopped, "rule"
		o.Decision = counterfoil.Decision{Effect: counterfoil.EffectBlock, Rule: "no-secrets-back"}
		o.Findings = []counterfoil.FindingCount{{Type: "jwt", Count: 1}}
	})
	d := l.intent(start.Add(3*time.Hour), func(e *counterfoil.Entry) { // unknown key: refused
		e.Actor, e.Intent.Key, e.Intent.System = counterfoil.ID{}, counterfoil.ID{}, counterfoil.ID{}
		e.Intent.Decision, e.Intent.Findings = counterfoil.Decision{}, nil
		e.Outcome = &counterfoil.Outcome{Intent: counterfoil.Index(len(l.items)), Result: counterfoil.ResultRefused, Reason: "unknown_key", Status: 401}
	})
	e := l.intent(start.Add(4*time.Hour), nil) // still open
	_, _, _ = b, d, e
	return l
}

func TestProjection(t *testing.T) {
	x, _ := open(t)
	apply(t, x, sample().items)
	rows := list(t, x, Filter{})
	var got []string
	for _, r := range rows {
		effect, rule := r.Decision()
		got = append(got, fmt.Sprintf("%d-%d effect %d %q result %d status %d [%s][%s]", r.IntentIndex, r.OutcomeIndex, effect, rule, r.Result, r.Status, r.Findings, r.AnswerFindings))
	}
	want := []string{
		`7-0 effect 3 "mask-personal" result 0 status 0 [card:1 email:2][]`,
		`6-6 effect 0 "" result 3 status 401 [][]`,
		`4-5 effect 5 "no-secrets-back" result 4 status 200 [][jwt:1]`,
		`2-2 effect 5 "block-secrets" result 2 status 403 [aws_secret_access_key:1][]`,
		`1-3 effect 3 "mask-personal" result 1 status 200 [card:1 email:2][]`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	last := rows[4]
	if last.IntentLeaf != leaf(1) || last.OutcomeLeaf != leaf(3) || last.Duration != 2_400_000 || !last.Stream || last.Person != some(7) {
		t.Errorf("answered row = %+v", last)
	}
	if open, err := x.OpenInteractions(t.Context(), 10); err != nil || len(open) != 1 {
		t.Errorf("OpenInteractions = %d rows, %v; want 1", len(open), err)
	}
}

// The same rows come out whatever the borders of the batches are, and however
// often a batch is applied.
func TestBatchBorders(t *testing.T) {
	items := sample().items
	whole, _ := open(t)
	apply(t, whole, items)
	want := list(t, whole, Filter{})
	for size := 1; size < len(items); size++ {
		x, path := open(t)
		for from := 0; from < len(items); from += size {
			batch := items[from:min(from+size, len(items))]
			apply(t, x, batch)
			apply(t, x, batch)
			apply(t, x, items[:from+len(batch)])
		}
		if diff := cmp.Diff(want, list(t, x, Filter{})); diff != "" {
			t.Errorf("batches of %d: %s", size, diff)
		}
		x.Close()
		again, err := Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		defer again.Close()
		if got, want := again.Position(), (Position{Next: counterfoil.Index(len(items)), Leaf: leaf(counterfoil.Index(len(items) - 1))}); got != want {
			t.Errorf("position after reopening = %+v, want %+v", got, want)
		}
	}
}

// Many rows go in one statement; what is left over goes one by one. Pages are
// read meanwhile.
func TestManyRows(t *testing.T) {
	const n = 2*manyRows + 3
	var l log
	var ids []counterfoil.ID
	for i := range n {
		ids = append(ids, l.intent(start.Add(time.Duration(i)*time.Second), nil))
	}
	for i, id := range ids {
		l.outcome(id, start.Add(time.Hour), func(o *counterfoil.Outcome) { o.Duration, o.Result = uint64(i), counterfoil.Result(1+i%7) })
	}
	x, _ := open(t)
	done := make(chan error)
	go func() {
		err := x.Apply(t.Context(), l.items[:n], n)
		done <- errors.Join(err, x.Apply(t.Context(), l.items[n:], 2*n))
	}()
	for reading := true; reading; {
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			reading = false
		default:
			if rows, _, err := x.Interactions(t.Context(), Filter{Limit: 10}); err != nil || len(rows) != 0 && len(rows) != 10 {
				t.Fatalf("%d rows, %v", len(rows), err)
			}
		}
	}
	rows := list(t, x, Filter{From: start.Add(-time.Hour), To: start.Add(time.Hour)})
	if rows, _, err := x.Interactions(t.Context(), Filter{Limit: 2 * n}); err != nil || len(rows) != n {
		t.Fatalf("%d rows of %d, %v", len(rows), n, err)
	}
	for i := range rows {
		if r, want := rows[i], uint64(n-1-i); r.Duration != want || r.Result != counterfoil.Result(1+want%7) || r.OutcomeIndex != counterfoil.Index(n+want) || r.OutcomeLeaf != leaf(r.OutcomeIndex) {
			t.Fatalf("row %d = %+v", i, r)
		}
	}
	for result := range counterfoil.Result(7) {
		if got, err := x.Count(t.Context(), Filter{Result: result + 1}); err != nil || got != uint64((n-int(result)+6)/7) {
			t.Errorf("result %d: %d, %v", result+1, got, err)
		}
	}
}

func TestGapsAreRefused(t *testing.T) {
	items := sample().items
	x, _ := open(t)
	for name, batch := range map[string][]Item{
		"begins late": items[1:],
		"has a hole":  append(append([]Item{}, items[:2]...), items[3:]...),
		"ends early":  items[:len(items)-1],
		"is empty":    nil,
	} {
		if err := x.Apply(t.Context(), batch, counterfoil.Index(len(items))); !errors.Is(err, ErrGap) {
			t.Errorf("a batch that %s: %v, want ErrGap", name, err)
		}
	}
	if p := x.Position(); p.Next != 0 {
		t.Errorf("position = %+v after refused batches", p)
	}
}

func TestFilters(t *testing.T) {
	x, _ := open(t)
	apply(t, x, sample().items)
	for name, c := range map[string]struct {
		filter Filter
		want   []counterfoil.Index
	}{
		"system":            {Filter{System: some(10)}, []counterfoil.Index{4}},
		"blocked":           {Filter{Effect: counterfoil.EffectBlock}, []counterfoil.Index{4, 2}},
		"answered":          {Filter{Result: counterfoil.ResultAnswered}, []counterfoil.Index{1}},
		"open":              {Filter{Open: true}, []counterfoil.Index{7}},
		"finding asked":     {Filter{Finding: "card"}, []counterfoil.Index{7, 1}},
		"finding answered":  {Filter{Finding: "jwt"}, []counterfoil.Index{4}},
		"part of a finding": {Filter{Finding: "secret_access_key"}, nil},
		"from":              {Filter{From: start.Add(time.Hour)}, []counterfoil.Index{7, 6, 4}},
		"to":                {Filter{To: start.Add(2 * time.Minute)}, []counterfoil.Index{1}},
		"hour of a system":  {Filter{System: some(9), From: start, To: start.Add(time.Hour)}, []counterfoil.Index{2, 1}},
		"before the epoch":  {Filter{From: time.Unix(-5, 0)}, []counterfoil.Index{7, 6, 4, 2, 1}},
		"nothing":           {Filter{System: some(99)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var got []counterfoil.Index
			for _, r := range list(t, x, c.filter) {
				got = append(got, r.IntentIndex)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTally(t *testing.T) {
	x, _ := open(t)
	apply(t, x, sample().items)
	got, err := x.Tally(t.Context(), Filter{From: start.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	want := []Tally{
		{Effect: counterfoil.EffectNone, Result: counterfoil.ResultRefused, N: 1},
		{Effect: counterfoil.EffectRedact, Result: 0, N: 1},
		{Effect: counterfoil.EffectBlock, Result: counterfoil.ResultStopped, N: 1},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestPaging(t *testing.T) {
	l := &log{}
	for i := range 23 {
		l.intent(start.Add(time.Duration(i)*time.Second), nil)
	}
	x, _ := open(t)
	apply(t, x, l.items)
	var seen, pages []Row
	f := Filter{Limit: 5}
	for range 6 {
		rows, next, err := x.Interactions(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		seen, pages = append(seen, rows...), rows
		if next == (counterfoil.ID{}) {
			break
		}
		f.Before = next
	}
	if len(seen) != 23 || seen[0].IntentIndex != 22 || seen[22].IntentIndex != 0 {
		t.Fatalf("paged through %d rows", len(seen))
	}
	back, next, err := x.Interactions(t.Context(), Filter{Limit: 5, After: pages[0].ID})
	if err != nil || len(back) != 5 || back[4].IntentIndex != pages[0].IntentIndex+1 || next != back[4].ID && next != back[0].ID {
		t.Errorf("page before the last: %d rows, next %x, %v", len(back), next, err)
	}
	front, next, err := x.Interactions(t.Context(), Filter{Limit: 50, After: pages[0].ID})
	if err != nil || len(front) != 20 || front[0].IntentIndex != 22 || next != (counterfoil.ID{}) {
		t.Errorf("everything newer: %d rows, next %x, %v", len(front), next, err)
	}
}

func TestRecords(t *testing.T) {
	l := &log{}
	for v, transition := range []string{"created", "changed"} {
		l.record(&counterfoil.Entry{
			Kind: counterfoil.KindRecord, Time: int64(v + 1), ID: some(9), Actor: some(7),
			Record: &counterfoil.Record{Type: "system", Version: uint64(v + 1), Transition: transition},
		}, some(byte(v+20)))
	}
	l.record(&counterfoil.Entry{Kind: counterfoil.KindRecord, Time: 3, ID: some(7), Record: &counterfoil.Record{Type: "person", Version: 1, Transition: "created"}}, some(21))
	x, _ := open(t)
	apply(t, x, l.items)

	systems, err := x.Records(t.Context(), "system")
	if err != nil {
		t.Fatal(err)
	}
	want := []Record{{ID: some(9), Type: "system", Version: 2, Transition: "changed", Time: 2, Actor: some(7), Entry: 1, Leaf: leaf(1), Wrap: some(21)}}
	if diff := cmp.Diff(want, systems); diff != "" {
		t.Error(diff)
	}
	history, err := x.History(t.Context(), some(9))
	if err != nil || len(history) != 2 || history[0].Version != 2 || history[1].Entry != 0 {
		t.Errorf("History = %+v, %v", history, err)
	}
	for key, want := range map[counterfoil.ID]int{some(20): 0, some(21): 2} { // what stands counts, not former versions
		if under, err := x.RecordsUnder(t.Context(), []counterfoil.ID{key}); err != nil || len(under) != want {
			t.Errorf("under key %s: %v, %v", key, under, err)
		}
	}
	if _, err := x.Record(t.Context(), some(1)); !errors.Is(err, ErrNotFound) {
		t.Errorf("unknown record: %v", err)
	}
}

func TestResetKeepsSessions(t *testing.T) {
	x, path := open(t)
	items := sample().items
	apply(t, x, items)
	session := Session{Token: leaf(1), Person: some(7), Agent: leaf(2), Created: 10, Seen: 10, Expires: 100}
	if err := x.PutSession(t.Context(), session); err != nil {
		t.Fatal(err)
	}
	if err := x.Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	if rows := list(t, x, Filter{}); len(rows) != 0 || x.Position() != (Position{}) {
		t.Errorf("after Reset: %d rows, %+v", len(rows), x.Position())
	}
	apply(t, x, items)
	if rows := list(t, x, Filter{}); len(rows) != 5 {
		t.Errorf("after replay: %d rows", len(rows))
	}

	// A program with another projection empties the old one by itself.
	if _, err := x.file.write.ExecContext(t.Context(), "UPDATE projection SET shape = -1"); err != nil {
		t.Fatal(err)
	}
	x.Close()
	again, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if rows := list(t, again, Filter{}); len(rows) != 0 || again.Position() != (Position{}) {
		t.Errorf("after a change of shape: %d rows, %+v", len(rows), again.Position())
	}
	got, err := again.Session(t.Context(), session.Token)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(session, *got); diff != "" {
		t.Error(diff)
	}
}

func TestSessionsAndAttempts(t *testing.T) {
	x, _ := open(t)
	ctx := t.Context()
	for i := range 3 {
		if err := x.PutSession(ctx, Session{Token: leaf(counterfoil.Index(i)), Person: some(byte(i / 2)), Expires: 100}); err != nil {
			t.Fatal(err)
		}
	}
	if err := x.TouchSession(ctx, leaf(0), 55); err != nil {
		t.Fatal(err)
	}
	if s, err := x.Session(ctx, leaf(0)); err != nil || s.Seen != 55 {
		t.Errorf("touched session = %+v, %v", s, err)
	}
	if err := errors.Join(x.EndSession(ctx, leaf(1)), x.EndSessionsOf(ctx, some(1))); err != nil {
		t.Fatal(err)
	}
	for i, want := range []error{nil, ErrNotFound, ErrNotFound} {
		if _, err := x.Session(ctx, leaf(counterfoil.Index(i))); !errors.Is(err, want) {
			t.Errorf("session %d: %v, want %v", i, err, want)
		}
	}

	who := leaf(7)
	for at := range int64(6) {
		if err := x.AddAttempt(ctx, who, at*10, at*10-25); err != nil {
			t.Fatal(err)
		}
	}
	if n, oldest, err := x.Attempts(ctx, who, 0); err != nil || n != 3 || oldest != 30 {
		t.Errorf("Attempts = %d since %d, %v; want 3 since 30", n, oldest, err)
	}
	if err := x.ClearAttempts(ctx, who); err != nil {
		t.Fatal(err)
	}
	if n, _, _ := x.Attempts(ctx, who, 0); n != 0 {
		t.Errorf("%d attempts after clearing", n)
	}
}

func TestOpenRefuses(t *testing.T) {
	x, path := open(t)
	if _, err := x.file.write.ExecContext(t.Context(), "PRAGMA user_version = 99"); err != nil {
		t.Fatal(err)
	}
	x.Close()
	if _, err := Open(t.Context(), path); err == nil {
		t.Error("a file of a newer program was opened")
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	garbage := filepath.Join(t.TempDir(), "index.db")
	if err := os.WriteFile(garbage, []byte("this is no database, but it is long enough to look like one ...................................."), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), garbage); !errors.Is(err, ErrDamaged) {
		t.Errorf("garbage: %v, want ErrDamaged", err)
	}
}

// BenchmarkApply projects batches of 512 entries, 256 interactions whose intent
// and outcome are in one batch ("joined") or in neighbouring ones ("apart").
func BenchmarkApply(b *testing.B) {
	for _, apart := range []bool{false, true} {
		b.Run(map[bool]string{false: "joined", true: "apart"}[apart], func(b *testing.B) {
			x, _ := open(b)
			const interactions = 256
			var l log
			var waiting []counterfoil.ID
			done := 0
			b.ReportAllocs()
			used := cpuTime(b)
			for b.Loop() {
				from := len(l.items)
				var opened []counterfoil.ID
				for i := range interactions {
					opened = append(opened, l.intent(start.Add(time.Duration(done+i)*time.Millisecond), func(e *counterfoil.Entry) { e.Intent.System = some(byte(i % 14)) }))
				}
				closing := opened
				if apart {
					closing, waiting = waiting, opened
				}
				for _, id := range closing {
					l.outcome(id, start.Add(time.Hour), nil)
				}
				if err := x.Apply(b.Context(), l.items[from:], counterfoil.Index(len(l.items))); err != nil {
					b.Fatal(err)
				}
				done += interactions
			}
			b.ReportMetric(float64((cpuTime(b)-used).Microseconds())/float64(done), "cpu-us/interaction")
		})
	}
}

// cpuTime is what the process has used on all cores.
func cpuTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
