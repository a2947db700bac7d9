// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"context"
	"slices"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// inventorySignals are those of AI systems, their data and their suppliers.
func inventorySignals() map[string]signal {
	return map[string]signal{
		"inv.complete":     {judge: inventoryComplete},
		"inv.owner_active": {judge: ownersActive},
		"resp.allocated":   {judge: responsibilitiesAllocated},
		"data.registered":  {judge: dataRegistered},
		"data.prepared":    {judge: dataPrepared},
	}
}

// inScope are the AI systems in the scope that have not ended.
func inScope(ctx context.Context, r *Reader) ([]*Record, error) {
	list, err := r.All(ctx, "system")
	return slices.DeleteFunc(list, func(s *Record) bool { return s.Values.Text("in_scope") != "yes" || s.StateOf().Ends }), err
}

// judgeEach judges every record of a list.
func judgeEach(list []*Record, good func(*Record) bool) []Judged {
	judged := make([]Judged, len(list))
	for i, record := range list {
		judged[i] = Judged{record, good(record)}
	}
	return judged
}

// filled tells whether every field of a list has a value.
func filled(v kind.Values, fields ...string) bool {
	return !slices.ContainsFunc(fields, func(f string) bool { return empty(v[f]) })
}

// lasts tells whether the day a field names has not passed.
func (r *Reader) lasts(v kind.Values, field string) bool {
	return v.Text(field) >= r.Now().UTC().Format(time.DateOnly)
}

// within tells whether something happened in the last days.
func (r *Reader) within(t time.Time, days int) bool {
	return !t.IsZero() && t.AddDate(0, 0, days).After(r.Now())
}

func inventoryComplete(ctx context.Context, r *Reader) ([]Judged, error) {
	systems, err := inScope(ctx, r)
	if err != nil {
		return nil, err
	}
	supplied, err := suppliedModels(ctx, r)
	return judgeEach(systems, func(s *Record) bool {
		unknown := func(model string) bool { supplier, known := supplied[model]; return !known || supplier == "" }
		return filled(s.Values, "owner", "roles", "purpose", "intended_use", "users", "affected", "data_classes", "models", "stage", "tier", "impact_level") &&
			!slices.ContainsFunc(s.Values.List("models"), unknown)
	}), err
}

// suppliedModels are, for each model, its supplier, or "own".
func suppliedModels(ctx context.Context, r *Reader) (map[string]string, error) {
	models, err := r.All(ctx, "model")
	list := map[string]string{}
	for _, m := range models {
		if list[m.ID.String()] = m.Values.Text("supplier"); m.Values.Text("origin") == "own" {
			list[m.ID.String()] = "own"
		}
	}
	return list, err
}

func ownersActive(ctx context.Context, r *Reader) ([]Judged, error) {
	systems, err := inScope(ctx, r)
	if err != nil {
		return nil, err
	}
	people, err := r.All(ctx, "person", "active")
	if err != nil {
		return nil, err
	}
	appointments, err := r.All(ctx, "appointment", "accepted", "active", "absent")
	if err != nil {
		return nil, err
	}
	there, accepted := map[counterfoil.ID]bool{}, map[counterfoil.ID]bool{}
	for _, p := range people {
		there[p.ID] = true
	}
	for _, a := range appointments {
		accepted[a.Values.ID("person")] = true
	}
	return judgeEach(systems, func(s *Record) bool { return there[s.Owner()] && accepted[s.Owner()] }), nil
}

// responsibilitiesAllocated looks at the systems in the scope that use a model of
// somebody else.
func responsibilitiesAllocated(ctx context.Context, r *Reader) ([]Judged, error) {
	systems, err := inScope(ctx, r)
	if err != nil {
		return nil, err
	}
	supplied, err := suppliedModels(ctx, r)
	if err != nil {
		return nil, err
	}
	allocations, err := r.All(ctx, "responsibility", "accepted", "in_force", "review_due")
	if err != nil {
		return nil, err
	}
	allocated := map[counterfoil.ID]bool{}
	for _, a := range allocations {
		allocated[a.Values.ID("system")] = true
	}
	systems = slices.DeleteFunc(systems, func(s *Record) bool {
		return !slices.ContainsFunc(s.Values.List("models"), func(m string) bool { return supplied[m] != "own" && supplied[m] != "" })
	})
	return judgeEach(systems, func(s *Record) bool { return allocated[s.ID] }), nil
}

// dataRegistered looks at the data sets linked to systems in the scope.
func dataRegistered(ctx context.Context, r *Reader) ([]Judged, error) {
	systems, err := inScope(ctx, r)
	if err != nil {
		return nil, err
	}
	inside := map[string]bool{}
	for _, s := range systems {
		inside[s.ID.String()] = true
	}
	sets, err := r.All(ctx, "dataset", "proposed", "approved", "review_due")
	sets = slices.DeleteFunc(sets, func(d *Record) bool {
		return !slices.ContainsFunc(d.Values.List("systems"), func(s string) bool { return inside[s] })
	})
	return judgeEach(sets, func(d *Record) bool { return filled(d.Values, "origin", "owner", "rights", "classes", "keep_until") }), err
}

// dataPrepared looks at the data sets used for development.
func dataPrepared(ctx context.Context, r *Reader) ([]Judged, error) {
	sets, err := r.All(ctx, "dataset", "proposed", "approved", "review_due")
	sets = slices.DeleteFunc(sets, func(d *Record) bool {
		return !slices.ContainsFunc(d.Values.List("use"), func(u string) bool { return slices.Contains([]string{"training", "tuning", "validation", "test"}, u) })
	})
	return judgeEach(sets, func(d *Record) bool { return d.Approval != nil && filled(d.Values, "preparation") }), err
}
