// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/index"
)

// asked is how often each filter is asked, each time from another place.
const asked = 40

// pages measures each filter that the console's list of interactions has, alone and
// together, newest first and from places in the middle, and the sums above it.
func (b *bench) pages(ctx context.Context, x *index.Index, l *syntheticLog) error {
	r := rand.New(rand.NewPCG(b.seed, 5))
	var all, slowPage, slowSum []time.Duration
	var slowPageName, slowSumName string
	for _, f := range l.filters(r) {
		var pages, sums []time.Duration
		for i := range asked {
			q := f.filter()
			if i%2 == 1 {
				q.Before = counterfoil.NewTimeID(l.begin.Add(time.Duration(r.Int64N(int64(l.length)))))
			}
			took, err := measured(func() error { _, _, err := x.Interactions(ctx, q); return err })
			if err != nil {
				return err
			}
			pages = append(pages, took)
			if took, err = measured(func() error { _, err := x.Tally(ctx, q); return err }); err != nil {
				return err
			}
			sums = append(sums, took)
		}
		all = append(all, pages...)
		if slowPage == nil || median(pages) > median(slowPage) {
			slowPage, slowPageName = pages, f.name
		}
		if slowSum == nil || median(sums) > median(slowSum) {
			slowSum, slowSumName = sums, f.name
		}
	}
	var bySystem []time.Duration
	for range asked {
		took, err := measured(func() error { _, err := x.CountBySystem(ctx, time.Time{}); return err })
		if err != nil {
			return err
		}
		bySystem = append(bySystem, took)
	}
	b.table.add(times("a page of 50, all filters", all, 5))
	b.table.add(times("a page of 50, the slowest filter ("+slowPageName+")", slowPage, 5))
	b.table.add(times("sums above a page, the slowest filter ("+slowSumName+")", slowSum, 100))
	b.table.add(times("sums by system", bySystem, 100))
	var hours []time.Duration
	for range asked {
		took, err := measured(func() error {
			_, err := x.HoursOf(ctx, l.systems[r.IntN(len(l.systems))], l.begin.AddDate(0, 0, 60), time.Time{})
			return err
		})
		if err != nil {
			return err
		}
		hours = append(hours, took)
	}
	var then []time.Duration
	for range asked {
		f := index.Filter{Effect: counterfoil.EffectRedact, AsOf: l.begin.Add(time.Duration(r.Int64N(int64(l.length))))}
		took, err := measured(func() error { _, _, err := x.Interactions(ctx, f); return err })
		if err != nil {
			return err
		}
		then = append(then, took)
	}
	b.table.add(times("a page of 50 as of a moment", then, 300))
	b.table.add(times("hours of the day of a system, 30 days", hours, 100))
	return nil
}

func measured(fn func() error) (time.Duration, error) {
	began := time.Now()
	err := fn()
	return time.Since(began), err
}

// times is a row of the median of durations, with an aim in milliseconds.
func times(measure string, took []time.Duration, limit float64) row {
	slices.Sort(took)
	at := median(took)
	return row{
		measure: measure + ", p50", ours: fmt.Sprintf("%.2f ms", millis(at)), reference: "–", ratio: millis(at),
		spread: fmt.Sprintf("%.3g to %.3g, p99 %.3g", millis(took[0]), millis(took[len(took)-1]), millis(took[len(took)*99/100])),
		aim:    aim{limit: limit, atMost: true, unit: "ms"},
	}
}

type namedFilter struct {
	name   string
	filter func() index.Filter
}

// filters are those of the page's form and of its links.
func (l *syntheticLog) filters(r *rand.Rand) []namedFilter {
	system := func() counterfoil.ID { return l.systems[r.IntN(len(l.systems))] }
	person := func() counterfoil.ID { return l.people[r.IntN(len(l.people))] }
	days := func(n int) (from, to time.Time) {
		from = l.begin.AddDate(0, 0, r.IntN(90-n))
		return from, from.AddDate(0, 0, n)
	}
	return []namedFilter{
		{"everything", func() index.Filter { return index.Filter{} }},
		{"a day", func() index.Filter { f, t := days(1); return index.Filter{From: f, To: t} }},
		{"a system", func() index.Filter { return index.Filter{System: system()} }},
		{"a system, 7 days", func() index.Filter { f, t := days(7); return index.Filter{System: system(), From: f, To: t} }},
		{"masked", func() index.Filter { return index.Filter{Effect: counterfoil.EffectRedact} }},
		{"blocked", func() index.Filter { return index.Filter{Effect: counterfoil.EffectBlock} }},
		{"blocked, 30 days", func() index.Filter {
			f, t := days(30)
			return index.Filter{Effect: counterfoil.EffectBlock, From: f, To: t}
		}},
		{"answered", func() index.Filter { return index.Filter{Result: counterfoil.ResultAnswered} }},
		{"refused", func() index.Filter { return index.Filter{Result: counterfoil.ResultRefused} }},
		{"abandoned", func() index.Filter { return index.Filter{Result: counterfoil.ResultAbandoned} }},
		{"in progress", func() index.Filter { return index.Filter{Open: true} }},
		{"a finding", func() index.Filter { return index.Filter{Finding: "card"} }},
		{"a finding in a system", func() index.Filter { return index.Filter{Finding: "email", System: system()} }},
		{"a model", func() index.Filter { return index.Filter{Model: "gpt-4o"} }},
		{"a name that is not listed", func() index.Filter { return index.Filter{Unlisted: true} }},
		{"a provider, 30 days", func() index.Filter { f, t := days(30); return index.Filter{Provider: "anthropic", From: f, To: t} }},
		{"a model in a system, what left", func() index.Filter { return index.Filter{System: system(), Model: "gpt-4o", Left: true} }},
		{"programs", func() index.Filter { return index.Filter{By: index.ByPrograms} }},
		{"a person", func() index.Filter { return index.Filter{Person: person()} }},
		{"a person in a system, 30 days", func() index.Filter {
			f, t := days(30)
			return index.Filter{System: system(), Person: person(), From: f, To: t}
		}},
		{"a finding of a person", func() index.Filter { return index.Filter{Finding: "email", Person: person()} }},
		{"stopped in a system", func() index.Filter { return index.Filter{Result: counterfoil.ResultStopped, System: system()} }},
		{"four filters, 30 days", func() index.Filter {
			f, t := days(30)
			return index.Filter{Finding: "card", System: system(), Effect: counterfoil.EffectBlock, Result: counterfoil.ResultStopped, From: f, To: t}
		}},
	}
}
