// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package accounts

import (
	"cmp"
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

// joined is the register as the live path needs it. It is kept up record by record: a
// save makes anew what is made of that record, or of those that rest on it. The zero
// value is ready.
type joined struct {
	records map[counterfoil.ID]*register.Record
	naming  map[counterfoil.ID]map[counterfoil.ID]bool // by what is named: the records that name it
	changed map[counterfoil.ID]bool                    // people and systems to make anew

	systems made[identity.System]
	people  made[identity.Person]
}

// made are systems or people in an order that stays much the same from one change to
// the next, so that sorting them again is quick.
type made[V any] struct {
	list []V
	at   map[counterfoil.ID]int
}

func (m *made[V]) put(id counterfoil.ID, v V) {
	if at, ok := m.at[id]; ok {
		m.list[at] = v
		return
	}
	if m.at == nil {
		m.at = make(map[counterfoil.ID]int)
	}
	m.at[id] = len(m.list)
	m.list = append(m.list, v)
}

func (m *made[V]) drop(id counterfoil.ID) {
	at, ok := m.at[id]
	if !ok {
		return
	}
	m.list = slices.Delete(m.list, at, at+1)
	delete(m.at, id)
	for other, i := range m.at {
		if i > at {
			m.at[other] = i - 1
		}
	}
}

// set puts a record in the place of the version that stood; nil takes it out.
func (j *joined) set(id counterfoil.ID, r *register.Record) {
	if j.records == nil {
		j.records, j.changed = map[counterfoil.ID]*register.Record{}, map[counterfoil.ID]bool{}
		j.naming = map[counterfoil.ID]map[counterfoil.ID]bool{}
	}
	if before := j.records[id]; before != nil {
		j.touch(before)
		for _, named := range namedIn(before) {
			delete(j.naming[named], id)
		}
	}
	if r == nil {
		delete(j.records, id)
		return
	}
	j.records[id] = r
	for _, named := range namedIn(r) {
		if j.naming[named] == nil {
			j.naming[named] = map[counterfoil.ID]bool{}
		}
		j.naming[named][id] = true
	}
	j.touch(r)
}

// namedIn are the records that something rests on when it is made: people with a role or
// a training, the models of a system, the supplier of a model.
func namedIn(r *register.Record) (ids []counterfoil.ID) {
	switch r.Kind.ID {
	case kindAppointment:
		ids = []counterfoil.ID{r.Values.ID("person"), r.Values.ID("deputy")}
	case kindTraining:
		for _, row := range r.Values.Rows("people") {
			ids = append(ids, idIn(row["person"]))
		}
	case kindSystem:
		for _, text := range inForce(r).List("models") {
			ids = append(ids, idIn(text))
		}
	case kindModel:
		ids = []counterfoil.ID{r.Values.ID("supplier")}
	}
	return slices.DeleteFunc(ids, counterfoil.ID.IsZero)
}

// idIn is the id that a value of a link holds; zero for none. Links are checked when
// they are saved.
func idIn(value any) counterfoil.ID {
	text, _ := value.(string)
	id, _ := counterfoil.ParseID(text)
	return id
}

// touch marks what is made of a record.
func (j *joined) touch(r *register.Record) {
	switch r.Kind.ID {
	case kindPerson, kindSystem:
		j.changed[r.ID] = true
	case kindAppointment, kindTraining:
		for _, person := range namedIn(r) {
			j.changed[person] = true
		}
	case kindModel, kindSupplier:
		for id := range j.naming[r.ID] {
			j.touch(j.records[id])
		}
	}
}

// refresh makes anew what was marked.
func (j *joined) refresh() {
	var anew []*register.Record
	for id := range j.changed {
		if r := j.records[id]; r != nil {
			anew = append(anew, r)
			continue
		}
		j.people.drop(id)
		j.systems.drop(id)
	}
	clear(j.changed)
	slices.SortFunc(anew, func(a, b *register.Record) int { return cmp.Compare(a.Serial, b.Serial) }) // as they are listed
	for _, r := range anew {
		switch r.Kind.ID {
		case kindPerson:
			j.people.put(r.ID, j.person(r))
		case kindSystem:
			j.systems.put(r.ID, j.system(r))
		}
	}
}

// rolesOf are those a person holds now, in order: by an appointment of their own, or as
// the deputy of somebody who is absent.
func (j *joined) rolesOf(person counterfoil.ID) (roles []string) {
	for id := range j.naming[person] {
		r, holder := j.records[id], counterfoil.ID{}
		switch {
		case r.Kind.ID != kindAppointment:
		case r.State == stateActive:
			holder = r.Values.ID("person")
		case r.State == stateAbsent:
			holder = r.Values.ID("deputy")
		}
		if role := r.Values.Text("role"); role != "" && holder == person && !slices.Contains(roles, role) {
			roles = append(roles, role)
		}
	}
	slices.Sort(roles)
	return roles
}

// isTrained tells whether a person passed a training that counts.
func (j *joined) isTrained(person counterfoil.ID) bool {
	for id := range j.naming[person] {
		r := j.records[id]
		if r.Kind.ID == kindTraining && slices.Contains(trainingInForce, r.State) && slices.ContainsFunc(r.Values.Rows("people"), func(row map[string]any) bool {
			return row["passed"] == true && idIn(row["person"]) == person
		}) {
			return true
		}
	}
	return false
}

func (j *joined) person(r *register.Record) identity.Person {
	p := identity.Person{
		ID: identity.PersonID(r.ID), Version: r.Version, Number: r.Number(), Email: r.Values.Text("email"), Name: r.Values.Text("name"),
		Unit: r.Values.Text("unit"), Left: r.State == "left", Trained: j.isTrained(r.ID), Created: r.Made.At,
	}
	if !p.Left {
		p.Roles = j.rolesOf(r.ID)
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
		if m := j.records[idIn(text)]; m != nil && modelName(m) != "" {
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
