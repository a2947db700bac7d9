// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package accounts

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// history is a record that was moved from state to state, a day each.
func history(t *testing.T, b *bench, inForce bool, values kind.Values, moves ...string) *register.Record {
	t.Helper()
	k, err := b.register.Kinds.Kind(kindSystem)
	if err != nil {
		t.Fatal(err)
	}
	r := &register.Record{Kind: k, State: k.Initial().ID, Version: 1, Values: values}
	r.Done = map[string]register.Act{}
	for i, id := range moves {
		id, text, _ := strings.Cut(id, " ")
		day, err := strconv.Atoi(text)
		if err != nil {
			day = i
		}
		m, ok := k.Move(id)
		if !ok {
			r.State = id // a state the engine came to by itself, as by a change
			continue
		}
		r.Done[id] = register.Act{At: noon.AddDate(0, 0, day), Version: uint64(i + 2)}
		r.State, r.Version = m.To, uint64(i+2)
	}
	if inForce {
		r.InForce = &register.InForce{Values: values}
	}
	return r
}

// late writes a move that came so many days after the first.
func late(move string, days int, before ...string) []string {
	return append(before, fmt.Sprintf("%s %d", move, days))
}

// TestRouteOf: how far a system has come decides whether its requests pass.
func TestRouteOf(t *testing.T) {
	b := start(t)
	limits := kind.Values{"pilot_until": "2026-12-01", "pilot_requests_per_day": int64(5), "pilot_people": int64(2)}
	far := kind.Values{"pilot_until": "2028-12-01", "pilot_requests_per_day": int64(5), "pilot_people": int64(2)}
	open := identity.Route{Open: true}
	pilot := func(until, since time.Time) identity.Route {
		return identity.Route{Open: true, Pilot: &identity.Pilot{Until: until, Daily: 5, People: 2, Since: since}}
	}
	day := func(n int) time.Time { return noon.AddDate(0, 0, n) }
	last := time.Date(2026, 12, 2, 0, 0, 0, 0, time.UTC)
	for name, test := range map[string]struct {
		values  kind.Values
		inForce bool
		moves   []string
		want    identity.Route
	}{
		"requested":                          {nil, false, nil, closed(identity.ClosedUnapproved)},
		"limits, but no trial":               {limits, false, nil, closed(identity.ClosedUnapproved)},
		"a trial":                            {limits, false, []string{"trial"}, pilot(last, day(0))},
		"a trial, screened meanwhile":        {limits, false, []string{"trial", "screen", "assess"}, pilot(last, day(0))},
		"a trial lasts 30 days":              {far, false, []string{"trial"}, pilot(day(30), day(0))},
		"a trial, renewed":                   {far, false, []string{"trial", "renew_trial"}, pilot(day(31), day(0))},
		"a trial, renewed, in all 90 days":   {far, false, late("renew_trial", 80, "trial"), pilot(day(90), day(0))},
		"a trial, renewed after 90 days":     {far, false, late("renew_trial", 100, "trial"), pilot(day(90), day(0))},
		"a trial, stopped by rule":           {limits, false, []string{"trial", "stop_trial"}, closed(identity.ClosedUnapproved)},
		"a trial, stopped by rule, renewed":  {limits, false, []string{"trial", "stop_trial", "renew_trial"}, pilot(last, day(0))},
		"a trial, screened, stopped by rule": {limits, false, []string{"trial", "screen", "stop"}, closed(identity.ClosedSuspended)},
		"a pilot, renewed":                   {far, true, []string{"approve", "pilot", "renew_pilot"}, pilot(day(182), day(1))},
		"a pilot, in all 360 days":           {far, true, late("renew_pilot", 300, "approve", "pilot"), pilot(day(361), day(1))},
		"a trial that was ended":             {limits, false, []string{"trial", "end_trial"}, closed(identity.ClosedUnapproved)},
		"a trial that was ended, renewed":    {limits, false, []string{"trial", "end_trial", "renew_trial"}, pilot(last, day(0))},
		"a trial, stopped, assessed again":   {limits, false, []string{"trial", "screen", "suspend", "assess_again"}, closed(identity.ClosedUnapproved)},
		"a trial, rejected, taken up":        {limits, false, []string{"trial", "reject", "take_up"}, closed(identity.ClosedUnapproved)},
		"a trial, approved, changed":         {limits, true, []string{"trial", "approve", "assessing"}, closed(identity.ClosedUnapproved)},
		"a trial, found undecided":           {limits, false, []string{"trial", "discover"}, closed(identity.ClosedUnapproved)},
		"a trial, found, registered":         {limits, false, []string{"trial", "discover", "triage", "request"}, closed(identity.ClosedUnapproved)},
		"a trial, rejected":                  {limits, false, []string{"trial", "reject"}, closed(identity.ClosedRejected)},
		"a trial without limits":             {nil, false, []string{"trial"}, identity.Route{Open: true, Pilot: &identity.Pilot{Since: day(0)}}},
		"approved":                           {limits, true, []string{"screen", "assess", "approve"}, closed(identity.ClosedWaiting)},
		"approved after a trial":             {limits, true, []string{"trial", "screen", "assess", "approve"}, closed(identity.ClosedWaiting)},
		"piloting":                           {limits, true, []string{"screen", "assess", "approve", "pilot"}, pilot(last, day(3))},
		"a pilot lasts 180 days":             {far, true, []string{"approve", "pilot"}, pilot(day(181), day(1))},
		"piloting, reported on":              {limits, true, []string{"approve", "pilot", "report", "report"}, pilot(last, day(1))},
		"piloting, retiring":                 {limits, true, []string{"approve", "pilot", "retire"}, pilot(last, day(1))},
		"operating":                          {nil, true, []string{"approve", "pilot", "operate"}, open},
		"operating, changed":                 {nil, true, []string{"approve", "pilot", "operate", "assessing"}, open},
		"operating, approved anew":           {nil, true, []string{"pilot", "operate", "approve"}, open},
		"piloting, changed":                  {limits, true, []string{"approve", "pilot", "assessing"}, pilot(last, day(1))},
		"suspended":                          {nil, true, []string{"approve", "pilot", "operate", "suspend"}, closed(identity.ClosedSuspended)},
		"suspended, changed":                 {nil, true, []string{"pilot", "operate", "suspend", "assessing"}, closed(identity.ClosedSuspended)},
		"suspended, approved anew":           {nil, true, []string{"pilot", "operate", "suspend", "approve"}, closed(identity.ClosedSuspended)},
		"resumed":                            {nil, true, []string{"operate", "suspend", "resume"}, open},
		"retiring":                           {nil, true, []string{"operate", "retire"}, open},
		"retiring, was assessed anew":        {nil, true, []string{"operate", "review", "approve", "retire"}, open},
		"retiring, never ran":                {nil, true, []string{"approve", "retire"}, closed(identity.ClosedRetired)},
		"retiring, stopped":                  {nil, true, []string{"operate", "suspend", "retire"}, closed(identity.ClosedRetired)},
		"retiring, stopped and not approved": {nil, false, []string{"screen", "suspend", "retire"}, closed(identity.ClosedRetired)},
		"operated, rejected, approved anew":  {nil, true, []string{"operate", "review", "reject", "take_up", "approve"}, closed(identity.ClosedWaiting)},
		"retired":                            {nil, false, []string{"operate", "retire", "retired"}, closed(identity.ClosedRetired)},
		"a state of a later version of ours": {nil, true, []string{"elsewhere"}, closed(identity.ClosedUnapproved)},
	} {
		if test.values == nil {
			test.values = kind.Values{}
		}
		got := routeOf(history(t, b, test.inForce, test.values, test.moves...))
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
