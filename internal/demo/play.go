// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/accounts"
	"github.com/counterfoil/counterfoil/internal/clock"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/register"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// Password is that of everybody who may sign in to the demonstration. It is no secret:
// what it opens is invented.
const Password = "look around in northgate"

// SignIn is who signs in first: the AIMS manager.
const SignIn = "ruth.osei@northgate.example"

// Accounts are keys and passwords; *accounts.Accounts implements it.
type Accounts interface {
	CreateAdministrator(context.Context, identity.PersonID, accounts.NewAdministrator) (identity.Person, error)
	CreateKey(context.Context, identity.PersonID, accounts.NewKey) (made identity.Key, secret string, err error)
	RevokeKey(ctx context.Context, actor identity.PersonID, key string) (identity.Key, error)
	SetPassword(ctx context.Context, actor, person identity.PersonID, password string) error
}

// World is what the play is played in: a data directory that is opened with its clock.
type World struct {
	Register *register.Register
	Kinds    *kind.Set
	Accounts Accounts
	People   func() *identity.Snapshot
	Gateway  http.Handler
	Clock    *clock.Set
	// Erase asks for the erasure of a person and approves it, by two people.
	Erase func(ctx context.Context, by, approver, person identity.PersonID, basis, reason string) error

	Each func() error // after everything that happens; nil when nobody looks on
}

// Report says what was played.
type Report struct {
	Acts     int         // of people, besides requests
	Requests int         // through the gateway
	Statuses map[int]int // of their answers, by HTTP status
	From, To time.Time
}

// Begin is when a history that ends before until begins.
func Begin(until time.Time) time.Time { return newCalendar(until).begin }

// Play plays the script up to the Sunday before until.
func Play(ctx context.Context, s *Script, w World, until time.Time, seed uint64) (Report, error) {
	p := &play{ctx: ctx, World: w, calendar: newCalendar(until), records: map[string]counterfoil.ID{}, keys: map[string]key{}}
	p.report = Report{From: p.begin, Statuses: map[int]int{}}
	events, err := s.plan(p.calendar, seed)
	if err != nil {
		return p.report, fmt.Errorf("the script of the demonstration: %w", err)
	}
	for _, e := range events {
		p.wait(e.at)
		if err := e.do(p); err != nil {
			return p.report, fmt.Errorf("%s, %s: %w", e.at.Format("2006-01-02 15:04"), e.what, err)
		}
		p.report.To = e.at
		if w.Each == nil {
			continue
		}
		if err := w.Each(); err != nil {
			return p.report, fmt.Errorf("looking on after %s, %s: %w", e.at.Format("2006-01-02 15:04"), e.what, err)
		}
	}
	return p.report, nil
}

// play is a play under way.
type play struct {
	World
	calendar
	ctx     context.Context //nolint:containedctx // one play, one context
	records map[string]counterfoil.ID
	keys    map[string]key
	report  Report
}

type key struct{ id, secret string }

// between is the least time from one act to the next.
const between = 3 * time.Second

// wait moves the clock to t, or a little on when it is past that.
func (p *play) wait(t time.Time) {
	p.Clock.Advance(max(t.Sub(p.Clock.Now()), between))
}

// sweep makes the moves that are due by themselves.
func (p *play) sweep() error {
	_, err := p.Register.Sweep(p.ctx)
	return err
}

func (p *play) act(a *Act) error {
	err := p.does(a)
	if a.Refused != "" {
		return expect(err, a.Refused)
	}
	p.report.Acts++
	return err
}

// expect is satisfied by the refusal of the guard.
func expect(err error, guard string) error {
	if refused, ok := errors.AsType[*register.Refused](err); ok &&
		slices.ContainsFunc(refused.Reasons, func(r register.Reason) bool { return r.Guard == guard }) {
		return nil
	}
	if err == nil {
		err = errors.New("it was done")
	}
	return fmt.Errorf("the guard %s was to refuse this: %w", guard, err)
}

func (p *play) does(a *Act) error {
	switch {
	case a.New != "":
		return p.create(a)
	case a.Change != "", a.Move != "":
		return p.change(a)
	case a.Statement:
		_, err := p.Register.StartStatement(p.ctx, p.actor(a.By, nil))
		return errors.Join(err, p.nameDecisions())
	case a.Key != "":
		return p.makeKey(a)
	case a.Revoke != "":
		_, err := p.Accounts.RevokeKey(p.ctx, p.person(a.By), p.keys[a.Revoke].id)
		return err
	case a.Erase != "":
		return p.Erase(p.ctx, p.person(a.By), p.person(a.Approver), p.person(a.Erase), "data_subject_request", a.Why)
	case a.Found != "":
		made, err := p.Accounts.CreateAdministrator(p.ctx, identity.PersonID{}, accounts.NewAdministrator{
			Email: fmt.Sprint(a.Set["email"]), Name: fmt.Sprint(a.Set["name"]), Password: Password,
		})
		p.records[a.Found] = counterfoil.ID(made.ID)
		return err
	case a.Password != "":
		return p.Accounts.SetPassword(p.ctx, p.person(a.By), p.person(a.Password), Password)
	case a.View != "":
		return p.saveView(a)
	default:
		return errors.New("the act says nothing to do")
	}
}

func (p *play) person(name string) identity.PersonID { return identity.PersonID(p.records[name]) }

// actor is somebody with the roles they have now, as a session would say it.
func (p *play) actor(name string, record *register.Record) register.Actor {
	switch name {
	case "":
		return register.Program
	case "owner":
		if record != nil {
			return p.inRoles(record.Owner())
		}
	}
	return p.inRoles(p.records[name])
}

func (p *play) inRoles(id counterfoil.ID) register.Actor {
	a := register.Actor{Person: id}
	if known, ok := p.People().Person(identity.PersonID(id)); ok {
		a.Roles = known.Roles
	}
	return a
}
