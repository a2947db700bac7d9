// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
)

// Level says how much a finding weighs.
type Level string

// Levels of findings.
const (
	Pass       Level = "pass"        // looked at, and nothing found
	Warn       Level = "warn"        // to be answered
	Block      Level = "block"       // no approval until it is resolved or accepted
	NotCovered Level = "not_covered" // what it takes to tell is not known; never a pass
)

// Finding is what one rule says of a scope.
type Finding struct {
	ScopeRule
	Level    Level     // what came out
	Text     string    // what was found, or why it is not covered; empty for a pass
	Value    string    // what was measured; "" when there is no figure
	Records  []*Record // concerned
	Resolve  []string  // what resolves it: change_scope, change_inventory, add_interface, stop_use, accept
	Accepted string    // the reason top management accepted it with; "" when they did not
}

// Blocks tells whether the finding keeps a scope from being approved.
func (f *Finding) Blocks() bool { return f.Level == Block && f.Accepted == "" }

// Found tells whether something was found that is to be answered.
func (f *Finding) Found() bool { return f.Level == Warn || f.Level == Block }

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
	in, out  []*Record                         // systems
	places   map[counterfoil.ID]map[string]any // by system: the first row of the scope about it
	within   map[counterfoil.ID]bool           // of in
	open     []looseSystem
	made     map[counterfoil.ID]bool // by the program, for first attempts
	traffic  *Traffic
	findings map[string]*Finding
}

// ScopeFindings holds a scope against every rule of [ScopeRules], in their order. What
// needs traffic is not covered while observed is nil.
func ScopeFindings(ctx context.Context, r *Reader, scope *Record, observed Observed) ([]Finding, error) {
	traffic, err := r.traffic(ctx, observed)
	if err != nil {
		return nil, err
	}
	list, _, err := r.inspect(ctx, scope, traffic)
	return list, err
}

// inspect also returns what the findings were made of.
func (r *Reader) inspect(ctx context.Context, scope *Record, traffic *Traffic) ([]Finding, *inspection, error) {
	i := &inspection{r: r, scope: scope, traffic: traffic, findings: map[string]*Finding{}}
	for _, rule := range scopeRules {
		i.findings[rule.ID] = &Finding{ScopeRule: rule, Level: Pass}
	}
	var err error
	if i.in, i.out, err = scopedSystems(ctx, r, scope); err != nil {
		return nil, nil, err
	}
	if i.open, i.made, err = undecided(ctx, r, scope); err != nil {
		return nil, nil, err
	}
	i.place()
	for _, look := range []func(context.Context) error{i.narrow, i.narrowByRegister, i.broad, i.broadByRegister} {
		if err := look(ctx); err != nil {
			return nil, nil, fmt.Errorf("inspect %s: %w", scope.Number(), err)
		}
	}
	i.wording()
	for _, row := range scope.Values.Rows("accepted") {
		id, _ := row["finding"].(string)
		if f := i.findings[id]; f != nil && f.Found() {
			f.Accepted, _ = row["reason"].(string)
		}
	}
	list := make([]Finding, len(scopeRules))
	for n, rule := range scopeRules {
		list[n] = *i.findings[rule.ID]
	}
	return list, i, nil
}

// place notes where systems stand in the scope.
func (i *inspection) place() {
	i.places, i.within = map[counterfoil.ID]map[string]any{}, map[counterfoil.ID]bool{}
	for _, row := range i.scope.Values.Rows("systems") {
		text, _ := row["system"].(string)
		if id, err := counterfoil.ParseID(text); err == nil && i.places[id] == nil {
			i.places[id] = row
		}
	}
	for _, s := range i.in {
		i.within[s.ID] = true
	}
}

// found enters a sign; what was not covered before is said behind it.
func (i *inspection) found(id string, records []*Record, resolve []string, format string, args ...any) {
	f := i.findings[id]
	f.Text = strings.TrimSpace(fmt.Sprintf(format, args...) + " " + f.Text)
	f.Level, f.Records, f.Resolve = f.Weight, records, append(resolve, acceptFinding)
}

// unknown enters that something could not be told. It takes nothing back that was found.
func (i *inspection) unknown(id, why string) {
	f := i.findings[id]
	f.Text = strings.TrimSpace(f.Text + " " + why)
	if f.Level == Pass {
		f.Level = NotCovered
	}
}

// measured enters the figure a rule compares.
func (i *inspection) measured(id, format string, args ...any) {
	i.findings[id].Value = fmt.Sprintf(format, args...)
}

// row is what the scope says about a system.
func (i *inspection) row(system *Record) map[string]any {
	return i.places[system.ID]
}

// inside tells whether a system of the traffic is inside.
func (i *inspection) inside(system counterfoil.ID) bool { return i.within[system] }

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

// thousands groups digits by comma.
func thousands(n uint64) string {
	text := strconv.FormatUint(n, 10)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// percent is a share as text, such as 3.7 %.
func percent(part, of float64) string {
	if of == 0 {
		return ""
	}
	return fmt.Sprintf("%.1f %%", 100*part/of)
}
