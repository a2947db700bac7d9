// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package erasure

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/accounts"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/index"
)

// Case is a request with what became of it.
type Case struct {
	Request                 // without reason once the person was erased: it went with them
	Erased  []index.Erasure // the entries that carried it out
}

// Payloads is how many payloads were erased.
func (c *Case) Payloads() (n uint64) {
	for i := range c.Erased {
		n += c.Erased[i].Payloads
	}
	return n
}

// Scope is the scope of what is or was to be erased; "" when nothing tells any more,
// because the request went with a person.
func (c *Case) Scope() string {
	if len(c.Erased) > 0 {
		return c.Erased[0].Scope
	}
	return c.Target.Scope()
}

// StateVoid is the state of a request whose person was erased by another one.
const StateVoid = "void"

// Request asks for an erasure, which a second person has to approve. Whoever asks
// has proved who they are.
func (e *Eraser) Request(ctx context.Context, by identity.PersonID, n NewRequest, progress Progress) (*Case, Preview, error) {
	e.acting.Lock()
	defer e.acting.Unlock()
	if err := e.mayAct(by); err != nil {
		return nil, Preview{}, err
	}
	if err := n.check(e.Clock.Now()); err != nil {
		return nil, Preview{}, fmt.Errorf("request erasure: %w", err)
	}
	p, err := e.permitted(ctx, n.Target)
	if err != nil {
		return nil, Preview{}, fmt.Errorf("request erasure: %w", err)
	}
	r := &Request{
		ID: counterfoil.NewID(), Target: n.Target, Basis: n.Basis, Reason: n.Reason,
		By: by, Requested: e.Clock.Now(), State: StateWaiting,
	}
	if err := e.saveRequest(ctx, by, p.subject, r, created); err != nil {
		return nil, Preview{}, err
	}
	preview, err := e.preview(ctx, p, progress)
	return &Case{Request: *r}, preview, err
}

// Preview says what a request that waits would erase now.
func (e *Eraser) Preview(ctx context.Context, id counterfoil.ID, progress Progress) (Preview, error) {
	r, _, err := e.waiting(ctx, id)
	if err != nil {
		return Preview{}, err
	}
	p, err := e.plan(ctx, r.Target)
	if err != nil {
		return Preview{}, err
	}
	return e.preview(ctx, p, progress)
}

// permitted is the plan of a target, unless there is nothing left of it, a hold
// is on it, or nobody would be left to run this.
func (e *Eraser) permitted(ctx context.Context, t Target) (*plan, error) {
	p, err := e.plan(ctx, t)
	if err != nil {
		return nil, err
	}
	if p.empty() {
		return nil, fault.NotFound("Nothing of this is left to erase.", nil)
	}
	if err := e.held(ctx, p); err != nil {
		return nil, err
	}
	if e.lastAdministrator(identity.PersonID(t.Person)) {
		return nil, fault.Conflict("This is the only administrator who can sign in. Add another one first.", nil)
	}
	return p, nil
}

// mayAct refuses everybody but administrators.
func (e *Eraser) mayAct(who identity.PersonID) error {
	if p, ok := e.People.Snapshot().Person(who); ok && p.Has(identity.RoleAdministrator) {
		return nil
	}
	return fault.Forbidden("Only an administrator may do this.", nil)
}

// lastAdministrator tells whether nobody else could sign in as administrator.
func (e *Eraser) lastAdministrator(who identity.PersonID) bool {
	can := func(p identity.Person) bool {
		c, ok := e.People.Credential(p.ID)
		return ok && c.SignsIn() && p.Has(identity.RoleAdministrator)
	}
	people := e.People.Snapshot().People()
	return slices.ContainsFunc(people, func(p identity.Person) bool { return p.ID == who && can(p) }) &&
		!slices.ContainsFunc(people, func(p identity.Person) bool { return p.ID != who && can(p) })
}

// Approve carries a request out. Whoever approves is not who asked, and has proved
// who they are. One that was approved and not carried out to its end is taken up.
func (e *Eraser) Approve(ctx context.Context, by identity.PersonID, id counterfoil.ID, progress Progress) (*Case, error) {
	e.acting.Lock()
	defer e.acting.Unlock()
	if err := e.mayAct(by); err != nil {
		return nil, err
	}
	if _, err := e.overdue(ctx); err != nil {
		return nil, fmt.Errorf("carry out what was approved before: %w", err)
	}
	r, subject, err := e.waiting(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("approve erasure: %w", err)
	}
	if by == r.By {
		return nil, fault.Forbidden("Whoever asked for an erasure cannot approve it. Ask another administrator.", nil)
	}
	if _, err := e.permitted(ctx, r.Target); err != nil {
		return nil, fmt.Errorf("approve erasure: %w", err)
	}
	if r.State == StateWaiting {
		r.State, r.DecidedBy, r.Decided = StateApproved, by, e.Clock.Now()
		if err := e.saveRequest(ctx, by, subject, r, approved); err != nil {
			return nil, err
		}
		e.Reached(StepApproved)
	}
	if err := e.carryOut(ctx, r, progress); err != nil {
		return nil, fmt.Errorf("carry out erasure %s: %w", id, err)
	}
	return e.Case(ctx, id)
}

// Reject ends a request: nothing is erased. Whoever asked may withdraw it so.
func (e *Eraser) Reject(ctx context.Context, by identity.PersonID, id counterfoil.ID) (*Case, error) {
	e.acting.Lock()
	defer e.acting.Unlock()
	if err := e.mayAct(by); err != nil {
		return nil, err
	}
	r, subject, err := e.waiting(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("reject erasure: %w", err)
	}
	if r.State != StateWaiting {
		return nil, fault.Conflict("This request was approved already and is being carried out.", nil)
	}
	r.State, r.DecidedBy, r.Decided = StateRejected, by, e.Clock.Now()
	if err := e.saveRequest(ctx, by, subject, r, rejected); err != nil {
		return nil, err
	}
	return e.Case(ctx, id)
}

// waiting returns a request that is not at its end, and under whose key it lies.
func (e *Eraser) waiting(ctx context.Context, id counterfoil.ID) (*Request, counterfoil.ID, error) {
	c, err := e.Case(ctx, id)
	if err != nil {
		return nil, counterfoil.ID{}, err
	}
	if c.State != StateWaiting && c.State != StateApproved {
		return nil, counterfoil.ID{}, fault.Conflict("This request is decided already: "+c.State+".", nil)
	}
	subject := c.Target.Person
	if !c.Target.Interaction.IsZero() {
		i, err := e.interaction(ctx, c.Target.Interaction)
		if err != nil {
			return nil, counterfoil.ID{}, err
		}
		subject = i.person
	}
	return &c.Request, subject, nil
}

// saveRequest seals the record under the person it is about, so that it goes with
// them: what people write as a reason may name whom it is about.
func (e *Eraser) saveRequest(ctx context.Context, by identity.PersonID, subject counterfoil.ID, r *Request, transition string) error {
	r.Version++
	return e.save(ctx, by, subject, r.ID, counterfoil.Record{Type: TypeRequest, Version: r.Version, Transition: transition}, r)
}

func (e *Eraser) save(ctx context.Context, by identity.PersonID, subject, id counterfoil.ID, record counterfoil.Record, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode %s: %w", record.Type, err)
	}
	_, err = e.Records.Save(ctx, accounts.Entry{Actor: counterfoil.ID(by), ID: id, Subject: subject, Record: record, Body: body})
	if err != nil {
		return fmt.Errorf("save %s: %w", record.Type, err)
	}
	return nil
}

// Cases returns all requests, newest first.
func (e *Eraser) Cases(ctx context.Context) ([]Case, error) {
	rows, err := e.Records.Records(ctx, TypeRequest)
	if err != nil {
		return nil, err
	}
	done, err := e.Index.Erasures(ctx, 0)
	if err != nil {
		return nil, err
	}
	cases := make([]Case, 0, len(rows))
	for i := range rows {
		c, err := e.caseOf(ctx, &rows[i], done)
		if err != nil {
			return nil, err
		}
		cases = append(cases, *c)
	}
	slices.SortFunc(cases, func(a, b Case) int { return cmp.Or(b.Requested.Compare(a.Requested), slices.Compare(a.ID[:], b.ID[:])) })
	return cases, nil
}

// Case returns one request, or a fault of kind not found.
func (e *Eraser) Case(ctx context.Context, id counterfoil.ID) (*Case, error) {
	row, err := e.Records.Record(ctx, id)
	if errors.Is(err, index.ErrNotFound) || err == nil && row.Type != TypeRequest {
		return nil, fault.NotFound("No request for an erasure has this id.", err)
	}
	if err != nil {
		return nil, err
	}
	done, err := e.Index.Erasures(ctx, 0)
	if err != nil {
		return nil, err
	}
	return e.caseOf(ctx, &row, done)
}

// caseOf joins a record with the erasure entries that name it.
func (e *Eraser) caseOf(ctx context.Context, row *Stored, all []index.Erasure) (*Case, error) {
	c := &Case{}
	for _, entry := range all {
		if entry.Request == row.ID {
			c.Erased = append(c.Erased, entry)
		}
	}
	if len(row.Body) == 0 {
		return c, e.remembered(ctx, c, row)
	}
	if err := json.Unmarshal(row.Body, &c.Request); err != nil {
		return nil, fmt.Errorf("read request %s: %w", row.ID, err)
	}
	if c.State == StateApproved && len(c.Erased) > 0 {
		c.State = StateDone
	}
	return c, nil
}

// remembered tells of a request whose text was erased what the ledger's entries say.
func (e *Eraser) remembered(ctx context.Context, c *Case, row *Stored) error {
	versions, err := e.Records.History(ctx, row.ID)
	if err != nil {
		return err
	}
	c.ID, c.Version, c.State = row.ID, row.Version, StateVoid
	for _, v := range versions {
		at := time.UnixMicro(v.Time).UTC()
		switch v.Transition {
		case created:
			c.By, c.Requested = identity.PersonID(v.Actor), at
		case rejected:
			c.State = StateRejected
			c.DecidedBy, c.Decided = identity.PersonID(v.Actor), at
		case approved:
			c.DecidedBy, c.Decided = identity.PersonID(v.Actor), at
		}
	}
	if len(c.Erased) == 0 {
		return nil
	}
	first := c.Erased[0]
	c.State, c.Basis, c.Target.Person = StateDone, first.Basis, first.Subject
	if first.Before > 0 {
		c.Target.Before = time.UnixMicro(first.Before).UTC()
	}
	return nil
}
