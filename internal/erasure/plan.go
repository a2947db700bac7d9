// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package erasure

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/fault"
	"github.com/counterfoil/counterfoil/internal/identity"
	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/ledger"
	"github.com/counterfoil/counterfoil/internal/vault"
)

// classInteraction is the retention class that is erased by date.
const classInteraction = "interaction"

// plan is what an erasure takes.
type plan struct {
	target  Target
	keys    []vault.WrappingKey // to be deleted
	subject counterfoil.ID      // the person the target is about; zero for several
	single  *interaction        // whose payloads are overwritten; nil when keys are deleted
}

// empty tells that nothing is left of the target.
func (p *plan) empty() bool { return len(p.keys) == 0 && (p.single == nil || len(p.single.keys) == 0) }

// ids are the ids of the plan's keys.
func (p *plan) ids() []counterfoil.ID {
	ids := make([]counterfoil.ID, len(p.keys))
	for i := range p.keys {
		ids[i] = p.keys[i].ID
	}
	return ids
}

// plan finds out what a target takes now.
func (e *Eraser) plan(ctx context.Context, t Target) (*plan, error) {
	p := &plan{target: t, subject: t.Person}
	var err error
	switch t.Scope() {
	case counterfoil.ErasePerson:
		p.keys, err = e.Keys.Keys(ctx, vault.Selection{Subject: t.Person})
	case counterfoil.EraseInteraction:
		var i *interaction
		if i, err = e.interaction(ctx, t.Interaction); err == nil {
			if !i.closed {
				return nil, fault.Conflict("This interaction is still under way. Erase it when it has ended.", nil)
			}
			p.subject, p.single = i.person, i
		}
	case counterfoil.EraseBefore:
		p.keys, err = e.Keys.Keys(ctx, vault.Selection{Class: classInteraction, Ended: t.Before})
	default: // a selection without a bound would be all keys
		err = errors.New("plan an erasure: it is not known what of")
	}
	if err != nil {
		return nil, err
	}
	return p, nil
}

// interaction is where the payloads of one interaction lie.
type interaction struct {
	person counterfoil.ID
	closed bool
	refs   []ledger.PayloadRef // of its payloads, erased or not
	keys   []counterfoil.ID    // of the payloads that can still be opened, one each
}

func (e *Eraser) interaction(ctx context.Context, id counterfoil.ID) (*interaction, error) {
	intent, outcome, closed, err := e.Index.Locate(ctx, id)
	if errors.Is(err, index.ErrNotFound) {
		return nil, fault.NotFound("No interaction has this id.", err)
	}
	if err != nil {
		return nil, err
	}
	i := &interaction{closed: closed}
	at := []counterfoil.Index{intent}
	if closed && outcome != intent {
		at = append(at, outcome)
	}
	for _, n := range at {
		if err := e.locate(ctx, i, id, n); err != nil {
			return nil, fmt.Errorf("locate interaction %s: %w", id, err)
		}
	}
	return i, nil
}

func (e *Eraser) locate(ctx context.Context, i *interaction, id counterfoil.ID, at counterfoil.Index) error {
	s, err := e.Log.Read(at)
	if err != nil {
		return err
	}
	entry, err := counterfoil.DecodeEntry(s.Raw)
	if err != nil {
		return err
	}
	if entry.ID != id {
		return fmt.Errorf("entry %d is of another: the index does not agree with the ledger", at)
	}
	if entry.Kind == counterfoil.KindIntent {
		i.person = entry.Actor
	}
	if s.Payload.Length == 0 {
		return nil
	}
	i.refs = append(i.refs, s.Payload)
	key, ok, err := e.keyOf(s.Payload)
	if err != nil || !ok {
		return err
	}
	alive, err := e.Keys.Keys(ctx, vault.Selection{ID: key})
	if len(alive) > 0 {
		i.keys = append(i.keys, key)
	}
	return err
}

// keyOf reads which key a payload lies under; false when it was overwritten or its
// segment deleted.
func (e *Eraser) keyOf(ref ledger.PayloadRef) (counterfoil.ID, bool, error) {
	ref.Length = min(ref.Length, uint32(vault.HeadBytes))
	head, err := e.Log.Payload(ref)
	if errors.Is(err, ledger.ErrNotFound) {
		return counterfoil.ID{}, false, nil
	}
	if err != nil {
		return counterfoil.ID{}, false, err
	}
	id, ok := vault.KeyOf(head)
	return id, ok, nil
}

// Preview says what an erasure takes, before anybody decides.
type Preview struct {
	Payloads     uint64 `json:"payloads"`
	WrappingKeys int    `json:"wrapping_keys"`
	VirtualKeys  int    `json:"virtual_keys"` // of the person, that end
	Workloads    int    `json:"workloads"`    // of them, those that programs use
	Systems      int    `json:"systems"`      // AI systems the person answers for; they stay, without a name behind them
}

// preview counts. It reads the head of every payload.
func (e *Eraser) preview(ctx context.Context, p *plan, progress Progress) (Preview, error) {
	v := Preview{WrappingKeys: len(p.keys)}
	s, err := e.survey(ctx, progress)
	if err != nil {
		return v, err
	}
	if p.single != nil {
		v.Payloads = uint64(len(p.single.keys))
	}
	for _, id := range p.ids() {
		v.Payloads += s.payloads[id]
	}
	person := identity.PersonID(p.target.Person)
	if person.IsZero() {
		return v, nil
	}
	for _, k := range e.virtualKeys(person) {
		v.VirtualKeys++
		if k.Workload {
			v.Workloads++
		}
	}
	for _, system := range e.People.Snapshot().Systems() {
		if system.Owner == person {
			v.Systems++
		}
	}
	return v, nil
}

// virtualKeys are the keys of a person that still open something.
func (e *Eraser) virtualKeys(person identity.PersonID) []identity.Key {
	var list []identity.Key
	for _, k := range e.People.Snapshot().Keys() {
		if k.Person == person && k.Check(e.Clock.Now()) == nil {
			list = append(list, k)
		}
	}
	return list
}

// lastOf tells the end of the newest month among keys.
func lastOf(keys []vault.WrappingKey) (last time.Time) {
	for i := range keys {
		if keys[i].Ends.After(last) {
			last = keys[i].Ends
		}
	}
	return last
}
