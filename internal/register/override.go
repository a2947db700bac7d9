// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"context"
	"slices"
	"time"

	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// overrideFor finds an approved override that covers every reason; nil without one.
func (r *Register) overrideFor(ctx context.Context, record *Record, m *kind.Move, reasons []Reason) (*Record, error) {
	for i := range reasons {
		if !reasons[i].Overridable() {
			return nil, nil
		}
	}
	list, err := r.reader().All(ctx, "override", "approved")
	if err != nil {
		return nil, err
	}
	today := r.Clock.Now().Format(time.DateOnly)
	for _, o := range list {
		passes := o.Values.List("guards")
		covers := !slices.ContainsFunc(reasons, func(x Reason) bool { return !slices.Contains(passes, x.Guard) })
		if o.Values.Text("record") == record.Number() && o.Values.Text("move") == m.ID && o.Values.Text("until") >= today && covers {
			return o, nil
		}
	}
	return nil, nil
}

// use marks an override as used by the move just made.
func (r *Register) use(ctx context.Context, override *Record) error {
	if override == nil {
		return nil
	}
	m, _ := override.Kind.Move("use")
	record := override.next()
	if err := r.enter(ctx, Program, record, m); err != nil {
		return err
	}
	return r.keep(ctx, Program, record, m.ID)
}
