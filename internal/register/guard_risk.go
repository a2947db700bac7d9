// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil/internal/register/kind"
	"github.com/counterfoil/counterfoil/internal/standard"
)

// riskFunctions rate risks by the method in force and hold acceptances within its limits.
func riskFunctions() Functions {
	return Functions{
		Guards: map[string]GuardFunc{
			"risk_method_in_force": riskMethodInForce,
			"risk_method_newer":    riskMethodNewer,
			"risk_within_limit":    riskWithinLimit,
		},
		Derive: map[string]DeriveFunc{"risk_levels": riskLevels},
	}
}

// methodInForce is the method risks are rated by, as it was approved; nil without one.
func methodInForce(ctx context.Context, r *Reader) (*Record, error) {
	return r.Last(ctx, "method", "in_force")
}

// rating is a method's answer for one pair of likelihood and impacts.
type rating struct {
	level   int64
	band    string
	accepts []string
	days    int64
}

// rate multiplies likelihood by the highest impact and finds the band; false when
// a value is missing.
func rate(method kind.Values, likelihood int64, impacts ...int64) (rating, bool) {
	if likelihood == 0 || slices.Contains(impacts, 0) {
		return rating{}, false
	}
	out := rating{level: likelihood * slices.Max(impacts)}
	from := int64(0)
	for _, row := range method.Rows("bands") {
		begins, _ := row["from"].(int64)
		if begins > out.level || begins < from {
			continue
		}
		from = begins
		out.fill(row)
	}
	return out, true
}

func (r *rating) fill(row map[string]any) {
	r.band, _ = row["band"].(string)
	r.accepts, _ = row["accepts"].([]string)
	r.days, _ = row["days"].(int64)
}

// Band is the band of a method for a likelihood and an impact, as its id; "" when no
// band begins so low. The rule on people hurt for good is not in it.
func Band(method kind.Values, likelihood, impact int64) string {
	r, _ := rate(method, likelihood, impact)
	return r.band
}

// raise lifts a rating to the band high when people would be hurt for good.
func (r *rating) raise(method kind.Values, individuals int64) {
	if !method.Truth("severe_people") || individuals < 5 || r.band == "high" || r.band == "very_high" {
		return
	}
	for _, row := range method.Rows("bands") {
		if row["band"] == "high" {
			r.fill(row)
		}
	}
}

func rateRisk(method, risk kind.Values, prefix string) (rating, bool) {
	impact := "impact_"
	if prefix != "" {
		impact = prefix
	}
	people := risk.Integer(impact + "individuals")
	out, ok := rate(method, risk.Integer(prefix+"likelihood"), risk.Integer(impact+"organisation"), people, risk.Integer(impact+"society"))
	if ok {
		out.raise(method, people)
	}
	return out, ok
}

// riskLevels computes levels and bands, and tells whether a copy of the library
// is still one.
func riskLevels(ctx context.Context, r *Reader, record *Record) error {
	method, err := methodInForce(ctx, r)
	if err != nil {
		return err
	}
	v := record.Values
	for _, id := range []string{"level", "band", "residual_level", "residual_band", "highest", "residual_highest"} {
		delete(v, id)
	}
	for id, impacts := range map[string]string{"highest": "impact_", "residual_highest": "residual_"} {
		if most := max(v.Integer(impacts+"organisation"), v.Integer(impacts+"individuals"), v.Integer(impacts+"society")); most > 0 {
			v[id] = most
		}
	}
	if method != nil {
		if before, ok := rateRisk(method.InForce.Values, v, ""); ok {
			v["level"], v["band"] = before.level, before.band
			v["method"] = methodName(method)
		}
		if after, ok := rateRisk(method.InForce.Values, v, "residual_"); ok {
			v["residual_level"], v["residual_band"] = after.level, after.band
		}
	}
	if v.Text("library") != "" {
		v["template"] = stillTemplate(v)
	}
	return nil
}

func methodName(method *Record) string {
	return fmt.Sprintf("%s, version %d", method.Number(), method.InForce.Version)
}

func riskMethodInForce(ctx context.Context, r *Reader, _ *Record, _ Actor) (bool, string, error) {
	method, err := methodInForce(ctx, r)
	return method != nil, "", err
}

// riskMethodNewer holds when the risk was rated by another method, or version, than
// that in force.
func riskMethodNewer(ctx context.Context, r *Reader, record *Record, _ Actor) (bool, string, error) {
	method, err := methodInForce(ctx, r)
	if err != nil || method == nil {
		return false, "", err
	}
	rated := record.Values.Text("method")
	return rated != "" && rated != methodName(method), "", nil
}

// riskWithinLimit lets only roles accept that the method names for the band, and no
// longer than it allows.
func riskWithinLimit(ctx context.Context, r *Reader, record *Record, actor Actor) (bool, string, error) {
	method, err := methodInForce(ctx, r)
	if err != nil {
		return false, "", err
	}
	if method == nil {
		return false, "No risk method is in force, so nobody's limit is known.", nil
	}
	after, ok := rateRisk(method.InForce.Values, record.Values, "residual_")
	if !ok {
		return false, "What remains is not rated.", nil
	}
	if !actor.program && !slices.ContainsFunc(after.accepts, func(role string) bool { return slices.Contains(actor.Roles, role) }) {
		return false, fmt.Sprintf("What remains is %s (%d); it can be accepted by: %s.", strings.ReplaceAll(after.band, "_", " "), after.level, strings.Join(words(after.accepts), ", ")), nil
	}
	until, err := time.Parse(time.DateOnly, record.Values.Text("expires"))
	if err == nil && after.days > 0 && until.After(r.Now().AddDate(0, 0, int(after.days))) {
		return false, fmt.Sprintf("An acceptance in this band lasts %d days at most.", after.days), nil
	}
	return true, "", nil
}

// LibraryRisk are the values of a copy of a library risk.
func LibraryRisk(l *standard.LibraryRisk) (values, fixed kind.Values) {
	return kind.Values{
		"title": l.Title, "category": l.Category, "cause": l.Cause, "event": l.Event,
		"for_organisation": l.Consequence["organisation"], "for_individuals": l.Consequence["individuals"], "for_society": l.Consequence["society"],
		"sources": slices.Clone(l.Sources), "objectives": slices.Clone(l.Objectives),
		"likelihood": l.Rating.Likelihood, "impact_organisation": l.Rating.Impact["organisation"],
		"impact_individuals": l.Rating.Impact["individuals"], "impact_society": l.Rating.Impact["society"],
	}, kind.Values{"library": l.ID}
}

// stillTemplate tells whether a copy says in every respect what the library says.
func stillTemplate(v kind.Values) bool {
	l, ok := standard.Risks().Risk(v.Text("library"))
	if !ok {
		return false
	}
	copied, _ := LibraryRisk(l)
	for _, id := range []string{"cause", "event", "for_organisation", "for_individuals", "for_society", "likelihood", "impact_organisation", "impact_individuals", "impact_society"} {
		if v[id] != copied[id] {
			return false
		}
	}
	return true
}
