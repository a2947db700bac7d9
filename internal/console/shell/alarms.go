// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package shell

import (
	"context"
	"slices"
	"time"

	"github.com/counterfoil/counterfoil/internal/console/filter"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/standard"
)

// AlarmDays is how long an alarm is shown to those who answer for it. It is raised by
// what the gateway refused, so it goes when nobody has asked for that long, and at once
// when the system is let run again. What conditions see stays until then.
const AlarmDays = 7

// alarmMost bounds the alarms of one page.
const alarmMost = 20

// Alarm is what was refused of a stopped or retired system on one day: one a system and
// day, however often it was asked.
type Alarm struct {
	index.Refusals
	Record *register.Record
	Why    string // it is shown to the person
}

// AlarmsOf are those of the last days that are for the actor: for a system's owner, and
// all of them for the AIMS manager. The newest day comes first.
func (s *Shell) AlarmsOf(ctx context.Context, view *register.View, actor register.Actor, now time.Time) ([]Alarm, error) {
	refused, err := s.index.Refused(ctx, register.AskedAfter, now.AddDate(0, 0, 1-AlarmDays), view.AsOf())
	if err != nil {
		return nil, err
	}
	var list []Alarm
	for _, v := range refused {
		if len(list) == alarmMost {
			break
		}
		record, err := view.Record(ctx, v.System)
		if Unseen(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		switch {
		case record.Over(&v):
		case record.Owner() == actor.Person && !actor.Person.IsZero():
			list = append(list, Alarm{v, record, "You own it"})
		case slices.Contains(actor.Roles, "aims_manager"):
			list = append(list, Alarm{v, record, "You are " + standard.RoleInSentence("aims_manager")})
		}
	}
	return list, nil
}

// AskedWord says how the system stood.
func AskedWord(reason string) string {
	if reason == identity.ClosedRetired {
		return "retired"
	}
	return "stopped"
}

// RefusedOn is the list of what was refused of a system on a day.
func (d *Desk) RefusedOn(slug string, day time.Time) string {
	text := day.Format(time.DateOnly)
	return d.Listed(filter.Query{System: slug, Result: "refused", From: text, To: text})
}
