// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
)

// Limits above which a scope asks for more than the organisation can do.
const (
	ownerlessShare = 0.10
	ownerlessDays  = 30
	unseenShare    = 0.10
	unseenDays     = 30 // in operation, before not being seen counts
	idleShare      = 0.20
	unassessed     = 0.30
	unassessedDays = 60
)

// assessmentHours is how long a system takes to assess, by tier; without a tier as
// for the middle one.
var assessmentHours = []int64{16, 6, 16, 40}

// broad looks for signs that lie in the scope itself and in traffic.
func (i *inspection) broad(_ context.Context) error {
	i.hours()
	var powerless []string
	for rows, name := range map[string]string{"units": "unit", "entities": "entity"} {
		for _, row := range i.scope.Values.Rows(rows) {
			if row["decision"] == "in" && !truth(row, "authority") {
				powerless = append(powerless, fmt.Sprint(row[name]))
			}
		}
	}
	if slices.Sort(powerless); len(powerless) > 0 {
		i.found("B3", nil, []string{changeScope}, "Inside, but who signs does not decide over it: %s.", strings.Join(powerless, ", "))
	}
	i.unused()
	return nil
}

// unused looks for systems inside that the gateway did not see.
func (i *inspection) unused() {
	if !i.traffic.Known {
		i.unknown("B4", "Use is not observed, so which systems cannot be seen is not known.")
		i.unknown("B5", "Use is not observed, so which systems are idle is not known.")
		return
	}
	gateway := i.scope.Values.ID("gateway")
	unused := without(i.in, func(s *Record) bool {
		if s.ID == gateway {
			return i.traffic.All() == 0 // it carries all
		}
		return i.traffic.Of(s.ID).Interactions == 0
	})
	operating := without(i.in, func(s *Record) bool { return s.State == "operating" })
	unseen := without(unused, func(s *Record) bool {
		replacement, _ := i.row(s)["replacement"].(string)
		return s.State == "operating" && replacement == "" && days(s.Since, i.traffic.To) >= unseenDays
	})
	since := i.traffic.From.Format("2 January 2006")
	i.measured("B4", "%d of %d", len(unseen), len(operating))
	if over(unseen, operating, unseenShare) {
		i.found("B4", unseen, []string{changeScope, changeInventory}, "In operation, but not seen by the gateway since %s and without a record that replaces that: %s.", since, numbers(unseen))
	}
	silent := without(unused, func(s *Record) bool { return s.Made.At.Before(i.traffic.From) }) // others are not there that long
	i.measured("B5", "%d of %d", len(silent), len(i.in))
	if over(silent, i.in, idleShare) {
		i.found("B5", silent, []string{changeScope, changeInventory}, "Without any interaction since %s: %s.", since, numbers(silent))
	}
}

func over(part, of []*Record, share float64) bool {
	return len(part) > 0 && float64(len(part)) > share*float64(len(of))
}

func (i *inspection) hours() {
	have, given := i.scope.Values["hours"].(int64)
	if !given {
		i.unknown("B1", "Nothing says how many hours the owners have until Stage 1.")
		return
	}
	need := int64(0)
	for _, s := range i.in {
		need += assessmentHours[max(tierOf(s), 0)]
	}
	i.measured("B1", "%d of %d hours", need, have)
	if need > have {
		i.found("B1", nil, []string{changeScope}, "Assessing the systems inside takes about %d hours; their owners have %d until Stage 1.", need, have)
	}
}

// broadByRegister looks for signs that lie in the rest of the register.
func (i *inspection) broadByRegister(ctx context.Context) error {
	if err := i.owners(ctx); err != nil {
		return err
	}
	if err := i.regimes(ctx); err != nil {
		return err
	}
	return i.assessments(ctx)
}

// owners wants each system inside to have an owner who accepted that role.
func (i *inspection) owners(ctx context.Context) error {
	if days(i.scope.Made.At, i.r.Now()) < ownerlessDays {
		return nil
	}
	var ownerless []*Record
	accepted := map[counterfoil.ID]bool{{}: false} // by person
	for _, s := range i.in {
		owner := s.Owner()
		if _, asked := accepted[owner]; !asked {
			roles, err := rolesHeld(ctx, i.r, owner, counterfoil.ID{})
			if err != nil {
				return err
			}
			accepted[owner] = slices.Contains(roles, "system_owner")
		}
		if !accepted[owner] {
			ownerless = append(ownerless, s)
		}
	}
	i.measured("B2", "%d of %d", len(ownerless), len(i.in))
	if over(ownerless, i.in, ownerlessShare) {
		i.found("B2", ownerless, []string{changeScope, changeInventory}, "%d days after the scope was begun, nobody has accepted to own: %s.", ownerlessDays, numbers(ownerless))
	}
	return nil
}

// regimes wants a competent person for each legal regime that obligations name.
func (i *inspection) regimes(ctx context.Context) error {
	obligations, err := i.r.parts(ctx, "obligation", "regime", "competent") // nearly each is alone with its values
	if err != nil {
		return fmt.Errorf("read obligations: %w", err)
	}
	competent := map[string]bool{}
	for _, o := range obligations {
		if regime := o.Values[0]; regime != "" && slices.Contains([]string{"identified", "assessed", "applicable", "review_due"}, o.State) {
			competent[regime] = competent[regime] || o.Values[1] != ""
		}
	}
	if len(competent) == 0 {
		i.unknown("B6", "No obligation names a legal regime.")
	}
	var without []string
	for regime, ok := range competent {
		if !ok {
			without = append(without, regime)
		}
	}
	i.measured("B6", "%d of %d without", len(without), len(competent))
	if slices.Sort(without); len(without) > 0 {
		i.found("B6", nil, []string{changeScope, changeInventory}, "Nobody competent is named for: %s.", strings.Join(without, ", "))
	}
	return nil
}

// assessments wants most systems inside to be assessed in time for Stage 1.
func (i *inspection) assessments(ctx context.Context) error {
	stage1, err := time.Parse(time.DateOnly, i.scope.Values.Text("stage1"))
	if err != nil {
		i.unknown("B8", "Nothing says when Stage 1 is planned.")
		return nil
	}
	if days(i.r.Now(), stage1) > unassessedDays {
		return nil
	}
	var missing []*Record
	for _, s := range i.in {
		ok, err := assessed(ctx, i.r, s)
		if err != nil {
			return err
		}
		if !ok {
			missing = append(missing, s)
		}
	}
	i.measured("B8", "%d of %d without", len(missing), len(i.in))
	if over(missing, i.in, unassessed) {
		i.found("B8", missing, []string{changeScope}, "Less than %d days before Stage 1 and without an approved impact assessment or a rated risk: %s.", unassessedDays, numbers(missing))
	}
	return nil
}

// boundless is wording that promises everything.
var boundless = regexp.MustCompile(`(?i)\b(all|any|every|entire|whole)\b[^.;]{0,60}\b(AI|artificial intelligence)\b[^.;]{0,60}\b(activit\w+|systems?|worldwide|global\w*|everywhere|organi[sz]ation|group)\b|\b(AI|artificial intelligence)\b[^.;]{0,40}\b(worldwide|everywhere)\b`)

// wording compares the text for the certificate with the scope: the short form must
// not claim more than the long one.
func (i *inspection) wording() {
	v := i.scope.Values
	for _, text := range []string{v.Text("statement"), v.Text("certificate")} {
		if boundless.MatchString(text) {
			i.found("B7", nil, []string{changeScope}, "The wording has no boundary: “%s”.", boundless.FindString(text))
			break
		}
	}
	text := v.Text("certificate")
	if text == "" {
		return
	}
	units := slices.Concat(i.decided("units", "unit", "in"), i.decided("sites", "site", "in"), i.decided("entities", "entity", "in"))
	if !mentions(text, roleWords(v.List("org_roles"))) {
		i.found("C1", nil, []string{changeScope}, "The wording for the certificate does not say which part the organisation plays: %s.", strings.Join(v.List("org_roles"), ", "))
	}
	if out := i.decided("units", "unit", "out"); len(out)+len(i.out) > 0 && !mentions(text, append(out, "except", "exclud", "without", "limited to", "only")) {
		i.found("C2", nil, []string{changeScope}, "Something is left out, and the wording for the certificate does not say so.")
	}
	if mentions(text, i.decided("products", "product", "in")) && !mentions(text, units) {
		i.found("C3", nil, []string{changeScope}, "The wording for the certificate names a product, but no unit, site or entity.")
	}
}

// roleWords are words that say which part an organisation plays.
func roleWords(roles []string) []string {
	words := map[string][]string{
		"provider": {"provid", "provision", "offer"}, "producer": {"produc", "develop", "design"},
		"user": {"use", "using", "deploy"}, "partner": {"partner", "integrat"},
	}
	var list []string
	for _, role := range roles {
		list = append(list, words[role]...)
	}
	return list
}
