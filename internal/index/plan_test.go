// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
)

// TestNoStatementWalksATable asks SQLite how it would run every statement the
// package issues, through every method and every filter: none walks a table of the
// projection from end to end.
func TestNoStatementWalksATable(t *testing.T) {
	x, _ := open(t)
	texts := record(t, x)
	call(t, x)
	for _, text := range texts() {
		for _, step := range plan(t, x, text) {
			for _, table := range tables() {
				if table.few {
					continue
				}
				if regexp.MustCompile(`^SCAN ` + table.name + `\b`).MatchString(step) {
					t.Errorf("%s\n\tin: %.300s", step, text)
				}
			}
		}
	}
	if n := len(texts()); n < 80 {
		t.Errorf("only %d statements were seen", n)
	}
}

// TestNoLoadWalksATable: a load has few indexes yet, and what it asks for each entry
// takes no longer the more entries there are.
func TestNoLoadWalksATable(t *testing.T) {
	x, _ := open(t)
	if err := transact(t.Context(), x.file.write, func(tx *sql.Tx) error { return resetProjection(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
	x.position = Position{}
	texts := record(t, x)
	items := append(sample().items, history()...)
	items = append(items, Item{Entry: &counterfoil.Entry{Kind: counterfoil.KindErasure, Erasure: &counterfoil.Erasure{Scope: counterfoil.EraseInteraction, Keys: []counterfoil.ID{some(6)}}}})
	for i := range items {
		items[i].Index = counterfoil.Index(i)
		apply(t, x, items[i:i+1]) // outcomes apart from their intents
	}
	for _, text := range texts() {
		for _, step := range plan(t, x, text) {
			for _, table := range tables() {
				if regexp.MustCompile(`^SCAN ` + table.name + `\b`).MatchString(step) {
					t.Errorf("%s\n\tin: %.300s", step, text)
				}
			}
		}
	}
	if n := len(texts()); n < 20 {
		t.Errorf("only %d statements were seen", n)
	}
}

// call uses every method; one that is new has to be added.
func call(t *testing.T, x *Index) {
	t.Helper()
	ctx, items := t.Context(), sample().items
	items = append(items, Item{Index: counterfoil.Index(len(items)), Entry: &counterfoil.Entry{
		Kind: counterfoil.KindErasure, Erasure: &counterfoil.Erasure{Scope: counterfoil.EraseInteraction, Targets: []counterfoil.ID{some(1)}, Segments: []uint64{1}},
	}})
	items = append(items, Item{Index: counterfoil.Index(len(items)), Entry: &counterfoil.Entry{
		Kind: counterfoil.KindRecord, ID: some(1), Record: &counterfoil.Record{Type: "system", Version: 1, Transition: "created"},
	}})
	items = append(items, Item{Index: counterfoil.Index(len(items)), Entry: items[1].Entry}) // an id used twice
	one := func(err error) error {
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		return err
	}
	filters := everyFilter()
	methods := map[string]func() error{
		"Apply":    func() error { return x.Apply(ctx, items, counterfoil.Index(len(items))) },
		"Position": func() error { x.Position(); return nil },
		"Interactions": func() error {
			return each(filters, func(f Filter) error { _, _, err := x.Interactions(ctx, f); return err })
		},
		"Count": func() error { return each(filters, func(f Filter) error { _, err := x.Count(ctx, f); return err }) },
		"Tally": func() error { return each(filters, func(f Filter) error { _, err := x.Tally(ctx, f); return err }) },
		"HoursOf": func() error {
			_, err := x.HoursOf(ctx, some(9), start, time.Time{})
			_, err2 := x.HoursOf(ctx, some(9), start, start.Add(90*time.Minute))
			return errors.Join(err, err2)
		},
		"Lanes": func() error { _, err := x.Lanes(ctx, time.Time{}); return err },
		"CountBySystem": func() error {
			_, err := x.CountBySystem(ctx, time.Time{})
			_, err2 := x.CountBySystem(ctx, start.Add(90*time.Minute))
			return errors.Join(err, err2)
		},
		"Refused": func() error {
			_, err := x.Refused(ctx, []string{"system_retired"}, start, time.Time{})
			_, err2 := x.Refused(ctx, []string{"system_retired"}, start, start.Add(90*time.Minute))
			return errors.Join(err, err2)
		},
		"Used": func() error {
			_, err := x.Used(ctx, start, start.Add(time.Minute))
			_, err2 := x.Used(ctx, start, start.Add(48*time.Hour))
			return errors.Join(err, err2)
		},
		"UsedOf": func() error {
			_, err := x.UsedOf(ctx, some(9), start, start.Add(time.Minute))
			_, err2 := x.UsedOf(ctx, some(9), start, start.Add(48*time.Hour))
			return errors.Join(err, err2)
		},
		"CountByFinding": func() error {
			return each(filters, func(f Filter) error { _, err := x.CountByFinding(ctx, f, []string{"card", "email"}); return err })
		},
		"Events": func() error {
			return each(everyEventFilter(), func(f EventFilter) error { _, err := x.Events(ctx, f); return err })
		},
		"Interaction": func() error { _, err := x.Interaction(ctx, some(1)); return one(err) },
		"Check": func() error {
			return each(items, func(item Item) error { _, err := x.Check(ctx, item, nil); return err })
		},
		"Locate":           func() error { _, _, _, err := x.Locate(ctx, some(1)); return one(err) },
		"OpenInteractions": func() error { _, err := x.OpenInteractions(ctx, 5); return err },
		"Records":          func() error { _, err := x.Records(ctx, "system"); return err },
		"Keys":             func() error { _, err := x.Keys(ctx); return err },
		"Credentials":      func() error { _, err := x.Credentials(ctx); return err },
		"RecordsUnder":     func() error { _, err := x.RecordsUnder(ctx, []counterfoil.ID{some(1)}); return err },
		"Record":           func() error { _, err := x.Record(ctx, some(9)); return one(err) },
		"History":          func() error { _, err := x.History(ctx, some(1)); return err },
		"Erasures":         func() error { _, err := x.Erasures(ctx, 1); return err },
		"Erased":           func() error { _, err := x.Erased(ctx, some(1), 1); return err },

		"KeptRecord": func() error {
			return each(everyMoment, func(m Moment) error { _, err := x.KeptRecord(ctx, some(7), m); return one(err) })
		},
		"KeptByNumber": func() error {
			return each(everyMoment, func(m Moment) error { _, err := x.KeptByNumber(ctx, "risk", 1, m); return one(err) })
		},
		"KeptVersion": func() error { _, err := x.KeptVersion(ctx, some(7), 1); return one(err) },
		"KeptHistory": func() error {
			return each(everyMoment, func(m Moment) error { _, err := x.KeptHistory(ctx, some(7), m); return err })
		},
		"KeptLinksTo": func() error {
			return each(everyMoment, func(m Moment) error {
				_, err := x.KeptLinksTo(ctx, some(7), "", m)
				_, err2 := x.KeptLinksTo(ctx, some(7), "risk", m)
				return errors.Join(err, err2)
			})
		},
		"KeptCounts": func() error {
			return each(everyMoment, func(m Moment) error { _, err := x.KeptCounts(ctx, "risk", m); return err })
		},
		"KeptTally": func() error {
			return each(everyMoment, func(m Moment) error {
				_, err := x.KeptTally(ctx, "risk", []string{"level", "owner"}, m)
				return err
			})
		},
		"KeptNaming": func() error {
			return each(everyMoment, func(m Moment) error { _, err := x.KeptNaming(ctx, "risk", "controls", m); return err })
		},
		"KeptSpans": func() error {
			return each(everyMoment, func(m Moment) error { _, err := x.KeptSpans(ctx, "risk", []string{"level"}, m); return err })
		},
		"KeptParts": func() error {
			return each(everyMoment, func(m Moment) error {
				_, err := x.KeptParts(ctx, "person", []string{"unit", "builtin"}, m)
				return err
			})
		},
		"KeptNames": func() error {
			return each(everyMoment, func(m Moment) error { _, err := x.KeptNames(ctx, "system", m); return err })
		},
		"KeptSlugged":   func() error { _, err := x.KeptSlugged(ctx, "system", "letters"); return one(err) },
		"KeptNext":      func() error { _, err := x.KeptNext(ctx); return err },
		"KeptSince":     func() error { _, err := x.KeptSince(ctx, 1, 5); return err },
		"KeptRewritten": func() error { x.KeptRewritten(); return nil },
		"KeptAt":        func() error { _, err := x.KeptAt(ctx, 1); return one(err) },
		"KeptDue": func() error {
			return each(everyMoment, func(m Moment) error { _, err := x.KeptDue(ctx, some(7), 9, 5, m); return err })
		},
		"KeptWaiting": func() error {
			return each([]KeptWait{{}, {Owner: some(7)}, {Links: some(7)}}, func(w KeptWait) error {
				w.Kind, w.State = "risk", "open"
				_, err := x.KeptWaiting(ctx, w, 5)
				return err
			})
		},
		"KeptOffered": func() error { _, err := x.KeptOffered(ctx, some(7), 5); return err },
		"KeptTitled":  func() error { _, err := x.KeptTitled(ctx, "risk", "50%_", 5); return err },
		"KeptRecent": func() error {
			return each(everyMoment, func(m Moment) error { _, err := x.KeptRecent(ctx, 5, m); return err })
		},
		"KeptLate": func() error {
			return each(everyMoment, func(m Moment) error { _, err := x.KeptLate(ctx, m, 7, 5); return err })
		},
		"KeptList": func() error {
			return each(everyKeptFilter(), func(f KeptFilter) error { _, err := x.KeptList(ctx, f); return err })
		},
		"KeptCount": func() error {
			return each(everyKeptFilter(), func(f KeptFilter) error { _, err := x.KeptCount(ctx, f); return err })
		},
		"HighestSerial": func() error { _, err := x.HighestSerial(ctx, "risk"); return err },
		"MomentAt":      func() error { _, err := x.MomentAt(ctx, 5); return err },

		"FirstInteraction": func() error { _, err := x.FirstInteraction(ctx, some(1)); return one(err) },
		"PeopleOf":         func() error { _, err := x.PeopleOf(ctx, some(1), time.UnixMilli(1)); return err },

		"PutSession":    func() error { return x.PutSession(ctx, Session{Token: leaf(1), Expires: 100}) },
		"Session":       func() error { _, err := x.Session(ctx, leaf(1)); return err },
		"TouchSession":  func() error { return x.TouchSession(ctx, leaf(1), 5) },
		"EndSession":    func() error { return x.EndSession(ctx, leaf(1)) },
		"EndSessionsOf": func() error { return x.EndSessionsOf(ctx, some(1)) },
		"Forget":        func() error { return x.Forget(ctx, []counterfoil.ID{some(1)}) },
		"AddAttempt":    func() error { return x.AddAttempt(ctx, leaf(1), 1, 1) },
		"Attempts":      func() error { _, _, err := x.Attempts(ctx, leaf(1), 1); return err },
		"ClearAttempts": func() error { return x.ClearAttempts(ctx, leaf(1)) },
	}
	if err := methods["Apply"](); err != nil {
		t.Fatal(err)
	}
	if err := methods["PutSession"](); err != nil {
		t.Fatal(err)
	}
	elsewhere := []string{"Apply", "PutSession", "EndSession", "Reset", "Close", "Build", "DropUnfinished", "Adopt", "Compare"} // called here, or of the whole file
	for name, method := range methods {
		if slices.Contains(elsewhere, name) || name == "EndSessionsOf" || name == "Forget" {
			continue
		}
		if err := method(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{"EndSession", "EndSessionsOf", "Forget"} {
		if err := methods[name](); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for i := range reflect.TypeFor[*Index]().NumMethod() {
		if name := reflect.TypeFor[*Index]().Method(i).Name; methods[name] == nil && !slices.Contains(elsewhere, name) {
			t.Errorf("%s is not called here", name)
		}
	}
}

func each[T any](list []T, fn func(T) error) error {
	var errs []error
	for _, v := range list {
		errs = append(errs, fn(v))
	}
	return errors.Join(errs...)
}

// everyFilter has every combination of what can be asked for.
func everyFilter() []Filter {
	list := []Filter{{}}
	vary := func(changes ...func(*Filter)) {
		for _, f := range list {
			for _, change := range changes {
				varied := f
				change(&varied)
				list = append(list, varied)
			}
		}
	}
	vary(func(f *Filter) { f.System = some(9) }, func(f *Filter) { f.Provider, f.Unlisted = "sandbox", true })
	vary(func(f *Filter) { f.Person = some(7) })
	vary(func(f *Filter) { f.Effect = counterfoil.EffectBlock })
	vary(func(f *Filter) { f.Result = counterfoil.ResultAnswered }, func(f *Filter) { f.Open = true }, func(f *Filter) { f.Left = true })
	vary(func(f *Filter) { f.Finding = "card" })
	vary(func(f *Filter) { f.From, f.To = start.Add(time.Minute), start.Add(72*time.Hour+time.Minute) })
	vary(func(f *Filter) { f.AsOf = start.Add(50 * time.Hour) })
	vary(func(f *Filter) { f.Before = some(1) }, func(f *Filter) { f.After = some(1) })
	return list
}

func everyEventFilter() (list []EventFilter) {
	for _, kinds := range [][]counterfoil.Kind{nil, {counterfoil.KindSeal}, {counterfoil.KindBoot, counterfoil.KindConfig}} {
		for _, before := range []counterfoil.Index{0, 7} {
			list = append(list, EventFilter{Kinds: kinds, Before: before})
			if kinds != nil {
				list = append(list, EventFilter{Kinds: kinds, Code: "rotated", Before: before})
			}
		}
	}
	return list
}

// plan is what SQLite says it would do.
func plan(t *testing.T, x *Index, text string) (steps []string) {
	t.Helper()
	verb, _, _ := strings.Cut(strings.TrimSpace(text), " ")
	if !slices.Contains([]string{"SELECT", "INSERT", "UPDATE", "DELETE", "WITH"}, verb) {
		return nil
	}
	args := make([]any, strings.Count(text, "?"))
	for _, number := range regexp.MustCompile(`\$(\d+)`).FindAllStringSubmatch(text, -1) {
		if n, _ := strconv.Atoi(number[1]); n > len(args) {
			args = make([]any, n)
		}
	}
	rows, err := x.file.write.Query("EXPLAIN QUERY PLAN "+text, args...)
	if err != nil {
		t.Fatalf("%v: %.200s", err, text)
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, step)
	}
	return steps
}

// record notes the text of every statement from here on.
func record(t *testing.T, x *Index) (texts func() []string) {
	t.Helper()
	var mu sync.Mutex
	seen := make(map[string]bool)
	note := func(text string) {
		mu.Lock()
		defer mu.Unlock()
		seen[text] = true
	}
	for _, db := range []struct {
		pool    **sql.DB
		options string
	}{{&x.file.read, reading}, {&x.file.write, string(usual)}} {
		source, err := dataSource(x.path, db.options)
		if err != nil {
			t.Fatal(err)
		}
		connector := recorder{(*db.pool).Driver(), source, note}
		if err := (*db.pool).Close(); err != nil {
			t.Fatal(err)
		}
		*db.pool = sql.OpenDB(connector)
		(*db.pool).SetMaxOpenConns(1)
	}
	var err error
	if x.file.ready, err = prepare(t.Context(), x.file.write); err != nil {
		t.Fatal(err)
	}
	return func() (list []string) {
		mu.Lock()
		defer mu.Unlock()
		for text := range seen {
			list = append(list, text)
		}
		slices.Sort(list)
		return list
	}
}

// recorder is a driver.Connector whose connections note what they are asked.
type recorder struct {
	driver driver.Driver
	source string
	note   func(string)
}

func (r recorder) Driver() driver.Driver { return r.driver }

func (r recorder) Connect(context.Context) (driver.Conn, error) {
	conn, err := r.driver.Open(r.source)
	if err != nil {
		return nil, err
	}
	return recordingConn{conn, r.note}, nil
}

type recordingConn struct {
	driver.Conn
	note func(string)
}

func (c recordingConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	return c.Conn.(driver.ConnBeginTx).BeginTx(ctx, o)
}

func (c recordingConn) PrepareContext(ctx context.Context, text string) (driver.Stmt, error) {
	c.note(text)
	return c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, text)
}

func (c recordingConn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	c.note(text)
	return c.Conn.(driver.QueryerContext).QueryContext(ctx, text, args)
}

func (c recordingConn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	c.note(text)
	return c.Conn.(driver.ExecerContext).ExecContext(ctx, text, args)
}
