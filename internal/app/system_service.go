// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/control"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// The moves the operator makes at the command line, for an owner who cannot.
const (
	moveTrial    = "trial"
	moveRenew    = "renew_trial"
	moveEndTrial = "end_trial"
	moveSuspend  = "suspend"
)

// TrySystem implements control.Service: it allows a trial, and renews one that was
// allowed before.
func (a service) TrySystem(ctx context.Context, slug string, q control.Trial) (control.System, error) {
	move := moveTrial
	if s, ok := a.roll.Snapshot().SystemBySlug(slug); ok {
		record, err := a.register.Reader().Record(ctx, counterfoil.ID(s.ID))
		if err != nil {
			return control.System{}, fmt.Errorf("try %s: %w", s.Number, err)
		}
		if record.Values.Text("trial_since") != "" {
			move = moveRenew
		}
	}
	until := a.clock.Now().UTC().AddDate(0, 0, q.Days).Format(time.DateOnly)
	return a.moveSystem(ctx, slug, []string{move}, register.Input{
		Values: kind.Values{"pilot_until": until, "pilot_requests_per_day": int64(q.Requests), "pilot_people": int64(q.People)},
		Reason: "Allowed at the command line.",
	})
}

// StopSystem implements control.Service: it suspends a system in use, and ends a trial.
func (a service) StopSystem(ctx context.Context, slug string, q control.Stop) (control.System, error) {
	return a.moveSystem(ctx, slug, []string{moveSuspend, moveEndTrial}, register.Input{Reason: q.Reason})
}

// moveSystem makes the first of the moves that lead from where the system stands.
func (a service) moveSystem(ctx context.Context, slug string, moves []string, in register.Input) (control.System, error) {
	s, ok := a.roll.Snapshot().SystemBySlug(slug)
	if !ok {
		return control.System{}, noSystem(slug)
	}
	k, err := a.kinds.Kind("system")
	if err != nil {
		return control.System{}, err
	}
	in.Version = s.Version
	for _, id := range moves {
		if m, ok := k.Move(id); ok && m.Leads(s.State) {
			if _, err := a.register.Move(ctx, register.For(counterfoil.ID(operator)), counterfoil.ID(s.ID), id, in); err != nil {
				return control.System{}, err
			}
			moved, _ := a.roll.Snapshot().System(s.ID)
			return a.system(*moved), nil
		}
	}
	return control.System{}, fault.Conflict(fmt.Sprintf("Not available: %s is %s.", s.Number, strings.ReplaceAll(s.State, "_", " ")), nil)
}

func noSystem(slug string) error {
	return fault.NotFound("No AI system has the slug "+slug+". See: counterfoil system list", nil)
}

// route tells how the command line writes whether a system has a route.
func (a service) route(s *identity.System) string {
	switch reason := s.Route.Check(a.clock.Now()); {
	case reason != "":
		return reason
	case s.Route.Pilot != nil:
		return "pilot"
	default:
		return "open"
	}
}
