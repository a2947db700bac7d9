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

// Pilots counts the requests and the people of systems that are tried.
type Pilots interface {
	// Pass counts one request of a system whose route has a pilot, and returns the
	// reason code when it is one too many; "" lets it pass. Person is zero for a program.
	Pass(system *identity.System, person counterfoil.ID, now time.Time) (reason string)
}

// permit looks whether the system the key belongs to has a route now. A system that
// is not approved, that was stopped or has ended has none, whatever the rules say.
func (x *exchange) permit() *refusal {
	start, s := time.Now(), x.principal.System
	now := x.g.clock.Now()
	reason := s.Route.Check(now)
	if reason == "" && s.Route.Pilot != nil {
		reason = x.pilot(now)
	}
	guard(&x.intent.Guards, "route", counterfoil.GuardRan, "", reason, start)
	if reason == "" {
		return nil
	}
	return &refusal{status: http.StatusForbidden, reason: reason, message: noRoute(s, reason), aside: x.owner()}
}

// pilot counts the request. Where nobody counts, nothing passes.
func (x *exchange) pilot(now time.Time) string {
	if x.g.pilots == nil {
		return identity.ClosedPilotDaily
	}
	person := counterfoil.ID(x.principal.Person)
	if x.principal.Workload {
		person = counterfoil.ID{}
	}
	return x.g.pilots.Pass(x.principal.System, person, now)
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
	case owner.Name == "":
		return "Its owner is " + owner.Email + "."
	default:
		return fmt.Sprintf("Its owner is %s, %s.", owner.Name, owner.Email)
	}
}
