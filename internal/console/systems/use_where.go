// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package systems

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/filter"
	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/index"
)

// regions compares where the record lets it be processed with where the providers are
// by the configuration. Traffic itself does not tell: an address may answer from
// anywhere. Of a past moment nothing is known, since the configuration is that of now.
func (u *useReading) regions() useRow {
	allowed := u.values.List("regions")
	row := useRow{What: "Regions", Declared: cmp.Or(strings.Join(allowed, ", "), "Nothing said")}
	seen := u.byProvider()
	undeclared, unknown := 0, 0
	for _, name := range sortedByCount(seen) {
		region := u.section.regionOf(name)
		known := region != "" && u.At.IsZero()
		switch {
		case !known:
			region = "Not known from traffic"
			unknown++
		case !slices.ContainsFunc(allowed, func(a string) bool { return strings.EqualFold(strings.TrimSpace(a), region) }):
			undeclared++
		}
		row.Observed = append(row.Observed, u.seen(region+": "+name, seen[name], filter.Query{Provider: name}))
	}
	switch {
	case len(seen) > 0 && unknown == len(seen):
		row.Agree = part.NotBegun("Not known from traffic")
	case len(allowed) == 0 && len(seen) > 0:
		row.Agree = part.NotBegun("Nothing to compare with")
	case undeclared == 0 && unknown > 0:
		row.Agree = part.NotBegun("Not known of every provider")
	default:
		row.Agree = agreed(len(seen) > 0, undeclared)
	}
	return row
}

// regionOf is where a provider processes by the configuration; "" when it does not say.
func (s *Section) regionOf(provider string) string {
	for _, p := range s.providers {
		if p.Name == provider {
			return p.Region
		}
	}
	return ""
}

// hours compares the hours of the day between which the record says it is used with
// those in which interactions began, in UTC like every time here.
func (u *useReading) hours() (useRow, error) {
	from, until := u.values.Integer("use_from"), u.values.Integer("use_until")
	row := useRow{What: "Hours of use, UTC", Declared: "At any hour"}
	bounded := from != until
	if bounded {
		row.Declared = hoursText(int(from), int(until))
	}
	seen, err := u.section.index.HoursOf(u.Ctx, counterfoil.ID(u.system.ID), u.from, u.At)
	if err != nil {
		return row, err
	}
	all, outside := uint64(0), index.Hours{}
	for hour, n := range seen {
		all += n
		if bounded && !within(hour, int(from), int(until)) {
			outside[hour] = n
		}
	}
	if all == 0 {
		row.Agree = agreed(false, 0)
		return row, nil
	}
	row.Observed = []part.Link{u.seen(strings.Join(stretches(&seen), ", "), all, filter.Query{})}
	switch beyond := stretches(&outside); {
	case !bounded:
		row.Agree = part.NotBegun("Nothing to compare with")
	case len(beyond) > 0:
		row.Agree = part.Warn("Not declared: " + strings.Join(beyond, ", "))
	default:
		row.Agree = agreed(true, 0)
	}
	return row, nil
}

// within tells whether an hour lies from one up to another, past midnight when that is
// earlier.
func within(hour, from, until int) bool {
	if from < until {
		return hour >= from && hour < until
	}
	return hour >= from || hour < until
}

// stretches are the hours that have something, those side by side as one; one that
// passes midnight is not cut there.
func stretches(h *index.Hours) (list []string) {
	const day = len(h)
	begin := slices.Index(h[:], 0) // an hour of rest, from which none is cut
	if begin < 0 {
		return []string{hoursText(0, day)}
	}
	for i := 0; i < day; i++ {
		from := i
		for i < day && h[(begin+i)%day] > 0 {
			i++
		}
		if i > from {
			list = append(list, hoursText((begin+from)%day, (begin+i-1)%day+1))
		}
	}
	return list
}

func hoursText(from, until int) string { return fmt.Sprintf("%02d:00 to %02d:00", from, until) }
