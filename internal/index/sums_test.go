// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/counterfoil/counterfoil"
)

// TestSumsEqualRows holds every sum, and every page, against the rows themselves:
// over a random log, in random batches, for random filters.
func TestSumsEqualRows(t *testing.T) {
	for seed := range uint64(3) {
		r := rand.New(rand.NewPCG(seed, 1))
		x, _ := open(t)
		applyRandomly(t, r, x, randomLog(r, 700).items)
		all, _, err := x.Interactions(t.Context(), Filter{Limit: 1000})
		if err != nil || len(all) < 300 {
			t.Fatalf("%d rows, %v", len(all), err)
		}
		for range 200 {
			checkFilter(t, x, all, randomFilter(r, all))
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// randomLog has interactions over five days: open, refused at once, and closed
// later or never; with findings, ids used twice, and outcomes of nothing.
func randomLog(r *rand.Rand, entries int) *log {
	l := &log{}
	var open []counterfoil.ID
	types := []string{"card", "email", "iban"}
	findings := func() (list []counterfoil.FindingCount) {
		for _, t := range types {
			if r.IntN(4) == 0 {
				list = append(list, counterfoil.FindingCount{Type: t, Count: 1 + r.Uint64N(3)})
			}
		}
		return list
	}
	decision := func() counterfoil.Decision {
		return counterfoil.Decision{Effect: counterfoil.Effect(r.IntN(6))}
	}
	for at := start; len(l.items) < entries; at = at.Add(time.Duration(r.Int64N(int64(20 * time.Minute)))) {
		switch {
		case len(open) > 0 && r.IntN(5) < 2:
			i := r.IntN(len(open))
			l.outcome(open[i], at, func(o *counterfoil.Outcome) {
				o.Result, o.Decision, o.Findings = counterfoil.Result(1+r.IntN(7)), decision(), findings()
			})
			if r.IntN(20) > 0 { // otherwise a second outcome may follow
				open = slices.Delete(open, i, i+1)
			}
		default:
			id := l.intent(at, func(e *counterfoil.Entry) {
				e.Intent.System, e.Intent.Decision, e.Intent.Findings = some(byte(r.IntN(4))), decision(), findings()
				e.Intent.Provider, e.Intent.Model = []string{"sandbox", "other"}[r.IntN(2)], []string{"", "small", "large"}[r.IntN(3)]
				e.Actor, e.Intent.Workload = some(byte(r.IntN(4))), r.IntN(3) == 0
				if r.IntN(6) == 0 {
					e.Outcome = &counterfoil.Outcome{Result: counterfoil.Result(1 + r.IntN(3))}
				}
				if len(open) > 0 && r.IntN(30) == 0 {
					e.ID = open[0]
				}
			})
			open = append(open, id)
		}
	}
	return l
}

func applyRandomly(t *testing.T, r *rand.Rand, x *Index, items []Item) {
	t.Helper()
	for len(items) > 0 {
		n := min(len(items), 1+r.IntN(120))
		apply(t, x, items[:n])
		items = items[n:]
	}
}

func randomFilter(r *rand.Rand, all []Row) (f Filter) {
	sometimes := func(set func()) {
		if r.IntN(3) == 0 {
			set()
		}
	}
	around := func() time.Time {
		t := start.Add(time.Duration(r.Int64N(int64(7*24*time.Hour))) - 24*time.Hour)
		return t.Truncate([]time.Duration{time.Millisecond, time.Hour, 24 * time.Hour}[r.IntN(3)])
	}
	sometimes(func() { f.System = some(byte(1 + r.IntN(4))) })
	sometimes(func() { f.Provider = []string{"sandbox", "other", "none"}[r.IntN(3)] })
	sometimes(func() { f.Model = []string{"small", "large"}[r.IntN(2)] })
	sometimes(func() { f.Unlisted = r.IntN(2) == 0 })
	sometimes(func() { f.By = By(r.IntN(3)) })
	sometimes(func() { f.Person, f.By = some(byte(1+r.IntN(4))), ByAnyone })
	sometimes(func() { f.Left = true })
	sometimes(func() { f.Effect = counterfoil.Effect(1 + r.IntN(5)) })
	sometimes(func() { f.Result = counterfoil.Result(1 + r.IntN(7)) })
	sometimes(func() { f.Open = r.IntN(2) == 0 })
	sometimes(func() { f.Finding = []string{"card", "email", "iban", "jwt"}[r.IntN(4)] })
	sometimes(func() { f.From = around() })
	sometimes(func() { f.To = around() })
	sometimes(func() { f.AsOf = around().Add(time.Duration(r.Int64N(2)) * -time.Microsecond) })
	switch id := all[r.IntN(len(all))].ID; r.IntN(4) {
	case 0:
		f.Before = id
	case 1:
		f.After = id
	}
	f.Limit = 1 + r.IntN(60)
	return f
}

// matches is a filter in plain words, without its page.
func (f *Filter) matches(r *Row) bool {
	effect, _ := r.Decision()
	begun := time.UnixMilli(idMillis(r.ID))
	kept := r.IntentIndex == r.OutcomeIndex && (r.Result == counterfoil.ResultRefused || r.Result == counterfoil.ResultBlocked)
	return (f.System.IsZero() || r.System == f.System) &&
		(f.Provider == "" || r.Provider == f.Provider) &&
		(!f.Unlisted || r.Model == "") && (f.Unlisted || f.Model == "" || r.Model == f.Model) &&
		(f.By == ByAnyone || r.Workload == (f.By == ByPrograms)) &&
		(f.Person.IsZero() || r.Person == f.Person && !r.Workload) && (!f.Left || !kept) &&
		(f.Effect == 0 || effect == f.Effect) &&
		(!f.Open || r.Open()) && (f.Open || f.Result == 0 || r.Result == f.Result) &&
		(f.Finding == "" || slices.Contains(r.found(), f.Finding)) &&
		(f.From.IsZero() || !begun.Before(f.From)) && (f.To.IsZero() || begun.Before(f.To))
}

func checkFilter(t *testing.T, x *Index, all []Row, f Filter) {
	t.Helper()
	counts := make(map[standing]uint64)
	var page []Row
	for _, r := range all {
		if r.Opened > f.known() {
			continue
		}
		if r = r.then(f.known()); !f.matches(&r) {
			continue
		}
		effect, _ := r.Decision()
		counts[standingOf(effect, r.Result)]++
		if (f.Before.IsZero() || slices.Compare(r.ID[:], f.Before[:]) < 0) && (f.After.IsZero() || slices.Compare(r.ID[:], f.After[:]) > 0) {
			page = append(page, r)
		}
	}
	tallies, err := x.Tally(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[standing]uint64)
	for _, tally := range tallies {
		got[standingOf(tally.Effect, tally.Result)] = tally.N
	}
	if diff := cmp.Diff(counts, got); diff != "" {
		t.Errorf("%+v: sums (-rows +sums)\n%s", f, diff)
	}
	checkFindings(t, x, all, f)
	if len(page) > f.Limit {
		if f.After.IsZero() {
			page = page[:f.Limit]
		} else {
			page = page[len(page)-f.Limit:]
		}
	}
	rows, _, err := x.Interactions(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(page, rows); diff != "" {
		t.Errorf("%+v: page (-want +got)\n%s", f, diff)
	}
}

// TestPagesAddUpToTheirSums: of now and of a past moment, whatever is asked for, the pages of a list
// have as many rows, and as many of each standing, as the figures above it say.
func TestPagesAddUpToTheirSums(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 3))
	x, _ := open(t)
	applyRandomly(t, r, x, randomLog(r, 500).items)
	all, _, err := x.Interactions(t.Context(), Filter{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	ended := 0
	for range 150 {
		f := randomFilter(r, all)
		f.Before, f.After, f.Limit = counterfoil.ID{}, counterfoil.ID{}, 1+r.IntN(9)
		got := make(map[Tally]uint64)
		for more := true; more; more = !f.Before.IsZero() {
			rows, next, err := x.Interactions(t.Context(), f)
			if err != nil {
				t.Fatal(err)
			}
			for i := range rows {
				effect, _ := rows[i].Decision()
				got[Tally{Effect: effect, Result: rows[i].Result}]++
				if now, err := x.Interaction(t.Context(), rows[i].ID); err == nil && rows[i].Open() && !now.Open() {
					ended++
				}
			}
			f.Before = next
		}
		tallies, err := x.Tally(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		want := make(map[Tally]uint64)
		for _, tally := range tallies {
			want[Tally{Effect: tally.Effect, Result: tally.Result}] = tally.N
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%+v (-figures +rows)\n%s", f, diff)
		}
	}
	if ended == 0 {
		t.Error("no list had anything under way that ended since")
	}
}

// checkFindings holds the counts of all types against the rows.
func checkFindings(t *testing.T, x *Index, all []Row, f Filter) {
	t.Helper()
	types := []string{"card", "email", "jwt"} // not all there are
	f = Filter{System: f.System, From: f.From, To: f.To, AsOf: f.AsOf}
	counts := make(map[string]uint64)
	for i := range all {
		then := all[i].then(f.known())
		if all[i].Opened > f.known() || !f.matches(&then) {
			continue
		}
		for _, found := range then.found() {
			if slices.Contains(types, found) {
				counts[found]++
			}
		}
	}
	got, err := x.CountByFinding(t.Context(), f, types)
	if diff := cmp.Diff(counts, got); diff != "" || err != nil {
		t.Errorf("%+v: findings, %v (-rows +sums)\n%s", f, err, diff)
	}
}

// TestCountsOfThePast: what a full index counts as of a moment is what one counts
// that ends there. Ids come before their entries, as those of slow requests do.
func TestCountsOfThePast(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 2))
	l := randomLog(r, 900)
	for i := range l.items {
		if e := l.items[i].Entry; e.Kind == counterfoil.KindIntent || e.Kind == counterfoil.KindOutcome {
			e.Time += 1000 * r.Int64N(90)
		}
	}
	reasons := []string{"system_retired", "system_suspended"}
	for i := range l.items {
		if e := l.items[i].Entry; e.Outcome != nil && e.Outcome.Result == counterfoil.ResultRefused {
			e.Outcome.Reason = reasons[i%2]
		}
	}
	slices.SortStableFunc(l.items, func(a, b Item) int { return int(a.Entry.Time - b.Entry.Time) })
	for i := range l.items {
		l.items[i].Index = counterfoil.Index(i)
	}
	full, _ := open(t)
	apply(t, full, l.items)
	for range 40 {
		n := 1 + r.IntN(len(l.items)-1)
		asOf := time.UnixMicro(l.items[n-1].Entry.Time).UTC()
		for n < len(l.items) && l.items[n].Entry.Time <= asOf.UnixMicro() {
			n++
		}
		cut, _ := open(t)
		apply(t, cut, l.items[:n])
		for range 10 {
			f := Filter{System: some(byte(r.IntN(5))), Finding: []string{"", "card", "email"}[r.IntN(3)], Model: []string{"", "small"}[r.IntN(2)], Left: r.IntN(2) == 0, Limit: 500}
			if r.IntN(3) == 0 {
				f.Person = some(byte(1 + r.IntN(3)))
			}
			if r.IntN(3) == 0 {
				f.Result = counterfoil.Result(1 + r.IntN(3))
			}
			f.From = start.Add(time.Duration(r.Int64N(int64(72 * time.Hour))))
			want, err := cut.Tally(t.Context(), f)
			rows, _, err3 := cut.Interactions(t.Context(), f)
			f.AsOf = asOf
			got, err2 := full.Tally(t.Context(), f)
			then, _, err4 := full.Interactions(t.Context(), f)
			if diff := cmp.Diff(rows, then); diff != "" || err3 != nil || err4 != nil {
				t.Fatalf("%+v (-replayed +listed of the past) %v, %v:\n%s", f, err3, err4, diff)
			}
			if diff := cmp.Diff(want, got); diff != "" || err != nil || err2 != nil {
				t.Fatalf("%+v (-replayed +asked of the past) %v, %v:\n%s", f, err, err2, diff)
			}
		}
		hours, err := cut.HoursOf(t.Context(), some(2), start, time.Time{})
		hours2, err2 := full.HoursOf(t.Context(), some(2), start, asOf)
		if diff := cmp.Diff(hours, hours2); diff != "" || err != nil || err2 != nil {
			t.Fatalf("hours, as of %s, %v, %v:\n%s", asOf, err, err2, diff)
		}
		want, err := cut.CountBySystem(t.Context(), time.Time{})
		got, err2 := full.CountBySystem(t.Context(), asOf)
		if diff := cmp.Diff(want, got); diff != "" || err != nil || err2 != nil {
			t.Fatalf("by system, as of %s, %v, %v:\n%s", asOf, err, err2, diff)
		}
		refused, err := cut.Refused(t.Context(), reasons[:1], start, time.Time{})
		refused2, err2 := full.Refused(t.Context(), reasons[:1], start, asOf)
		if diff := cmp.Diff(refused, refused2); diff != "" || err != nil || err2 != nil {
			t.Fatalf("refused, as of %s, %v, %v:\n%s", asOf, err, err2, diff)
		}
	}
}

// TestHoursOf holds the hours of the day against rows.
func TestHoursOf(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 3))
	x, _ := open(t)
	applyRandomly(t, r, x, randomLog(r, 500).items)
	rows, _, err := x.Interactions(t.Context(), Filter{System: some(2), Left: true, From: start.Add(5 * time.Hour), Limit: 1000})
	if err != nil || len(rows) < 20 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	var want Hours
	for i := range rows {
		want[time.UnixMilli(idMillis(rows[i].ID)).UTC().Hour()]++
	}
	got, err := x.HoursOf(t.Context(), some(2), start.Add(5*time.Hour+time.Minute), time.Time{})
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-rows +sums)\n%s", err, diff)
	}
}

func TestCountBySystem(t *testing.T) {
	x, _ := open(t)
	apply(t, x, sample().items)
	got, err := x.CountBySystem(t.Context(), time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[counterfoil.ID]uint64{{}: 1, some(9): 3, some(10): 1}, got); diff != "" {
		t.Error(diff)
	}
}

// TestCut: the pieces join without gap or overlap, and each is whole in its grain;
// rows are read of less than two hours.
func TestCut(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		from := r.Int64N(40 * day)
		to := from + r.Int64N(5*day)
		if r.IntN(4) == 0 {
			to = farOff
		}
		next := from
		for _, p := range cut(nil, from, to, day, hour, 0) {
			if p.from != next || p.to <= p.from || p.grain > 0 && (p.from%p.grain != 0 || p.to != farOff && p.to%p.grain != 0) || p.grain == 0 && p.to-p.from >= 2*hour {
				t.Fatalf("from %d to %d: %+v after %d", from, to, p, next)
			}
			next = p.to
		}
		if next != to && from < to {
			t.Fatalf("from %d to %d: ends at %d", from, to, next)
		}
	}
}
