// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package accounts

import (
	"slices"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// Kinds of records the live path is built from.
const (
	kindPerson      = "person"
	kindAppointment = "appointment"
	kindSystem      = "system"
	kindModel       = "model"
	kindSupplier    = "supplier"
	kindTraining    = "training"
)

// Kinds lists them.
var Kinds = []string{kindPerson, kindAppointment, kindSystem, kindModel, kindSupplier, kindTraining}

const fieldModelName = "name_in_requests"

// States of models and training records in which they count. A supplier counts
// while its approval is in force.
var (
	modelsInForce   = []string{"registered"}
	trainingInForce = []string{"held", "evaluated"}
)

// joined is the register as the live path needs it.
type joined struct {
	systems []identity.System
	people  []identity.Person

	records map[counterfoil.ID]*register.Record
	roles   map[counterfoil.ID][]string // of appointments in force
	trained map[counterfoil.ID]bool
}

// join makes systems and people of records.
func join(records map[counterfoil.ID]*register.Record) *joined {
	j := &joined{records: records, roles: map[counterfoil.ID][]string{}, trained: map[counterfoil.ID]bool{}}
	for _, r := range records {
		switch r.Kind.ID {
		case kindAppointment:
			j.appointment(r)
		case kindTraining:
			j.training(r)
		}
	}
	for _, r := range records {
		switch r.Kind.ID {
		case kindPerson:
			j.people = append(j.people, j.person(r))
		case kindSystem:
			j.systems = append(j.systems, j.system(r))
		}
	}
	return j
}

// appointment gives a role to whoever holds it now: the person, or their deputy while
// they are absent.
func (j *joined) appointment(r *register.Record) {
	holder := counterfoil.ID{}
	switch r.State {
	case stateActive:
		holder = r.Values.ID("person")
	case stateAbsent:
		holder = r.Values.ID("deputy")
	}
	if role := r.Values.Text("role"); role != "" && !holder.IsZero() && !slices.Contains(j.roles[holder], role) {
		j.roles[holder] = append(j.roles[holder], role)
	}
}

func (j *joined) training(r *register.Record) {
	if !slices.Contains(trainingInForce, r.State) {
		return
	}
	for _, row := range r.Values.Rows("people") {
		text, _ := row["person"].(string)
		passed, _ := row["passed"].(bool)
		if id, err := counterfoil.ParseID(text); err == nil && passed {
			j.trained[id] = true
		}
	}
}

func (j *joined) person(r *register.Record) identity.Person {
	p := identity.Person{
		ID: identity.PersonID(r.ID), Version: r.Version, Number: r.Number(), Email: r.Values.Text("email"), Name: r.Values.Text("name"),
		Unit: r.Values.Text("unit"), Left: r.State == "left", Trained: j.trained[r.ID], Created: r.Made.At,
	}
	if !p.Left {
		p.Roles = j.roles[r.ID]
		slices.Sort(p.Roles)
	}
	return p
}

// system takes what binds from the approved version, while there is one.
func (j *joined) system(r *register.Record) identity.System {
	s := identity.System{
		ID: identity.SystemID(r.ID), Version: r.Version, Slug: r.Values.Text("slug"), Number: r.Number(), Name: r.Values.Text("name"),
		Owner: identity.PersonID(r.Owner()), State: r.State, Route: routeOf(r), Tier: r.Values.Text("tier"), Builtin: r.Values.Truth("builtin"), Created: r.Made.At,
	}
	binding := inForce(r)
	s.Data = binding.List("data_classes")
	s.Bounds = identity.Bounds{Daily: binding.Integer("limit_requests_per_day"), People: binding.Integer("limit_people_per_day"), Units: binding.List("limit_units")}
	for _, text := range binding.List("models") {
		id, err := counterfoil.ParseID(text)
		if err != nil {
			continue // links are checked when they are saved
		}
		if m := j.records[id]; m != nil && modelName(m) != "" {
			s.Models, s.Uses = append(s.Models, modelName(m)), append(s.Uses, j.use(m))
		}
	}
	return s
}

// inForce are the approved values of a record, while there are any.
func inForce(r *register.Record) kind.Values {
	if r.InForce != nil {
		return r.InForce.Values
	}
	return r.Values
}

// modelName is what clients call a model.
func modelName(r *register.Record) string { return inForce(r).Text(fieldModelName) }

func (j *joined) use(model *register.Record) identity.Use {
	supplier := j.records[model.Values.ID("supplier")]
	return identity.Use{
		Registered: slices.Contains(modelsInForce, model.State),
		Supplied:   supplier != nil && supplier.InForce != nil || inForce(model).Text("origin") == "own",
	}
}
