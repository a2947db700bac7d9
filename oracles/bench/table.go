// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
)

// row is one aim and what was measured for it.
type row struct {
	measure         string
	ours, reference string
	ratio           float64
	spread          string // of the ratio over the rounds
	aim             aim
}

// aim is what a ratio, or a figure, must not fall below or rise above.
type aim struct {
	limit   float64
	atMost  bool
	unit    string // of the figure; "x" for a ratio
	unaimed bool   // a figure for information
}

func unaimed(unit string) aim   { return aim{unit: unit, unaimed: true} }
func atLeast(limit float64) aim { return aim{limit: limit, unit: "x"} }
func atMost(limit float64) aim  { return aim{limit: limit, unit: "x", atMost: true} }

func (a aim) met(figure float64) bool {
	if a.atMost {
		return figure <= a.limit
	}
	return figure >= a.limit
}

func (a aim) verdict(figure float64) string {
	switch {
	case a.unaimed:
		return ""
	case a.met(figure):
		return "met"
	default:
		return "missed"
	}
}

func (a aim) String() string {
	switch {
	case a.unaimed:
		return ""
	case a.atMost:
		return fmt.Sprintf("at most %g %s", a.limit, a.unit)
	default:
		return fmt.Sprintf("at least %g %s", a.limit, a.unit)
	}
}

// table gathers rows by section.
type table struct {
	sections []*section
	notes    []string
}

type section struct {
	title string
	rows  []row
}

func (t *table) begin(title string) { t.sections = append(t.sections, &section{title: title}) }

// add puts a row into the section begun last, and shows it at once.
func (t *table) add(r row) {
	s := t.sections[len(t.sections)-1]
	s.rows = append(s.rows, r)
	fmt.Printf("%s, %s: ours %s, reference %s, %.3g %s (%s) %s\n", s.title, r.measure, r.ours, r.reference, r.ratio, r.aim.unit, r.spread, r.aim.verdict(r.ratio))
}

// note adds a sentence below the table.
func (t *table) note(format string, args ...any) {
	t.notes = append(t.notes, fmt.Sprintf(format, args...))
}

func (t *table) print(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\nmeasure\tours\treference\tfigure\tleast to most\taim\t")
	for _, s := range t.sections {
		for _, r := range s.rows {
			fmt.Fprintf(w, "%s, %s\t%s\t%s\t%.3g %s\t%s\t%s\t%s\n", s.title, r.measure, r.ours, r.reference, r.ratio, r.aim.unit, r.spread, r.aim, r.aim.verdict(r.ratio))
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, note := range t.notes {
		fmt.Fprintln(out, note)
	}
	return nil
}

// median sorts values.
func median[T cmp.Ordered](values []T) T {
	slices.Sort(values)
	return values[len(values)/2]
}

func spread(values []float64) string {
	return fmt.Sprintf("%.3g to %.3g", slices.Min(values), slices.Max(values))
}
