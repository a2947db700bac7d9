// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package shell

import (
	"context"
	"time"

	"github.com/counterfoil/counterfoil/internal/console/words"
	"github.com/counterfoil/counterfoil/internal/register"
)

// Needs is what waits for one person.
type Needs struct {
	Duties []register.Duty
	Alarms []Alarm
	More   bool // there may be others
}

// count is how many things wait, as the masthead says it; "" for none.
func (n *Needs) count() string {
	switch all := len(n.Duties) + len(n.Alarms); {
	case all == 0:
		return ""
	case n.More:
		return "Over " + words.Number(all-1) + " need you"
	case all == 1:
		return "1 needs you"
	default:
		return words.Number(all) + " need you"
	}
}

// NeedsOf is what waits for the actor now. The register keeps it, so that every page
// can say how much that is.
func (s *Shell) NeedsOf(ctx context.Context, actor register.Actor) (*Needs, error) {
	view, err := s.records.View(ctx, actor, time.Time{})
	if err != nil {
		return nil, err
	}
	var n Needs
	if n.Duties, n.More, err = view.Duties(ctx); err != nil {
		return nil, err
	}
	n.Alarms, err = s.AlarmsOf(ctx, view, actor, s.Clock.Now())
	return &n, err
}
