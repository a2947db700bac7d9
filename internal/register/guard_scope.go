// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
)

// scopeFunctions hold a scope against the register and what is observed.
func scopeFunctions() Functions {
	return Functions{Guards: map[string]GuardFunc{
		"scope_inventory_decided": scopeInventoryDecided,
		"scope_no_block":          scopeNoBlock,
		"scope_block":             scopeBlock,
	}}
}

// outOfUse are states of systems that need no decision any more.
var outOfUse = []string{"retired", "rejected", "forbidden", "out_of_scope"}

// looseSystem is a system of the register without a row in a scope.
type looseSystem struct {
	id     counterfoil.ID
	number string
	made   time.Time
}

// undecided are the systems of the register without a row in the scope, by number.
// Those that the program made for first attempts stand beside: they need none.
func undecided(ctx context.Context, r *Reader, scope *Record) (list []looseSystem, made map[counterfoil.ID]bool, err error) {
	k, err := r.register.Kinds.Kind("system")
	if err != nil {
		return nil, nil, err
	}
	systems, err := r.parts(ctx, k.ID, "builtin")
	if err != nil {
		return nil, nil, fmt.Errorf("read systems: %w", err)
	}
	decided := map[counterfoil.ID]bool{}
	for _, row := range scope.Values.Rows("systems") {
		text, _ := row["system"].(string)
		if id, err := counterfoil.ParseID(text); err == nil {
			decided[id] = true
		}
	}
	made = map[counterfoil.ID]bool{}
	for i := range systems {
		switch s := &systems[i]; {
		case s.Values[0] == "1":
			made[s.ID] = true
		case !slices.Contains(outOfUse, s.State) && !decided[s.ID]:
			list = append(list, looseSystem{s.ID, number(k, s.Serial), micros(s.Made)})
		}
	}
	return list, made, nil
}

// loaded reads the first of some systems in full.
func loaded(ctx context.Context, r *Reader, list []looseSystem, most int) ([]*Record, error) {
	var records []*Record
	for _, s := range list[:min(len(list), most)] {
		record, err := r.Record(ctx, s.id)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", s.number, err)
		}
		records = append(records, record)
	}
	return records, nil
}

func scopeInventoryDecided(ctx context.Context, r *Reader, record *Record, _ Actor) (bool, string, error) {
	list, _, err := undecided(ctx, r, record)
	texts := make([]string, len(list))
	for i := range list {
		texts[i] = list[i].number
	}
	return len(list) == 0, "Not decided yet: " + someOf(texts) + ".", err
}

// numbers are records as a sentence names them.
func numbers(list []*Record) string {
	texts := make([]string, len(list))
	for i, r := range list {
		texts[i] = r.Number()
	}
	return someOf(texts)
}

// namedMost is how many records a sentence names.
const namedMost = 20

// someOf writes "a, b" and how many more there are.
func someOf(texts []string) string {
	if more := len(texts) - namedMost; more > 0 {
		return strings.Join(texts[:namedMost], ", ") + " and " + thousands(uint64(more)) + " more"
	}
	return strings.Join(texts, ", ")
}

// systemsInScope are the systems that scopes in force, or approved, include.
func systemsInScope(ctx context.Context, r *Reader) ([]*Record, error) {
	scopes, err := r.All(ctx, "scope", "approved", "in_force", "under_review")
	if err != nil {
		return nil, fmt.Errorf("read scopes: %w", err)
	}
	var list []*Record
	for _, scope := range scopes {
		in, _, err := scopedSystems(ctx, r, scope)
		if err != nil {
			return nil, err
		}
		for _, s := range in {
			if !slices.ContainsFunc(list, func(l *Record) bool { return l.ID == s.ID }) {
				list = append(list, s)
			}
		}
	}
	return list, nil
}

// scopedSystems are the systems a scope includes, and those it leaves out.
func scopedSystems(ctx context.Context, r *Reader, scope *Record) (in, out []*Record, err error) {
	for _, row := range scope.Values.Rows("systems") {
		text, _ := row["system"].(string)
		id, err := counterfoil.ParseID(text)
		if err != nil {
			continue
		}
		s, err := r.Record(ctx, id)
		if err != nil {
			return nil, nil, fmt.Errorf("read system in scope: %w", err)
		}
		switch row["decision"] {
		case "in":
			in = append(in, s)
		case "out":
			out = append(out, s)
		}
	}
	return in, out, nil
}

// scopeNoBlock refuses a scope while a blocking finding is neither resolved nor accepted.
func scopeNoBlock(ctx context.Context, r *Reader, record *Record, _ Actor) (bool, string, error) {
	findings, err := ScopeFindings(ctx, r, record, r.register.Observed)
	if err != nil {
		return false, "", err
	}
	var texts []string
	for _, f := range findings {
		if f.Blocks() {
			texts = append(texts, f.ID+": "+f.Text)
		}
	}
	return len(texts) == 0, strings.Join(texts, " "), nil
}

func scopeBlock(ctx context.Context, r *Reader, record *Record, actor Actor) (bool, string, error) {
	ok, _, err := scopeNoBlock(ctx, r, record, actor)
	return !ok && err == nil, "", err
}
