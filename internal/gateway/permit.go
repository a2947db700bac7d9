// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/identity"
)

// Usage counts the requests and the people of systems that are bounded, because they are
// tried or because they were approved so.
type Usage interface {
	// Pass counts one request of such a system and returns the reason code when it is
	// one too many; "" lets it pass. Person is zero for a program.
	Pass(system *identity.System, person counterfoil.ID, now time.Time) (reason string)
}

// permit looks whether the system the key belongs to has a route now. A system that
// is not approved, that was stopped or has ended has none, whatever the rules say.
func (x *exchange) permit() *refusal {
	start, s := time.Now(), x.principal.System
	now := x.g.clock.Now()
	reason := s.Route.Check(now)
	for _, look := range []func(time.Time) string{x.answered, x.admitted, x.counted} {
		if reason == "" {
			reason = look(now)
		}
	}
	guard(&x.intent.Guards, "route", counterfoil.GuardRan, "", reason, start)
	if reason == "" {
		return nil
	}
	return &refusal{status: http.StatusForbidden, reason: reason, message: noRoute(s, reason), aside: x.owner()}
}

// answered refuses a program that nobody answers for: its key names nobody, and who
// owned the system left. The system the program makes itself needs nobody until somebody
// took it over.
func (x *exchange) answered(time.Time) string {
	p := &x.principal
	if p.ForOwner && p.Person.IsZero() && !(p.System.Builtin && p.System.Owner.IsZero()) {
		return identity.ClosedOwnerless
	}
	return ""
}

// admitted refuses people of units the system is not approved for.
func (x *exchange) admitted(time.Time) string {
	if x.principal.Workload || len(x.principal.System.Bounds.Units) == 0 {
		return ""
	}
	if p, ok := x.state.Snapshot.Person(x.principal.Person); ok && x.principal.System.Bounds.Admits(p.Unit) {
		return ""
	}
	return identity.ClosedUnits
}

// counted counts the request. Where it has to be counted and nobody does, nothing passes.
func (x *exchange) counted(now time.Time) string {
	s := x.principal.System
	switch {
	case !s.Counted():
		return ""
	case x.g.usage == nil && s.Route.Pilot != nil:
		return identity.ClosedPilotDaily
	case x.g.usage == nil:
		return identity.ClosedDaily
	}
	person := counterfoil.ID(x.principal.Person)
	if x.principal.Workload {
		person = counterfoil.ID{}
	}
	return x.g.usage.Pass(s, person, now)
}

// routeWords are, for each reason, how the system stands and what to do.
var routeWords = map[string]struct{ stands, next string }{
	identity.ClosedUnapproved: {"is not approved (it is %s)", "Its owner can have it approved, or allow a trial with an end."},
	identity.ClosedWaiting:    {"is approved but not in use yet (it is %s)", "Its owner can begin the pilot or put it into operation."},
	identity.ClosedSuspended:  {"is stopped (it is %s)", "Its owner can let it run again."},
	identity.ClosedRetired:    {"is retired (it is %s)", "Ask its owner what takes its place."},
	identity.ClosedRejected:   {"was rejected (it is %s)", "Ask its owner for the reason, which stands in its record."},
	identity.ClosedForbidden:  {"may not be used here (it is %s)", "Ask the AIMS manager."},
	identity.ClosedPilotEnded: {"was tried, and the trial is over (it is %s)", "Its owner can have it approved or set another end."},
	identity.ClosedPilotDaily: {"is tried, and has had its requests of today (it is %s)", "Try again tomorrow (UTC), or ask its owner for a higher limit."},
	identity.ClosedOwnerless:  {"has nobody who answers for what programs do with it (it is %s)", "Ask the AIMS manager to name an owner; the key works again from then on."},
	identity.ClosedDaily:      {"has had the requests of today that it is approved for (it is %s)", "Try again tomorrow (UTC). A higher limit takes a new approval, which its owner can ask for."},
	identity.ClosedFull:       {"is used today by as many people as it is approved for (it is %s)", "Try again tomorrow (UTC). A higher limit takes a new approval, which its owner can ask for."},
	identity.ClosedUnits:      {"is approved for people of other units than the one of this key (it is %s)", "Ask its owner, or have the unit in your record corrected."},
	identity.ClosedPilotFull:  {"is tried, and as many people as may take part do so (it is %s)", "Ask its owner to be let in."},
}

// noRoute is what the caller is told and the record keeps. It names the owner by the
// number of their record only: a name would stay when the owner is erased.
func noRoute(s *identity.System, reason string) string {
	words := routeWords[reason]
	return fmt.Sprintf("Nothing was forwarded: the AI system %s (%s) "+words.stands+". %s", s.Name, s.Number, stateWords(s.State), words.next)
}

func stateWords(state string) string { return strings.ReplaceAll(state, "_", " ") }

// owner names who answers for the system, for the caller only.
func (x *exchange) owner() string {
	owner, ok := x.state.Snapshot.Person(x.principal.System.Owner)
	switch {
	case !ok:
		return "Nobody owns it; ask the AIMS manager."
	case owner.Left:
		return "Its owner has left; ask the AIMS manager."
	case owner.Name == "":
		return "Its owner is " + owner.Email + "."
	default:
		return fmt.Sprintf("Its owner is %s, %s.", owner.Name, owner.Email)
	}
}
