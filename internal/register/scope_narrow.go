// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/index"
)

// narrow looks for signs that lie in the scope itself and in traffic.
func (i *inspection) narrow(ctx context.Context) error {
	if err := i.useOutside(ctx); err != nil {
		return err
	}
	if err := i.alike(ctx); err != nil {
		return err
	}
	if persons := without(i.out, func(s *Record) bool { return truth(i.row(s), "persons") || s.Values.Text("decides") == "yes" }); len(persons) > 0 {
		i.found("N3", persons, []string{changeScope, stopUse}, "Left out, but decides on, ranks or profiles persons: %s.", numbers(persons))
	}
	if loose := without(i.in, i.dependsOutside); len(loose) > 0 {
		i.found("N4", loose, []string{addInterface, changeScope}, "Depends on something outside without a described interface: %s.", numbers(loose))
	}
	var promised []string
	for _, row := range i.scope.Values.Rows("products") {
		if truth(row, "promised") && row["decision"] == "out" {
			promised = append(promised, fmt.Sprint(row["product"]))
		}
	}
	if len(promised) > 0 {
		i.found("N8", nil, []string{changeScope}, "Promised to customers, but outside: %s.", strings.Join(promised, ", "))
	}
	return nil
}

// Shares of use outside the scope that are too much.
const (
	outsideShare  = 0.05
	outsidePeople = 4
)

// useOutside compares the use inside with that outside, of units inside.
func (i *inspection) useOutside(ctx context.Context) error {
	if !i.traffic.Known {
		i.unknown("N1", "Use is not observed, so the share that goes to systems outside is not known.")
		i.unknown("N5", "Use is not observed, so the number of people using AI outside is not known.")
		return nil
	}
	made := i.madeByProgram()
	units, unitOf, err := i.units(ctx)
	if err != nil {
		return err
	}
	var inside, outside uint64
	in, out := map[counterfoil.ID]bool{}, map[counterfoil.ID]bool{}
	where := map[counterfoil.ID]bool{}
	for n := range i.traffic.uses {
		u := &i.traffic.uses[n]
		if made[u.System] {
			continue
		}
		people := out
		if i.inside(u.System) {
			people = in
			inside += u.Interactions
		} else if unit := unitOf[u.Person]; u.Workload || unit == "" || len(units) == 0 || slices.Contains(units, unit) {
			outside += u.Interactions
			where[u.System] = true
		}
		if !u.Workload && !u.Person.IsZero() {
			people[u.Person] = true
		}
	}
	i.share(inside, outside, where)
	if len(out)+len(in) == 0 {
		i.unknown("N5", "Only programs were seen, so how many people use AI is not known.")
		return nil
	}
	i.measured("N5", "%d to %d", len(out), len(in))
	if len(out) > outsidePeople*len(in) {
		i.found("N5", nil, []string{changeScope, changeInventory, stopUse}, "%d people use AI outside the scope and %d inside.", len(out), len(in))
	}
	return nil
}

// units are those inside, and those of all people where it matters; both as facts have
// them.
func (i *inspection) units(ctx context.Context) (units []string, of map[counterfoil.ID]string, err error) {
	for _, unit := range i.decided("units", "unit", "in") {
		units = append(units, index.Shortened(unit))
	}
	if len(units) > 0 {
		of, err = i.r.field(ctx, "person", "unit")
	}
	return units, of, err
}

// share enters how much of the use goes to systems outside.
func (i *inspection) share(inside, outside uint64, where map[counterfoil.ID]bool) {
	all := inside + outside
	if all == 0 {
		i.unknown("N1", "No interaction was seen since "+i.traffic.From.Format("2 January 2006")+".")
		return
	}
	i.measured("N1", "%s", percent(float64(outside), float64(all)))
	if float64(outside) > outsideShare*float64(all) {
		systems := without(i.out, func(s *Record) bool { return where[s.ID] })
		i.found("N1", systems, []string{changeScope, changeInventory, stopUse}, "Of %s interactions of units inside since %s, %s went to systems outside.",
			thousands(all), i.traffic.From.Format("2 January 2006"), thousands(outside))
	}
}

// madeByProgram are systems the program made for first attempts, on which the scope
// does not decide.
func (i *inspection) madeByProgram() map[counterfoil.ID]bool {
	made := maps.Clone(i.made)
	for _, s := range slices.Concat(i.in, i.out) {
		delete(made, s.ID)
	}
	return made
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

// overdue leaves those that were begun long enough ago to have been decided on.
func overdue(list []looseSystem, now time.Time) []looseSystem {
	return slices.DeleteFunc(slices.Clone(list), func(s looseSystem) bool { return !s.made.AddDate(0, 0, undecidedDays).Before(now) })
}

// narrowByRegister looks for signs that lie in the rest of the register.
func (i *inspection) narrowByRegister(ctx context.Context) error {
	i.tiers()
	if err := i.ownWork(ctx); err != nil {
		return err
	}
	late := overdue(i.open, i.r.Now())
	found := 0
	for _, row := range i.scope.Values.Rows("discovered") {
		if since, _ := row["since"].(string); row["decision"] == nil && olderThan(since, undecidedDays, i.r.Now()) {
			found++
		}
	}
	i.measured("N9", "%d", len(late)+found)
	if len(late)+found > 0 {
		records, err := loaded(ctx, i.r, late, namedMost)
		if err != nil {
			return err
		}
		i.found("N9", records, []string{changeScope, changeInventory, stopUse}, "%d uses were found more than %d days ago and are not decided.", len(late)+found, undecidedDays)
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
		i.found("N6", higher, []string{changeScope}, "Every system inside is of the lowest tier, and these outside are not: %s.", numbers(higher))
	}
}

// ownWork looks for work of a producer, such as own prompts, agents, tuning or
// retrieval indexes, in an organisation that says it only uses AI.
func (i *inspection) ownWork(ctx context.Context) error {
	if roles := i.scope.Values.List("org_roles"); len(roles) != 1 || roles[0] != "user" {
		return nil
	}
	own := without(slices.Concat(i.in, i.out), func(s *Record) bool { return slices.Contains(s.Values.List("roles"), "develops") })
	more := false
	for _, kindID := range []string{"tool", "dataset"} {
		list, err := i.r.first(ctx, kindID, namedMost+1)
		if err != nil {
			return err
		}
		more = more || len(list) > namedMost
		own = append(own, list[:min(len(list), namedMost)]...)
	}
	if len(own) > 0 {
		i.found("N7", own, []string{changeScope}, "The organisation calls itself a user only, but has its own tools, agents or data: %s%s.", numbers(own), map[bool]string{true: " and others"}[more])
	}
	return nil
}

// gatewayItself wants the gateway, which processes what staff write, in the
// inventory, inside, and assessed. Somebody has to say which record stands for it; that
// it is this gateway the record says by naming the log that this very program writes,
// and that no other record does.
func (i *inspection) gatewayItself(ctx context.Context) error {
	marked, err := i.marked(ctx)
	if err != nil {
		return err
	}
	id := i.scope.Values.ID("gateway")
	if id.IsZero() {
		says := "The gateway itself processes what staff write, and the scope names no AI system that stands for it."
		if len(marked) > 0 {
			says += " Its log is named by " + numbers(marked) + "."
		}
		i.found("N10", marked, []string{changeScope, changeInventory}, "%s", says)
		return nil
	}
	gateway, err := i.r.Record(ctx, id)
	if err != nil {
		return fmt.Errorf("read the gateway's record: %w", err)
	}
	impacts, err := i.r.Linked(ctx, gateway, "impact")
	if err != nil {
		return err
	}
	i.measured("N10", "%s", gateway.Number())
	var lacks []string
	lack := func(when bool, what string) {
		if when {
			lacks = append(lacks, what)
		}
	}
	others := slices.DeleteFunc(marked, func(s *Record) bool { return s.ID == id })
	lack(i.log() != "" && gateway.Values.Text("log") != i.log(), "does not name the log of this gateway, "+i.log())
	lack(len(others) > 0, "is not the only one that names its log, so does "+numbers(others))
	classes := gateway.Values.List("data_classes")
	lack(slices.Contains(outOfUse, gateway.State), "is "+strings.ToLower(gateway.StateOf().Label))
	lack(!i.inside(id), "is not inside the scope")
	lack(!slices.Contains(classes, "personal") && !slices.Contains(classes, "special"), "does not say that it is given personal data")
	lack(!slices.ContainsFunc(impacts, func(r *Record) bool { return slices.Contains(impactDone, r.State) }), "has no approved impact assessment")
	if len(lacks) > 0 {
		i.found("N10", []*Record{gateway}, []string{changeScope, changeInventory}, "%s stands for the gateway itself and %s.", gateway.Number(), joinAnd(lacks))
	}
	return nil
}

func (i *inspection) log() string { return i.r.register.Log }

// marked are the systems in use that name the log of this program.
func (i *inspection) marked(ctx context.Context) ([]*Record, error) {
	if i.log() == "" {
		return nil, nil
	}
	list, err := i.r.Holding(ctx, "system", "log", i.log())
	if err != nil {
		return nil, fmt.Errorf("look for the gateway's record: %w", err)
	}
	return slices.DeleteFunc(list, func(s *Record) bool { return slices.Contains(outOfUse, s.State) }), nil
}

// joinAnd writes "a, b and c".
func joinAnd(list []string) string {
	if len(list) < 2 {
		return strings.Join(list, "")
	}
	return strings.Join(list[:len(list)-1], ", ") + " and " + list[len(list)-1]
}

// days is how many days lie between two moments.
func days(from, to time.Time) int { return int(to.Sub(from).Hours() / 24) }
