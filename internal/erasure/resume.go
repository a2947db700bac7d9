// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package erasure

import (
	"context"
	"fmt"

	"github.com/counterfoil/counterfoil"
)

// Resume does at the start what an earlier process did not come to: erasures the
// ledger states are carried out, and then, where the process is to finish them,
// requests that were approved, which writes entries. It returns how many entries were
// behind the note. Nothing is served before it returns.
func (e *Eraser) Resume(ctx context.Context, finish bool) (int, error) {
	e.acting.Lock()
	defer e.acting.Unlock()
	all, err := e.Index.Erasures(ctx, 0)
	if err != nil {
		return 0, fmt.Errorf("resume erasures: %w", err)
	}
	for _, entry := range all {
		if entry.Scope == counterfoil.ErasePerson {
			e.Keys.Bar(entry.Subject) // an id is erased for ever
		}
	}
	behind, err := e.overdue(ctx)
	if err != nil || !finish {
		return behind, err
	}
	return behind, e.finish(ctx)
}

// overdue carries out what entries state and the note does not cover: a process
// ended in between, or a step failed. It comes before whatever moves the note on.
func (e *Eraser) overdue(ctx context.Context) (int, error) {
	applied, err := e.Keys.Applied(ctx)
	if err != nil {
		return 0, err
	}
	behind, err := e.Index.Erasures(ctx, applied)
	if err != nil {
		return 0, err
	}
	for n, entry := range behind {
		if err := e.again(ctx, entry.Entry); err != nil {
			return n, fmt.Errorf("carry out the erasure of entry %d: %w", entry.Entry, err)
		}
		if err := e.Keys.SetApplied(ctx, entry.Entry+1); err != nil {
			return n, err
		}
	}
	return len(behind), nil
}

// again carries out the erasure an entry states.
func (e *Eraser) again(ctx context.Context, at counterfoil.Index) error {
	b, err := e.stated(at)
	if err != nil {
		return err
	}
	return e.apply(ctx, b)
}

// finish carries out requests that were approved and are not done. One by date may
// be done in part: its keys are stated in several entries.
func (e *Eraser) finish(ctx context.Context) error {
	cases, err := e.Cases(ctx)
	if err != nil {
		return err
	}
	for i := range cases {
		c := &cases[i]
		begun := c.State == StateDone && c.Scope() == counterfoil.EraseBefore
		if c.State != StateApproved && !begun {
			continue
		}
		p, err := e.plan(ctx, c.Target)
		if err != nil {
			return fmt.Errorf("take up request %s: %w", c.ID, err)
		}
		if p.empty() || e.held(ctx, p) != nil { // a hold may have come while it could not be finished
			continue
		}
		if err := e.carryOut(ctx, &c.Request, nil); err != nil {
			return fmt.Errorf("take up request %s: %w", c.ID, err)
		}
	}
	return nil
}
