// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Level says how much a finding weighs.
type Level string

// Levels of findings.
const (
	Warn       Level = "warn"        // to be answered
	Block      Level = "block"       // no approval until it is resolved or accepted
	NotCovered Level = "not_covered" // what it takes to tell is not known; never a pass
)

// Finding is one sign that a scope is too narrow or too broad, or that its wording
// for the certificate claims too much.
type Finding struct {
	ID       string // N1 to N10 too narrow, B1 to B8 too broad, C1 to C3 wording
	Level    Level
	Text     string
	Records  []*Record // concerned
	Resolve  []string  // what resolves it: change_scope, change_inventory, add_interface, stop_use, accept
	Accepted string    // the reason top management accepted it with; "" when they did not
}

// Blocks tells whether the finding keeps a scope from being approved.
func (f *Finding) Blocks() bool { return f.Level == Block && f.Accepted == "" }

// What resolves findings, besides their acceptance by top management.
const (
	changeScope     = "change_scope"
	changeInventory = "change_inventory"
	addInterface    = "add_interface"
	stopUse         = "stop_use"
	acceptFinding   = "accept"
)

// inspection is one look at one scope.
type inspection struct {
	r        *Reader
	scope    *Record
	in, out  []*Record // systems
	traffic  []Traffic // of the last 90 days
	seen     bool      // traffic is known
	findings []Finding
}

// observedDays is how far back use is looked at.
const observedDays = 90

// ScopeFindings looks for signs that a scope is too narrow or too broad. What needs
// traffic is not covered while observed is nil. Thresholds are those of the product.
func ScopeFindings(ctx context.Context, r *Reader, scope *Record, observed Observed) ([]Finding, error) {
	i := &inspection{r: r, scope: scope}
	var err error
	if i.in, i.out, err = scopedSystems(ctx, r, scope); err != nil {
		return nil, err
	}
	if observed != nil {
		if i.traffic, err = observed.Traffic(ctx, r.Now.AddDate(0, 0, -observedDays), r.Now); err != nil {
			return nil, fmt.Errorf("read traffic for the scope: %w", err)
		}
		i.seen = true
	}
	for _, look := range []func(context.Context) error{i.narrow, i.narrowByRegister, i.broad, i.broadByRegister} {
		if err := look(ctx); err != nil {
			return nil, fmt.Errorf("inspect %s: %w", scope.Number(), err)
		}
	}
	i.wording()
	for n := range i.findings {
		for _, row := range scope.Values.Rows("accepted") {
			if row["finding"] == i.findings[n].ID {
				i.findings[n].Accepted, _ = row["reason"].(string)
			}
		}
	}
	return i.findings, nil
}

func (i *inspection) found(id string, level Level, records []*Record, resolve []string, format string, args ...any) {
	i.findings = append(i.findings, Finding{ID: id, Level: level, Text: fmt.Sprintf(format, args...), Records: records, Resolve: append(resolve, acceptFinding)})
}

func (i *inspection) unknown(id, why string) {
	i.findings = append(i.findings, Finding{ID: id, Level: NotCovered, Text: why})
}

// row is what the scope says about a system.
func (i *inspection) row(system *Record) map[string]any {
	rows := i.scope.Values.Rows("systems")
	n := slices.IndexFunc(rows, func(row map[string]any) bool { return row["system"] == system.ID.String() })
	return rows[n]
}

// has tells whether a list of systems has the one of a line of traffic.
func has(list []*Record, t Traffic) bool {
	return slices.ContainsFunc(list, func(s *Record) bool { return s.ID == t.System })
}

// decided lists the names in rows that have a decision.
func (i *inspection) decided(rows, name, decision string) []string {
	var list []string
	for _, row := range i.scope.Values.Rows(rows) {
		if text, _ := row[name].(string); row["decision"] == decision && text != "" {
			list = append(list, text)
		}
	}
	return list
}

func without(list []*Record, keep func(*Record) bool) []*Record {
	return slices.DeleteFunc(slices.Clone(list), func(r *Record) bool { return !keep(r) })
}

func truth(row map[string]any, column string) bool { b, _ := row[column].(bool); return b }

func olderThan(day string, days int, now time.Time) bool {
	at, err := time.Parse(time.DateOnly, day)
	return err == nil && at.AddDate(0, 0, days).Before(now)
}

// mentions tells whether a text names one of the words, whatever the case.
func mentions(text string, names []string) bool {
	text = strings.ToLower(text)
	return slices.ContainsFunc(names, func(name string) bool { return strings.Contains(text, strings.ToLower(name)) })
}
