// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package erasure

import (
	"context"
	"fmt"
	"slices"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/identity"
)

// Step is a point between two things that each last for themselves.
type Step string

// Steps of an erasure, in their order.
const (
	StepApproved    Step = "approved"    // the decision is recorded
	StepRevoked     Step = "revoked"     // the person's virtual keys are revoked
	StepRecorded    Step = "recorded"    // the erasure entries are durable
	StepDeleted     Step = "deleted"     // the wrapping keys are gone
	StepOverwritten Step = "overwritten" // the payloads of an interaction are zeros
	StepForgotten   Step = "forgotten"   // program and index hold nothing of it
	StepApplied     Step = "applied"     // the key store notes that it is done
	StepEmptied     Step = "emptied"     // the entry about empty segments is durable
)

// mostIDs keeps an erasure entry below the 16 KiB an entry may have: 17 bytes an id.
const mostIDs = 800

// carryOut does what a request that is approved asks for.
func (e *Eraser) carryOut(ctx context.Context, r *Request, progress Progress) error {
	if person := r.Target.Person; !person.IsZero() {
		if err := e.dismiss(ctx, r); err != nil {
			return err
		}
		e.Keys.Bar(person)
	}
	if err := e.Program.Settle(ctx); err != nil {
		return fmt.Errorf("wait for what is under way: %w", err)
	}
	p, err := e.plan(ctx, r.Target)
	if err != nil {
		return err
	}
	if p.empty() {
		return fault.Conflict("Nothing of this is left to erase: another request came first.", nil)
	}
	s, err := e.survey(ctx, progress)
	if err != nil {
		return err
	}
	statement := counterfoil.Erasure{
		Scope: r.Target.Scope(), Basis: r.Basis, Subject: r.Target.Person, Request: r.ID, Approver: counterfoil.ID(r.DecidedBy),
	}
	if !r.Target.Before.IsZero() {
		statement.Class, statement.Before = classInteraction, uint64(r.Target.Before.UnixMicro())
	}
	return e.erase(ctx, counterfoil.ID(r.By), statement, p, s)
}

// dismiss revokes the virtual keys of a person who is erased: nothing of theirs
// may come in any more.
func (e *Eraser) dismiss(ctx context.Context, r *Request) error {
	for _, k := range e.virtualKeys(identity.PersonID(r.Target.Person)) {
		if _, err := e.People.RevokeKey(ctx, r.DecidedBy, k.ID.String()); err != nil {
			return fmt.Errorf("revoke key %s: %w", k.ID, err)
		}
	}
	e.Reached(StepRevoked)
	return nil
}

// erase states what goes, lets it go, and deletes the segments that are empty then.
func (e *Eraser) erase(ctx context.Context, actor counterfoil.ID, statement counterfoil.Erasure, p *plan, s *survey) error {
	var targets []counterfoil.ID
	if p.single != nil {
		targets = []counterfoil.ID{p.target.Interaction}
	}
	id := counterfoil.NewID()
	if err := e.state(ctx, id, actor, split(statement, p, targets, s)); err != nil {
		return err
	}
	dead := s.dead(p.ids(), targets)
	if len(dead) == 0 {
		return nil
	}
	statement.Scope, statement.Subject, statement.Class, statement.Before = counterfoil.EraseSegments, counterfoil.ID{}, "", 0
	var bodies []counterfoil.Erasure
	for part := range slices.Chunk(dead, mostIDs) {
		statement.Segments = part
		bodies = append(bodies, statement)
	}
	return e.state(ctx, id, actor, bodies)
}

// split makes one statement an entry, each with what it erases itself.
func split(statement counterfoil.Erasure, p *plan, targets []counterfoil.ID, s *survey) []counterfoil.Erasure {
	if len(targets) > 0 {
		statement.Targets, statement.Payloads = targets, uint64(len(p.single.keys))
		return []counterfoil.Erasure{statement}
	}
	ids := p.ids()
	slices.SortFunc(ids, func(a, b counterfoil.ID) int { return slices.Compare(a[:], b[:]) })
	var bodies []counterfoil.Erasure
	for part := range slices.Chunk(ids, mostIDs) {
		statement.Keys, statement.Payloads = part, 0
		for _, key := range part {
			statement.Payloads += s.payloads[key]
		}
		bodies = append(bodies, statement)
	}
	return bodies
}

// state appends erasure entries with one id and carries them out.
func (e *Eraser) state(ctx context.Context, id, actor counterfoil.ID, bodies []counterfoil.Erasure) error {
	var next counterfoil.Index
	for i := range bodies {
		entry := &counterfoil.Entry{Kind: counterfoil.KindErasure, ID: id, Actor: actor, Time: e.Clock.Now().UnixMicro(), Erasure: &bodies[i]}
		receipt, err := e.Log.Append(ctx, entry, nil)
		if err != nil {
			return fault.Unavailable("Nothing was erased: the entry that has to come first could not be written.", err)
		}
		next = receipt.Index + 1
	}
	whole := bodies[0] // done in one go: the key store is written anew each time
	whole.Keys, whole.Segments = nil, nil
	for i := range bodies {
		whole.Keys = append(whole.Keys, bodies[i].Keys...)
		whole.Segments = append(whole.Segments, bodies[i].Segments...)
	}
	if whole.Scope == counterfoil.EraseSegments {
		e.Reached(StepEmptied)
	} else {
		e.Reached(StepRecorded)
	}
	if err := e.apply(ctx, &whole); err != nil {
		return fmt.Errorf("the entry is written, and its erasure is not done; it is done in the night or at the next start: %w", err)
	}
	if err := e.Keys.SetApplied(ctx, next); err != nil {
		return err
	}
	e.Reached(StepApplied)
	return nil
}

// apply lets go what an entry names. It may be repeated.
func (e *Eraser) apply(ctx context.Context, b *counterfoil.Erasure) error {
	var people []counterfoil.ID
	if b.Scope == counterfoil.ErasePerson {
		e.Keys.Bar(b.Subject)
		people = append(people, b.Subject)
	}
	if len(b.Keys) > 0 {
		if err := e.Keys.Delete(ctx, b.Keys); err != nil {
			return err
		}
		e.Reached(StepDeleted)
	}
	if len(b.Targets) > 0 {
		if err := e.overwrite(ctx, b.Targets); err != nil {
			return err
		}
		e.Reached(StepOverwritten)
	}
	if len(b.Segments) > 0 {
		numbers := make([]uint32, len(b.Segments))
		for i, n := range b.Segments {
			numbers[i] = uint32(n)
		}
		return e.Log.DeletePayloads(ctx, numbers)
	}
	if err := e.Program.Forget(ctx, b.Keys, people); err != nil {
		return fmt.Errorf("forget what the keys sealed: %w", err)
	}
	e.Reached(StepForgotten)
	return nil
}

// overwrite overwrites every payload of interactions, those that look overwritten
// too: a crash may have left half of one.
func (e *Eraser) overwrite(ctx context.Context, targets []counterfoil.ID) error {
	for _, id := range targets {
		i, err := e.interaction(ctx, id)
		if err != nil {
			return err
		}
		if err := e.Log.Overwrite(ctx, i.refs); err != nil {
			return err
		}
	}
	return nil
}
