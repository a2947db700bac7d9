// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// Move makes a move of the record's kind. in.Values may set the fields the move asks for.
func (r *Register) Move(ctx context.Context, actor Actor, id counterfoil.ID, moveID string, in Input) (*Record, error) {
	r.saving.Lock()
	defer r.saving.Unlock()
	before, err := r.present(ctx, id)
	if err != nil {
		return nil, err
	}
	m, ok := before.Kind.Move(moveID)
	if !ok || m.Auto || !r.Rights.sees(actor, before) {
		return nil, fault.NotFound("There is no such move.", nil)
	}
	if err := lost(before, in); err != nil {
		return nil, err
	}
	record, err := r.move(ctx, actor, before, m, in)
	if err != nil {
		return nil, fmt.Errorf("move %s: %w", before.Number(), err)
	}
	return record, r.follow(ctx, record)
}

// move makes one move of what stands. r.saving must be held.
func (r *Register) move(ctx context.Context, actor Actor, before *Record, m *kind.Move, in Input) (*Record, error) {
	if !m.Leads(before.State) {
		return nil, fault.Conflict(fmt.Sprintf("Not available: %s is %s.", before.Number(), strings.ToLower(before.StateOf().Label)), nil)
	}
	if err := r.Rights.mayMove(actor, before, m); err != nil {
		return nil, err
	}
	record := before.next()
	wrong := make(fault.Fields)
	for id := range in.Values {
		if !slices.Contains(m.Asks, id) {
			wrong[id] = "This cannot be changed here."
		}
	}
	set(record, in.Values, true, wrong)
	r.note(record, in, wrong)
	owned(actor, before, record, wrong)
	if m.Reason && record.Reason == "" {
		wrong["reason"] = "Say why."
	}
	for _, id := range m.Needs {
		if _, filled := record.Values[id]; !filled && slices.Contains(m.Asks, id) {
			wrong[id] = "Enter a value."
		}
	}
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	refused, err := r.refusals(ctx, r.reader(), actor, record, m)
	if err != nil {
		return nil, err
	}
	var override *Record
	if len(refused) > 0 {
		if override, err = r.overrideFor(ctx, record, m, refused); err != nil {
			return nil, err
		}
		if override == nil {
			return nil, &Refused{before, m, refused}
		}
		record.Override = override.Number()
	}
	// whoever makes the move becomes an author by what its form asked, but is not kept apart from this very move for it
	if err := record.written(before, Act{By: actor.Person, At: r.Clock.Now(), Version: before.Version + 1}); err != nil {
		return nil, err
	}
	if err := r.enter(ctx, actor, record, m); err != nil {
		return nil, err
	}
	if err := r.use(ctx, override); err != nil { // before the move: one that fails after has used it up, never twice
		return nil, err
	}
	if err := r.keep(ctx, actor, record, m.ID); err != nil {
		return nil, err
	}
	return record, r.act(ctx, actor, record, m)
}

// act makes the records that follow from a move, if any.
func (r *Register) act(ctx context.Context, actor Actor, record *Record, m *kind.Move) error {
	if m.Does == "" {
		return nil
	}
	if err := r.Functions.Acts[m.Does](ctx, &Acting{r.reader(), actor.Person}, record); err != nil {
		return fmt.Errorf("%s after %s: %w", m.Does, m.ID, err)
	}
	return nil
}

// enter brings the record into the state the move leads to.
func (r *Register) enter(ctx context.Context, actor Actor, record *Record, m *kind.Move) error {
	now := r.Clock.Now()
	act := Act{By: actor.Person, At: now, Version: record.Version + 1}
	record.State, record.Since, record.Done[m.ID] = m.To, now, act
	if err := r.complete(ctx, actor, record); err != nil {
		return err
	}
	if m.Approves {
		if err := record.approve(m.ID, act); err != nil {
			return err
		}
	}
	record.enforce()
	return nil
}
