// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"context"
	"errors"
	"fmt"

	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// autoMost bounds how many automatic moves follow one save.
const autoMost = 8

// follow makes the automatic moves whose guards hold now. r.saving must be held;
// record becomes what stands at the end.
func (r *Register) follow(ctx context.Context, record *Record) error {
	for range autoMost {
		moved, err := r.step(ctx, record)
		if err != nil || moved == nil {
			return err
		}
		*record = *moved
	}
	return nil
}

func (r *Register) step(ctx context.Context, record *Record) (*Record, error) {
	m, err := r.due(ctx, r.reader(), record)
	if err != nil || m == nil {
		return nil, err
	}
	return r.move(ctx, Program, record, m, Input{Version: record.Version, Reason: m.Label})
}

// due is the automatic move that can be made of a record; nil for none.
func (r *Register) due(ctx context.Context, reader *Reader, record *Record) (*kind.Move, error) {
	for _, m := range record.Kind.From(record.State) {
		if !m.Auto {
			continue
		}
		refused, err := r.refusals(ctx, reader, Program, record, m)
		if err != nil {
			return nil, err
		}
		if len(refused) == 0 {
			return m, nil
		}
	}
	return nil, nil
}

// Sweep makes every automatic move that is due: time passes and other records
// change without a record being saved. It returns how many were made. A record that
// cannot be moved keeps no other from it; the error names each.
func (r *Register) Sweep(ctx context.Context) (int, error) {
	made := 0
	var failed []error
	reader := r.reader()
	reader.read = map[string][]*Record{}
	for _, k := range r.Kinds.Kinds() {
		var states []string
		for i := range k.Moves {
			if k.Moves[i].Auto {
				states = append(states, k.Moves[i].From...)
			}
		}
		if len(states) == 0 {
			continue
		}
		records, err := reader.All(ctx, k.ID, states...)
		if err != nil {
			return made, errors.Join(append(failed, err)...)
		}
		for _, record := range records {
			n, err := r.sweep(ctx, reader, record)
			if made += n; err != nil {
				failed = append(failed, fmt.Errorf("sweep %s: %w", record.Number(), err))
			}
			if ctx.Err() != nil {
				return made, errors.Join(failed...)
			}
		}
	}
	return made, errors.Join(failed...)
}

// sweep makes the moves of one record that are due by what the sweep has read.
func (r *Register) sweep(ctx context.Context, reader *Reader, found *Record) (int, error) {
	if m, err := r.due(ctx, reader, found); err != nil || m == nil {
		return 0, err
	}
	r.saving.Lock()
	defer r.saving.Unlock()
	record, err := r.present(ctx, found.ID) // it may have changed since it was listed
	if err != nil {
		return 0, err
	}
	before := record.Version
	err = r.follow(ctx, record)
	return int(record.Version - before), err
}
