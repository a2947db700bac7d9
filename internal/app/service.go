// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"errors"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/accounts"
	"github.com/counterfoil/counterfoil/internal/control"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/index"
)

// service answers the command line. Its actor is the operator, who has no
// person in the register: the zero id.
type service struct{ *App }

var operator identity.PersonID

// AddSystem implements control.Service.
func (a service) AddSystem(ctx context.Context, q control.NewSystem) (control.System, error) {
	s, err := a.accounts.AddSystem(ctx, operator, accounts.NewSystem{Name: q.Name, OwnerEmail: q.Owner, Models: q.Models})
	if err != nil {
		return control.System{}, err
	}
	return a.system(s), nil
}

// Systems implements control.Service.
func (a service) Systems(context.Context) ([]control.System, error) {
	all := a.roll.Snapshot().Systems()
	out := make([]control.System, 0, len(all))
	for _, s := range all {
		out = append(out, a.system(s))
	}
	return out, nil
}

// ChangeModels implements control.Service.
func (a service) ChangeModels(ctx context.Context, slug string, models []string) (control.System, error) {
	s, ok := a.roll.Snapshot().SystemBySlug(slug)
	if !ok {
		return control.System{}, noSystem(slug)
	}
	if models == nil {
		models = []string{}
	}
	changed, err := a.accounts.ChangeSystem(ctx, operator, s.ID, accounts.SystemChange{Models: &models})
	if err != nil {
		return control.System{}, err
	}
	return a.system(changed), nil
}

func (a service) system(s identity.System) control.System {
	return control.System{
		ID: s.ID.String(), Slug: s.Slug, Number: s.Number, Name: s.Name, Owner: a.email(s.Owner), State: s.State, Route: a.route(&s),
		Models: append([]string{}, s.Models...), Builtin: s.Builtin, Created: s.Created,
	}
}

func (a service) email(id identity.PersonID) string {
	if p, ok := a.roll.Snapshot().Person(id); ok {
		return p.Email
	}
	return ""
}

// CreateKey implements control.Service.
func (a service) CreateKey(ctx context.Context, q control.NewKey) (control.Key, error) {
	in := accounts.NewKey{SystemSlug: q.System, PersonEmail: q.Person, Workload: q.Workload}
	if q.Valid != 0 {
		in.Expires = a.clock.Now().Add(q.Valid)
	}
	k, secret, err := a.accounts.CreateKey(ctx, operator, in)
	if err != nil {
		return control.Key{}, err
	}
	out := a.key(k)
	out.Secret = secret
	return out, nil
}

// Keys implements control.Service.
func (a service) Keys(context.Context) ([]control.Key, error) {
	all := a.roll.Snapshot().Keys()
	out := make([]control.Key, 0, len(all))
	for _, k := range all {
		out = append(out, a.key(k))
	}
	return out, nil
}

// RevokeKey implements control.Service.
func (a service) RevokeKey(ctx context.Context, id string) (control.Key, error) {
	k, err := a.accounts.RevokeKey(ctx, operator, id)
	if err != nil {
		return control.Key{}, err
	}
	return a.key(k), nil
}

func (a service) key(k identity.Key) control.Key {
	person := k.Person
	if s, ok := a.roll.Snapshot().System(k.System); ok && k.ForOwner() {
		person = s.Owner
	}
	out := control.Key{
		ID: k.ID.String(), System: a.slug(counterfoil.ID(k.System)), Person: a.email(person), Workload: k.Workload, Hint: k.Hint,
		State: "valid", Created: k.Created, Expires: k.Expires, Revoked: k.Revoked,
	}
	switch err := k.Check(a.clock.Now()); {
	case errors.Is(err, identity.ErrRevokedKey):
		out.State = "revoked"
	case errors.Is(err, identity.ErrExpiredKey):
		out.State = "expired"
	}
	return out
}

func (a service) slug(id counterfoil.ID) string {
	if s, ok := a.roll.Snapshot().System(identity.SystemID(id)); ok {
		return s.Slug
	}
	return ""
}

// listPage is how many interactions are read at a time.
const listPage = 500

// Interactions implements control.Service. What is durable when it is called is
// in the list: it waits for the index first.
func (a service) Interactions(ctx context.Context, limit int, since time.Time, each func(control.Interaction) error) error {
	if err := a.awaitAll(ctx); err != nil {
		return err
	}
	f := index.Filter{From: since}
	for left := limit; limit == 0 || left > 0; {
		f.Limit = listPage
		if limit > 0 {
			f.Limit = min(listPage, left)
		}
		rows, next, err := a.index.Interactions(ctx, f)
		if err != nil {
			return err
		}
		for i := range rows {
			if err := each(a.interaction(&rows[i])); err != nil {
				return err
			}
		}
		if left -= len(rows); next.IsZero() {
			return nil
		}
		f.Before = next
	}
	return nil
}

// awaitAll waits until everything durable now is in the index.
func (a *App) awaitAll(ctx context.Context) error {
	size := a.ledger.Size()
	if size == 0 {
		return nil
	}
	return a.awaitProjection(ctx, counterfoil.Index(size-1))
}

func (a service) interaction(r *index.Row) control.Interaction {
	effect, rule := r.Decision()
	out := control.Interaction{
		ID: r.ID.String(), Opened: micros(r.Opened), System: a.slug(r.System), Person: text(r.Person), Key: text(r.Key), Workload: r.Workload,
		Provider: r.Provider, Dialect: r.Dialect, Operation: r.Operation, Model: r.Model, Stream: r.Stream,
		Effect: effect.String(), Rule: rule, Result: "open", Reason: r.Reason, Status: r.Status,
		Findings: counts(r.Findings), AnswerFindings: counts(r.AnswerFindings), Redactions: r.Redactions,
		InputTokens: r.InputTokens, OutputTokens: r.OutputTokens, DurationMicros: r.Duration, IntentIndex: uint64(r.IntentIndex),
	}
	if !r.Open() {
		at := uint64(r.OutcomeIndex)
		out.Closed, out.Result, out.OutcomeIndex = micros(r.Closed), r.Result.String(), &at
	}
	return out
}

func micros(t int64) time.Time { return time.UnixMicro(t).UTC() }

func text(id counterfoil.ID) string {
	if id.IsZero() {
		return ""
	}
	return id.String()
}

func counts(findings string) map[string]uint64 {
	out := map[string]uint64{}
	for c := range index.Counts(findings) {
		out[c.Type] = c.Count
	}
	return out
}

// Interaction implements control.Service.
func (a service) Interaction(ctx context.Context, id counterfoil.ID) (any, error) {
	if err := a.awaitAll(ctx); err != nil {
		return nil, err
	}
	return a.evidence.Interaction(ctx, id)
}

// Status implements control.Service.
func (a service) Status(ctx context.Context) (control.Status, error) {
	s := control.Status{
		Version: a.options.Version, Origin: a.ledger.Origin(), Entries: a.ledger.Size(), Projected: uint64(a.index.Position().Next), Healthy: true,
		Retention: a.lastRetained(),
	}
	if err := a.ledger.Health(); err != nil {
		s.Healthy, s.Problem = false, err.Error()
		if left := a.unstated(); left != "" {
			s.Problem += "; " + left
		}
		return s, nil
	}
	if left := a.unstated(); left != "" {
		s.Healthy, s.Problem = false, left
		return s, nil
	}
	last, err := a.lastSelfCheck(ctx)
	if err != nil {
		return s, err
	}
	if last != nil && last.Bad {
		s.Healthy, s.Problem = false, "the last self-check found that the ledger does not verify; see "+selfCheckFile+" in the data directory"
	}
	if err := a.whyUnrecorded(); err != nil {
		s.Healthy, s.Problem = false, "the nightly self-check left no verdict, and is tried again each hour; the log of the server says what it found: "+err.Error()
	}
	return s, nil
}
