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

// counting is Usage that answers what a test wants.
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
		usage  Usage
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
				s.gateway.usage = test.usage
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

// TestBoundsAndOwners: a system approved for some units lets nobody else pass, and what a
// program does needs somebody who answers for it now; the entry names who did, and their
// erasure does not take the program's words.
func TestBoundsAndOwners(t *testing.T) {
	owner := identity.Person{ID: identity.PersonID{7}, Email: "olga@example.com", Unit: "Claims"}
	left := owner
	left.Left = true
	open := identity.Route{Open: true}
	units := identity.Bounds{Units: []string{"claims "}}
	for name, test := range map[string]struct {
		system identity.System
		person identity.Person
		key    identity.Key
		usage  Usage
		reason string
		says   string
	}{
		"in the unit":                 {identity.System{Owner: owner.ID, Bounds: units}, owner, identity.Key{Person: owner.ID}, nil, "", ""},
		"in another unit":             {identity.System{Owner: owner.ID, Bounds: identity.Bounds{Units: []string{"Legal"}}}, owner, identity.Key{Person: owner.ID}, nil, "limit_units", "other units"},
		"of nobody known":             {identity.System{Owner: owner.ID, Bounds: units}, owner, identity.Key{Person: identity.PersonID{8}}, nil, "limit_units", "other units"},
		"a program, whatever unit":    {identity.System{Owner: owner.ID, Bounds: identity.Bounds{Units: []string{"Legal"}}}, owner, identity.Key{Workload: true}, nil, "", ""},
		"a program, its owner left":   {identity.System{Owner: owner.ID}, left, identity.Key{Workload: true}, nil, "system_without_owner", "AIMS manager"},
		"a program, the owner erased": {identity.System{Owner: identity.PersonID{9}}, owner, identity.Key{Workload: true}, nil, "system_without_owner", "AIMS manager"},
		"a program, nobody owns it":   {identity.System{}, owner, identity.Key{Workload: true}, nil, "system_without_owner", "AIMS manager"},
		"a program, the playground":   {identity.System{Builtin: true}, owner, identity.Key{Workload: true}, nil, "", ""},
		"the playground, left":        {identity.System{Builtin: true, Owner: owner.ID}, left, identity.Key{Workload: true}, nil, "system_without_owner", "AIMS manager"},
		"its requests":                {identity.System{Bounds: identity.Bounds{Daily: 1}}, owner, identity.Key{Person: owner.ID}, counting{identity.ClosedDaily}, "limit_requests", "approved for"},
		"its people":                  {identity.System{Bounds: identity.Bounds{People: 1}}, owner, identity.Key{Person: owner.ID}, counting{identity.ClosedFull}, "limit_people", "approved for"},
		"nobody counts":               {identity.System{Bounds: identity.Bounds{People: 1}}, owner, identity.Key{Person: owner.ID}, nil, "limit_requests", "approved for"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, "")
			standing, key := s.state.Snapshot.Systems()[0], test.key
			test.system.ID, test.system.Slug, test.system.Number, test.system.Route, test.system.State, test.system.Models = standing.ID, "letters", "SYS-002", open, "operating", standing.Models
			key.ID, key.System, key.Hash = s.state.Snapshot.Keys()[0].ID, standing.ID, identity.HashKey(s.key)
			s.state.Snapshot = identity.NewSnapshot([]identity.System{test.system}, []identity.Person{test.person}, []identity.Key{key})
			s.gateway.usage = test.usage
			got := s.post(surfaces[0].path, prompt("echo", "hello", false))
			all := s.journal.entries()
			if test.reason == "" {
				if got.status != http.StatusOK || len(all) != 2 {
					t.Fatalf("%d, %d entries: %s", got.status, len(all), got.body)
				}
				answers, subject := counterfoil.ID(key.Person), counterfoil.ID(key.Person)
				if key.ForOwner() {
					answers = counterfoil.ID(test.system.Owner)
				}
				if all[0].entry.Actor != answers || all[0].subject != subject || all[1].entry.Actor != answers {
					t.Errorf("the entry names %s, under the keys of %s; want %s and %s", all[0].entry.Actor, all[0].subject, answers, subject)
				}
				return
			}
			if got.status != http.StatusForbidden || !strings.Contains(got.body, test.says) || len(s.provider.Dumps()) != 0 {
				t.Fatalf("%d, %s", got.status, got.body)
			}
			if len(all) != 1 || all[0].entry.Outcome.Reason != test.reason || !all[0].entry.Actor.IsZero() && all[0].entry.Actor != counterfoil.ID(key.Person) {
				t.Errorf("recorded %+v", all)
			}
		})
	}
}
