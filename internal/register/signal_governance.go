// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"context"
	"slices"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/standard"
)

// governanceSignals are those of context, leadership, roles, competence and objectives.
func governanceSignals() map[string]signal {
	return map[string]signal{
		"ctx.reviewed":     {judge: contextReviewed, counts: allGood},
		"ctx.obligations":  {judge: obligationsKept},
		"gov.commitment":   {judge: commitmentsCurrent, counts: anyGood},
		"gov.roles_filled": {judge: rolesFilled},
		"comp.valid":       {judge: competencesValid},
		"comp.effective":   {judge: trainingsEvaluated},
		"obj.measured":     {judge: objectivesMeasured},
		"msr.fresh":        {judge: measuresFresh},
	}
}

// contextReviewed wants every issue and party confirmed within the year, climate change
// among the issues, and a scope that says which parts the organisation plays.
func contextReviewed(ctx context.Context, r *Reader) ([]Judged, error) {
	climate, played := Judged{}, Judged{}
	var judged []Judged
	for _, id := range []string{"issue", "party"} {
		list, err := r.All(ctx, id, "draft", "current", "review_due")
		if err != nil {
			return nil, err
		}
		for _, x := range list {
			good := x.State == "current" && x.Approval != nil && r.within(x.Approval.At, 365)
			judged = append(judged, Judged{x, good})
			if good && x.Values.Text("topic") == "climate" {
				climate = Judged{x, true}
			}
		}
	}
	scopes, err := r.All(ctx, "scope", "in_force")
	for _, s := range scopes {
		played = Judged{s, s.InForce != nil && len(s.InForce.Values.List("org_roles")) > 0}
	}
	return append(judged, climate, played), err
}

// obligationsKept looks at the obligations that were not dismissed or ended.
func obligationsKept(ctx context.Context, r *Reader) ([]Judged, error) {
	list, err := r.All(ctx, "obligation", "identified", "assessed", "applicable", "review_due")
	return judgeEach(list, func(o *Record) bool { return o.State == "applicable" && filled(o.Values, "owner", "systems") }), err
}

func commitmentsCurrent(ctx context.Context, r *Reader) ([]Judged, error) {
	list, err := r.All(ctx, "commitment", "signed", "current", "expiring")
	return judgeEach(list, func(c *Record) bool {
		return c.State != "signed" && c.Approval != nil && r.within(c.Approval.At, 365)
	}), err
}

// rolesFilled looks at every role of the catalogue, held or not.
func rolesFilled(ctx context.Context, r *Reader) ([]Judged, error) {
	list, err := r.All(ctx, "appointment", "active", "absent")
	if err != nil {
		return nil, err
	}
	people, err := r.All(ctx, "person", "active")
	if err != nil {
		return nil, err
	}
	there := map[counterfoil.ID]bool{}
	for _, p := range people {
		there[p.ID] = true
	}
	var judged []Judged
	for _, role := range standard.ISO42001().Roles {
		j := Judged{}
		for _, a := range list {
			if a.Values.Text("role") == role.ID && there[a.Values.ID("person")] {
				j = Judged{a, true}
			}
		}
		judged = append(judged, j)
	}
	return judged, nil
}

func competencesValid(ctx context.Context, r *Reader) ([]Judged, error) {
	list, err := r.All(ctx, "competence", "required", "acquiring", "shown", "confirmed", "lapsed")
	return judgeEach(list, func(c *Record) bool { return c.State == "confirmed" && r.lasts(c.Values, "until") }), err
}

// trainingsEvaluated looks at the trainings held in the window of the measure.
func trainingsEvaluated(ctx context.Context, r *Reader) ([]Judged, error) {
	from := r.Now().UTC().AddDate(0, 0, -standard.ISO42001().Signals["comp.effective"].WindowDays).Format(time.DateOnly)
	list, err := r.All(ctx, "training", "held", "evaluated", "repeat_due")
	list = slices.DeleteFunc(list, func(x *Record) bool { return x.Values.Text("held") < from })
	return judgeEach(list, func(x *Record) bool { return filled(x.Values, "effect") }), err
}

func measuresFresh(ctx context.Context, r *Reader) ([]Judged, error) {
	list, err := r.All(ctx, "measure", "in_force")
	return judgeEach(list, func(m *Record) bool { return freshMeasure(r, m) }), err
}

// freshMeasure tells whether a measure was looked at within its own interval.
func freshMeasure(r *Reader, m *Record) bool {
	last, err := time.Parse(time.DateOnly, m.Values.Text("last"))
	return err == nil && filled(m.Values, "findings") && r.within(last, int(m.Values.Integer("interval"))+1) // the day itself counts
}

// objectivesMeasured looks at the objectives in force.
func objectivesMeasured(ctx context.Context, r *Reader) ([]Judged, error) {
	measures, err := r.All(ctx, "measure", "in_force")
	if err != nil {
		return nil, err
	}
	fresh := map[string]bool{}
	for _, m := range measures {
		fresh[m.ID.String()] = freshMeasure(r, m)
	}
	list, err := r.All(ctx, "objective", "approved", "pursued", "late")
	return judgeEach(list, func(o *Record) bool {
		return slices.ContainsFunc(o.Values.List("measures"), func(id string) bool { return fresh[id] })
	}), err
}
