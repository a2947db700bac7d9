// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"context"
	"time"

	"github.com/counterfoil/counterfoil/internal/register"
)

// needs is what waits for one person.
type needs struct {
	duties []register.Duty
	alarms []alarm
	more   bool // there may be others
}

// count is how many things wait, as the masthead says it; "" for none.
func (n *needs) count() string {
	switch all := len(n.duties) + len(n.alarms); {
	case all == 0:
		return ""
	case n.more:
		return "Over " + number(all-1) + " need you"
	case all == 1:
		return "1 needs you"
	default:
		return number(all) + " need you"
	}
}

// needsOf is what waits for the actor now. The register keeps it, so that every page
// can say how much that is.
func (c *Console) needsOf(ctx context.Context, actor register.Actor) (*needs, error) {
	view, err := c.records.View(ctx, actor, time.Time{})
	if err != nil {
		return nil, err
	}
	var n needs
	if n.duties, n.more, err = view.Duties(ctx); err != nil {
		return nil, err
	}
	n.alarms, err = c.alarmsOf(ctx, view, actor, c.clock.Now())
	return &n, err
}
