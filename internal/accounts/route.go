// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package accounts

import (
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// States of kinds that the live path knows by name. What it does not know
// opens nothing.
const (
	stateActive     = "active"
	stateAbsent     = "absent"
	stateApproved   = "approved"
	statePiloting   = "piloting"
	stateOperating  = "operating"
	stateSuspended  = "suspended"
	stateRetiring   = "retiring"
	stateRetired    = "retired"
	stateRejected   = "rejected"
	stateForbidden  = "forbidden"
	stateOutOfScope = "out_of_scope"
)

// routeOf says what a system's record lets pass. A system that is assessed anew, was
// just approved anew or is being retired goes on as it ran: what it may do is what is
// in force.
func routeOf(r *register.Record) identity.Route {
	state, as := r.State, ranAs(r)
	switch {
	case state == stateRetiring && as != stateOperating && as != statePiloting:
		return closed(identity.ClosedRetired) // what did not run does not begin to
	case state == stateRetiring, as != "" && !fixedRoute(state):
		state = as
	}
	switch state {
	case stateOperating:
		return identity.Route{Open: true}
	case statePiloting:
		return identity.Route{Open: true, Pilot: pilotOf(r.Values, register.PilotOf(r))}
	case stateSuspended:
		return closed(identity.ClosedSuspended)
	case stateRetired:
		return closed(identity.ClosedRetired)
	case stateRejected:
		return closed(identity.ClosedRejected)
	case stateForbidden, stateOutOfScope:
		return closed(identity.ClosedForbidden)
	case stateApproved:
		return closed(identity.ClosedWaiting)
	default:
		return trialOf(r)
	}
}

func closed(reason string) identity.Route { return identity.Route{Closed: reason} }

// fixedRoute tells that a state decides by itself, whatever was before.
func fixedRoute(state string) bool {
	switch state {
	case stateOperating, statePiloting, stateSuspended, stateRetiring, stateRetired, stateRejected, stateForbidden, stateOutOfScope:
		return true
	}
	return false
}

// ranAs is the last state a system with an approval in force came to that opened or
// stopped its route; "" when it never ran, or ended since.
func ranAs(r *register.Record) string {
	if r.InForce == nil {
		return ""
	}
	as, version := "", uint64(0)
	if r.InForce.Move == register.Created { // set up by the program, in operation
		as = stateOperating
	}
	for id, act := range r.Done {
		m, ok := r.Kind.Move(id)
		if !ok || act.Version < version {
			continue
		}
		switch m.To {
		case statePiloting, stateOperating, stateSuspended:
			as, version = m.To, act.Version
		case stateRejected, stateForbidden, stateOutOfScope, stateRetired:
			as, version = "", act.Version
		}
	}
	return as
}

// trialOf is the route of a system that is not approved: none, or that of a trial.
func trialOf(r *register.Record) identity.Route {
	trial, runs := register.TrialOf(r)
	if !runs {
		return closed(identity.ClosedUnapproved)
	}
	return identity.Route{Open: true, Pilot: pilotOf(r.Values, trial)}
}

// pilotOf are the limits a record says of a trial or pilot. Without an end nothing passes.
func pilotOf(v kind.Values, t register.Tried) *identity.Pilot {
	return &identity.Pilot{Until: t.Until, Daily: v.Integer("pilot_requests_per_day"), People: v.Integer("pilot_people"), Since: t.Since}
}
