// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/register/kind"
	"github.com/counterfoil/counterfoil/internal/standard"
	"github.com/counterfoil/counterfoil/internal/strictyaml"
)

// Action is what the table of rights grants.
type Action string

// Actions. Moves are granted by the kinds.
const (
	Read        Action = "read"
	Create      Action = "create"
	ChangeRight Action = "change"
	Comment     Action = "comment"
	Attach      Action = "attach"
	Export      Action = "export"
)

var actions = []Action{Read, Create, ChangeRight, Comment, Attach, Export}

// Actions are the actions of the table, in its order.
func Actions() []Action { return slices.Clone(actions) }

// RoleStaff is whoever holds any role.
const RoleStaff = "staff"

//go:embed rights.yaml
var rightsFile []byte

// Rights is the table of who may do what; default deny. It never changes.
type Rights struct {
	grants []grant
}

type grant struct {
	Roles []string `yaml:"roles"`
	May   []string `yaml:"may"`
	Kinds []string `yaml:"kinds"`
}

// LoadRights reads the built-in table and checks it against the kinds and roles.
func LoadRights(kinds *kind.Set, roles []string) (*Rights, strictyaml.Faults) {
	var file struct {
		Rights []grant `yaml:"rights"`
	}
	doc := strictyaml.Decode(rightsFile, &file)
	known := append([]string{kind.RoleAny, kind.RoleOwner, kind.RoleSelf, RoleStaff}, roles...)
	for i, g := range file.Rights {
		path := strictyaml.Element("rights", i)
		for _, role := range g.Roles {
			if !slices.Contains(known, role) {
				doc.Faultf(path+".roles", "there is no role %q", role)
			}
		}
		for _, may := range g.May {
			if !slices.Contains(actions, Action(may)) {
				doc.Faultf(path+".may", "there is no action %q", may)
			}
		}
		for _, id := range g.Kinds {
			if _, err := kinds.Kind(id); err != nil && id != "*" {
				doc.Faultf(path+".kinds", "there is no kind %q", id)
			}
		}
	}
	return &Rights{file.Rights}, doc.Faults().In("rights.yaml")
}

// Grants tells whether one of the roles may do the action with records of the kind.
func (t *Rights) Grants(roles []string, k *kind.Kind, a Action) bool {
	return slices.ContainsFunc(t.grants, func(g grant) bool {
		return slices.Contains(g.May, string(a)) && (slices.Contains(g.Kinds, "*") || slices.Contains(g.Kinds, k.ID)) &&
			slices.ContainsFunc(g.Roles, func(role string) bool { return slices.Contains(roles, role) })
	})
}

// RolesFor lists the roles that may do the action, for the text of a refusal.
func (t *Rights) RolesFor(k *kind.Kind, a Action) []string {
	var list []string
	for _, g := range t.grants {
		if slices.Contains(g.May, string(a)) && (slices.Contains(g.Kinds, "*") || slices.Contains(g.Kinds, k.ID)) {
			for _, role := range g.Roles {
				if !slices.Contains(list, role) {
					list = append(list, role)
				}
			}
		}
	}
	return list
}

// roles are those of an actor towards a record, which may be nil.
func (a Actor) roles(record *Record) []string {
	list := append([]string{kind.RoleAny}, a.Roles...)
	if len(a.Roles) > 0 {
		list = append(list, RoleStaff)
	}
	if record == nil || a.Person.IsZero() {
		return list
	}
	if record.Owner() == a.Person {
		list = append(list, kind.RoleOwner)
	}
	if record.Values.ID("person") == a.Person || record.Kind.Subject == kind.RoleSelf && record.ID == a.Person {
		list = append(list, kind.RoleSelf)
	}
	return list
}

// sees tells whether an actor may know that the record exists.
func (t *Rights) sees(a Actor, record *Record) bool {
	if a.program {
		return true
	}
	if record.Kind.Inner {
		return false // seen with the record it belongs to, see View.Inner
	}
	if record.Kind.Named != nil {
		return a.named(record)
	}
	if o := record.About.Offer; o != nil && o.To == a.Person {
		return true // to accept or decline it, they have to read it
	}
	return t.Grants(a.roles(record), record.Kind, Read)
}

// named tells whether a record of a kind with named people names the actor, or was
// begun by them.
func (a Actor) named(record *Record) bool {
	if a.Person.IsZero() {
		return false
	}
	if record.Made.By == a.Person {
		return true
	}
	for _, id := range record.Kind.Named {
		f, _ := record.Kind.Field(id)
		if slices.Contains(linksIn(f, record.Values[id]), a.Person.String()) {
			return true
		}
	}
	return false
}

// check refuses what the table does not grant. What an actor may not see does not
// exist for them.
func (t *Rights) check(a Actor, k *kind.Kind, record *Record, action Action) error {
	if a.program {
		return nil
	}
	if record != nil && !t.sees(a, record) {
		return fault.NotFound("There is no such record.", nil)
	}
	if action == Read && record != nil || t.Grants(a.roles(record), k, action) {
		return nil
	}
	if record != nil && k.Named != nil && (action == Comment || action == Attach || action == Export) {
		return nil // the named people handle it
	}
	return fault.Forbidden(fmt.Sprintf("Not available: you have no right to %s records of the kind “%s”. It belongs to: %s.", action, k.Title, strings.Join(words(t.RolesFor(k, action)), ", ")), nil)
}

// mayMove refuses a move whose roles the actor does not have.
func (t *Rights) mayMove(a Actor, record *Record, m *kind.Move) error {
	if a.program {
		return nil
	}
	roles := a.roles(record)
	if !m.Auto && slices.ContainsFunc(m.Roles, func(role string) bool { return slices.Contains(roles, role) }) {
		return nil
	}
	return fault.Forbidden(fmt.Sprintf("Not available: “%s” is for: %s.", m.Label, strings.Join(words(m.Roles), ", ")), nil)
}

// RoleWords are roles as people read them.
func RoleWords(roles []string) []string { return words(roles) }

// words are roles as people read them.
func words(roles []string) []string {
	list := make([]string, len(roles))
	for i, role := range roles {
		switch role {
		case kind.RoleOwner:
			list[i] = "its owner"
		case kind.RoleSelf:
			list[i] = "the person concerned"
		case kind.RoleAny:
			list[i] = "everybody"
		case RoleStaff:
			list[i] = "whoever holds a role"
		default:
			list[i] = standard.RoleInSentence(role)
		}
	}
	return list
}
