// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package index

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/counterfoil/counterfoil"
)

// randomUse gives interactions of a log people and models.
func randomUse(r *rand.Rand, l *log) {
	for i := range l.items {
		e := l.items[i].Entry
		if e.Kind != counterfoil.KindIntent {
			continue
		}
		e.Actor, e.Intent.Workload = some(byte(20+r.IntN(3))), r.IntN(4) == 0
		e.Intent.Provider, e.Intent.Model = []string{"openai", "sandbox"}[r.IntN(2)], []string{"", "small-1"}[r.IntN(2)]
	}
}

// usedByRows is Used in plain words.
func usedByRows(all []Row, from, to time.Time) map[usedKey]usedSpan {
	from = from.UTC().Truncate(24 * time.Hour)
	w := &writer{uses: map[usedKey]usedSpan{}}
	for i := range all {
		if at := time.UnixMilli(idMillis(all[i].ID)); !at.Before(from) && at.Before(to) {
			w.use(&all[i])
		}
	}
	whole := map[usedKey]usedSpan{}
	for key, s := range w.uses {
		key.start = 0
		whole[key] = joined(whole[key], s)
	}
	return whole
}

func joined(a, b usedSpan) usedSpan {
	if a.n == 0 {
		return b
	}
	return usedSpan{a.n + b.n, min(a.first, b.first), max(a.last, b.last)}
}

// TestUsedEqualsRows holds what is summed up against the rows themselves: over a
// random log, in random batches, for stretches cut anywhere.
func TestUsedEqualsRows(t *testing.T) {
	for seed := range uint64(3) {
		r := rand.New(rand.NewPCG(seed, 2))
		x, _ := open(t)
		l := randomLog(r, 700)
		randomUse(r, l)
		applyRandomly(t, r, x, l.items)
		all, _, err := x.Interactions(t.Context(), Filter{Limit: 1000})
		if err != nil || len(all) < 300 {
			t.Fatalf("%d rows, %v", len(all), err)
		}
		for range 100 {
			from := start.Add(time.Duration(r.Int64N(int64(5 * 24 * time.Hour))))
			to := from.Add(time.Duration(r.Int64N(int64(5 * 24 * time.Hour))))
			list, err := x.Used(t.Context(), from, to)
			if err != nil {
				t.Fatal(err)
			}
			got := map[usedKey]usedSpan{}
			for _, u := range list {
				key := usedKey{0, u.System, u.Person, u.Workload, u.Provider, u.Model}
				got[key] = joined(got[key], usedSpan{int64(u.Interactions), u.First, u.Last})
			}
			if diff := cmp.Diff(usedByRows(all, from, to), got, cmp.AllowUnexported(usedKey{}, usedSpan{})); diff != "" {
				t.Fatalf("seed %d, %s to %s (-rows +sums):\n%s", seed, from, to, diff)
			}
			system := some(byte(1 + r.IntN(3)))
			list, err = x.UsedOf(t.Context(), system, from, to)
			if err != nil {
				t.Fatal(err)
			}
			of := map[usedKey]usedSpan{}
			for _, u := range list {
				key := usedKey{0, u.System, u.Person, u.Workload, u.Provider, u.Model}
				of[key] = joined(of[key], usedSpan{int64(u.Interactions), u.First, u.Last})
			}
			maps.DeleteFunc(got, func(key usedKey, _ usedSpan) bool { return key.system != system })
			if diff := cmp.Diff(got, of, cmp.AllowUnexported(usedKey{}, usedSpan{})); diff != "" {
				t.Fatalf("seed %d, %s, %s to %s (-of all +of one):\n%s", seed, system, from, to, diff)
			}
		}
	}
}

// TestUsedDaysAreForgotten when an interaction of theirs comes late, and after a reset.
func TestUsedDaysAreForgotten(t *testing.T) {
	x, _ := open(t)
	l := &log{}
	total := func() (n uint64) {
		list, err := x.Used(t.Context(), start, start.Add(5*24*time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range list {
			n += u.Interactions
		}
		return n
	}
	for i, late := range []time.Duration{0, 24 * time.Hour, time.Hour, 4 * 24 * time.Hour} {
		l.intent(start.Add(late), nil)
		apply(t, x, l.items[i:])
		for range 2 {
			if n := total(); n != uint64(i)+1 {
				t.Errorf("%d interactions after %d", n, i+1)
			}
		}
	}
	if err := x.Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := total(); n != 0 {
		t.Errorf("%d interactions after a reset", n)
	}
}

// TestUsedIsOfIntents: what is refused or blocked at once is no use, and what comes
// of an interaction later changes nothing, so that a past answer stays as it was.
func TestUsedIsOfIntents(t *testing.T) {
	x, _ := open(t)
	l := &log{}
	for i, result := range []counterfoil.Result{counterfoil.ResultAnswered, counterfoil.ResultRefused, counterfoil.ResultBlocked} {
		l.intent(start.Add(time.Duration(i)*time.Minute), func(e *counterfoil.Entry) { e.Outcome = &counterfoil.Outcome{Result: result} })
	}
	later := l.intent(start.Add(time.Hour), nil)
	apply(t, x, l.items)
	before, err := x.Used(t.Context(), start, start.Add(2*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	n := len(l.items)
	l.outcome(later, start.Add(3*time.Hour), func(o *counterfoil.Outcome) { o.Result = counterfoil.ResultRefused })
	apply(t, x, l.items[n:])
	after, err := x.Used(t.Context(), start, start.Add(2*time.Hour))
	if err != nil || !slices.Equal(before, after) {
		t.Errorf("before %+v, after %+v, %v", before, after, err)
	}
	total := uint64(0)
	for _, u := range after {
		total += u.Interactions
	}
	if total != 2 {
		t.Errorf("%d interactions: %+v", total, after)
	}
}
