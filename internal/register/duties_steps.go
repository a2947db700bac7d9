// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"slices"

	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// needsPersonal tells whether a move needs a field that is sealed.
func needsPersonal(k *kind.Kind, m *kind.Move) bool {
	return slices.ContainsFunc(m.Needs, func(id string) bool {
		f, ok := k.Field(id)
		return ok && f.Personal
	})
}

// waitingStates are those a record does not rest in, with a move on from them for
// one of the roles.
func waitingStates(k *kind.Kind, roles []string) []string {
	var states []string
	for i := range k.States {
		if s := &k.States[i]; !k.Inner && s.Waits() && len(stepsOn(k, s.ID, roles)) > 0 {
			states = append(states, s.ID)
		}
	}
	return states
}

// stepsOn are the moves on from a state that are for one of the roles.
func stepsOn(k *kind.Kind, state string, roles []string) []*kind.Move {
	return slices.DeleteFunc(k.From(state), func(m *kind.Move) bool {
		return m.Auto || !leadsOn(k, m) || sharedRole(m, roles) == ""
	})
}

// leadsOn tells whether a move is a step forward: one that gives the record up, or
// leaves it where it is, is always possible and no duty.
func leadsOn(k *kind.Kind, m *kind.Move) bool {
	to, ok := k.State(m.To)
	return ok && to.Mark != "bad" && to.Mark != "none" && !m.Leads(m.To)
}

// sharedRole is the first role of a move among some; "" without any.
func sharedRole(m *kind.Move, roles []string) string {
	for _, role := range m.Roles {
		if role != kind.RoleAny && slices.Contains(roles, role) {
			return role
		}
	}
	return ""
}
