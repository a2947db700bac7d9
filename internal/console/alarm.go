// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"context"
	"slices"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/standard"
)

// askedAfter are the reasons that mean: somebody asks a system that was stopped or is
// retired. A client nobody told, or a key nobody ended.
var askedAfter = []string{identity.ClosedSuspended, identity.ClosedRetired}

// alarmDays is how long an alarm is shown to those who answer for it. It is raised by
// what the gateway refused, so it goes when nobody asks any more.
const alarmDays = 7

// alarmMost bounds the alarms of one page.
const alarmMost = 20

// alarm is what was refused of a stopped or retired system on one day: one a system and
// day, however often it was asked.
type alarm struct {
	index.Refusals
	record *register.Record
	why    string // it is shown to the person
}

// alarmsOf are those of the last days that are for the actor: for a system's owner, and
// all of them for the AIMS manager. The newest day comes first.
func (c *Console) alarmsOf(ctx context.Context, view *register.View, actor register.Actor, now time.Time) ([]alarm, error) {
	refused, err := c.index.Refused(ctx, askedAfter, now.AddDate(0, 0, 1-alarmDays), view.AsOf())
	if err != nil {
		return nil, err
	}
	var list []alarm
	for _, v := range refused {
		if len(list) == alarmMost {
			break
		}
		record, err := view.Record(ctx, v.System)
		if unseen(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		switch {
		case record.Owner() == actor.Person && !actor.Person.IsZero():
			list = append(list, alarm{v, record, "You own it"})
		case slices.Contains(actor.Roles, "aims_manager"):
			list = append(list, alarm{v, record, "You are " + standard.RoleInSentence("aims_manager")})
		}
	}
	return list, nil
}

// askedWord says how the system stood.
func askedWord(reason string) string {
	if reason == identity.ClosedRetired {
		return "retired"
	}
	return "stopped"
}

// alarmRow is an alarm among what needs a person. It leads to the requests.
func (d *desk) alarmRow(a *alarm) needRow {
	return needRow{
		Text: "Still asked while " + askedWord(a.Reason) + ": " + d.called(a.record), Href: d.refusedOn(a.record.Values.Text("slug"), a.Day),
		Sub: counted(a.N, "request", "requests") + " refused on " + a.Day.Format("2 Jan 2006"), Why: a.why, Since: a.Day,
	}
}

// refusedOn is the list of what was refused of a system on a day.
func (d *desk) refusedOn(slug string, day time.Time) string {
	text := day.Format(time.DateOnly)
	return d.listed(query{system: slug, result: "refused", from: text, to: text})
}

// askedDay is a day on which a stopped or retired system was asked, on its page.
type askedDay struct {
	Day     time.Time
	Word    string
	Mark    mark
	Refused link
	Last    link
}

// askedOf are the days of the last 30 on which a system was asked though it was stopped
// or retired.
func (d *desk) askedOf(s *identity.System) ([]askedDay, error) {
	refused, err := d.console.index.Refused(d.ctx, askedAfter, d.now().AddDate(0, 0, 1-systemDays), d.at)
	if err != nil {
		return nil, err
	}
	var days []askedDay
	for _, v := range refused {
		if v.System == counterfoil.ID(s.ID) {
			days = append(days, askedDay{v.Day, askedWord(v.Reason), mark{"warn", "triangle", sentence(askedWord(v.Reason))}, link{Label: number(v.N), Href: d.refusedOn(s.Slug, v.Day)}, link{Label: "The last one", Href: "/interactions/" + v.Last.String()}})
		}
	}
	return days, nil
}
