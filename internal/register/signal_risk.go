// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/register/kind"
	"github.com/counterfoil/counterfoil/internal/standard"
)

// riskSignals are those of risks, impact assessments and the statement of applicability.
func riskSignals() map[string]signal {
	return map[string]signal{
		"risk.fresh":             {judge: risksFresh},
		"risk.residual_accepted": {judge: residualAccepted},
		"risk.actions_on_time":   {judge: treatmentsOnTime},
		"aiia.fresh":             {judge: impactsFresh},
		"aiia.dimensions":        {judge: impactsConcluded},
		"aiia.linked":            {judge: impactsLinked},
		"soa.complete":           {judge: statementComplete},
		"soa.current":            {judge: statementCurrent, counts: anyGood},
	}
}

// reviewDays are how long an assessment stays fresh, by tier or impact level.
var reviewDays = map[string]int{"high": 180, "medium": 365, "low": 730}

// newestApproval is when something about each system was approved last. systems tells
// which systems a record is about by the values in force: what is drafted since was
// approved for nobody.
func newestApproval(list []*Record, systems func(kind.Values) []string) map[counterfoil.ID]time.Time {
	newest := map[counterfoil.ID]time.Time{}
	for _, record := range list {
		if record.InForce == nil {
			continue
		}
		for _, text := range systems(record.InForce.Values) {
			if id, err := counterfoil.ParseID(text); err == nil && record.InForce.At.After(newest[id]) {
				newest[id] = record.InForce.At
			}
		}
	}
	return newest
}

func risksFresh(ctx context.Context, r *Reader) ([]Judged, error) {
	systems, err := inScope(ctx, r)
	if err != nil {
		return nil, err
	}
	risks, err := r.All(ctx, "risk")
	newest := newestApproval(risks, func(v kind.Values) []string { return v.List("systems") })
	return judgeEach(systems, func(s *Record) bool { return r.within(newest[s.ID], reviewDays[s.Values.Text("tier")]) }), err
}

func residualAccepted(ctx context.Context, r *Reader) ([]Judged, error) {
	risks, err := r.All(ctx, "risk")
	risks = slices.DeleteFunc(risks, func(x *Record) bool { return x.StateOf().Ends || x.Values.Integer("residual_level") == 0 })
	return judgeEach(risks, func(x *Record) bool {
		return (x.State == "accepted" || x.State == "monitored") && r.lasts(x.Values, "expires")
	}), err
}

// treatmentsOnTime looks at those that were due in the window of the measure.
func treatmentsOnTime(ctx context.Context, r *Reader) ([]Judged, error) {
	days := standard.ISO42001().Signals["risk.actions_on_time"].WindowDays
	today, from := r.Now().UTC().Format(time.DateOnly), r.Now().UTC().AddDate(0, 0, -days).Format(time.DateOnly)
	treatments, err := r.All(ctx, "treatment", "approved", "in_progress", "done", "verified")
	treatments = slices.DeleteFunc(treatments, func(x *Record) bool {
		due := x.Values.Text("due")
		return due < from || due >= today
	})
	return judgeEach(treatments, func(x *Record) bool {
		verified, ok := x.Done["verify"]
		return ok && x.State == "verified" && verified.At.UTC().Format(time.DateOnly) <= x.Values.Text("due")
	}), err
}

// impactsFresh leaves out systems for which it was decided that none is needed.
func impactsFresh(ctx context.Context, r *Reader) ([]Judged, error) {
	systems, err := inScope(ctx, r)
	if err != nil {
		return nil, err
	}
	impacts, err := r.All(ctx, "impact")
	newest := newestApproval(impacts, func(v kind.Values) []string { return []string{v.Text("system")} })
	dismissed := map[counterfoil.ID]bool{}
	for _, i := range impacts {
		if i.State == "not_needed" {
			dismissed[i.Values.ID("system")] = true
		}
	}
	systems = slices.DeleteFunc(systems, func(s *Record) bool {
		return dismissed[s.ID] && newest[s.ID].IsZero() && s.Values.Text("impact_level") == "low"
	})
	return judgeEach(systems, func(s *Record) bool { return r.within(newest[s.ID], reviewDays[s.Values.Text("impact_level")]) }), err
}

// impactsInForce are the approved impact assessments.
func impactsInForce(ctx context.Context, r *Reader) ([]*Record, error) {
	list, err := r.All(ctx, "impact")
	return slices.DeleteFunc(list, func(i *Record) bool { return i.InForce == nil }), err
}

func impactsConcluded(ctx context.Context, r *Reader) ([]Judged, error) {
	list, err := impactsInForce(ctx, r)
	return judgeEach(list, func(i *Record) bool {
		ok, _, err := impactAllDimensions(ctx, r, &Record{Kind: i.Kind, Values: i.InForce.Values}, Program)
		return ok && err == nil
	}), err
}

func impactsLinked(ctx context.Context, r *Reader) ([]Judged, error) {
	list, err := impactsInForce(ctx, r)
	if err != nil {
		return nil, err
	}
	risks, err := r.All(ctx, "risk")
	linked := map[string]bool{}
	for _, x := range risks {
		for _, id := range x.Values.List("impacts") {
			linked[id] = true
		}
	}
	return judgeEach(list, func(i *Record) bool { return linked[i.ID.String()] }), err
}

// statementComplete looks at all controls of Annex A, recorded or not. An excluded one
// needs nothing that relies on it.
func statementComplete(ctx context.Context, r *Reader) ([]Judged, error) {
	rows, err := r.All(ctx, "statement_row", "open", "decided")
	if err != nil {
		return nil, err
	}
	var judged []Judged
	for _, id := range standard.ISO42001().IDs() {
		if !strings.HasPrefix(id, "A.") {
			continue
		}
		j := Judged{}
		if i := slices.IndexFunc(rows, func(x *Record) bool { return x.Values.Text("control") == id }); i >= 0 {
			v := rows[i].Values
			needed := !empty(v["risks"]) || !empty(v["obligations"]) || !empty(v["objectives"])
			j = Judged{rows[i], filled(v, "decision", "why", "owner") && (v.Text("decision") == "excluded" || needed && filled(v, "status"))}
		}
		judged = append(judged, j)
	}
	return judged, nil
}

// statementCurrent looks for a statement in force that is younger than a year and than
// no decision on a treatment.
func statementCurrent(ctx context.Context, r *Reader) ([]Judged, error) {
	statements, err := r.All(ctx, "statement")
	if err != nil {
		return nil, err
	}
	treatments, err := r.All(ctx, "treatment")
	newest := time.Time{}
	for _, x := range treatments {
		if x.InForce != nil && x.InForce.At.After(newest) {
			newest = x.InForce.At
		}
	}
	return judgeEach(statements, func(s *Record) bool {
		return s.InForce != nil && r.within(s.InForce.At, 365) && !s.InForce.At.Before(newest)
	}), err
}
