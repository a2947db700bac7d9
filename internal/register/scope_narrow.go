// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"context"
	"slices"
	"strings"
	"time"
)

// narrow looks for signs that lie in the scope itself and in traffic.
func (i *inspection) narrow(_ context.Context) error {
	i.useOutside()
	if shared := without(i.out, i.sharesData); len(shared) > 0 {
		i.found("N2", Warn, shared, []string{changeScope}, "Left out, but given the same classes of data as a system inside: %s.", numbers(shared))
	}
	if persons := without(i.out, func(s *Record) bool { return truth(i.row(s), "persons") || s.Values.Text("decides") == "yes" }); len(persons) > 0 {
		i.found("N3", Block, persons, []string{changeScope, stopUse}, "Left out, but decides on, ranks or profiles persons: %s.", numbers(persons))
	}
	if loose := without(i.in, i.dependsOutside); len(loose) > 0 {
		i.found("N4", Block, loose, []string{addInterface, changeScope}, "Depends on something outside without a described interface: %s.", numbers(loose))
	}
	for _, row := range i.scope.Values.Rows("products") {
		if truth(row, "promised") && row["decision"] == "out" {
			i.found("N8", Warn, nil, []string{changeScope}, "Promised to customers, but outside: %v.", row["product"])
		}
	}
	return nil
}

// Shares of use outside the scope that are too much.
const (
	outsideShare  = 0.05
	outsidePeople = 4
)

// useOutside compares the use inside with that outside, of units inside.
func (i *inspection) useOutside() {
	if !i.seen {
		i.unknown("N1", "Use is not observed, so the share that goes to systems outside is not known.")
		i.unknown("N5", "Use is not observed, so the number of people using AI outside is not known.")
		return
	}
	units := i.decided("units", "unit", "in")
	var inside, outside, peopleIn, peopleOut uint64
	for _, t := range i.traffic {
		switch {
		case has(i.in, t):
			inside += t.Interactions
			peopleIn += t.People
		default:
			peopleOut += t.People
			if t.Unit == "" || slices.Contains(units, t.Unit) {
				outside += t.Interactions
			}
		}
	}
	if all := inside + outside; all > 0 && float64(outside) > outsideShare*float64(all) {
		i.found("N1", Block, nil, []string{changeScope, changeInventory, stopUse}, "Of the interactions of units inside, %d of %d go to systems outside.", outside, all)
	} else if all == 0 {
		i.unknown("N1", "No interaction was seen in the last 90 days.")
	}
	if peopleOut > outsidePeople*peopleIn && peopleOut > 0 {
		i.found("N5", Warn, nil, []string{changeScope, changeInventory, stopUse}, "%d people use AI outside the scope and %d inside.", peopleOut, peopleIn)
	}
}

// sharesData tells whether a system left out is given a class of data, other than
// public, that a system inside is given too.
func (i *inspection) sharesData(out *Record) bool {
	return slices.ContainsFunc(out.Values.List("data_classes"), func(class string) bool {
		return class != "public" && slices.ContainsFunc(i.in, func(in *Record) bool { return slices.Contains(in.Values.List("data_classes"), class) })
	})
}

func (i *inspection) dependsOutside(in *Record) bool {
	on, _ := i.row(in)["depends"].(string)
	return on != "" && !slices.ContainsFunc(i.scope.Values.Rows("interfaces"), func(row map[string]any) bool {
		outside, _ := row["outside"].(string)
		return strings.EqualFold(outside, on)
	})
}

// undecidedDays is how long a use may go without a decision.
const undecidedDays = 14

// narrowByRegister looks for signs that lie in the rest of the register.
func (i *inspection) narrowByRegister(ctx context.Context) error {
	i.tiers()
	if err := i.ownWork(ctx); err != nil {
		return err
	}
	late, err := undecided(ctx, i.r, i.scope)
	if err != nil {
		return err
	}
	late = without(late, func(s *Record) bool { return s.Made.At.AddDate(0, 0, undecidedDays).Before(i.r.Now) })
	found := 0
	for _, row := range i.scope.Values.Rows("discovered") {
		if since, _ := row["since"].(string); row["decision"] == nil && olderThan(since, undecidedDays, i.r.Now) {
			found++
		}
	}
	if len(late)+found > 0 {
		i.found("N9", Block, late, []string{changeScope, changeInventory, stopUse}, "%d uses were found more than %d days ago and are not decided.", len(late)+found, undecidedDays)
	}
	return i.gatewayItself(ctx)
}

// tierOf orders tiers; 0 for a system without one.
func tierOf(s *Record) int {
	return slices.Index([]string{"", "low", "medium", "high"}, s.Values.Text("tier"))
}

func (i *inspection) tiers() {
	open := without(slices.Concat(i.in, i.out), func(s *Record) bool { return tierOf(s) <= 0 })
	if len(open) > 0 {
		i.unknown("N6", "Without a tier, so not compared: "+numbers(open)+".")
	}
	higher := without(i.out, func(s *Record) bool { return tierOf(s) > 1 })
	if len(i.in) > 0 && len(higher) > 0 && !slices.ContainsFunc(i.in, func(s *Record) bool { return tierOf(s) > 1 }) {
		i.found("N6", Warn, higher, []string{changeScope}, "Every system inside is of the lowest tier, and these outside are not: %s.", numbers(higher))
	}
}

// ownWork looks for work of a producer, such as own prompts, agents, tuning or
// retrieval indexes, in an organisation that says it only uses AI.
func (i *inspection) ownWork(ctx context.Context) error {
	if roles := i.scope.Values.List("org_roles"); len(roles) != 1 || roles[0] != "user" {
		return nil
	}
	own := without(slices.Concat(i.in, i.out), func(s *Record) bool { return slices.Contains(s.Values.List("roles"), "develops") })
	for _, kindID := range []string{"tool", "dataset"} {
		list, err := i.r.All(ctx, kindID)
		if err != nil {
			return err
		}
		own = append(own, list...)
	}
	if len(own) > 0 {
		i.found("N7", Block, own, []string{changeScope}, "The organisation calls itself a user only, but has its own tools, agents or data: %s.", numbers(own))
	}
	return nil
}

// gatewayItself wants the gateway, which processes what staff write, in the
// inventory and assessed.
func (i *inspection) gatewayItself(ctx context.Context) error {
	id := i.scope.Values.ID("gateway")
	if id.IsZero() {
		i.found("N10", Warn, nil, []string{changeInventory}, "The gateway itself processes data of staff and is not in the inventory.")
		return nil
	}
	gateway, err := i.r.Record(ctx, id)
	if err != nil {
		return err
	}
	impacts, err := i.r.Linked(ctx, gateway, "impact")
	if err == nil && len(impacts) == 0 {
		i.found("N10", Warn, []*Record{gateway}, []string{changeInventory}, "The gateway itself has no impact assessment: %s.", gateway.Number())
	}
	return err
}

// days is how many days lie between two moments.
func days(from, to time.Time) int { return int(to.Sub(from).Hours() / 24) }
