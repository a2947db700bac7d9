// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package systems

import (
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/console/part"
	"github.com/counterfoil/counterfoil/internal/console/shell"
	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/register"
)

// askedDay is a day on which a stopped or retired system was asked, on its page.
type askedDay struct {
	Day     time.Time
	Word    string
	Mark    part.Mark
	Refused part.Link
	Last    part.Link
}

// askedOf are the days of the last 30 on which a system was asked though it was stopped
// or retired.
func (d *desk) askedOf(s *identity.System) ([]askedDay, error) {
	refused, err := d.section.index.Refused(d.Ctx, register.AskedAfter, d.Now().AddDate(0, 0, 1-trafficDays), d.At)
	if err != nil {
		return nil, err
	}
	var days []askedDay
	for _, v := range refused {
		if v.System == counterfoil.ID(s.ID) {
			days = append(days, askedDay{v.Day, shell.AskedWord(v.Reason), part.Warn(words.Sentence(shell.AskedWord(v.Reason))), part.Link{Label: words.Number(v.N), Href: d.RefusedOn(s.Slug, v.Day)}, part.Link{Label: "The last one", Href: "/interactions/" + v.Last.String()}})
		}
	}
	return days, nil
}
