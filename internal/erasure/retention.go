// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package erasure

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/counterfoil/counterfoil"
	"github.com/counterfoil/counterfoil/internal/vault"
)

// Retained is the result of a run of the retention schedule.
type Retained struct {
	Deleted  int    // wrapping keys
	Payloads uint64 // erased with them
	Held     int    // keys whose time is over and on which a hold is
	InUse    int    // keys whose time is over and under which a record in force lies
}

// Retain deletes the keys whose time is over, except those that a hold covers or
// that keep a record in force: a person who still signs in, a system still in use.
// What was stated or approved before and not finished is taken up first.
func (e *Eraser) Retain(ctx context.Context) (Retained, error) {
	e.acting.Lock()
	defer e.acting.Unlock()
	if _, err := e.overdue(ctx); err != nil {
		return Retained{}, err
	}
	if err := e.finish(ctx); err != nil {
		return Retained{}, err
	}
	keys, r, err := e.over(ctx)
	if err != nil || len(keys) == 0 {
		return r, err
	}
	if err := e.Program.Settle(ctx); err != nil {
		return r, fmt.Errorf("wait for what is under way: %w", err)
	}
	s, err := e.survey(ctx, nil)
	if err != nil {
		return r, err
	}
	classes := make(map[string][]vault.WrappingKey)
	for _, k := range keys {
		classes[k.Scope.Class] = append(classes[k.Scope.Class], k)
	}
	for _, class := range slices.Sorted(maps.Keys(classes)) {
		p := &plan{keys: classes[class]}
		statement := counterfoil.Erasure{
			Scope: counterfoil.EraseRetention, Basis: BasisRetention, Class: class, Before: uint64(lastOf(p.keys).UnixMicro()),
		}
		if err := e.erase(ctx, counterfoil.ID{}, statement, p, s); err != nil {
			return r, fmt.Errorf("erase what the configuration keeps no longer: %w", err)
		}
		r.Deleted += len(p.keys)
		for _, id := range p.ids() {
			r.Payloads += s.payloads[id]
		}
	}
	return r, nil
}

// over are the keys to delete, with the counts of those that stay all the same.
func (e *Eraser) over(ctx context.Context) ([]vault.WrappingKey, Retained, error) {
	var r Retained
	keys, err := e.Keys.Keys(ctx, vault.Selection{Expired: e.Clock.Now()})
	if err != nil || len(keys) == 0 {
		return nil, r, err
	}
	holds, err := e.inForce(ctx)
	if err != nil {
		return nil, r, err
	}
	for i := range holds {
		if holds[i].hold.Lost { // an error, not a count: somebody has to put the keys back
			return nil, r, e.stopped(&holds[i].hold)
		}
	}
	used, err := e.Records.InUse(ctx)
	if err != nil {
		return nil, r, err
	}
	keys = slices.DeleteFunc(keys, func(k vault.WrappingKey) bool {
		held := slices.ContainsFunc(holds, func(h holding) bool { return h.coversKey(k.Scope.Subject, k.ID) })
		switch {
		case held:
			r.Held++
		case used[k.ID]:
			r.InUse++
		}
		return held || used[k.ID]
	})
	return keys, r, nil
}
