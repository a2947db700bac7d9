// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package shell

import (
	"context"
	"errors"
	"net/http"
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

// NeedsOf is what waits for the actor of a view: now, or what was due at the moment it
// shows. The register keeps what waits now, so that every page can say how much that is.
func (s *Shell) NeedsOf(ctx context.Context, view *register.View, actor register.Actor) (*Needs, error) {
	var n Needs
	var err error
	var unanswered register.Unanswered
	if n.Duties, n.More, err = view.Duties(ctx); errors.As(err, &unanswered) {
		s.Log.WarnContext(ctx, "a record cannot be asked for whom it waits", "person", actor.Person, "error", err)
	} else if err != nil {
		return nil, err
	}
	now := view.AsOf()
	if now.IsZero() {
		now = s.Clock.Now()
	}
	n.Alarms, err = s.AlarmsOf(ctx, view, actor, now)
	return &n, err
}

// needsNow is what waits for whoever is signed in.
func (s *Shell) needsNow(r *http.Request) (*Needs, error) {
	actor := s.ActorOf(r)
	view, err := s.records.View(r.Context(), actor, time.Time{})
	if err != nil {
		return nil, err
	}
	return s.NeedsOf(r.Context(), view, actor)
}
