// SPDX-FileCopyrightText: 2026 The Counterfoil authors
// SPDX-License-Identifier: Apache-2.0

package register

import (
	"reflect"

	"github.com/counterfoil/counterfoil/internal/register/kind"
)

// approve binds the fields as they stand.
func (r *Record) approve(move string, act Act) error {
	digest, err := r.Kind.Digest(r.Values)
	if err != nil {
		return err
	}
	r.Approval = &Approval{act, move, digest}
	return nil
}

// bind approves a record the program sets up in a state in force.
func (r *Record) bind(move string, act Act) error {
	if !r.StateOf().InForce {
		return nil
	}
	if err := r.approve(move, act); err != nil {
		return err
	}
	r.enforce()
	return nil
}

// enforce sets what is in force after a state was entered: what was approved. What a
// move entered since in fields that approvals bind is part of the record only.
func (r *Record) enforce() {
	switch to := r.StateOf(); {
	case to.Ends:
		r.InForce = nil
	case to.InForce && r.Approval != nil:
		values := shared(r)
		if r.InForce != nil && r.InForce.Digest == r.Approval.Digest {
			r.keepBound(values)
		}
		r.InForce = &InForce{*r.Approval, values}
	}
}

// keepBound sets bound fields of values to what is in force; of rows, what stands in
// minor columns goes on to follow the record.
func (r *Record) keepBound(values kind.Values) {
	for i := range r.Kind.Fields {
		f := &r.Kind.Fields[i]
		if !f.Binds() {
			continue
		}
		approved, ok := r.InForce.Values[f.ID]
		switch {
		case !ok:
			delete(values, f.ID)
		case !reflect.DeepEqual(f.BoundPart(approved), f.BoundPart(values[f.ID])):
			values[f.ID] = approved
		}
	}
}

// shared are the values without personal ones, which stay sealed.
func shared(record *Record) kind.Values {
	v := kind.Values{}
	for id, value := range record.Values {
		if f, ok := record.Kind.Field(id); !ok || !f.Personal {
			v[id] = value
		}
	}
	return v
}
