// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/identity"
)

// counting is Pilots that answers what a test wants.
type counting struct{ reason string }

func (c counting) Pass(*identity.System, counterfoil.ID, time.Time) string { return c.reason }

// TestRoutes: what has no route is refused in the form of the dialect, says how the
// system stands, whose it is and what to do, and is recorded with its reason; nothing
// reaches the provider.
func TestRoutes(t *testing.T) {
	tomorrow, yesterday := time.Now().Add(24*time.Hour), time.Now().Add(-24*time.Hour)
	pilot := func(until time.Time) identity.Route {
		return identity.Route{Open: true, Pilot: &identity.Pilot{Until: until, Daily: 1, People: 1}}
	}
	for name, test := range map[string]struct {
		route  identity.Route
		state  string
		pilots Pilots
		reason string
		says   string
	}{
		"operating":           {identity.Route{Open: true}, "operating", nil, "", ""},
		"requested":           {identity.Route{Closed: identity.ClosedUnapproved}, "requested", nil, "system_not_approved", "not approved"},
		"unknown":             {identity.Route{}, "", nil, "system_not_approved", "not approved"},
		"approved":            {identity.Route{Closed: identity.ClosedWaiting}, "approved", nil, "system_not_operating", "begin the pilot"},
		"suspended":           {identity.Route{Closed: identity.ClosedSuspended}, "suspended", nil, "system_suspended", "stopped"},
		"retired":             {identity.Route{Closed: identity.ClosedRetired}, "retired", nil, "system_retired", "retired"},
		"rejected":            {identity.Route{Closed: identity.ClosedRejected}, "rejected", nil, "system_rejected", "rejected"},
		"forbidden":           {identity.Route{Closed: identity.ClosedForbidden}, "out_of_scope", nil, "system_forbidden", "out of scope"},
		"piloting":            {pilot(tomorrow), "piloting", counting{}, "", ""},
		"pilot over":          {pilot(yesterday), "piloting", counting{}, "pilot_ended", "the trial is over"},
		"pilot's requests":    {pilot(tomorrow), "piloting", counting{identity.ClosedPilotDaily}, "pilot_requests", "tomorrow"},
		"pilot's people":      {pilot(tomorrow), "piloting", counting{identity.ClosedPilotFull}, "pilot_people", "let in"},
		"nobody counts pilot": {pilot(tomorrow), "piloting", nil, "pilot_requests", "tomorrow"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, surface := range surfaces {
				s := newStage(t, "")
				owner := identity.Person{ID: identity.PersonID{7}, Email: "olga@example.com", Name: "Olga"}
				system, key := s.state.Snapshot.Systems()[0], s.state.Snapshot.Keys()[0]
				system.Route, system.State, system.Owner, system.Number = test.route, test.state, owner.ID, "SYS-002"
				s.state.Snapshot = identity.NewSnapshot([]identity.System{system}, []identity.Person{owner}, []identity.Key{key})
				s.gateway.pilots = test.pilots
				got := s.post(surface.path, prompt("echo", "hello", false))
				all := s.journal.entries()
				if test.reason == "" {
					if got.status != http.StatusOK || len(all) != 2 {
						t.Errorf("%s: %d, %d entries: %s", surface.name, got.status, len(all), got.body)
					}
					continue
				}
				if got.status != http.StatusForbidden || len(s.provider.Dumps()) != 0 || !strings.Contains(got.body, `"error"`) {
					t.Fatalf("%s: %d, %d requests arrived: %s", surface.name, got.status, len(s.provider.Dumps()), got.body)
				}
				for _, says := range []string{test.says, "SYS-002", "Olga, olga@example.com"} {
					if !strings.Contains(got.body, says) {
						t.Errorf("%s does not say %q: %s", surface.name, says, got.body)
					}
				}
				if len(all) != 1 || all[0].entry.Outcome == nil || all[0].entry.Outcome.Reason != test.reason || all[0].entry.Outcome.Result != counterfoil.ResultRefused ||
					all[0].entry.Intent.System != counterfoil.ID(system.ID) {
					t.Errorf("%s: recorded %+v", surface.name, all)
				}
				if strings.Contains(string(all[0].payload), "olga") {
					t.Error("the owner's address stays in the record of somebody else's request")
				}
			}
		})
	}
}
