// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package identity

import (
	"slices"
	"strings"
	"time"
)

// Route says whether requests of a system may pass. The zero Route lets nothing
// pass, with no reason known.
type Route struct {
	Closed string // reason code of docs/ledger-format.md; "" for an open route
	Open   bool
	Pilot  *Pilot // limits of an open route; nil without any
}

// Pilot bounds the route of a system that is tried: until when, how many requests
// a day (UTC), and how many people. A limit of 0 lets nobody pass.
type Pilot struct {
	Until  time.Time // not from here on
	Daily  int64
	People int64
	Since  time.Time // when it was allowed; people are counted from here
}

// Reason codes of closed routes.
const (
	ClosedUnapproved = "system_not_approved"
	ClosedWaiting    = "system_not_operating" // approved, and neither piloted nor put into operation
	ClosedSuspended  = "system_suspended"
	ClosedRetired    = "system_retired"
	ClosedRejected   = "system_rejected"
	ClosedForbidden  = "system_forbidden"
	ClosedPilotEnded = "pilot_ended"
	ClosedPilotDaily = "pilot_requests"
	ClosedPilotFull  = "pilot_people"
	ClosedOwnerless  = "system_without_owner" // for programs whose key names nobody
	ClosedDaily      = "limit_requests"
	ClosedFull       = "limit_people"
	ClosedUnits      = "limit_units"
)

// Bounds are the limits a system was approved with, as far as the live path can keep
// them. 0 and an empty list bound nothing.
type Bounds struct {
	Daily  int64    // requests a day (UTC)
	People int64    // people a day (UTC); programs are not counted
	Units  []string // units whose people may use it, as the records of people call theirs
}

// Counted tells whether somebody has to count to keep the bounds.
func (b *Bounds) Counted() bool { return b.Daily > 0 || b.People > 0 }

// Admits tells whether people of a unit may use the system.
func (b *Bounds) Admits(unit string) bool {
	return len(b.Units) == 0 || slices.ContainsFunc(b.Units, func(u string) bool { return strings.EqualFold(strings.TrimSpace(u), strings.TrimSpace(unit)) })
}

// Check returns why a request may not pass at a moment; "" when it may. Of a pilot
// it looks at the end only: who counts its requests and people knows the rest.
func (r *Route) Check(now time.Time) string {
	switch {
	case !r.Open && r.Closed == "":
		return ClosedUnapproved
	case !r.Open:
		return r.Closed
	case r.Pilot != nil && !now.Before(r.Pilot.Until):
		return ClosedPilotEnded
	default:
		return ""
	}
}
