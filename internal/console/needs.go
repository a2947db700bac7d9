// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package console

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/register"
)

// needs is what waits for one person.
type needs struct {
	duties []register.Duty
	more   bool // there may be others
}

// count is how many things wait, as the masthead says it; "" for none.
func (n *needs) count() string {
	switch {
	case len(n.duties) == 0:
		return ""
	case n.more:
		return "Over " + number(len(n.duties)-1) + " need you"
	case len(n.duties) == 1:
		return "1 needs you"
	default:
		return number(len(n.duties)) + " need you"
	}
}

// needsCache keeps what waits for people until a record changes: every page says
// how much that is. It is safe for concurrent use.
type needsCache struct {
	mu   sync.Mutex
	kept map[counterfoil.ID]cachedNeeds
}

type cachedNeeds struct {
	needs
	newest counterfoil.Index // version of any record it was computed after
	roles  string
	hour   time.Time // deadlines come near without a record being saved
}

// peopleKept bounds the cache; more people than that ask at the same time nowhere.
const peopleKept = 1000

// needsOf is what waits for the actor now.
func (c *Console) needsOf(ctx context.Context, actor register.Actor) (*needs, error) {
	if actor.Person.IsZero() {
		return &needs{}, nil
	}
	newest, err := c.index.KeptNewest(ctx)
	if err != nil {
		return nil, err
	}
	fresh := cachedNeeds{newest: newest, roles: strings.Join(actor.Roles, " "), hour: c.clock.Now().Truncate(time.Hour)}
	c.waiting.mu.Lock()
	old, ok := c.waiting.kept[actor.Person]
	c.waiting.mu.Unlock()
	if ok && old.newest == fresh.newest && old.roles == fresh.roles && old.hour.Equal(fresh.hour) {
		return &old.needs, nil
	}
	view, err := c.records.View(ctx, actor, time.Time{})
	if err != nil {
		return nil, err
	}
	if fresh.duties, fresh.more, err = view.Duties(ctx); err != nil {
		return nil, err
	}
	c.waiting.mu.Lock()
	defer c.waiting.mu.Unlock()
	if c.waiting.kept == nil || len(c.waiting.kept) >= peopleKept {
		c.waiting.kept = map[counterfoil.ID]cachedNeeds{}
	}
	c.waiting.kept[actor.Person] = fresh
	return &fresh.needs, nil
}
