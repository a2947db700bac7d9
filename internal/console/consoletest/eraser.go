// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package consoletest

import (
	"context"
	"slices"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/erasure"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/identity"
)

// eraser stands for what erases; the app's tests have the real one.
type eraser struct {
	Kept    []erasure.Case
	Held    []erasure.Hold
	Asked   []erasure.NewRequest
	Decided []string
	Refusal error
}

func (e *eraser) Cases(context.Context) ([]erasure.Case, error) { return e.Kept, nil }

func (e *eraser) Holds(context.Context) ([]erasure.Hold, error) { return e.Held, nil }

func (e *eraser) Case(_ context.Context, id counterfoil.ID) (*erasure.Case, error) {
	for i := range e.Kept {
		if e.Kept[i].ID == id {
			return &e.Kept[i], nil
		}
	}
	return nil, fault.NotFound("No request for an erasure has this id.", nil)
}

func (e *eraser) Preview(context.Context, counterfoil.ID, erasure.Progress) (erasure.Preview, error) {
	return erasure.Preview{Payloads: 1204, WrappingKeys: 3, VirtualKeys: 2, Workloads: 1, Systems: 1}, nil
}

func (e *eraser) Request(_ context.Context, by identity.PersonID, n erasure.NewRequest, _ erasure.Progress) (*erasure.Case, erasure.Preview, error) {
	if e.Refusal != nil {
		return nil, erasure.Preview{}, e.Refusal
	}
	e.Asked = append(e.Asked, n)
	e.Kept = append(e.Kept, erasure.Case{Request: erasure.Request{ID: counterfoil.NewID(), Target: n.Target, Basis: n.Basis, Reason: n.Reason, By: by, State: erasure.StateWaiting, Requested: time.Unix(1790000000, 0)}})
	return &e.Kept[len(e.Kept)-1], erasure.Preview{}, nil
}

func (e *eraser) Reject(ctx context.Context, _ identity.PersonID, id counterfoil.ID) (*erasure.Case, error) {
	e.Decided = append(e.Decided, "rejected")
	return e.Case(ctx, id)
}

func (e *eraser) ApproveAndErase(ctx context.Context, _ identity.PersonID, id counterfoil.ID, _ erasure.Progress) (*erasure.Case, error) {
	if e.Refusal != nil {
		return nil, e.Refusal
	}
	e.Decided = append(e.Decided, "approved")
	return e.Case(ctx, id)
}

func (e *eraser) PlaceHold(_ context.Context, by identity.PersonID, n erasure.NewHold) (*erasure.Hold, error) {
	if e.Refusal != nil {
		return nil, e.Refusal
	}
	e.Held = append(e.Held, erasure.Hold{ID: counterfoil.NewID(), Person: n.Person, Interaction: n.Interaction, Reason: n.Reason, Until: n.Until, By: by, Placed: time.Unix(1790000000, 0)})
	return &e.Held[len(e.Held)-1], nil
}

func (e *eraser) ReleaseHold(_ context.Context, by identity.PersonID, id counterfoil.ID) (*erasure.Hold, error) {
	at := slices.IndexFunc(e.Held, func(h erasure.Hold) bool { return h.ID == id })
	e.Held[at].Released, e.Held[at].ReleasedBy = time.Unix(1790000200, 0), by
	return &e.Held[at], nil
}

// Put puts a case there; by nobody in particular.
func (e *eraser) Put(state string) *erasure.Case {
	id := counterfoil.NewID()
	e.Kept = append(e.Kept, erasure.Case{Request: erasure.Request{
		ID: id, Target: erasure.Target{Person: counterfoil.ID{7}}, Basis: "court_order", Reason: "case <em>7</em>", By: identity.PersonID{8},
		State: state, Requested: time.Unix(1790000000, 0), DecidedBy: identity.PersonID{9}, Decided: time.Unix(1790000100, 0),
	}})
	return &e.Kept[len(e.Kept)-1]
}
