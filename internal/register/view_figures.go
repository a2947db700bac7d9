// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"context"

	"github.com/counterfoil/counterfoil/internal/index"
	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// figures tells whether the actor may count all records of a kind: who may not read
// them all learns no number either.
func (v *View) figures(kindID string) bool {
	k, err := v.register.Kinds.Kind(kindID)
	return err == nil && k.Named == nil && v.register.Rights.Grants(v.actor.roles(nil), k, Read)
}

// Tally counts the records of a kind by state and by the values of fields; none of
// a kind the actor may not read in full.
func (v *View) Tally(ctx context.Context, kindID string, fields ...string) ([]index.KeptTally, error) {
	if !v.figures(kindID) {
		return nil, nil
	}
	return v.register.Store.KeptTally(ctx, kindID, fields, v.at)
}

// Naming counts the records of a kind by what a field of theirs holds; none of a
// kind the actor may not read in full.
func (v *View) Naming(ctx context.Context, k *kind.Kind, field string) ([]index.KeptNamed, error) {
	if !v.figures(k.ID) {
		return nil, nil
	}
	return v.register.Store.KeptNaming(ctx, k.ID, field, v.at)
}

// Spans returns every version of every record of a kind up to the moment; none of a
// kind the actor may not read in full.
func (v *View) Spans(ctx context.Context, kindID string, fields ...string) ([]index.KeptSpan, error) {
	if !v.figures(kindID) {
		return nil, nil
	}
	return v.register.Store.KeptSpans(ctx, kindID, fields, v.at)
}
